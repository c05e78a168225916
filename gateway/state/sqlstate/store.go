// Package sqlstate keeps Wicketgate's records in SQL: in a SQLite file for one machine, or in PostgreSQL for any number of replicas. It is for a directory
// in which nothing may be written, or nothing shall be.
//
// A record is one row, and its values are one JSON object in it, so that each verb is one statement that a database carries out whole or
// not at all, by itself:
//
//	Get     SELECT                         no row is ErrNotFound
//	Create  INSERT, unless it is there     no row is ErrExists
//	Change  UPDATE, if the values to remove are there and those to add are not; no row: a SELECT says which of ErrNotFound, ErrGone, ErrPresent
//	Delete  DELETE                         no row is ErrNotFound
//	List    SELECT, page after page, by id
//
// No transaction is ever left open between two statements, so a replica that dies holds no lock, and a pooler may stand before PostgreSQL.
//
//	store.go verbs.go dialect.go   the verbs; what each database makes of them
//	config.go target.go            which database, and how to reach it
//	postgres.go sqlite.go          opening one
//	prepare.go schema/             the table, and its versions
//	again.go fault.go              what is tried again; what an error means and what to do about it
//	rehearse.go                    trying all of it and leaving nothing
//	status.go                      how it is, for metrics and the status page
//
// pgtest starts PostgreSQL for tests. The package imports state and ldapmap/fault; the composition root calls it. See docs/adr/0007.
package sqlstate

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
)

// Store is a state.Store in a database.
type Store struct {
	cfg      Config
	verbs    verbs
	database database
	clock    func() time.Time
	observe  func(Op)

	prepared  atomic.Bool
	preparing sync.Mutex

	mu     sync.Mutex // guards what follows
	status Status
}

var _ state.Store = (*Store)(nil)

// Option changes what Open takes from its surroundings.
type Option func(*Store)

// WithClock replaces time.Now, for Status.
func WithClock(now func() time.Time) Option { return func(s *Store) { s.clock = now } }

// WithObserver has every verb told when it is done.
func WithObserver(observe func(Op)) Option { return func(s *Store) { s.observe = observe } }

// Open returns the store. It does not touch the database: the first verb, or Prepare, does. Errors: a Config that Validate finds wrong.
func Open(cfg Config, opts ...Option) (*Store, error) {
	if ps := cfg.Validate(); len(ps) > 0 {
		return nil, ps[0]
	}
	s := &Store{cfg: cfg.withDefaults(), clock: time.Now, observe: func(Op) {}}
	for _, o := range opts {
		o(s)
	}
	open := openPostgreSQL
	if cfg.File != "" {
		open = openSQLite
	}
	var err error
	if s.database, err = open(s.cfg); err != nil {
		return nil, err
	}
	s.verbs = verbs{s.database.dialect, s.database.write, s.database.read}
	s.status = Status{Where: cfg.Where(), Up: true, Since: s.clock()}
	return s, nil
}

// Close hangs up.
func (s *Store) Close() error { return s.database.close() }

// Where names the database for a log or a report. There is no secret in it.
func (s *Store) Where() string { return s.cfg.Where() }

// Get implements state.Store.
func (s *Store) Get(ctx context.Context, p state.Path) (r state.Record, err error) {
	if err := state.CheckPath(p); err != nil {
		return state.Record{}, err
	}
	err = s.run(ctx, "get", p.String(), func(ctx context.Context) error {
		r, err = s.verbs.doGet(ctx, p)
		return err
	})
	return r, err
}

// Create implements state.Store.
func (s *Store) Create(ctx context.Context, r state.Record) error {
	if err := state.CheckRecord(r); err != nil {
		return err
	}
	return s.run(ctx, "create", r.Path.String(), func(ctx context.Context) error { return s.verbs.doCreate(ctx, r) })
}

// Change implements state.Store.
func (s *Store) Change(ctx context.Context, p state.Path, remove, add []string) error {
	if err := state.CheckChange(p, remove, add); err != nil {
		return err
	}
	return s.run(ctx, "change", p.String(), func(ctx context.Context) error { return s.verbs.doChange(ctx, p, remove, add) })
}

// Delete implements state.Store.
func (s *Store) Delete(ctx context.Context, p state.Path) error {
	if err := state.CheckPath(p); err != nil {
		return err
	}
	return s.run(ctx, "delete", p.String(), func(ctx context.Context) error { return s.verbs.doDelete(ctx, p) })
}

// List implements state.Store. No connection is held while yield runs.
func (s *Store) List(ctx context.Context, k state.Kind, yield func(state.Record) bool) error {
	after := ""
	for {
		var page []state.Record
		err := s.run(ctx, "list", string(k), func(ctx context.Context) (err error) {
			page, err = s.verbs.doPage(ctx, k, after, s.cfg.PageSize)
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range page {
			if !yield(r) {
				return nil
			}
		}
		if len(page) < s.cfg.PageSize {
			return nil
		}
		after = page[len(page)-1].ID
	}
}

// run makes the table if that has not been done, carries a verb out, and turns a driver's error into one that says what was tried, on what, and what to
// do about it.
func (s *Store) run(ctx context.Context, verb, what string, do func(context.Context) error) error {
	began := s.clock()
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	err := s.ready(ctx)
	if err == nil {
		err = s.tryAgain(ctx, verb == "get" || verb == "list", do)
	}
	if err != nil && !answered(err) {
		err = s.explain(err)
		s.forget(err)
	}
	if err != nil {
		err = fmt.Errorf("%s of record %s: %w", verb, what, err)
	}
	s.note(Op{Verb: verb, Result: result(err), Duration: s.clock().Sub(began)}, err)
	return err
}

// answered tells the errors of state.Store, by which a database has said all there is to say.
func answered(err error) bool {
	return errors.Is(err, state.ErrNotFound) || errors.Is(err, state.ErrExists) || errors.Is(err, state.ErrConflict)
}
