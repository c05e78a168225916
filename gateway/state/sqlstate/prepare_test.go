package sqlstate_test

import (
	"database/sql"
	"strings"
	"sync"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate/pgtest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// direct carries out a statement past the store.
func (p place) direct(t *testing.T, statements ...string) {
	t.Helper()
	if p.pg != nil {
		p.pg.SQL(t, statements...)
		return
	}
	db, err := sql.Open("sqlite", p.cfg.File)
	ok(t, err)
	for _, q := range statements {
		_, err := db.ExecContext(t.Context(), q)
		ok(t, err)
	}
	ok(t, db.Close())
}

func TestManyReplicasPrepareAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p place) {
		var wg sync.WaitGroup
		for range 8 {
			s := p.open(t)
			wg.Go(func() {
				if err := s.Prepare(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		s := p.open(t)
		ok(t, s.Prepare(t.Context()))
		if p.pg == nil {
			return
		}
		before := p.pg.Counts()
		ok(t, s.Prepare(t.Context()))
		if c := p.pg.Counts().Minus(before); c != (pgtest.Counts{Select: 2}) {
			t.Errorf("preparing what is prepared costs %+v", c)
		}
	})
}

func TestATableOfANewerVersionIsLeftAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p place) {
		ok(t, p.open(t).Prepare(t.Context()))
		p.direct(t, "INSERT INTO wicketgate_records_version (version) VALUES (99)")
		s := p.open(t)
		fails(t, s.Prepare(t.Context()), fault.Invalid, "version 99", "a newer Wicketgate")
		_, err := s.Get(t.Context(), one)
		fails(t, err, fault.Invalid)
		_, err = s.Rehearse(t.Context())
		fails(t, err, fault.Invalid)
	})
}

func TestATableThatWasTakenAwayIsMadeAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p place) {
		s := p.open(t)
		ok(t, s.Create(t.Context(), state.Record{Path: one, Values: []string{"x"}}))
		p.direct(t, "DROP TABLE wicketgate_records", "DROP TABLE wicketgate_records_version")
		_, err := s.Get(t.Context(), one)
		fails(t, err, fault.Unavailable, "made again")
		_, err = s.Get(t.Context(), one)
		is(t, err, state.ErrNotFound)
	})
}

func TestAUserWhoMayNotMakeTablesIsToldWhatAnAdministratorCanDo(t *testing.T) {
	t.Parallel()
	d := pgtest.Shared(t).Database(t)
	d.SQL(t, "ALTER DATABASE "+d.Name+" OWNER TO postgres", "REVOKE CREATE ON SCHEMA public FROM PUBLIC", "REVOKE CREATE ON SCHEMA public FROM pg_database_owner")
	s := inPostgreSQL(d).open(t)
	err := s.Prepare(t.Context())
	fails(t, err, fault.Denied, "CREATE TABLE wicketgate_records (", "GRANT CREATE ON SCHEMA")
	_, err = s.Rehearse(t.Context())
	fails(t, err, fault.Denied, "CREATE TABLE wicketgate_records (")

	d.SQL(t, s.DDL(0)) // the administrator does as told
	fails(t, s.Prepare(t.Context()), fault.Denied, "needs to SELECT, INSERT, UPDATE and DELETE")
	d.SQL(t, "GRANT SELECT ON wicketgate_records_version TO wicketgate", "GRANT SELECT, INSERT, UPDATE, DELETE ON wicketgate_records TO wicketgate")
	ok(t, s.Prepare(t.Context()))
	ok(t, s.Create(t.Context(), state.Record{Path: one, Values: []string{"x"}}))
	_, err = s.Rehearse(t.Context())
	ok(t, err)
}

func TestADatabaseThatCannotHoldEveryNameIsRefused(t *testing.T) {
	t.Parallel()
	d := pgtest.Shared(t).DatabaseWith(t, "ENCODING 'LATIN1' TEMPLATE template0")
	fails(t, inPostgreSQL(d).open(t).Prepare(t.Context()), fault.Invalid, "encoding LATIN1", "ENCODING 'UTF8'")
}

func TestARehearsalProvesAllAndLeavesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p place) {
		s := p.open(t)
		r, err := s.Rehearse(t.Context())
		ok(t, err)
		if !r.New || r.From != 0 || r.To != 1 || !strings.HasPrefix(r.Server, map[string]string{"sqlite": "SQLite 3.", "postgresql": "PostgreSQL "}[p.kind]) {
			t.Errorf("before the first start: %+v", r)
		}
		p.untouched(t)
		ok(t, s.Prepare(t.Context()))
		ok(t, s.Create(t.Context(), state.Record{Path: one, Values: []string{"x"}}))
		if r, err = s.Rehearse(t.Context()); err != nil || r.New || r.From != 1 {
			t.Errorf("after it: %+v, %v", r, err)
		}
		for _, k := range state.Kinds() {
			ok(t, s.List(t.Context(), k, func(r state.Record) bool {
				if r.Path != one {
					t.Errorf("%s was left", r.Path)
				}
				return true
			}))
		}
	})
}

// untouched fails if there is anything in the database's place.
func (p place) untouched(t *testing.T) {
	t.Helper()
	if p.pg != nil {
		p.pg.SQL(t, "DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_class WHERE relname LIKE 'wicketgate%') THEN RAISE 'something was left'; END IF; END $$")
		return
	}
	if left := files(t, p.cfg.File); len(left) > 0 {
		t.Errorf("files were left: %q", left)
	}
}

var _ state.Store = (*sqlstate.Store)(nil)
