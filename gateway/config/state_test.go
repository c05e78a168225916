package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/config"
)

// withState puts something else in the place of the records of minimal.
func withState(state string) string {
	return strings.Replace(minimal, `{base: "ou=wicketgate,dc=example,dc=org"}`, state, 1)
}

func TestRecordsMayLieInADatabase(t *testing.T) {
	t.Parallel()
	c := good(t, withState("{sql: {file: state.db}}"))
	if !c.State.InSQL() || c.Database().File != "state.db" || c.State.Spelling != "" || len(c.Warnings) != 0 {
		t.Errorf("%+v, %v", c.Database(), c.Warnings)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte("database-pw\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := withState("{sql: {url: 'postgres://wicketgate@db.example.org/wicketgate', password_file: password, pool_size: 20, timeout: 3s}}")
	c, err := config.Parse(filepath.Join(dir, "wicketgate.yaml"), []byte(text), env)
	if err != nil {
		t.Fatal(err)
	}
	if d := c.Database(); d.Password != "database-pw" || d.PoolSize != 20 || d.Timeout != 3*time.Second || d.Where() != "PostgreSQL, wicketgate at db.example.org:5432" {
		t.Errorf("%+v", d)
	}
	c = good(t, withState("{sql: {url: 'postgres://wicketgate:x@db.example.org/wicketgate?sslmode=disable'}}"))
	if len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].String(), "anybody between here and db.example.org") {
		t.Errorf("in the clear: %v", c.Warnings)
	}
}

func TestWhatIsWrongWithADatabaseIsToldAtItsKeyWithoutSecrets(t *testing.T) {
	t.Parallel()
	for state, want := range map[string]string{
		"":                                      "if nothing may be written in the directory: state.sql",
		"{base: \"ou=w,dc=x\", sql: {file: f}}": ":10: state.base: found \"ou=w,dc=x\", wanted either base",
		"{spelling: applicationProcess, sql: {file: f}}":              ":10: state.spelling: found",
		"{sql: {pool_size: 4}}":                                       ":10: state.sql: wanted either file, for SQLite, or url, for PostgreSQL",
		"{sql: {file: f, url: 'postgres://w@h/d'}}":                   ":10: state.sql: wanted either file",
		"{sql: {file: f, pool_size: 1}}":                              ":10: state.sql.pool_size: found \"1\", wanted a number from 2",
		"{sql: {file: f, timeout: soon}}":                             ":10: state.sql.timeout: found \"soon\"",
		"{sql: {url: 'mysql://w:hunter2@h/d'}}":                       ":10: state.sql.url: wanted an address such as postgres://",
		"{sql: {url: 'postgres://w:hun/ter2@h/d'}}":                   "%2F",
		"{sql: {url: [hunter2]}}":                                     ":10: state.sql.url: found \"a list\"",
		"{sql: {url_file: /nowhere}}":                                 ":10: state.sql.url_file: found \"/nowhere\", wanted a file that can be read",
		"{sql: {url: 'postgres://w@h/d', ca_file: /no}}":              ":10: state.sql.ca_file: found \"/no\", wanted a file that can be read",
		"{sql: {url: 'postgres://w:hunter2@h/d', password: hunter2}}": ":10: state.sql.password: wanted the password once",
		"{sql: {flie: f}}":                                            `did you mean "file"?`,
	} {
		text := withState(state)
		if state == "" {
			text = strings.Replace(minimal, `state: {base: "ou=wicketgate,dc=example,dc=org"}`, "", 1)
		}
		all := strings.Join(problems(t, text), "\n")
		if !strings.Contains(all, want) || strings.Contains(all, "hunter2") || strings.Contains(all, "ter2") || state != "{sql: {flie: f}}" && strings.Contains(all, "\n") {
			t.Errorf("%s: got\n%s\nwant %s", state, all, want)
		}
	}
}
