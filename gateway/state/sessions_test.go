package state_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestSigningInWritesOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.person()
	if p.Exists() || p.Epoch != 0 {
		t.Fatalf("somebody who never signed in has a record: %+v", p)
	}
	w.spy.Expect(t, "reading a person", statetest.Counts{Get: 1})
	w.ok(w.StartSession(w.ctx(), p, w.session(hexID(1)), ""))
	w.spy.Expect(t, "the first sign-in", statetest.Counts{Create: 1})
	w.ok(w.StartSession(w.ctx(), p, w.session(hexID(2)), ""))
	w.spy.Expect(t, "the second sign-in", statetest.Counts{Change: 1})
	for _, p := range []*state.Person{p, w.person()} {
		for i := range 2 {
			if s, ok := p.Session(hexID(i+1), w.now()); !ok || s.SID != s.ID || s.AMR[0] != "pwd" {
				t.Errorf("session %d: %+v", i, s)
			}
		}
	}
	w.count("n", 1)
}

func TestTwoFirstSignInsAtOnceBothHold(t *testing.T) {
	t.Parallel()
	for range 50 {
		w := newWorld(t)
		if won := race(4, func(i int) error {
			p, err := w.Person(w.ctx(), who)
			if err != nil {
				return err
			}
			return w.StartSession(w.ctx(), p, w.session(hexID(i)), "")
		}, func(err error) { t.Error(err) }); won != 4 {
			t.Fatal(won)
		}
		w.count("s", 4)
		w.count("n", 1)
	}
}

func TestSigningInAgainInTheSameBrowserReplacesTheSessionAndKeepsItsNameForApplications(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.person()
	w.ok(w.StartSession(w.ctx(), p, w.session(hexID(1)), ""))
	s := w.session(hexID(2))
	w.ok(w.StartSession(w.ctx(), p, s, hexID(1)))
	if _, ok := p.Session(hexID(1), w.now()); ok || s.SID != hexID(1) {
		t.Errorf("the old session lives, or the name changed: %+v", s)
	}
	w.count("s", 1)
	if got, ok := w.person().Session(hexID(2), w.now()); !ok || got.SID != hexID(1) {
		t.Errorf("the new session: %+v", got)
	}
}

func TestASignInThatSignOutEverywhereOvertookHasToBeDoneAgain(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]bool{"with a record": true, "without": false} {
		w := newWorld(t)
		if before {
			w.consent("shop", "openid")
		}
		stale := w.person()
		w.ok(w.RevokeAll(w.ctx(), w.person()))
		if err := w.StartSession(w.ctx(), stale, w.session(hexID(1)), ""); !errors.Is(err, state.ErrRevoked) {
			t.Errorf("%s: %v", name, err)
		}
		w.count("s", 0)
	}
}

func TestTouchingASessionWritesOnceAnHourAndRacesAreHarmless(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.person()
	w.ok(w.StartSession(w.ctx(), p, w.session(hexID(1)), ""))
	w.spy.Counts()
	for range 30 {
		w.later(time.Minute)
		w.ok(w.TouchSession(w.ctx(), p, hexID(1)))
	}
	w.spy.Expect(t, "half an hour of clicks", statetest.Counts{})
	w.later(45 * time.Minute)
	race(8, func(int) error {
		p, err := w.Person(w.ctx(), who)
		if err != nil {
			return err
		}
		return w.TouchSession(w.ctx(), p, hexID(1))
	}, func(err error) { t.Error(err) })
	w.count("s", 1)
	s, ok := w.person().Session(hexID(1), w.now())
	if !ok || !s.Seen.Equal(w.now().Truncate(time.Hour)) {
		t.Errorf("last seen %v", s.Seen)
	}
	w.spy.Counts()
	w.ok(w.TouchSession(w.ctx(), p, "unknown"))
	w.spy.Expect(t, "touching what is not there", statetest.Counts{})
}

func TestSigningOutEndsTheSessionAndWhatWasBoundToIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.consent("shop", "openid")
	p := w.person()
	s := w.session(hexID(1))
	w.ok(w.StartSession(w.ctx(), p, s, ""))
	online, offline := w.code("on", "shop"), w.code("off", "shop")
	online.Grant.SID, offline.Grant.SID, offline.Grant.Offline = s.SID, s.SID, true
	for _, c := range []state.Code{online, offline} {
		_, err := w.Redeem(w.ctx(), who, c)
		w.ok(err)
	}
	p = w.person()
	w.spy.Counts()
	w.ok(w.EndSession(w.ctx(), p, hexID(1)))
	w.spy.Expect(t, "signing out", statetest.Counts{Change: 1})
	w.ok(w.EndSession(w.ctx(), p, hexID(1)))
	w.spy.Expect(t, "signing out twice", statetest.Counts{})
	p = w.person()
	if _, ok := p.Grant(online.ID, w.now()); ok {
		t.Error("the grant of the session lives on")
	}
	if _, ok := p.Grant(offline.ID, w.now()); !ok {
		t.Error("the grant for offline access is gone")
	}
}

