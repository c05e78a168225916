package sqlstate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// explain gives a driver's error its code, and says what an administrator can do about it.
func (s *Store) explain(err error) error {
	if _, coded := errors.AsType[*fault.Error](err); coded || err == nil {
		return err
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return s.explainPostgreSQL(e, err)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return s.explainSQLite(e, err)
	}
	unavailable := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errGivenUp) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
	if _, ok := errors.AsType[net.Error](err); ok {
		unavailable = true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		unavailable = true
	}
	if unavailable {
		return fault.Wrap(fault.Unavailable, fmt.Errorf("no answer from %s: %w", s.Where(), err))
	}
	return fault.Wrap(fault.Internal, fmt.Errorf("%s: %w", s.Where(), err))
}

// explainPostgreSQL goes by PostgreSQL's appendix A, "Error Codes". An error of the server is made of its own words, and none of them is a password.
func (s *Store) explainPostgreSQL(e *pgconn.PgError, err error) error {
	code, hint := fault.Internal, ""
	switch {
	case crowded(err):
		code = fault.Unavailable
	case e.Code == "42501": // insufficient_privilege
		code, hint = fault.Denied, "the user needs to SELECT, INSERT, UPDATE and DELETE in wicketgate_records"
	case e.Code == "42P01", e.Code == "42703": // undefined_table, undefined_column
		code, hint = fault.Unavailable, "the table was taken away; it is made again"
	case e.Code == "3D000": // invalid_catalog_name
		code, hint = fault.Invalid, `CREATE DATABASE wicketgate OWNER wicketgate ENCODING 'UTF8' makes one`
	case strings.HasPrefix(e.Code, "28"): // invalid_authorization_specification, invalid_password
		code, hint = fault.Denied, "check user and password, and pg_hba.conf"
	case e.Code == "25006": // read_only_sql_transaction
		code, hint = fault.Unavailable, "it takes no writes: is it a standby?"
	case strings.HasPrefix(e.Code, "53"): // insufficient_resources
		code, hint = fault.Unavailable, "it is out of connections, memory or disk"
	case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "57"): // connection_exception, operator_intervention
		code = fault.Unavailable
	}
	return s.hinted(code, hint, err)
}

// explainSQLite goes by sqlite.org/rescode.html.
func (s *Store) explainSQLite(e *sqlite.Error, err error) error {
	code, hint := fault.Internal, ""
	switch e.Code() & 0xff {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_INTERRUPT:
		code = fault.Unavailable
	case lib.SQLITE_FULL, lib.SQLITE_IOERR:
		code, hint = fault.Unavailable, "is the disk full, or gone?"
	case lib.SQLITE_READONLY, lib.SQLITE_PERM, lib.SQLITE_CANTOPEN, lib.SQLITE_AUTH:
		code, hint = fault.Denied, "the user that runs Wicketgate needs to write the file and its folder"
	case lib.SQLITE_NOTADB:
		code, hint = fault.Invalid, "the file is no SQLite database"
	case lib.SQLITE_CORRUPT:
		hint = "the file is damaged: put the last backup in its place"
	case lib.SQLITE_ERROR:
		if strings.Contains(e.Error(), "no such table") {
			code, hint = fault.Unavailable, "the table was taken away; it is made again"
		}
	}
	return s.hinted(code, hint, err)
}

func (s *Store) hinted(code fault.Code, hint string, err error) error {
	if hint != "" {
		hint = " (" + hint + ")"
	}
	return fault.Wrap(code, fmt.Errorf("%s: %w%s", s.Where(), err, hint))
}

// forget has the table looked for again if it may be gone.
func (s *Store) forget(err error) {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if ok && (e.Code == "42P01" || e.Code == "42703") || !ok && strings.Contains(err.Error(), "no such table") {
		s.prepared.Store(false)
	}
}
