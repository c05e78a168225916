package state_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
)

// world is a store, a clock that a test moves, and one person, "p1".
type world struct {
	*state.Records
	t     *testing.T
	spy   *statetest.Spy
	mu    sync.Mutex
	clock time.Time
}

const who = "p1"

func newWorld(t *testing.T, opts ...state.Option) *world {
	t.Helper()
	w := &world{t: t, spy: &statetest.Spy{Store: &statetest.Memory{}}, clock: time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)}
	w.Records = state.NewRecords(w.spy, w.now, opts...)
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *world) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

func (w *world) ctx() context.Context { return w.t.Context() }

func (w *world) person() *state.Person {
	w.t.Helper()
	p, err := w.Person(w.ctx(), who)
	w.ok(err)
	return p
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) is(err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Fatalf("got %v, want %v", err, want)
	}
}

func (w *world) consent(client string, scopes ...string) {
	w.t.Helper()
	_, err := w.PutConsent(w.ctx(), w.person(), state.Consent{Client: client, Scopes: scopes})
	w.ok(err)
}

// code makes a code for the client as the authorization endpoint would.
func (w *world) code(name, client string, scopes ...string) state.Code {
	w.t.Helper()
	st, ok := w.person().Standing(client)
	if !ok {
		w.t.Fatal("no consent to make a code from")
	}
	return state.Code{ID: state.Digest("code", name), Expires: w.now().Add(time.Minute), Standing: st, Refresh: true,
		Grant: state.Grant{Made: w.now(), Expires: w.now().Add(24 * time.Hour), SID: "sid1", Scopes: scopes}}
}

func (w *world) session(id string) *state.Session {
	return &state.Session{ID: id, Made: w.now(), AuthTime: w.now(), Seen: w.now().Truncate(state.SeenStep), Expires: w.now().Add(12 * time.Hour), AMR: []string{"pwd"}}
}

// raw counts the values of a kind as they stand in the store.
func (w *world) raw(kind string) []string {
	w.t.Helper()
	rec, err := w.spy.Store.Get(w.ctx(), state.PersonPath(who))
	if errors.Is(err, state.ErrNotFound) {
		return nil
	}
	w.ok(err)
	var out []string
	for _, v := range rec.Values {
		if strings.HasPrefix(v, kind) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

func (w *world) count(kind string, want int) {
	w.t.Helper()
	if got := w.raw(kind); len(got) != want {
		w.t.Errorf("%d values of kind %s, want %d: %q", len(got), kind, want, got)
	}
}

// fill puts values into the person's record past all rules.
func (w *world) fill(values ...string) {
	w.t.Helper()
	err := w.spy.Store.Change(w.ctx(), state.PersonPath(who), nil, values)
	if errors.Is(err, state.ErrNotFound) {
		err = w.spy.Store.Create(w.ctx(), state.Record{Path: state.PersonPath(who), Values: append(values, "n0")})
	}
	w.ok(err)
}

func hexID(i int) string { return fmt.Sprintf("%032x", i+1) }
