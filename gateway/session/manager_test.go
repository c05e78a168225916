package session_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestASignInIsOneReadAndOneWriteAndEveryVisitTwoReads(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{}), newBrowser()
	b.agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	w.expectNobody("a new browser", b)
	w.spy.Expect(t, "a visit without a cookie", statetest.Counts{})
	w.signIn(b, "ada", session.Opts{AMR: []string{"pwd"}, ACR: "1"})
	w.spy.Expect(t, "the first sign-in", statetest.Counts{Get: 1, Create: 1})
	if w.people.reads != 0 {
		t.Errorf("%d reads of the entry, which was in hand", w.people.reads)
	}
	r := b.request()
	v, err := w.Load(r.Context(), r)
	if err != nil || v == nil {
		t.Fatal(v, err)
	}
	w.spy.Expect(t, "a visit", statetest.Counts{Get: 1})
	if w.people.reads != 1 || v.User.ID != "id-ada" || v.Session.Device != "Firefox, Linux" || v.Session.ACR != "1" || !v.Session.AuthTime.Equal(w.clock) || !v.Record.Exists() {
		t.Errorf("%d reads, visit %+v", w.people.reads, v)
	}
	s, err := w.Current(b.request())
	if err != nil || s == nil || s.Ref != w.user("ada").Ref || s.AMR[0] != "pwd" || s.ID != v.Session.ID || s.SID != v.Session.SID {
		t.Errorf("the cookie says %+v, %v", s, err)
	}
	w.spy.Expect(t, "looking at the cookie", statetest.Counts{})

	rec, err := w.records.Person(t.Context(), "id-ada")
	if err != nil {
		t.Fatal(err)
	}
	w.spy.Counts()
	w.signIn(newBrowser(), "ada", session.Opts{Record: rec})
	w.spy.Expect(t, "a sign-in with the record in hand", statetest.Counts{Change: 1})
}

func TestASessionDiesWithWhatItStoodOn(t *testing.T) {
	t.Parallel()
	for what, kill := range map[string]func(*world, *browser){
		"password changed": func(w *world, _ *browser) { w.user("ada").Account.Mark = "another" },
		"locked":           func(w *world, _ *browser) { w.user("ada").Account.Locked = true },
		"disabled":         func(w *world, _ *browser) { w.user("ada").Account.Disabled = true },
		"account ended":    func(w *world, _ *browser) { w.user("ada").Account.Expires = w.clock },
		"account gone":     func(w *world, _ *browser) { delete(w.people.users, "id-ada") },
		"another at the DN": func(w *world, _ *browser) {
			other := ldapmap.NewUser(ldapmap.Ref{ID: "new", DN: w.user("ada").DN})
			other.Account.Mark = w.user("ada").Account.Mark
			w.people.users["id-ada"] = other
		},
		"12 hours later":        func(w *world, _ *browser) { w.clock = w.clock.Add(12 * time.Hour) },
		"signed out everywhere": func(w *world, _ *browser) { must(w.t, w.EndAll(w.t.Context(), "id-ada")) },
		"signed out here, and the cookie copied": func(w *world, b *browser) {
			b.copied().visit(func(rw http.ResponseWriter, r *http.Request) { must(w.t, w.End(rw, r)) })
		},
		"record deleted": func(w *world, _ *browser) { must(w.t, w.spy.Store.Delete(w.t.Context(), state.PersonPath("id-ada"))) },
		"master secret replaced": func(w *world, _ *browser) {
			w.keys = otherKeys(w.t)
			w.Manager = w.replica(session.Config{PublicURL: "https://id.example.org"})
		},
	} {
		w, b := newWorld(t, session.Config{}), newBrowser()
		w.signIn(b, "ada", session.Opts{})
		if w.who(b) != "ada" {
			t.Fatal("not signed in")
		}
		kill(w, b)
		w.expectNobody(what, b)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAStoreOrDirectoryThatIsDownIsNotASignOut(t *testing.T) {
	t.Parallel()
	down := fault.New(fault.Unavailable, "the directory does not answer")
	w, b := newWorld(t, session.Config{}), newBrowser()
	w.signIn(b, "ada", session.Opts{})
	check := func(what string) {
		t.Helper()
		r := b.request()
		if v, err := w.Load(r.Context(), r); v != nil || !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %+v, %v", what, v, err)
		}
	}
	w.people.err = down
	check("directory down")
	w.people.err = nil
	w.spy.Before = func(string, state.Path) error { return down }
	check("store down")
	b.visit(func(rw http.ResponseWriter, r *http.Request) {
		if err := w.End(rw, r); !fault.Is(err, fault.Unavailable) {
			t.Errorf("signing out: %v", err)
		}
		if err := w.EndAll(r.Context(), "id-ada"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("signing out everywhere: %v", err)
		}
		if err := w.Start(rw, r, w.user("ada"), session.Opts{}); !fault.Is(err, fault.Unavailable) {
			t.Errorf("signing in: %v", err)
		}
	})
	if len(b.jar) != 0 {
		t.Error("the cookie stayed although somebody wanted to sign out")
	}
}

func TestSigningInAgainRenewsTheSessionAndAStolenCookieIsWorthless(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{}), newBrowser()
	w.signIn(b, "ada", session.Opts{})
	first, _ := w.Current(b.request())
	stolen := b.copied()
	w.clock = w.clock.Add(time.Minute)
	w.signIn(b, "ada", session.Opts{})
	second, _ := w.Current(b.request())
	if second.ID == first.ID || second.SID != first.SID || !second.AuthTime.After(first.AuthTime) {
		t.Errorf("first %+v, second %+v", first, second)
	}
	w.expectNobody("the old cookie", stolen)
	if w.who(b) != "ada" || w.sessions("ada") != 1 {
		t.Errorf("%q is signed in, with %d sessions", w.who(b), w.sessions("ada"))
	}
}

