package join_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// onAdd plays a verdict when an entry of a person is added, once.
func onAdd(g *housetest.Gateway, verdict memdir.Verdict) {
	g.Memory.Intercept(func(op memdir.Op) memdir.Verdict {
		if op.Kind == memdir.KindAdd && strings.HasSuffix(op.DN, ldaptest.PeopleDN) {
			g.Memory.Intercept(nil)
			return verdict
		}
		return memdir.Verdict{}
	})
}

func TestAnAccountThatWasNotWrittenCanBeMadeWithTheSameLink(t *testing.T) {
	t.Parallel()
	for name, verdict := range map[string]memdir.Verdict{
		"busy":           {Result: &memdir.Result{Code: memdir.Busy}},
		"cut off before": {DropBefore: true},
		"not allowed":    {Result: &memdir.Result{Code: memdir.InsufficientAccessRights}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := housetest.Start(t, housetest.Options{})
			b := g.Browser(t)
			l := link(t, g, "username", "luc")
			onAdd(g, verdict)
			page := b.Get(l).Submit("main form.sheet", "given_name", "Luc", "family_name", "Moreau", "password", fresh)
			if page.Status != http.StatusServiceUnavailable && page.Status != http.StatusForbidden || strings.Contains(page.Body, fresh) {
				t.Fatalf("status %d: %s", page.Status, page.Text("main"))
			}
			token := l[strings.Index(l, "?t=")+3:]
			page = b.Post("/join", "t", token, "given_name", "Luc", "family_name", "Moreau", "password", fresh)
			if page.Status != 200 || find(t, g, "luc") == nil {
				t.Errorf("the link no longer works: status %d: %s", page.Status, page.Text("main"))
			}
		})
	}
}

func TestAnAccountThatWasWrittenAfterAllIsNotMadeTwice(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.Browser(t)
	l := link(t, g)
	onAdd(g, memdir.Verdict{DropAfter: true})
	page := b.Get(l).Submit("main form.sheet", "username", "luc", "given_name", "Luc", "family_name", "Moreau", "password", fresh)
	if page.Status != http.StatusServiceUnavailable {
		t.Fatalf("status %d: %s", page.Status, page.Text("main"))
	}
	token := l[strings.Index(l, "?t=")+3:]
	page = b.Post("/join", "t", token, "username", "luc2", "given_name", "Luc", "family_name", "Moreau", "password", fresh)
	if page.Status != http.StatusGone || find(t, g, "luc2") != nil {
		t.Errorf("status %d, and there is a second account: %t", page.Status, find(t, g, "luc2") != nil)
	}
	if lines := g.Audit.All("account_create_failed"); len(lines) != 1 {
		t.Errorf("the audit log has %v", lines)
	}
}

func TestAnAccountWithoutItsPasswordIsToldInWords(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	l := link(t, g, "username", "luc")
	made := false
	g.Memory.Intercept(func(op memdir.Op) memdir.Verdict {
		ours := strings.HasSuffix(op.DN, ldaptest.PeopleDN)
		made = made || op.Kind == memdir.KindAdd && ours
		if made && ours && op.Kind == memdir.KindSearch {
			return memdir.Verdict{Result: &memdir.Result{Code: memdir.Busy}}
		}
		return memdir.Verdict{}
	})
	page := g.Browser(t).Get(l).Submit("main form.sheet", "given_name", "Luc", "family_name", "Moreau", "password", fresh)
	if page.Status != http.StatusServiceUnavailable || !page.Says("Your account was made, but not completed.") {
		t.Errorf("status %d: %s", page.Status, page.Text("main"))
	}
}
