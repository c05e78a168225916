package sqlstate

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// latest is the version of the table that this program knows; schema has the steps to it from each one before, for each database. A step must leave a
// table that the version before it still works with: replicas are replaced one after the other.
const latest = 1

//go:embed schema/*.sql
var schema embed.FS

func (d *dialect) step(version int) string {
	b, err := schema.ReadFile(fmt.Sprintf("schema/%s.%d.sql", d.folder, version))
	if err != nil {
		panic("sqlstate: " + err.Error()) // a defect, found by the first test
	}
	return string(b)
}

// DDL gives the statements that lead from a version to the latest, for an administrator to carry out by hand.
func (s *Store) DDL(from int) string {
	var b strings.Builder
	if from == 0 {
		b.WriteString(versions + ";\n")
	}
	for v := from + 1; v <= latest; v++ {
		fmt.Fprintf(&b, "%s%s;\n", s.verbs.step(v), fmt.Sprintf(reached, v))
	}
	return b.String()
}

const (
	versions = "CREATE TABLE wicketgate_records_version (version integer NOT NULL)"
	reached  = "INSERT INTO wicketgate_records_version (version) VALUES (%d)"
)

// Prepare makes the table, or brings it up to date. Replicas may do it at once, and again.
//
// Errors: Invalid for a database that cannot be used or was made by a newer version, Denied if the user may not make tables, with the statements that an
// administrator can carry out instead. Unavailable: try again later; every verb does so by itself.
func (s *Store) Prepare(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	s.prepared.Store(false)
	err := s.ready(ctx)
	s.note(Op{Verb: "prepare", Result: result(err)}, err)
	return err
}

// ready does the work of Prepare unless it has been done.
func (s *Store) ready(ctx context.Context) error {
	if s.prepared.Load() {
		return nil
	}
	s.preparing.Lock()
	defer s.preparing.Unlock()
	if s.prepared.Load() {
		return nil
	}
	if err := s.database.cleared(); err != nil {
		return err
	}
	err := s.tryAgain(ctx, false, func(ctx context.Context) error {
		at, err := s.version(ctx, s.verbs.write)
		if err != nil || at == latest {
			return err
		}
		return s.within(ctx, func(v verbs) error { return s.migrate(ctx, v) })
	})
	if err != nil {
		return s.explain(fmt.Errorf("preparing the table of the records: %w", err))
	}
	s.prepared.Store(true)
	return nil
}

// within runs do in one transaction.
func (s *Store) within(ctx context.Context, do func(verbs) error) error {
	tx, err := s.database.write.BeginTx(ctx, s.database.begin)
	if err != nil {
		return err
	}
	if err := do(verbs{s.verbs.dialect, tx, tx}); err != nil {
		return errors.Join(err, rolledBack(tx))
	}
	return tx.Commit()
}

func rolledBack(tx *sql.Tx) error {
	if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}

// version says how far the table has come; 0 if there is none. Errors: Invalid if it has come further than this program knows.
func (s *Store) version(ctx context.Context, q querier) (at int, err error) {
	var versioned bool
	if err := q.QueryRowContext(ctx, s.verbs.versioned).Scan(&versioned); err != nil || !versioned {
		return 0, err
	}
	if err := q.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM wicketgate_records_version").Scan(&at); err != nil {
		return 0, err
	}
	if at > latest {
		return at, fault.New(fault.Invalid, "%s was brought to version %d of its table by a newer Wicketgate; this one knows version %d", s.Where(), at, latest)
	}
	return at, nil
}

// migrate takes the steps that are missing, within a transaction.
func (s *Store) migrate(ctx context.Context, v verbs) error {
	if _, err := v.write.ExecContext(ctx, v.lock); err != nil {
		return err
	}
	from, err := s.version(ctx, v.write) // another replica may have been faster
	if err != nil || from == latest {
		return err
	}
	if err := s.suits(ctx, v); err != nil {
		return err
	}
	var statements []string
	if from == 0 {
		statements = append(statements, versions)
	}
	for n := from + 1; n <= latest; n++ {
		statements = append(statements, v.step(n), fmt.Sprintf(reached, n))
	}
	for _, q := range statements {
		if _, err := v.write.ExecContext(ctx, q); err != nil {
			if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "42501" {
				return fault.New(fault.Denied, "the user of %s may not make tables there. Its owner can let it (GRANT CREATE ON SCHEMA public TO ...), or carry out:"+
					"\n\n%s\n%w", s.Where(), s.DDL(from), err)
			}
			return err
		}
	}
	return nil
}

// suits looks whether a database can hold every text.
func (s *Store) suits(ctx context.Context, v verbs) error {
	if v.folder != "postgresql" {
		return nil
	}
	var encoding string
	if err := v.write.QueryRowContext(ctx, "SELECT current_setting('server_encoding')").Scan(&encoding); err != nil {
		return err
	}
	if encoding != "UTF8" {
		return fault.New(fault.Invalid, "%s has the encoding %s, which cannot hold every name: make one with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0", s.Where(), encoding)
	}
	return nil
}
