package session_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap"
)

// known says whom a browser knows, the one at work first; those whose session is over in brackets.
func (w *world) known(b *browser) string {
	w.t.Helper()
	var all []string
	for _, a := range w.Accounts(b.request()) {
		name := strings.TrimPrefix(a.Ref.ID, "id-")
		if !a.Live {
			name = "(" + name + ")"
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

func (w *world) expectKnown(what string, b *browser, want string) {
	w.t.Helper()
	if got := w.known(b); got != want {
		w.t.Errorf("%s: the browser knows %q, want %q", what, got, want)
	}
}

// session is somebody's session in a browser.
func (w *world) session(b *browser, name string) session.Session {
	w.t.Helper()
	for _, a := range w.Accounts(b.request()) {
		if a.Ref.ID == "id-"+name {
			return a.Session
		}
	}
	w.t.Fatalf("the browser does not know %s", name)
	return session.Session{}
}

// alive tells whether somebody's session in a browser is.
func (w *world) alive(b *browser, name string) bool {
	w.t.Helper()
	v, err := w.LoadSession(w.t.Context(), b.request(), w.session(b, name).ID)
	must(w.t, err)
	return v != nil && v.User.ID == "id-"+name
}

func (w *world) work(b *browser, name string) (ok bool) {
	w.t.Helper()
	s := w.session(b, name)
	b.visit(func(rw http.ResponseWriter, r *http.Request) {
		var err error
		ok, err = w.Work(rw, r, s.ID)
		must(w.t, err)
	})
	return ok
}

func (w *world) end(b *browser, ids ...string) {
	w.t.Helper()
	b.visit(func(rw http.ResponseWriter, r *http.Request) {
		if len(ids) == 0 {
			must(w.t, w.End(rw, r))
			return
		}
		must(w.t, w.EndSessions(rw, r, ids...))
	})
}

func TestTwoPeopleAtOneBrowserAreSignedInSideBySide(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{}), newBrowser()
	w.signIn(b, "ada", session.Opts{})
	before := b.copied()
	w.signIn(b, "grace", session.Opts{})
	w.expectKnown("grace signed in last", b, "grace ada")
	if w.who(b) != "grace" || !w.alive(b, "ada") || w.session(b, "ada").SID == w.session(b, "grace").SID {
		t.Errorf("%q is at work; ada alive: %v", w.who(b), w.alive(b, "ada"))
	}
	w.spy.Counts()
	if !w.work(b, "ada") || w.who(b) != "ada" {
		t.Errorf("ada was chosen, %q is at work", w.who(b))
	}
	w.spy.Expect(t, "choosing costs nothing but the look at who is there", statetest.Counts{Get: 1})
	w.expectKnown("ada was chosen", b, "ada grace")
	// Whoever had the cookie before a sign-in has gained nothing by it: no session can be planted, and none be followed.
	w.expectKnown("a copy from before", before, "ada")
	ada := w.session(b, "ada")
	w.signIn(b, "ada", session.Opts{})
	if again := w.session(b, "ada"); again.ID == ada.ID || again.SID != ada.SID || !w.alive(b, "grace") {
		t.Errorf("ada signed in again: %+v, then %+v", ada, again)
	}
	w.expectNobody("a copy from before ada signed in again", before)
}

func TestSigningOutOneLeavesTheOthers(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{}), newBrowser()
	w.add("jane", "uid=jane,dc=example")
	for _, name := range []string{"ada", "grace", "jane"} {
		w.signIn(b, name, session.Opts{})
	}
	w.end(b)
	w.expectKnown("without saying whom: the one at work", b, "grace ada")
	if w.sessions("jane") != 0 || w.sessions("ada") != 1 || !w.alive(b, "ada") || w.who(b) != "grace" {
		t.Errorf("jane has %d sessions, ada %d, %q is at work", w.sessions("jane"), w.sessions("ada"), w.who(b))
	}
	w.end(b, w.session(b, "ada").ID, "nobody's")
	w.expectKnown("another than the one at work", b, "grace")
	b.visit(func(rw http.ResponseWriter, r *http.Request) { must(t, w.EndSessions(rw, r)) })
	w.expectKnown("none of them", b, "grace")
	w.signIn(b, "ada", session.Opts{})
	copied := b.copied()
	all := w.Accounts(b.request())
	if ids := session.Chosen(all, ""); len(ids) != 1 || ids[0] != w.session(b, "ada").ID {
		t.Errorf("without a word: %v", ids)
	}
	if ids := session.Chosen(all, session.Handle("id-grace")); len(ids) != 1 || ids[0] != w.session(b, "grace").ID {
		t.Errorf("grace: %v", ids)
	}
	if ids := session.Chosen(all, "nobody"); len(ids) != 0 {
		t.Errorf("nobody: %v", ids)
	}
	w.end(b, session.Chosen(all, session.Everybody)...)
	if len(b.jar) != 0 || w.sessions("ada")+w.sessions("grace") != 0 {
		t.Errorf("all are signed out: cookies %v", b.jar)
	}
	w.expectNobody("a copy of the cookie", copied)
	if w.alive(copied, "ada") || w.alive(copied, "grace") {
		t.Error("a copy of the cookie is still good")
	}
}

func TestWhoDidNotAskToStayGoesWithTheBrowser(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{Known: time.Hour}), newBrowser()
	w.signIn(b, "ada", session.Opts{Remember: true})
	w.signIn(b, "grace", session.Opts{})
	b.close()
	w.expectKnown("after the browser was closed", b, "ada")
	w.signIn(b, "ada", session.Opts{})
	b.close()
	if len(b.jar) != 0 {
		t.Errorf("ada did not ask to stay this time, and left %v", b.jar)
	}
}

