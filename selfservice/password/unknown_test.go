package password_test

import (
	"testing"

	"github.com/wicketgate/wicketgate/gateway/web/worldtest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// passwordModify is the operation of RFC 3062.
const passwordModify = "1.3.6.1.4.1.4203.1.11.1"

// troubled is a directory whose next password operations go as verdict says.
func troubled(t *testing.T) (w *worldtest.World, trouble func(memdir.Verdict)) {
	t.Helper()
	s, srv := ldaptest.MemdirWith(t, ldaptest.Options{}, nil)
	w = open(t, worldtest.Options{Server: s})
	return w, func(v memdir.Verdict) {
		srv.Intercept(func(op memdir.Op) memdir.Verdict {
			if op.Kind == memdir.KindExtended && op.OID == passwordModify {
				return v
			}
			return memdir.Verdict{}
		})
	}
}

const unknown = "It may have been made or not"

func TestALineThatBreaksNeverMakesALinkWorkTwice(t *testing.T) {
	t.Parallel()
	w, trouble := troubled(t)
	link := linkFor(t, w, "grace", "grace@example.org")
	b := w.Browser(t)
	form := b.Get(link)

	trouble(memdir.Verdict{DropBefore: true})
	if page := form.Submit("main form", "new", fresh); page.Status != 503 || !page.Says(unknown) {
		t.Fatalf("lost on the way there: status %d, %q", page.Status, page.Text("main"))
	}
	if works(t, w, "grace", fresh) {
		t.Fatal("the test is wrong: the password was set")
	}
	if page := b.Get(link); page.Status != 200 {
		t.Errorf("nothing was set, but the link is gone: status %d, %q", page.Status, page.Text("main"))
	}

	trouble(memdir.Verdict{DropAfter: true})
	if page := form.Submit("main form", "new", fresh); page.Status != 503 || !page.Says(unknown) {
		t.Fatalf("lost on the way back: status %d, %q", page.Status, page.Text("main"))
	}
	trouble(memdir.Verdict{})
	if !works(t, w, "grace", fresh) {
		t.Fatal("the test is wrong: the password was not set")
	}
	if page := form.Submit("main form", "new", "eight red parasols"); page.Status != 410 || works(t, w, "grace", "eight red parasols") {
		t.Errorf("the link sets a password a second time: status %d, %q", page.Status, page.Text("main"))
	}
}

func TestAChangeThatNobodyConfirmedIsNotCalledDoneOrFailed(t *testing.T) {
	t.Parallel()
	w, trouble := troubled(t)
	b := w.Browser(t)
	signIn(w, b, "grace", "grace-password")
	form := b.Get("/password")
	trouble(memdir.Verdict{DropAfter: true})
	page := form.Submit("main form", "current", "grace-password", "new", fresh)
	if page.Status != 503 || !page.Says(unknown) || page.Says("Nothing was lost") {
		t.Errorf("status %d, %q", page.Status, page.Text("main"))
	}
	if w.AuditLines.Has(`"password_changed"`) {
		t.Error("the audit log calls it done")
	}
	trouble(memdir.Verdict{})
	for range 6 { // no try was counted
		if !works(t, w, "grace", fresh) {
			t.Fatal("the new password does not work")
		}
	}
}
