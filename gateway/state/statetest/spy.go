package statetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/state"
)

// Counts are the operations that went to a store.
type Counts struct{ Get, Create, Change, Delete, List int }

// Spy passes everything on to Store and counts it.
type Spy struct {
	state.Store
	// Before is called ahead of each operation, with its name in lower case, if it is set. An error is returned in the operation's place.
	Before func(verb string, p state.Path) error

	mu     sync.Mutex
	counts Counts
}

// Counts tells what came since the last call, and starts anew.
func (s *Spy) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counts
	s.counts = Counts{}
	return c
}

// Expect fails the test unless exactly these operations came since the last Counts or Expect.
func (s *Spy) Expect(t testing.TB, what string, want Counts) {
	t.Helper()
	if got := s.Counts(); got != want {
		t.Errorf("%s: operations %s, want %s", what, got, want)
	}
}

func (c Counts) String() string {
	return fmt.Sprintf("get %d create %d change %d delete %d list %d", c.Get, c.Create, c.Change, c.Delete, c.List)
}

func (s *Spy) note(n *int, verb string, p state.Path) error {
	s.mu.Lock()
	*n++
	s.mu.Unlock()
	if s.Before != nil {
		return s.Before(verb, p)
	}
	return nil
}

// Get implements state.Store.
func (s *Spy) Get(ctx context.Context, p state.Path) (state.Record, error) {
	if err := s.note(&s.counts.Get, "get", p); err != nil {
		return state.Record{}, err
	}
	return s.Store.Get(ctx, p)
}

// Create implements state.Store.
func (s *Spy) Create(ctx context.Context, r state.Record) error {
	if err := s.note(&s.counts.Create, "create", r.Path); err != nil {
		return err
	}
	return s.Store.Create(ctx, r)
}

// Change implements state.Store.
func (s *Spy) Change(ctx context.Context, p state.Path, remove, add []string) error {
	if err := s.note(&s.counts.Change, "change", p); err != nil {
		return err
	}
	return s.Store.Change(ctx, p, remove, add)
}

// Delete implements state.Store.
func (s *Spy) Delete(ctx context.Context, p state.Path) error {
	if err := s.note(&s.counts.Delete, "delete", p); err != nil {
		return err
	}
	return s.Store.Delete(ctx, p)
}

// List implements state.Store.
func (s *Spy) List(ctx context.Context, k state.Kind, yield func(state.Record) bool) error {
	if err := s.note(&s.counts.List, "list", state.Path{Kind: k}); err != nil {
		return err
	}
	return s.Store.List(ctx, k, yield)
}