func TestOnlyWhoAskedToStayIsRememberedAfterSigningOutAndCanBeForgotten(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{Known: 90 * 24 * time.Hour}), newBrowser()
	w.user("ada").Set(ldapmap.Photo, "a photo")
	w.signIn(b, "ada", session.Opts{Remember: true})
	w.signIn(b, "grace", session.Opts{})
	if a := w.Accounts(b.request())[1]; a.Login != "ada" || a.Name != "Name of ada" || a.Photo != session.PhotoName(w.user("ada")) || !a.Live {
		t.Errorf("ada is kept as %+v", a)
	}
	w.end(b, w.session(b, "ada").ID, w.session(b, "grace").ID)
	w.expectKnown("both signed out", b, "(ada)")
	a := w.Accounts(b.request())[0]
	if a.Login != "ada" || a.Name != "Name of ada" || a.Photo != "" || a.ID != "" || a.Mark != "" || a.Handle != session.Handle("id-ada") {
		t.Errorf("ada is remembered as %+v", a)
	}
	if b.last.MaxAge != 90*24*3600 {
		t.Errorf("the cookie lasts %d seconds", b.last.MaxAge)
	}
	for _, value := range b.jar {
		if plain, err := base64.RawURLEncoding.DecodeString(value); err != nil || bytes.Contains(plain, []byte("ada")) {
			t.Errorf("somebody can read who was here: %q", plain)
		}
	}
	w.expectNobody("whoever is remembered", b)
	if w.work(b, "ada") {
		t.Error("whoever is signed out was put to work")
	}
	b.visit(func(rw http.ResponseWriter, r *http.Request) { must(t, w.End(rw, r)) })
	w.expectKnown("signing out nobody", b, "(ada)")
	w.clock = w.clock.Add(90*24*time.Hour - time.Second)
	w.expectKnown("almost 90 days later", b, "(ada)")
	forgotten := b.copied()
	forgotten.visit(func(rw http.ResponseWriter, r *http.Request) { must(t, w.Forget(rw, r, a.Handle)) })
	if len(forgotten.jar) != 0 {
		t.Errorf("ada was forgotten, and left %v", forgotten.jar)
	}
	w.clock = w.clock.Add(time.Second)
	w.expectKnown("90 days later", b, "")

	w, b = newWorld(t, session.Config{}), newBrowser()
	w.signIn(b, "ada", session.Opts{Remember: true})
	w.end(b)
	if len(b.jar) != 0 {
		t.Errorf("nobody is to be remembered, and there is %v", b.jar)
	}
}

func TestASessionThatIsOverIsSeenToBe(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{Idle: time.Hour, Known: 90 * 24 * time.Hour}), newBrowser()
	w.signIn(b, "grace", session.Opts{Remember: true})
	w.signIn(b, "ada", session.Opts{})
	w.clock = w.clock.Add(time.Hour)
	w.expectKnown("after an idle hour", b, "(ada) grace")
	if s, _ := w.Current(b.request()); s != nil {
		t.Errorf("the others are signed in, so %s took over unasked", s.Ref.ID)
	}
	if w.work(b, "ada") || !w.work(b, "grace") || w.who(b) != "grace" {
		t.Errorf("%q is at work", w.who(b))
	}
	w.clock = w.clock.Add(40 * 24 * time.Hour)
	w.expectKnown("after a month and more", b, "(grace) (ada)")
	w.signIn(b, "ada", session.Opts{})
	b.visit(func(rw http.ResponseWriter, r *http.Request) { must(t, w.Left(rw, r, w.session(b, "ada").ID)) })
	w.expectKnown("ada's session ended elsewhere", b, "(grace)")
	w.clock = w.clock.Add(60 * 24 * time.Hour)
	w.expectKnown("long afterwards", b, "")
}

