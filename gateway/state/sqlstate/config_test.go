package sqlstate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state/sqlstate"
)

const secret = "hunter2"

func TestWhatIsWrongWithAConfigurationIsSaidWithoutTheURL(t *testing.T) {
	t.Parallel()
	good := "postgres://wicketgate@db.example.org/wicketgate"
	for what, c := range map[string]struct {
		cfg       sqlstate.Config
		key, hint string
	}{
		"nothing":                   {sqlstate.Config{}, "", ""},
		"both":                      {sqlstate.Config{File: "/f", URL: good}, "", ""},
		"another database":          {sqlstate.Config{URL: "mysql://wicketgate@db/wicketgate"}, "url", "postgres://"},
		"words":                     {sqlstate.Config{URL: "host=db password=" + secret}, "url", "postgres://"},
		"no user":                   {sqlstate.Config{URL: "postgres://db/wicketgate"}, "url", "user"},
		"no host":                   {sqlstate.Config{URL: "postgres://wicketgate@/wicketgate"}, "url", "host"},
		"no database":               {sqlstate.Config{URL: "postgres://wicketgate@db"}, "url", "database"},
		"no database, but a slash":  {sqlstate.Config{URL: "postgres://wicketgate@db/"}, "url", "database"},
		"a word for a port":         {sqlstate.Config{URL: "postgres://wicketgate@db:" + secret + "/wicketgate"}, "url", "port"},
		"a port beyond all":         {sqlstate.Config{URL: "postgres://wicketgate@db:70000/wicketgate"}, "url", "port"},
		"a slash in the password":   {sqlstate.Config{URL: "postgres://wicketgate:hun/" + secret + "@db/wicketgate"}, "url", "%2F"},
		"a question mark in it":     {sqlstate.Config{URL: "postgres://wicketgate:hun?" + secret + "@db/wicketgate"}, "url", "missing"},
		"an at in it":               {sqlstate.Config{URL: "postgres://wicketgate:hun@" + secret + "@db/wicketgate"}, "url", "%40"},
		"a percent sign in it":      {sqlstate.Config{URL: "postgres://wicketgate:" + secret + "%zz@db/wicketgate"}, "url", "%2F"},
		"a parameter":               {sqlstate.Config{URL: good + "?password=" + secret}, "url", "parameters"},
		"a weak sslmode":            {sqlstate.Config{URL: good + "?sslmode=prefer"}, "url", "verify-full"},
		"an sslmode twice":          {sqlstate.Config{URL: good + "?sslmode=require&sslmode=disable"}, "url", "one value"},
		"options":                   {sqlstate.Config{URL: good + "?options=-c%20search_path=x"}, "url", "parameters"},
		"the password twice":        {sqlstate.Config{URL: strings.Replace(good, "@", ":"+secret+"@", 1), Password: secret}, "password", ""},
		"a CA file that is missing": {sqlstate.Config{URL: good, CAFile: "/nowhere"}, "ca_file", "no such file"},
		"a CA file of something":    {sqlstate.Config{URL: good, CAFile: "config.go"}, "ca_file", "no certificate"},
		"a password for a file":     {sqlstate.Config{File: "/f", Password: secret}, "password", "permissions"},
		"a CA for a file":           {sqlstate.Config{File: "/f", CAFile: "/ca"}, "ca_file", ""},
		"a pool of one":             {sqlstate.Config{File: "/f", PoolSize: 1}, "pool_size", ""},
		"a pool of all":             {sqlstate.Config{File: "/f", PoolSize: 100_000}, "pool_size", ""},
		"a time before":             {sqlstate.Config{File: "/f", Timeout: -time.Second}, "timeout", ""},
	} {
		ps := c.cfg.Validate()
		if len(ps) != 1 || ps[0].Key != c.key || !strings.Contains(ps[0].Error(), c.hint) {
			t.Errorf("%s: %+v, want key %q and hint %q", what, ps, c.key, c.hint)
		}
		for _, p := range ps {
			if strings.Contains(p.Error()+p.Found, secret) {
				t.Errorf("%s: the password is shown: %+v", what, p)
			}
		}
		if _, err := sqlstate.Open(c.cfg); err == nil {
			t.Errorf("%s: it was opened", what)
		}
		if strings.Contains(c.cfg.Where(), secret) {
			t.Errorf("%s: the password is shown: %s", what, c.cfg.Where())
		}
	}
}

func TestGoodAddressesAreReadAsTheyAreMeant(t *testing.T) {
	t.Parallel()
	for url, c := range map[string]struct{ where, clear string }{
		"postgres://w@db.example.org/records":                                     {"records at db.example.org:5432", ""},
		"postgresql://w:" + secret + "@db:6543/records?sslmode=verify-full":       {"records at db:6543", ""},
		"postgres://w:h%40%2F%3A%3F%23@db/records?sslmode=disable":                {"records at db:5432", "db"},
		"postgres://w@127.0.0.1/records?sslmode=disable":                          {"records at 127.0.0.1:5432", ""},
		"postgres://w@[::1]:6543/records":                                         {"records at [::1]:6543", ""},
		"postgres://w@[2001:db8::1]/records?sslmode=disable":                      {"records at [2001:db8::1]:5432", "2001:db8::1"},
		"postgres://w@a:1,b/records":                                              {"records at a:1, b:5432", ""},
		"postgres://w@/records?host=/run/postgresql":                              {"records at /run/postgresql", ""},
		"postgres://w@%2Frun%2Fpostgresql/records?target_session_attrs=primary":   {"records at /run/postgresql", ""},
		"postgres://first%20last@db/with%20space?port=7&target_session_attrs=any": {"with space at db:7", ""},
	} {
		cfg := sqlstate.Config{URL: url}
		if ps := cfg.Validate(); len(ps) > 0 {
			t.Errorf("%s: %v", url, ps)
		}
		if cfg.Where() != "PostgreSQL, "+c.where || cfg.InTheClear() != c.clear {
			t.Errorf("%s is read as %q, in the clear to %q", url, cfg.Where(), cfg.InTheClear())
		}
		s, err := sqlstate.Open(cfg)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		ok(t, s.Close())
	}
}

func FuzzAnAddressIsReadOrRefusedAndNeverRepeated(f *testing.F) {
	for _, seed := range []string{"postgres://w@db/r", "postgres://w:p@a:1,[::1]:2/r?sslmode=disable", "postgres://%2F@?host=/&port=", "postgresql:///", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		cfg := sqlstate.Config{URL: url}
		ps := cfg.Validate()
		_ = cfg.Where()
		s, err := sqlstate.Open(cfg)
		if (err == nil) != (len(ps) == 0) {
			t.Errorf("%q: %v, but opening says %v", url, ps, err)
		}
		if err == nil {
			ok(t, s.Close())
		}
	})
}
