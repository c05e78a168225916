package sqlstate

import (
	"context"
	"errors"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Op is a verb that was carried out, or was not.
type Op struct {
	Verb     string // "get", "create", "change", "delete", "list": one page of it
	Result   string // "ok", "not_found", "exists", "conflict", or the code of a fault
	Duration time.Duration
}

// Status is how the database is, as far as verbs have shown.
type Status struct {
	Where string
	Up    bool      // it has answered, with whatever
	Error string    // what it said instead of answering
	Since time.Time // when that became so

	Open, Idle int // connections
}

// Status tells how the database is. It asks nobody.
func (s *Store) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	status := s.status
	status.Open, status.Idle = s.database.connections()
	return status
}

// Health asks whether records can be read and written. Errors: Unavailable and the like, with what to do.
func (s *Store) Health(ctx context.Context) error {
	began := s.clock()
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	err := s.ready(ctx)
	if err == nil {
		err = s.tryAgain(ctx, true, func(ctx context.Context) error { return s.database.health(ctx) })
	}
	err = s.explain(err)
	s.note(Op{Verb: "health", Result: result(err), Duration: s.clock().Sub(began)}, err)
	return err
}

// note keeps what a verb has shown. A caller that has given up has shown nothing.
func (s *Store) note(op Op, err error) {
	s.observe(op)
	if errors.Is(err, context.Canceled) {
		return
	}
	up := err == nil || answered(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	if up != s.status.Up {
		s.status.Since = s.clock()
	}
	if s.status.Up, s.status.Error = up, ""; !up {
		s.status.Error = err.Error()
	}
}

func result(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, state.ErrNotFound):
		return "not_found"
	case errors.Is(err, state.ErrExists):
		return "exists"
	case errors.Is(err, state.ErrConflict):
		return "conflict"
	}
	return string(fault.CodeOf(err))
}
