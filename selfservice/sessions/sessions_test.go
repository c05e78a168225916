package sessions_test

import (
	"testing"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/ldapstate"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/gateway/web/worldtest"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
	"github.com/wicketgate/wicketgate/selfservice/sessions"
	"github.com/wicketgate/wicketgate/selfservice/signin"
)

func store(t testing.TB, d *directory.Directory) state.Store {
	t.Helper()
	s := ldapstate.New(d, ldapstate.Config{Base: ldaptest.StateBase})
	if err := s.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func open(t *testing.T) *worldtest.World {
	t.Helper()
	return openOn(t, ldaptest.Memdir(t, ldaptest.Options{}))
}

func openOn(t *testing.T, s *ldaptest.Server) *worldtest.World {
	t.Helper()
	w := worldtest.New(t, worldtest.Options{Server: s, Store: store})
	(&signin.Flow{Kit: w.Kit, Auth: w.Auth, Sessions: w.Sessions, Sealer: w.Keyring, Audit: w.Audit}).Mount(w.Mux)
	(&sessions.Flow{Kit: w.Kit, Door: w.Door, Records: w.Records, Sessions: w.Sessions, Audit: w.Audit}).Mount(w.Mux)
	return w
}

func signedIn(t *testing.T, w *worldtest.World, who string) *webtest.Browser {
	t.Helper()
	b := w.Browser(t)
	b.Get("/signin").Submit("form", "login", who).Submit("form", "password", who+"-password")
	if got := w.SignedIn(b); got != who {
		t.Fatalf("%q is signed in, want %q", got, who)
	}
	return b
}

func TestPeopleSeeWhereTheyAreSignedInAndSignOneDeviceOut(t *testing.T) {
	t.Parallel()
	w := open(t)
	here, there := signedIn(t, w, "ada"), signedIn(t, w, "ada")
	page := here.Get("/sessions")
	if n := page.Find("main li h2").Length(); n != 2 || !page.Says("This device") || page.Find("main form").Length() != 1 {
		t.Fatalf("%d devices: %s", n, page.Text("main"))
	}
	counts := w.Counts(func() { page = page.Submit("main form") })
	if counts.Modify != 1 {
		t.Errorf("ending a session costs %+v", counts)
	}
	if page.URL.Path != "/sessions" || !page.Says("The device is signed out.") || page.Find("main li h2").Length() != 1 {
		t.Errorf("%s: %s", page.URL, page.Text("main"))
	}
	if w.SignedIn(there) != "nobody" || w.SignedIn(here) != "ada" {
		t.Error("the wrong device was signed out")
	}
	if !w.AuditLines.Has(`"sign_out"`, "another browser") {
		t.Error("no audit line")
	}
	if page := here.Post("/sessions", "session", "made-up"); page.URL.Path != "/sessions" || w.SignedIn(here) != "ada" {
		t.Errorf("a made-up session: %d %s", page.Status, page.URL)
	}
}

func TestNobodySignsSomebodyElsesDeviceOut(t *testing.T) {
	t.Parallel()
	w := open(t)
	ada, other := signedIn(t, w, "ada"), signedIn(t, w, "ada")
	id, _ := ada.Get("/sessions").Find("input[name=session]").Attr("value")
	w.Browser(t).Post("/sessions", "session", id)
	signedIn(t, w, "grace").Post("/sessions", "session", id)
	if id == "" || w.SignedIn(other) != "ada" {
		t.Error("somebody else signed Ada's device out")
	}
}

func TestSignOutEverywhereAsksAndThenSignsOutHereToo(t *testing.T) {
	t.Parallel()
	w := open(t)
	here, there := signedIn(t, w, "ada"), signedIn(t, w, "ada")
	page := here.Get("/sessions").Click("#everywhere")
	if page.URL.Path != "/sessions/everywhere" || w.SignedIn(there) != "ada" {
		t.Fatalf("nobody was asked: %s", page.URL)
	}
	page = page.Submit("main form")
	if !page.Says("You are signed out") || w.SignedIn(here) != "nobody" || w.SignedIn(there) != "nobody" {
		t.Errorf("%s: %s", page.URL, page.Text("main"))
	}
	if !w.AuditLines.Has(`"signed_out_everywhere"`) {
		t.Error("no audit line")
	}
	if page := w.Browser(t).Get("/sessions"); page.URL.Path != "/signin" {
		t.Errorf("a stranger is at %s", page.URL)
	}
}

func TestADirectoryThatRefusesIsNotCalledSignedOut(t *testing.T) {
	t.Parallel()
	s, ldap := ldaptest.MemdirWith(t, ldaptest.Options{}, nil)
	w := openOn(t, s)
	here, there := signedIn(t, w, "ada"), signedIn(t, w, "ada")
	list, everywhere := here.Get("/sessions"), here.Get("/sessions/everywhere")
	ldap.Intercept(func(op memdir.Op) memdir.Verdict {
		if op.Kind == memdir.KindModify {
			return memdir.Verdict{Result: &memdir.Result{Code: memdir.Unavailable}}
		}
		return memdir.Verdict{}
	})
	for what, page := range map[string]*webtest.Page{"one device": list, "everywhere": everywhere} {
		if page := page.Submit("main form"); page.Status != 503 || page.Says("signed out") {
			t.Errorf("%s: status %d, %q", what, page.Status, page.Text("main"))
		}
	}
	ldap.Intercept(nil)
	if w.SignedIn(here) != "ada" || w.SignedIn(there) != "ada" {
		t.Error("somebody was signed out all the same")
	}
	if w.AuditLines.Has(`"signed_out_everywhere"`) {
		t.Error("the audit log says what did not happen")
	}
}

func TestARequestThatIsNoFormSignsNobodyOut(t *testing.T) {
	t.Parallel()
	w := open(t)
	here, there := signedIn(t, w, "ada"), signedIn(t, w, "ada")
	for _, path := range []string{"/sessions", "/sessions/everywhere"} {
		if page := here.PostBody(path, "application/json", `{"session":"all"}`); page.Status != 415 {
			t.Errorf("%s: status %d, want 415", path, page.Status)
		}
	}
	if w.SignedIn(there) != "ada" {
		t.Error("somebody was signed out")
	}
}
