package sqlstate_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate/pgtest"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
)

func TestRecordsInSQL(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p place) {
		p.cfg.PageSize = 7
		statetest.Run(t, func(t *testing.T) state.Store { return p.open(t) })
	})
}

// replicas are several stores at one database, of which each verb takes the next.
type replicas struct {
	all  []*sqlstate.Store
	next atomic.Int64
}

func (r *replicas) one() *sqlstate.Store { return r.all[r.next.Add(1)%int64(len(r.all))] }

func (r *replicas) Get(ctx context.Context, p state.Path) (state.Record, error) {
	return r.one().Get(ctx, p)
}
func (r *replicas) Create(ctx context.Context, rec state.Record) error {
	return r.one().Create(ctx, rec)
}
func (r *replicas) Change(ctx context.Context, p state.Path, remove, add []string) error {
	return r.one().Change(ctx, p, remove, add)
}
func (r *replicas) Delete(ctx context.Context, p state.Path) error { return r.one().Delete(ctx, p) }
func (r *replicas) List(ctx context.Context, k state.Kind, yield func(state.Record) bool) error {
	return r.one().List(ctx, k, yield)
}

func several(t *testing.T, p place) *replicas {
	t.Helper()
	r := &replicas{}
	for range 3 {
		r.all = append(r.all, p.open(t))
	}
	return r
}

func TestSeveralReplicasKeepThePromisesTogether(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p place) {
		statetest.Run(t, func(t *testing.T) state.Store { return several(t, p) })
	})
}

func TestDecisionsHoldInSQL(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p place) { statetest.Decisions(t, several(t, p)) })
}

// A database whose owner made "serializable" the default refuses what it would have to wait for; nobody who signs in may notice.
func TestADatabaseThatIsStricterThanNeededKeepsThePromises(t *testing.T) {
	t.Parallel()
	d := pgtest.Shared(t).Database(t)
	d.SQL(t, "ALTER DATABASE "+d.Name+" SET default_transaction_isolation = serializable")
	statetest.Run(t, func(t *testing.T) state.Store { return several(t, inPostgreSQL(d)) })
}

func TestEachVerbIsOneStatement(t *testing.T) {
	t.Parallel()
	d := pgtest.Shared(t).Database(t)
	s := inPostgreSQL(d).open(t)
	ok(t, s.Prepare(t.Context()))
	for _, step := range []struct {
		what string
		do   func() error
		want pgtest.Counts
	}{
		{"create", func() error { return s.Create(t.Context(), state.Record{Path: one, Values: []string{"x"}}) }, pgtest.Counts{Insert: 1}},
		{"get", func() error { _, err := s.Get(t.Context(), one); return err }, pgtest.Counts{Select: 1}},
		{"change", func() error { return s.Change(t.Context(), one, []string{"x"}, []string{"x", "y"}) }, pgtest.Counts{Update: 1}},
		{"a change that is refused", func() error {
			is(t, s.Change(t.Context(), one, nil, []string{"y"}), state.ErrPresent)
			return nil
		}, pgtest.Counts{Update: 1, Select: 1}},
		{"list", func() error { return s.List(t.Context(), state.People, func(state.Record) bool { return true }) }, pgtest.Counts{Select: 1}},
		{"delete", func() error { return s.Delete(t.Context(), one) }, pgtest.Counts{Delete: 1}},
		{"health", func() error { return s.Health(t.Context()) }, pgtest.Counts{Select: 1}},
	} {
		before := d.Counts()
		ok(t, step.do())
		if got := d.Counts().Minus(before); got != step.want {
			t.Errorf("%s: %+v, want %+v", step.what, got, step.want)
		}
	}
}

func TestAListingHoldsOnePageAtATimeAndNoConnection(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p place) {
		p.cfg.PageSize, p.cfg.PoolSize = 3, 2
		s := p.open(t)
		for i := range 10 {
			ok(t, s.Create(t.Context(), state.Record{Path: state.Path{Kind: state.Pending, ID: string(rune('a' + i))}, Values: []string{"v"}}))
		}
		seen := 0
		ok(t, s.List(t.Context(), state.Pending, func(r state.Record) bool {
			seen++
			// As many as the pool has connections, within the callback: they would wait for ever if the listing kept one.
			var wg sync.WaitGroup
			for range 2 {
				wg.Go(func() {
					if _, err := s.Get(t.Context(), r.Path); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			return true
		}))
		if seen != 10 {
			t.Errorf("%d records were listed", seen)
		}
		if st := s.Status(); st.Open > 3 {
			t.Errorf("%d connections are open", st.Open)
		}
	})
}