func TestASessionOnOneReplicaIsGoodOnAnother(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{}), newBrowser()
	w.signIn(b, "ada", session.Opts{})
	w.Manager = w.replica(session.Config{PublicURL: "https://id.example.org"})
	if w.who(b) != "ada" {
		t.Error("not signed in at the other replica")
	}
}

func TestStayingSignedInLastsThirtyDaysAndTheRestEndsWithTheBrowser(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{}), newBrowser()
	w.signIn(b, "ada", session.Opts{})
	if b.last.MaxAge != 0 || !b.last.Expires.IsZero() {
		t.Errorf("the cookie outlives the browser: %+v", b.last)
	}
	w.signIn(b, "ada", session.Opts{Remember: true})
	if b.last.MaxAge != 30*24*3600 {
		t.Errorf("the cookie lasts %d seconds", b.last.MaxAge)
	}
	w.clock = w.clock.Add(30*24*time.Hour - time.Second)
	r := b.request()
	if v, err := w.Load(r.Context(), r); err != nil || v == nil || !v.Remember {
		t.Errorf("almost 30 days later: %+v, %v", v, err)
	}
	w.clock = w.clock.Add(time.Second)
	w.spy.Counts()
	w.expectNobody("30 days later", b)
	w.spy.Expect(t, "an expired cookie", statetest.Counts{})
}

func TestAnIdleSessionEndsAndABusyOneDoesNot(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{Idle: time.Hour}), newBrowser()
	w.signIn(b, "ada", session.Opts{})
	touch := func() (set bool) {
		b.last = nil
		b.visit(func(rw http.ResponseWriter, r *http.Request) {
			v, err := w.Load(r.Context(), r)
			if err != nil || v == nil {
				t.Fatalf("%v, %v", v, err)
			}
			must(t, w.Touch(rw, r, v))
		})
		return b.last != nil
	}
	if touch() {
		t.Error("a cookie was set at once again")
	}
	for range 5 {
		w.clock = w.clock.Add(50 * time.Minute)
		if !touch() {
			t.Error("the cookie was not renewed")
		}
	}
	w.clock = w.clock.Add(time.Hour)
	w.expectNobody("an hour without a request", b)
	w.signIn(b, "ada", session.Opts{Remember: true})
	w.clock = w.clock.Add(20 * time.Hour)
	if w.who(b) != "ada" {
		t.Error("staying signed in does not stay")
	}
}

