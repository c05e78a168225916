// Package statetest proves that a state.Store keeps its promises: Run is the one suite that all of them pass, Decisions goes the way of a sign-on on it. For tests of what stands
// on a store there are Memory, a store that forgets, and Spy, which counts operations and lets a test step in between two of them.
//
// Only tests import it.
package statetest

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/wicketgate/wicketgate/gateway/state"
)

// Memory is a store in memory which compares as directories do. The zero value is ready.
type Memory struct {
	mu      sync.Mutex
	records map[state.Path]map[string]string // the text of each value by what is compared of it
}

var _ state.Store = (*Memory)(nil)

// Get implements state.Store.
func (m *Memory) Get(ctx context.Context, p state.Path) (state.Record, error) {
	if err := first(ctx.Err(), state.CheckPath(p)); err != nil {
		return state.Record{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	values, ok := m.records[p]
	if !ok {
		return state.Record{}, state.ErrNotFound
	}
	return state.Record{Path: p, Values: slices.Collect(maps.Values(values))}, nil
}

// Create implements state.Store.
func (m *Memory) Create(ctx context.Context, r state.Record) error {
	if err := first(ctx.Err(), state.CheckRecord(r)); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.records[r.Path]; ok {
		return state.ErrExists
	}
	if m.records == nil {
		m.records = map[state.Path]map[string]string{}
	}
	values := make(map[string]string, len(r.Values))
	for _, v := range r.Values {
		values[state.Fold(v)] = v
	}
	m.records[r.Path] = values
	return nil
}

// Change implements state.Store.
func (m *Memory) Change(ctx context.Context, p state.Path, remove, add []string) error {
	if err := first(ctx.Err(), state.CheckChange(p, remove, add)); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	values, ok := m.records[p]
	if !ok {
		return state.ErrNotFound
	}
	values = maps.Clone(values)
	for _, v := range remove {
		f := state.Fold(v)
		if _, ok := values[f]; !ok {
			return state.ErrGone
		}
		delete(values, f)
	}
	for _, v := range add {
		f := state.Fold(v)
		if _, ok := values[f]; ok {
			return state.ErrPresent
		}
		values[f] = v
	}
	m.records[p] = values
	return nil
}

// Delete implements state.Store.
func (m *Memory) Delete(ctx context.Context, p state.Path) error {
	if err := first(ctx.Err(), state.CheckPath(p)); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.records[p]; !ok {
		return state.ErrNotFound
	}
	delete(m.records, p)
	return nil
}

// List implements state.Store.
func (m *Memory) List(ctx context.Context, k state.Kind, yield func(state.Record) bool) error {
	m.mu.Lock()
	var all []state.Record
	for p, values := range m.records {
		if p.Kind == k {
			all = append(all, state.Record{Path: p, Values: slices.Collect(maps.Values(values))})
		}
	}
	m.mu.Unlock()
	for _, r := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !yield(r) {
			return nil
		}
	}
	return nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
