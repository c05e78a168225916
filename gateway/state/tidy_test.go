package state_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
)

func TestACrowdedRecordIsClearedByTheNextWriteThatComesAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.consent("shop", "openid")
	for i := range 5 {
		c := w.code(fmt.Sprint(i), "shop", "openid")
		c.Grant.Expires = w.now().Add(time.Hour)
		_, err := w.Redeem(w.ctx(), who, c)
		w.ok(err)
	}
	w.later(2 * time.Hour)
	p := w.person()
	w.spy.Counts()
	w.ok(w.StartSession(w.ctx(), p, w.session(hexID(1)), ""))
	w.spy.Expect(t, "a sign-in that clears away", statetest.Counts{Change: 1})
	for kind, want := range map[string]int{"u": 0, "g": 0, "r": 0, "c": 1, "s": 1, "n": 1} {
		w.count(kind, want)
	}
}

func TestAMissAtHousekeepingIsNoConflict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 20 {
		w.fill(state.Used{ID: state.Digest(fmt.Sprint(i)), Expires: w.now().Add(-time.Hour)}.Value())
	}
	p := w.person()
	w.ok(w.spy.Store.Change(w.ctx(), p.Path, []string{w.raw("u")[3]}, nil)) // another replica cleared one away
	w.spy.Counts()
	w.ok(w.StartSession(w.ctx(), p, w.session(hexID(1)), ""))
	w.spy.Expect(t, "a sign-in past a miss", statetest.Counts{Change: 2, Get: 1})
	w.count("s", 1)
	w.count("u", 19)
	w.ok(w.Tidy(w.ctx(), w.person()))
	w.count("u", 0)
}

func TestTidyLeavesRecordsAloneThatAreNotCrowded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ok(w.Tidy(w.ctx(), w.person()))
	w.consent("shop", "openid")
	for i := range 8 {
		w.fill(state.Used{ID: state.Digest(fmt.Sprint(i)), Expires: w.now().Add(-time.Hour)}.Value())
	}
	p := w.person()
	w.spy.Counts()
	w.ok(w.Tidy(w.ctx(), p))
	w.spy.Expect(t, "eight expired values", statetest.Counts{})
	w.fill(state.Used{ID: state.Digest("one more"), Expires: w.now().Add(-time.Hour)}.Value())
	p = w.person()
	w.spy.Counts()
	w.ok(w.Tidy(w.ctx(), p))
	w.spy.Expect(t, "nine expired values", statetest.Counts{Change: 1})
	w.count("u", 0)
	if len(p.Used) != 0 {
		t.Error("the person in hand still has them")
	}
}

func TestAUsedCodeIsRememberedWhileSomeReplicaMightTakeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 20 {
		w.fill(state.Used{ID: state.Digest(fmt.Sprint(i)), Expires: w.now()}.Value())
	}
	w.later(state.Skew)
	w.ok(w.Tidy(w.ctx(), w.person()))
	w.count("u", 20)
	w.later(time.Second)
	w.ok(w.Tidy(w.ctx(), w.person()))
	w.count("u", 0)
}

func TestTheOldestSessionsAndGrantsGoPastTheLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.consent("shop", "openid")
	w.consent("wiki", "openid")
	_, err := w.Redeem(w.ctx(), who, w.code("wiki", "wiki"))
	w.ok(err)
	for i := range state.MaxSessions + 20 {
		w.ok(w.StartSession(w.ctx(), w.person(), w.session(hexID(i)), ""))
		_, err := w.Redeem(w.ctx(), who, w.code(fmt.Sprint(i), "shop"))
		w.ok(err)
		w.later(time.Second)
	}
	p := w.person()
	w.ok(w.Tidy(w.ctx(), p))
	w.count("s", state.MaxSessions)
	w.count("g", state.MaxGrantsPerClient+1)
	w.count("r", state.MaxGrantsPerClient+1)
	if _, ok := p.Session(hexID(19), w.now()); ok {
		t.Error("an old session stayed")
	}
	for i := 20; i < state.MaxSessions+20; i++ {
		if _, ok := p.Session(hexID(i), w.now()); !ok {
			t.Errorf("session %d is gone", i)
		}
	}
}

func TestARecordNeverGrowsPastItsLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range state.MaxValues {
		w.fill(state.Used{ID: state.Digest(fmt.Sprint(i)), Expires: w.now().Add(time.Hour)}.Value())
	}
	w.is(w.StartSession(w.ctx(), w.person(), w.session(hexID(1)), ""), state.ErrFull)
	w.is(w.Tidy(w.ctx(), w.person()), state.ErrFull)
	w.later(2 * time.Hour)
	for range 6 {
		w.ok(w.Tidy(w.ctx(), w.person()))
	}
	w.count("u", 0)
	w.ok(w.StartSession(w.ctx(), w.person(), w.session(hexID(1)), ""))
}
