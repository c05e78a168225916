package sqlstate_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate"
)

func TestWhatIsDoneIsToldAndKnown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p place) {
		var mu sync.Mutex
		var told []string
		start := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
		s := p.open(t, sqlstate.WithClock(func() time.Time { return start }), sqlstate.WithObserver(func(op sqlstate.Op) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, op.Verb+" "+op.Result)
		}))
		_, err := s.Get(t.Context(), one)
		is(t, err, state.ErrNotFound)
		ok(t, s.Create(t.Context(), state.Record{Path: one, Values: []string{"x"}}))
		is(t, s.Create(t.Context(), state.Record{Path: one, Values: []string{"x"}}), state.ErrExists)
		is(t, s.Change(t.Context(), one, nil, []string{"x"}), state.ErrPresent)
		ok(t, s.List(t.Context(), state.People, func(state.Record) bool { return true }))
		ok(t, s.Delete(t.Context(), one))
		ok(t, s.Health(t.Context()))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = s.Get(ctx, one)
		is(t, err, context.Canceled)
		want := []string{"get not_found", "create ok", "create exists", "change conflict", "list ok", "delete ok", "health ok", "get unavailable"}
		for i, w := range want {
			if i >= len(told) || told[i] != w {
				t.Fatalf("told %q, want %q", told, want)
			}
		}
		if st := s.Status(); !st.Up || st.Error != "" || !st.Since.Equal(start) || st.Open == 0 || st.Where != s.Where() {
			t.Errorf("a caller that gave up is no failure of the database: %+v", st)
		}
	})
}
