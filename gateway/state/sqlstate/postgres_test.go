package sqlstate_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate/pgtest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestRecordsOutliveAServerThatIsRestarted(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	s := inPostgreSQL(server.Database(t)).open(t)
	ok(t, s.Create(t.Context(), state.Record{Path: one, Values: []string{"x"}}))
	server.Stop(t)
	for what, do := range map[string]func() error{
		"change": func() error { return s.Change(t.Context(), one, nil, []string{"y"}) },
		"get":    func() error { _, err := s.Get(t.Context(), one); return err },
		"health": func() error { return s.Health(t.Context()) },
	} {
		if err := do(); !fault.Is(err, fault.Unavailable) || strings.Contains(err.Error(), pgtest.Password) {
			t.Errorf("%s while the server is down: %v", what, err)
		}
	}
	if st := s.Status(); st.Up || st.Error == "" || st.Since.IsZero() {
		t.Errorf("the status is %+v", st)
	}
	server.Start(t)
	r, err := s.Get(t.Context(), one)
	if err != nil || len(r.Values) != 1 {
		t.Errorf("after the restart: %v, %v", r.Values, err)
	}
	ok(t, s.Change(t.Context(), one, nil, []string{"y"}))
	if st := s.Status(); !st.Up || st.Error != "" {
		t.Errorf("the status is %+v", st)
	}
}

// A reader does not notice that the connections of the pool are those of a server that has been restarted.
func TestARestartBetweenTwoReadsIsNotNoticed(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	s := inPostgreSQL(server.Database(t)).open(t)
	ok(t, s.Create(t.Context(), state.Record{Path: one, Values: []string{"x"}}))
	server.Stop(t)
	server.Start(t)
	_, err := s.Get(t.Context(), one)
	ok(t, err)
}

func TestAChangeThatWaitsEndsWithItsTimeAndWritesNothing(t *testing.T) {
	t.Parallel()
	p := inPostgreSQL(pgtest.Shared(t).Database(t))
	ok(t, p.open(t).Create(t.Context(), state.Record{Path: one, Values: []string{"x"}}))
	other, err := pgx.Connect(t.Context(), strings.Replace(p.cfg.URL, "@", ":"+pgtest.Password+"@", 1))
	ok(t, err)
	_, err = other.Exec(t.Context(), "BEGIN; SELECT 1 FROM wicketgate_records FOR UPDATE")
	ok(t, err)
	p.cfg.Timeout = 200 * time.Millisecond
	s := p.open(t)
	fails(t, s.Change(t.Context(), one, nil, []string{"y"}), fault.Unavailable, "deadline exceeded")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	fails(t, s.Delete(ctx, one), fault.Unavailable)
	ok(t, other.Close(t.Context()))
	r, err := s.Get(t.Context(), one)
	if err != nil || len(r.Values) != 1 {
		t.Errorf("afterwards: %q, %v", r.Values, err)
	}
}

func TestAServerThatCannotBeUsedIsSaidSoWithoutThePassword(t *testing.T) {
	t.Parallel()
	server := pgtest.Shared(t)
	good := server.Database(t)
	port := fmt.Sprint(server.Port)
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	nobody := fmt.Sprint(gone.Addr().(*net.TCPAddr).Port)
	ok(t, gone.Close())
	for _, c := range []struct {
		what, old, new, password string
		code                     fault.Code
		words                    string
	}{
		{"a wrong password", "", "", "wrong-" + pgtest.Password, fault.Denied, "pg_hba.conf"},
		{"a database that is not there", "/" + good.Name, "/nowhere", pgtest.Password, fault.Invalid, "CREATE DATABASE"},
		{"a user that is not there", "wicketgate@", "stranger@", pgtest.Password, fault.Denied, "stranger"},
		{"nobody at the port", port, nobody, pgtest.Password, fault.Unavailable, "no answer from PostgreSQL"},
		{"a name that is nobody's", "127.0.0.1", "db.invalid", pgtest.Password, fault.Unavailable, "db.invalid"},
	} {
		for _, inURL := range []bool{false, true} {
			cfg := sqlstate.Config{URL: strings.Replace(good.URL, c.old, c.new, 1), Password: c.password, Timeout: 5 * time.Second}
			if inURL {
				cfg.URL, cfg.Password = strings.Replace(cfg.URL, "@", ":"+c.password+"@", 1), ""
			}
			s, err := sqlstate.Open(cfg)
			ok(t, err)
			err = s.Prepare(t.Context())
			fails(t, err, c.code, c.words)
			_, again := s.Rehearse(t.Context())
			for _, text := range []string{s.Where(), s.Status().Error, again.Error()} {
				if strings.Contains(text, pgtest.Password) {
					t.Errorf("%s: the password is shown: %s", c.what, text)
				}
			}
			ok(t, s.Close())
		}
	}
}

