package statetest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/state"
)

const (
	runners = 16
	rounds  = 12
)

// races is the promise that everything stands on: of any number that try the same at once, one succeeds, and the others are told why not.
func races(t *testing.T, s *suite) {
	for _, r := range []struct {
		name    string
		prepare []string // values of the record before; none for no record
		try     func(p state.Path, runner int) error
		lost    error
		after   []string // values of the record after; nil for no record
	}{
		{"adding a value", []string{"n0"},
			func(p state.Path, _ int) error { return s.Change(t.Context(), p, nil, []string{"g1"}) }, state.ErrPresent, []string{"n0", "g1"}},
		{"removing a value", []string{"n0", "u1"},
			func(p state.Path, _ int) error { return s.Change(t.Context(), p, []string{"u1"}, nil) }, state.ErrGone, []string{"n0"}},
		{"replacing a value by the same one", []string{"n0", "r1 0"},
			func(p state.Path, _ int) error { return s.Change(t.Context(), p, []string{"r1 0"}, []string{"r1 1"}) }, state.ErrGone, []string{"n0", "r1 1"}},
		{"redeeming", []string{"n0", "c1"},
			func(p state.Path, _ int) error {
				return s.Change(t.Context(), p, []string{"c1", "n0"}, []string{"u1", "g1", "c1", "n0"})
			}, state.ErrPresent, []string{"n0", "c1", "u1", "g1"}},
		{"creating", nil,
			func(p state.Path, _ int) error {
				return s.Create(t.Context(), state.Record{Path: p, Values: []string{"n0"}})
			}, state.ErrExists, []string{"n0"}},
		{"deleting", []string{"n0"},
			func(p state.Path, _ int) error { return s.Delete(t.Context(), p) }, state.ErrNotFound, nil},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			for round := range rounds {
				p := path(t, state.People, round)
				if len(r.prepare) > 0 {
					s.create(t, p, r.prepare...)
				}
				won := 0
				for _, err := range atOnce(func(i int) error { return r.try(p, i) }) {
					if err == nil {
						won++
						continue
					}
					is(t, "losing", err, r.lost)
				}
				if won != 1 {
					t.Fatalf("round %d: %d of %d succeeded", round, won, runners)
				}
				if r.after == nil {
					_, err := s.Get(t.Context(), p)
					is(t, "reading afterwards", err, state.ErrNotFound)
					continue
				}
				s.holds(t, p, r.after...)
			}
		})
	}
	t.Run("replacing a value by different ones", func(t *testing.T) {
		t.Parallel()
		for round := range rounds {
			p := path(t, state.People, round)
			s.create(t, p, "n0")
			won := -1
			for i, err := range atOnce(func(i int) error { return s.Change(t.Context(), p, []string{"n0"}, []string{fmt.Sprint("n", i+1)}) }) {
				switch {
				case err != nil:
					is(t, "losing", err, state.ErrGone)
				case won >= 0:
					t.Fatalf("round %d: %d and %d succeeded", round, won, i)
				default:
					won = i
				}
			}
			s.holds(t, p, fmt.Sprint("n", won+1))
		}
	})
	t.Run("different values all get in", func(t *testing.T) {
		t.Parallel()
		p := path(t, state.People, 0)
		s.create(t, p, "n0")
		want := []string{"n0"}
		for i, err := range atOnce(func(i int) error { return s.Change(t.Context(), p, []string{"n0"}, []string{"n0", fmt.Sprint("s", i)}) }) {
			is(t, "adding a value of one's own", err, nil)
			want = append(want, fmt.Sprint("s", i))
		}
		s.holds(t, p, want...)
	})
}

// atOnce runs one call in each runner, as close together as can be, and returns their answers.
func atOnce(call func(runner int) error) []error {
	errs := make([]error, runners)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			<-start
			errs[i] = call(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}
