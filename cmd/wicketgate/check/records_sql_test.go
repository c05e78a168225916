package check_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/cmd/wicketgate/check"
	"github.com/wicketgate/wicketgate/gateway/mail/mailtest"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate/pgtest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// inSQL puts the records of a configuration elsewhere.
func inSQL(text, sql string) string {
	return strings.Replace(text, `state: {base: "`+ldaptest.StateBase+`"}`, "state: {sql: {"+sql+"}}", 1)
}

func TestWithAReadOnlyDirectoryAndADatabasePeopleSignIn(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{ReadOnly: true})
	file0, post := filepath.Join(t.TempDir(), "state.db"), mailtest.Start(t)
	db := pgtest.Shared(t).Database(t)
	for kind, c := range map[string]struct {
		sql  string
		cfg  sqlstate.Config
		want []string
	}{
		"sqlite":     {"file: " + file0, sqlstate.Config{File: file0}, []string{"ok    SQLite 3.", "note  a SQLite file is for one machine"}},
		"postgresql": {"url: " + db.URL + ", password: " + pgtest.Password, sqlstate.Config{URL: db.URL, Password: pgtest.Password}, []string{"ok    PostgreSQL ", "without TLS"}},
	} {
		text := inSQL(file(s, post, admins), c.sql)
		out, status := run(t, text)
		expect(t, out, append(c.want, "there is no table yet: the first start makes it", "a scratch record was added, changed as one, and removed, in a transaction", "+ people sign in",
			"- people change their profile: the service account may change none of the fields", "- people reset a forgotten password: the service account may not set passwords")...)
		if status != check.Partly || strings.Contains(out, pgtest.Password) {
			t.Errorf("%s: status %d, or the password is shown:\n%s", kind, status, out)
		}
		if _, err := os.Stat(file0); kind == "sqlite" && err == nil {
			t.Error("the check made the file")
		}
		store, err := sqlstate.Open(c.cfg)
		if err == nil {
			err = store.Prepare(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		out, _ = run(t, text)
		expect(t, out, "the table is there, version 1")
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestADatabaseThatCannotBeUsedIsSaidToKeepEverybodyOut(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	db := pgtest.Shared(t).Database(t)
	for sql, want := range map[string]string{
		"url: " + db.URL + ", password: wrong-" + pgtest.Password: "pg_hba.conf",
		"file: /nowhere/state.db":                                 "the folder of /nowhere/state.db is missing",
	} {
		out, status := run(t, inSQL(file(s, nil, admins), sql))
		expect(t, out, "NO    ", want, "- people sign in: Wicketgate cannot keep its records")
		if status != check.Broken || strings.Contains(out, pgtest.Password) {
			t.Errorf("%s: status %d, or the password is shown:\n%s", sql, status, out)
		}
	}
}