func TestTheWayToTheServerIsVerified(t *testing.T) {
	t.Parallel()
	ca, stranger := ldaptest.NewCA(t), ldaptest.NewCA(t)
	cert := ca.Issue(t, time.Time{}, "127.0.0.1")
	server := pgtest.StartWith(t, pgtest.Options{Cert: cert.CertFile, Key: cert.KeyFile})
	d := server.Database(t)
	for _, c := range []struct {
		what, ca, url string
		encrypted     bool
		fails         string
	}{
		{"on this machine", "", d.URL, false, ""},
		{"with its authority", ca.File, d.URL, true, ""},
		{"with its authority and what libpq calls require", ca.File, d.URL + "?sslmode=require", true, ""},
		{"with another authority", stranger.File, d.URL, true, "unknown authority"},
		{"with the system's authorities", "", d.URL + "?sslmode=require", true, "unknown authority"},
		{"by another name", ca.File, strings.Replace(d.URL, "127.0.0.1", "localhost", 1), true, "wanted to match localhost"},
	} {
		s := place{cfg: sqlstate.Config{URL: c.url, Password: pgtest.Password, CAFile: c.ca}}.open(t)
		r, err := s.Rehearse(t.Context())
		if c.fails != "" {
			fails(t, err, fault.Unavailable, c.fails)
			continue
		}
		if err != nil || r.Encrypted != c.encrypted {
			t.Errorf("%s: encrypted is %v, %v", c.what, r.Encrypted, err)
		}
	}
	plain := place{cfg: sqlstate.Config{URL: pgtest.Shared(t).Database(t).URL, Password: pgtest.Password, CAFile: ca.File}}.open(t)
	_, err := plain.Rehearse(t.Context())
	fails(t, err, fault.Unavailable, "TLS")
}

func TestASocketAndSeveralServersAreReached(t *testing.T) {
	t.Parallel()
	server := pgtest.Shared(t)
	d := server.Database(t)
	for _, url := range []string{
		fmt.Sprintf("postgres://wicketgate@/%s?host=%s&port=%d", d.Name, server.Socket(), server.Port),
		fmt.Sprintf("postgresql://wicketgate@%s:%d/%s", strings.ReplaceAll(server.Socket(), "/", "%2F"), server.Port, d.Name),
		strings.Replace(d.URL, "127.0.0.1:", "127.0.0.1:1,127.0.0.1:", 1), // the first of two is down
	} {
		s := place{cfg: sqlstate.Config{URL: url, Password: pgtest.Password}}.open(t)
		if err := s.Health(t.Context()); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// What the environment of the process says must not decide where records go, nor loosen how.
func TestTheEnvironmentIsNotAsked(t *testing.T) { //nolint:paralleltest // it changes the environment
	d := pgtest.Shared(t).Database(t)
	secret := filepath.Join(t.TempDir(), "pgpass")
	ok(t, os.WriteFile(secret, []byte("*:*:*:*:"+pgtest.Password+"\n"), 0o600))
	for name, value := range map[string]string{
		"PGHOST": "db.invalid", "PGPORT": "1", "PGUSER": "stranger", "PGDATABASE": "nowhere", "PGPASSWORD": pgtest.Password, "PGPASSFILE": secret,
		"PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/nowhere", "PGOPTIONS": "-c default_transaction_read_only=on", "PGTARGETSESSIONATTRS": "standby",
	} {
		t.Setenv(name, value)
	}
	ok(t, inPostgreSQL(d).open(t).Prepare(t.Context()))
	without := place{cfg: sqlstate.Config{URL: d.URL}}.open(t)
	fails(t, without.Prepare(t.Context()), fault.Denied)
}
