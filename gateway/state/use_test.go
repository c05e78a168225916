package state_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// digest returns one that is, or is not, among the 1 in 32 that also clear away.
func digest(name string, sweeps bool) string {
	for i := 0; ; i++ {
		d := state.Digest(name, fmt.Sprint(i))
		if (d[0] == '0' && d[1] < '8') == sweeps {
			return d
		}
	}
}

func TestWhatWorksOnceWorksOnce(t *testing.T) {
	t.Parallel()
	for _, path := range []state.Path{state.PersonPath(who), {Kind: state.Clients, ID: "shop"}, {Kind: state.Pending, ID: state.Digest("invitation")}} {
		w := newWorld(t)
		id, exp := digest("x", false), w.now().Add(time.Hour)
		if used, err := w.WasUsed(w.ctx(), path, id); used || err != nil {
			t.Errorf("%s: used before it was: %v", path, err)
		}
		w.spy.Counts()
		w.ok(w.Use(w.ctx(), path, id, exp))
		want := statetest.Counts{Change: 1, Create: 1}
		if path.Kind == state.Pending {
			want = statetest.Counts{Create: 1}
		}
		w.spy.Expect(t, "the first use in "+path.String(), want)
		w.is(w.Use(w.ctx(), path, id, exp), state.ErrUsed)
		w.spy.Counts()
		if used, err := w.WasUsed(w.ctx(), path, id); !used || err != nil {
			t.Errorf("%s: not used: %v", path, err)
		}
		w.spy.Expect(t, "looking", statetest.Counts{Get: 1})
		if path.Kind != state.Pending {
			w.ok(w.Use(w.ctx(), path, digest("y", false), exp))
			w.spy.Expect(t, "the next use in "+path.String(), statetest.Counts{Change: 1})
		}
		w.ok(w.Unuse(w.ctx(), path, id, exp))
		w.ok(w.Unuse(w.ctx(), path, id, exp))
		w.ok(w.Use(w.ctx(), path, id, exp))
	}
	w := newWorld(t)
	w.ok(w.Unuse(w.ctx(), state.PersonPath(who), digest("x", false), w.now()))
}

func TestWhatWorksSeveralTimesWorksSoOftenAndNotOnceMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, exp := state.Path{Kind: state.Pending, ID: state.Digest("invitation")}, w.now().Add(time.Hour)
	var ids []string
	for i := range 5 {
		ids = append(ids, state.Digest("invitation", fmt.Sprint(i)))
	}
	_, err := w.UseAny(w.ctx(), path, ids, exp)
	w.ok(err)
	w.spy.Counts()
	_, err = w.UseAny(w.ctx(), path, ids, exp)
	w.ok(err)
	w.spy.Expect(t, "the second of five", statetest.Counts{Get: 1, Create: 1, Change: 1})
	// 16 at once for the three that are left.
	var mu sync.Mutex
	taken := map[int]int{}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			at, err := w.UseAny(w.ctx(), path, ids, exp)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				taken[at]++
			case !errors.Is(err, state.ErrUsed):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(taken) != 3 || taken[2] != 1 || taken[3] != 1 || taken[4] != 1 {
		t.Errorf("taken: %v", taken)
	}
	w.ok(w.Unuse(w.ctx(), path, ids[3], exp))
	if at, err := w.UseAny(w.ctx(), path, ids, exp); at != 3 || err != nil {
		t.Errorf("one that was given back: %d %v", at, err)
	}
	_, err = w.UseAny(w.ctx(), path, ids, exp)
	w.is(err, state.ErrUsed)
	w.later(time.Hour)
	_, err = w.UseAny(w.ctx(), path, []string{state.Digest("other")}, exp)
	w.is(err, state.ErrExpired)
}

func TestOfManyWhoUseItAtOnceOneSucceeds(t *testing.T) {
	t.Parallel()
	for i := range 60 {
		w := newWorld(t)
		path := []state.Path{state.PersonPath(who), {Kind: state.Clients, ID: "shop"}, {Kind: state.Pending, ID: "x"}}[i%3]
		exp := w.now().Add(time.Hour)
		if won := race(16, func(int) error { return w.Use(w.ctx(), path, state.Digest("x"), exp) }, func(err error) {
			if !errors.Is(err, state.ErrUsed) {
				t.Error(err)
			}
		}); won != 1 {
			t.Fatalf("%s: %d used it", path, won)
		}
	}
}

func TestUseMakesAPersonsRecordWithAnEpoch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ok(w.Use(w.ctx(), state.PersonPath(who), state.Digest("x"), w.now().Add(time.Hour)))
	w.count("n", 1)
}

func TestARecordToWhichOnlyUsesAreAddedStaysSmall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := state.Path{Kind: state.Clients, ID: "shop"}
	w.ok(w.Store().Create(w.ctx(), state.Record{Path: path, Values: []string{`{"name":"Shop"}`}}))
	for i := range 30 {
		w.ok(w.Use(w.ctx(), path, digest(fmt.Sprint("x", i), false), w.now().Add(time.Minute)))
	}
	w.later(time.Hour)
	w.ok(w.Use(w.ctx(), path, digest("y", true), w.now().Add(time.Minute)))
	rec, err := w.Store().Get(w.ctx(), path)
	w.ok(err)
	if len(rec.Values) != 2 {
		t.Errorf("%d values are left", len(rec.Values))
	}
}

func TestAUseThatCannotBeNamedOrIsTooLateAsksNoStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, exp := state.PersonPath(who), w.now().Add(time.Hour)
	for _, id := range []string{"", "abc", strings.Repeat("G", 64), strings.Repeat("A", 64), state.Digest("x") + "0"} {
		if err := w.Use(w.ctx(), path, id, exp); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", id, err)
		}
		if err := w.Unuse(w.ctx(), path, id, exp); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", id, err)
		}
	}
	w.is(w.Use(w.ctx(), path, state.Digest("x"), w.now()), state.ErrExpired)
	w.spy.Expect(t, "bad uses", statetest.Counts{})
}
