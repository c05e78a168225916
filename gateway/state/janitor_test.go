package state_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
)

// neglected fills a store with people, clients and pending things, most of it expired.
func neglected(t *testing.T) *world {
	w := newWorld(t)
	old, fresh := w.now().Add(-time.Hour), w.now().Add(time.Hour)
	create := func(k state.Kind, id string, values ...string) {
		w.ok(w.spy.Store.Create(w.ctx(), state.Record{Path: state.Path{Kind: k, ID: id}, Values: values}))
	}
	for i := range 10 {
		used := func(exp time.Time) string {
			return state.Used{ID: state.Digest(fmt.Sprint(i), exp.String()), Expires: exp}.Value()
		}
		create(state.People, fmt.Sprint("p", i), "n0", used(old), used(fresh), state.Session{ID: hexID(i), Expires: old}.Value(),
			state.Factor{ID: "f"}.Value(), "what is this")
		create(state.Clients, fmt.Sprint("c", i), `{"name":"Shop"}`, used(old))
		create(state.Pending, fmt.Sprint("old", i), used(old))
		create(state.Pending, fmt.Sprint("half", i), used(old), used(fresh))
		create(state.Keys, fmt.Sprint("k", i), "sealed")
	}
	w.spy.Counts()
	return w
}

// atOnce is a wait that is over.
func atOnce(time.Duration) <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}

func TestTheJanitorClearsAwayWhatHasExpiredAndNothingElse(t *testing.T) {
	t.Parallel()
	w := neglected(t)
	var pauses []time.Duration
	j := &state.Janitor{Records: w.Records, Batch: 10, Pause: time.Second, After: func(d time.Duration) <-chan time.Time {
		pauses = append(pauses, d)
		c := make(chan time.Time, 1)
		c <- w.now()
		return c
	}}
	s, err := j.Round(w.ctx())
	w.ok(err)
	if (s != state.Swept{Seen: 40, Values: 40, Deleted: 10}) {
		t.Errorf("a round: %+v", s)
	}
	w.spy.Expect(t, "a round", statetest.Counts{List: 3, Change: 30, Delete: 10})
	if len(pauses) != 4 || pauses[0] != time.Second {
		t.Errorf("it paused %v", pauses)
	}
	w.count("n", 1)
	w.count("k", 1)
	w.count("w", 1)
	w.count("u", 1)
	w.count("s", 0)
	s, err = j.Round(w.ctx())
	w.ok(err)
	if (s != state.Swept{Seen: 30}) {
		t.Errorf("a second round: %+v", s)
	}
	w.spy.Expect(t, "a second round", statetest.Counts{List: 3})
}

func TestJanitorsOfSeveralReplicasDoNotGetInEachOthersWay(t *testing.T) {
	t.Parallel()
	w := neglected(t)
	var mu sync.Mutex
	var total state.Swept
	race(4, func(int) error {
		s, err := (&state.Janitor{Records: w.Records, After: atOnce}).Round(w.ctx())
		mu.Lock()
		defer mu.Unlock()
		total.Values += s.Values
		total.Deleted += s.Deleted
		return err
	}, func(err error) { t.Error(err) })
	if total.Values != 40 || total.Deleted != 10 {
		t.Errorf("together: %+v", total)
	}
}

func TestASignInDuringTheJanitorsRoundIsKept(t *testing.T) {
	t.Parallel()
	w := neglected(t)
	w.spy.Before = func(verb string, p state.Path) error {
		if verb == "change" && p == state.PersonPath(who) {
			w.spy.Before = nil
			return w.StartSession(w.ctx(), w.person(), w.session(hexID(77)), "")
		}
		return nil
	}
	_, err := (&state.Janitor{Records: w.Records, After: atOnce}).Round(w.ctx())
	w.ok(err)
	if _, ok := w.person().Session(hexID(77), w.now()); !ok {
		t.Error("the session is gone")
	}
}

func TestAJanitorThatFailsSaysSoAndTriesAgain(t *testing.T) {
	t.Parallel()
	w := neglected(t)
	down := errors.New("cable cut")
	w.spy.Before = func(verb string, _ state.Path) error {
		if verb == "change" || verb == "delete" {
			return down
		}
		return nil
	}
	s, err := (&state.Janitor{Records: w.Records, After: atOnce}).Round(w.ctx())
	w.is(err, down)
	if s.Values != 0 {
		t.Errorf("it says it cleared %+v", s)
	}

	var log bytes.Buffer
	ctx, cancel := context.WithCancel(w.ctx())
	rounds := 0
	j := &state.Janitor{Records: w.Records, Log: slog.New(slog.NewTextHandler(&log, nil)), Every: time.Minute}
	j.After = func(d time.Duration) <-chan time.Time {
		if d < 45*time.Second && d != 500*time.Millisecond || d > time.Minute {
			t.Errorf("it waits %v", d)
		}
		rounds++
		switch rounds {
		case 2:
			w.spy.Before = nil
		case 8:
			cancel()
			return nil
		}
		c := make(chan time.Time, 1)
		c <- w.now()
		return c
	}
	w.is(j.Run(ctx), context.Canceled)
	for _, want := range []string{"level=WARN", "cable cut", "level=INFO", "deleted=10"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, log.String())
		}
	}
	done, stop := context.WithCancel(w.ctx())
	stop()
	w.is((&state.Janitor{Records: w.Records}).Run(done), context.Canceled)
}

func TestAnApplicationIsOnlyRetiredOnceEverybodyWasSeen(t *testing.T) {
	t.Parallel()
	w := neglected(t)
	letIn := func(id, client string) {
		w.ok(w.spy.Store.Create(w.ctx(), state.Record{Path: state.Path{Kind: state.People, ID: id}, Values: []string{"n0", state.Consent{Client: client, ID: "1"}.Value()}}))
	}
	letIn("ada", "c1")
	letIn("grace", "c1")
	asked := map[string]bool{}
	j := &state.Janitor{Records: w.Records, After: atOnce, Retire: func(ctx context.Context, r state.Record, letIn bool) (bool, error) {
		asked[r.ID] = letIn
		if r.ID != "c2" {
			return false, nil
		}
		return true, w.spy.Store.Delete(ctx, r.Path)
	}}
	s, err := j.Round(w.ctx())
	w.ok(err)
	if len(asked) != 10 || !asked["c1"] || asked["c2"] || s.Deleted != 11 {
		t.Errorf("asked %v, swept %+v", asked, s)
	}
	clear(asked)
	broken := errors.New("broken")
	w.spy.Before = func(verb string, p state.Path) error {
		if verb == "list" && p.Kind == state.People {
			return broken
		}
		return nil
	}
	if _, err := j.Round(w.ctx()); !errors.Is(err, broken) || len(asked) != 0 {
		t.Errorf("after half of the people: %v, asked %v", err, asked)
	}
	w.spy.Before = nil
	j.Retire = func(context.Context, state.Record, bool) (bool, error) { return false, broken }
	if _, err := j.Round(w.ctx()); !errors.Is(err, broken) {
		t.Errorf("one that cannot be retired: %v", err)
	}
}