func TestSigningOutEverywhereLeavesConsentsAndFactorsOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.consent("shop", "openid")
	w.fill(state.Factor{ID: "f1", Type: "totp", Sealed: "AbC-_"}.Value())
	w.ok(w.StartSession(w.ctx(), w.person(), w.session(hexID(1)), ""))
	_, err := w.Redeem(w.ctx(), who, w.code("a", "shop", "openid"))
	w.ok(err)
	p := w.person()
	w.spy.Counts()
	w.ok(w.RevokeAll(w.ctx(), p))
	w.spy.Expect(t, "signing out everywhere", statetest.Counts{Change: 1})
	for kind, want := range map[string]int{"s": 0, "g": 0, "r": 0, "c": 1, "k": 1, "n": 1, "u": 1} {
		w.count(kind, want)
	}
	if p.Factors[0].Sealed != "AbC-_" {
		t.Errorf("the factor came back as %q", p.Factors[0].Sealed)
	}
	before := w.person().Epoch
	w.ok(w.RevokeAll(w.ctx(), w.person()))
	if after := w.person().Epoch; after <= before {
		t.Errorf("two in one moment: epoch %d, then %d", before, after)
	}
}

func TestASessionIsDeadOnceExpired(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.person()
	w.ok(w.StartSession(w.ctx(), p, w.session(hexID(1)), ""))
	w.later(12*time.Hour - time.Second)
	if _, ok := p.Session(hexID(1), w.now()); !ok {
		t.Error("dead a second before its expiry")
	}
	w.later(time.Second)
	if _, ok := p.Session(hexID(1), w.now()); ok {
		t.Error("alive at its expiry")
	}
}

func TestBadSessionsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, spoil := range map[string]func(*state.Session){
		"no id":   func(s *state.Session) { s.ID = "" },
		"expired": func(s *state.Session) { s.Expires = w.now() },
		"a list":  func(s *state.Session) { s.AMR = make([]string, state.MaxList+1) },
	} {
		s := w.session(hexID(1))
		spoil(s)
		if err := w.StartSession(w.ctx(), w.person(), s, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := w.session(hexID(1))
	s.Device = strings.Repeat("é", 300)
	w.ok(w.StartSession(w.ctx(), w.person(), s, ""))
	if got, _ := w.person().Session(hexID(1), w.now()); got.Device != strings.Repeat("é", state.MaxDevice/2) {
		t.Errorf("a long device name came back as %q", got.Device)
	}
	if _, err := w.Person(w.ctx(), ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("a person without an id: %v", err)
	}
}

func TestARecordEditedByHandIsMendedAndNothingOldIsBelieved(t *testing.T) {
	t.Parallel()
	for name, epochs := range map[string][]string{"no epoch": nil, "two epochs": {"n5", "n7"}} {
		w := newWorld(t)
		w.consent("shop", "openid")
		w.ok(w.StartSession(w.ctx(), w.person(), w.session(hexID(1)), ""))
		w.ok(w.spy.Store.Change(w.ctx(), state.PersonPath(who), []string{"n0"}, append(epochs, "hello", "g~", "n-x")))
		if _, ok := w.person().Standing("shop"); ok {
			t.Errorf("%s: a code could be made", name)
		}
		p := w.person()
		if len(p.Unknown) != 3 {
			t.Errorf("%s: unknown values %q", name, p.Unknown)
		}
		w.ok(w.StartSession(w.ctx(), p, w.session(hexID(2)), ""))
		p = w.person()
		if _, ok := p.Session(hexID(1), w.now()); ok && epochs == nil {
			t.Errorf("%s: the old session is believed", name)
		}
		if _, ok := p.Session(hexID(2), w.now()); !ok {
			t.Errorf("%s: the new session is dead", name)
		}
		if _, ok := p.Standing("shop"); !ok {
			t.Errorf("%s: still broken", name)
		}
	}
}

func TestTidyMendsToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.consent("shop", "openid")
	w.ok(w.spy.Store.Change(w.ctx(), state.PersonPath(who), []string{"n0"}, nil))
	p := w.person()
	w.ok(w.Tidy(w.ctx(), p))
	if _, ok := p.Standing("shop"); !ok {
		t.Error("no code can be made")
	}
}