func TestAVisitOfOneLeavesTheOthersInTheCookie(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{Idle: time.Hour}), newBrowser()
	w.signIn(b, "grace", session.Opts{})
	w.signIn(b, "ada", session.Opts{})
	w.clock = w.clock.Add(50 * time.Minute)
	w.user("ada").Set(ldapmap.Name, "Ada King")
	b.visit(func(rw http.ResponseWriter, r *http.Request) {
		v, err := w.Load(r.Context(), r)
		must(t, err)
		must(t, w.Touch(rw, r, v))
	})
	w.expectKnown("ada was there", b, "ada grace")
	if a := w.Accounts(b.request())[0]; a.Name != "Ada King" {
		t.Errorf("the cookie calls her %s", a.Name)
	}
	w.clock = w.clock.Add(20 * time.Minute)
	w.expectKnown("grace was not", b, "ada (grace)")
}

func TestEightAccountsFitWhateverTheyAreCalled(t *testing.T) {
	t.Parallel()
	for what, remember := range map[string]func(int) bool{
		"none stays": func(int) bool { return false }, "all stay": func(int) bool { return true }, "half stay": func(i int) bool { return i%2 == 0 },
	} {
		w, b := newWorld(t, session.Config{Known: time.Hour}), newBrowser()
		for i := range 8 {
			name := fmt.Sprintf("%d-%s", i, strings.Repeat("é", 12))
			u := w.add(name, "cn="+strings.Repeat("x", 900)+",ou=people,dc=example,dc=org")
			u.Set(ldapmap.Name, strings.Repeat("Ünïcödé ", 20))
			u.Set(ldapmap.Photo, name)
			w.signIn(b, name, session.Opts{Remember: remember(i), AMR: []string{"pwd", "otp", "mfa"}, ACR: "urn:example:strong"})
		}
		size := 0
		for name, value := range b.jar {
			if size += len(value); len(value)+len(name) > 4000 {
				t.Errorf("%s: the cookie %s has %d bytes", what, name, len(value))
			}
		}
		all := w.Accounts(b.request())
		if len(all) != 8 || size > 3900 {
			t.Errorf("%s: %d accounts in %d bytes", what, len(all), size)
		}
		for i, a := range all {
			if name := strings.TrimPrefix(a.Ref.ID, "id-"); !a.Live || a.Login != name || !w.alive(b, name) || !strings.HasPrefix(name, fmt.Sprint(7-i)) {
				t.Errorf("%s: %+v", what, a)
			}
		}
	}
}

func TestANinthAccountTakesThePlaceOfTheOneThatWasNotUsedForLongest(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{Known: time.Hour}), newBrowser()
	w.signIn(b, "grace", session.Opts{Remember: true})
	w.end(b)
	for i := range 8 {
		w.add(fmt.Sprint("p", i), "uid=p,dc=example")
		w.signIn(b, fmt.Sprint("p", i), session.Opts{})
	}
	w.expectKnown("whoever is only remembered goes first", b, "p7 p6 p5 p4 p3 p2 p1 p0")
	w.work(b, "p0")
	copied := b.copied()
	w.signIn(b, "ada", session.Opts{})
	w.expectKnown("then whoever was not used for longest", b, "ada p0 p7 p6 p5 p4 p3 p2")
	if w.sessions("p1") != 0 || w.alive(copied, "p1") || !w.alive(copied, "p2") {
		t.Error("the session of the one that went is alive, where nobody can end it any more")
	}
	// Eight whose marks alone fill a cookie are fewer.
	w, b = newWorld(t, session.Config{}), newBrowser()
	for i := range 4 {
		w.add(fmt.Sprint("p", i), "uid=p,dc=example").Account.Mark = strings.Repeat("m", 1000)
		w.signIn(b, fmt.Sprint("p", i), session.Opts{})
	}
	w.expectKnown("enormous accounts", b, "p3 p2")
	if w.sessions("p0")+w.sessions("p1") != 0 {
		t.Error("the sessions of those that went are alive")
	}
}

func TestAnEarlierOfTwoCookiesForOnePersonCountsForNothing(t *testing.T) {
	t.Parallel()
	w, b, other := newWorld(t, session.Config{}), newBrowser(), newBrowser()
	w.signIn(b, "ada", session.Opts{})
	w.signIn(other, "grace", session.Opts{})
	w.signIn(other, "ada", session.Opts{Remember: true})
	b.jar["__Host-wicketgate_stay"] = other.jar["__Host-wicketgate_stay"]
	w.expectKnown("mixed cookies", b, "ada")
	if !w.session(b, "ada").Remember {
		t.Error("the earlier one counts")
	}
}