func TestTouchWritesOnceAnHourAndFollowsAMovedEntry(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{}), newBrowser()
	w.signIn(b, "ada", session.Opts{})
	touch := func() {
		b.visit(func(rw http.ResponseWriter, r *http.Request) {
			v, err := w.Load(r.Context(), r)
			if err != nil || v == nil {
				t.Fatalf("%v, %v", v, err)
			}
			w.spy.Counts()
			must(t, w.Touch(rw, r, v))
		})
	}
	touch()
	w.spy.Expect(t, "at once", statetest.Counts{})
	w.clock = w.clock.Add(time.Hour)
	touch()
	w.spy.Expect(t, "an hour later", statetest.Counts{Change: 1})
	touch()
	w.spy.Expect(t, "again", statetest.Counts{})
	w.user("ada").DN = "uid=ada,ou=elsewhere,dc=example,dc=org"
	touch()
	if s, _ := w.Current(b.request()); s.Ref.DN != "uid=ada,ou=elsewhere,dc=example,dc=org" {
		t.Errorf("the cookie still leads to %s", s.Ref.DN)
	}
	b.visit(func(rw http.ResponseWriter, r *http.Request) {
		must(t, w.Touch(rw, r, &session.Visit{Session: state.Session{ID: "another"}}))
	})
}

func TestSigningOutWithoutASessionDoesNothing(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{}), newBrowser()
	b.visit(func(rw http.ResponseWriter, r *http.Request) {
		must(t, w.End(rw, r))
		must(t, w.Left(rw, r, ""))
		must(t, w.Forget(rw, r, session.Handle("id-ada")))
	})
	w.spy.Expect(t, "signing out nobody", statetest.Counts{})
	if b.last != nil {
		t.Errorf("a cookie was set: %+v", b.last)
	}
}

func TestForgettingADeadSessionWritesNothing(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{}), newBrowser()
	w.signIn(b, "ada", session.Opts{})
	w.spy.Counts()
	b.visit(func(rw http.ResponseWriter, r *http.Request) {
		s, _ := w.Current(r)
		must(t, w.Left(rw, r, s.ID))
		if s, err := w.Current(r); s != nil || err != nil {
			t.Errorf("still there in the same request: %+v, %v", s, err)
		}
	})
	w.spy.Expect(t, "forgetting", statetest.Counts{})
	if len(b.jar) != 0 {
		t.Error("the cookie stayed")
	}
}

func TestTheSignInIsSeenInTheSameRequest(t *testing.T) {
	t.Parallel()
	for _, junk := range []string{"", "junk"} {
		w, b := newWorld(t, session.Config{}), newBrowser()
		if junk != "" {
			b.jar["__Host-wicketgate"] = junk
		}
		b.visit(func(rw http.ResponseWriter, r *http.Request) {
			must(t, w.Start(rw, r, w.user("ada"), session.Opts{}))
			if s, _ := w.Current(r); s == nil || s.Ref.ID != "id-ada" {
				t.Errorf("with cookie %q: %+v", junk, s)
			}
		})
	}
}

func TestASignInThatSignOutEverywhereOvertookIsRefused(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{}), newBrowser()
	w.signIn(newBrowser(), "ada", session.Opts{})
	rec, err := w.records.Person(t.Context(), "id-ada")
	must(t, err)
	must(t, w.EndAll(t.Context(), "id-ada"))
	b.visit(func(rw http.ResponseWriter, r *http.Request) {
		if err := w.Start(rw, r, w.user("ada"), session.Opts{Record: rec}); !errors.Is(err, state.ErrRevoked) {
			t.Errorf("signing in: %v", err)
		}
	})
	if len(b.jar) != 0 {
		t.Error("a cookie was set")
	}
}

func TestBrowsersAreRecognisable(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"": "", "curl/8.0": "", strings.Repeat("x", 10000): "",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0":        "Edge, Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":                "Safari, macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile/15E148 Safari/604": "Chrome, iPhone",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36":                         "Chrome, Android",
		"Mozilla/5.0 (X11; Linux) something": "Linux", "Firefox/1": "Firefox",
	} {
		w, b := newWorld(t, session.Config{}), newBrowser()
		b.agent = agent
		w.signIn(b, "ada", session.Opts{})
		r := b.request()
		if v, err := w.Load(r.Context(), r); err != nil || v.Session.Device != want {
			t.Errorf("%q is %q, %v", agent, v.Session.Device, err)
		}
	}
}
