package statetest_test

import (
	"errors"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
)

func TestMemoryIsAStore(t *testing.T) {
	t.Parallel()
	statetest.Run(t, func(*testing.T) state.Store { return &statetest.Memory{} })
}

func TestASpyIsAStoreThatCountsAndStepsIn(t *testing.T) {
	t.Parallel()
	statetest.Run(t, func(*testing.T) state.Store { return &statetest.Spy{Store: &statetest.Memory{}} })

	s := &statetest.Spy{Store: &statetest.Memory{}}
	p := state.Path{Kind: state.People, ID: "a"}
	calls := map[string]func() error{
		"get":    func() error { _, err := s.Get(t.Context(), p); return err },
		"create": func() error { return s.Create(t.Context(), state.Record{Path: p, Values: []string{"x"}}) },
		"change": func() error { return s.Change(t.Context(), p, nil, []string{"x"}) },
		"delete": func() error { return s.Delete(t.Context(), p) },
		"list":   func() error { return s.List(t.Context(), state.People, func(state.Record) bool { return true }) },
	}
	cut := errors.New("cable cut")
	s.Before = func(verb string, at state.Path) error {
		if calls[verb] == nil || at.Kind != state.People {
			t.Errorf("verb %s at %s", verb, at)
		}
		return cut
	}
	for verb, call := range calls {
		if err := call(); !errors.Is(err, cut) {
			t.Errorf("%s: %v", verb, err)
		}
	}
	s.Expect(t, "one of each", statetest.Counts{Get: 1, Create: 1, Change: 1, Delete: 1, List: 1})
}
