package session_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/session"
)

func TestTheBrowserStateIsThereOnceItIsNeededAndChangesForWhoeverSignsInOrOut(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{}), newBrowser()
	const name = "__Host-wicketgate_state"
	w.signIn(b, "ada", session.Opts{})
	if b.jar[name] != "" {
		t.Error("the cookie is there before any application was told of it")
	}
	show := func() { b.visit(func(rw http.ResponseWriter, r *http.Request) { w.ShowState(rw, r) }) }
	show()
	if c := b.last; c.Name != name || c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteNoneMode || c.Path != "/" || c.MaxAge != 0 || w.StateCookie() != name {
		t.Errorf("the cookie is %+v", c)
	}
	state := func(who string) string { return session.BrowserState(w.session(b, who).ID) }
	ada := state("ada")
	if b.jar[name] != ada || strings.Contains(w.session(b, "ada").ID, ada) || len(ada) != 22 {
		t.Errorf("the cookie says %q", b.jar[name])
	}
	b.last = nil
	if show(); b.last != nil {
		t.Error("it was set once more, though nothing changed")
	}
	w.signIn(b, "grace", session.Opts{})
	if got := b.jar[name]; got != state("grace")+"."+ada {
		t.Errorf("grace signed in: %q", got)
	}
	w.signIn(b, "ada", session.Opts{})
	if again := state("ada"); again == ada || b.jar[name] != again+"."+state("grace") {
		t.Errorf("ada signed in again: %q", b.jar[name])
	}
	grace := state("grace")
	w.end(b)
	if b.jar[name] != grace {
		t.Errorf("ada signed out: %q", b.jar[name])
	}
	w.end(b)
	if b.jar[name] != "" {
		t.Errorf("nobody is there: %q", b.jar[name])
	}
}
