package sqlstate_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate/pgtest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// place is a database of its own for a test.
type place struct {
	kind string // "sqlite", "postgresql"
	cfg  sqlstate.Config
	pg   *pgtest.Database // nil for a file
}

// each runs the same test on every kind of database, in parallel.
func each(t *testing.T, test func(t *testing.T, p place)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, place{"sqlite", sqlstate.Config{File: filepath.Join(t.TempDir(), "state.db")}, nil})
	})
	t.Run("postgresql", func(t *testing.T) {
		t.Parallel()
		test(t, inPostgreSQL(pgtest.Shared(t).Database(t)))
	})
}

func inPostgreSQL(d *pgtest.Database) place {
	return place{"postgresql", sqlstate.Config{URL: d.URL, Password: pgtest.Password}, d}
}

// open is one more replica at the database.
func (p place) open(t testing.TB, opts ...sqlstate.Option) *sqlstate.Store {
	t.Helper()
	s, err := sqlstate.Open(p.cfg, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

var one = state.Path{Kind: state.People, ID: "one"}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

// fails fails unless err has the code, says all the words, and no secret.
func fails(t testing.TB, err error, code fault.Code, words ...string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want a fault of code %s", err, code)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error lacks %q:\n%v", w, err)
		}
	}
	if strings.Contains(err.Error(), pgtest.Password) {
		t.Errorf("the password is shown: %v", err)
	}
}
