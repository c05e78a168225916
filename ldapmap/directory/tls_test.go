package directory_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func mustContain(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q is not in: %v", w, err)
		}
	}
}

func mustNotContain(t *testing.T, err error, word string) {
	t.Helper()
	if strings.Contains(err.Error(), word) {
		t.Errorf("%q is in: %v", word, err)
	}
}

func TestLDAPSAndStartTLSProtectTheServiceAccountAndPeople(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuickWith(t, ldaptest.Options{RequireTLS: true}, func(t *testing.T, s *ldaptest.Server) {
		ada, password := ldaptest.Person(t, "ada")
		for name, change := range map[string]func(*directory.Config){
			"ldaps":    func(c *directory.Config) { c.URLs = []string{s.TLSURL} },
			"starttls": func(c *directory.Config) { c.StartTLS = true },
			"by name":  func(c *directory.Config) { c.StartTLS, c.ServerName = true, "localhost" },
		} {
			cfg := service(s.URL)
			cfg.CAFile = s.CAFile
			change(&cfg)
			d := connect(t, cfg)
			read(t, d.Directory, ldaptest.StateBase)
			if a, err := d.Bind(t.Context(), ada, password); err != nil || !a.OK() {
				t.Errorf("%s: %+v %v", name, a, err)
			}
		}
		// The server really does insist, so what is above was protected.
		d := connect(t, service(s.URL))
		_, err := d.Bind(t.Context(), ada, password)
		wantCode(t, err, fault.Internal)
		mustContain(t, err, "confidentialityRequired", "StartTLS")
	})
}

func TestBadCertificatesAreRefused(t *testing.T) {
	t.Parallel()
	ca := ldaptest.NewCA(t)
	for name, o := range map[string]ldaptest.Options{
		"another authority": {},
		"another name":      {CA: ca, Cert: ca.Issue(t, time.Time{}, "ldap.example.org")},
		"expired":           {CA: ca, Cert: ca.Issue(t, time.Now().Add(-time.Hour), "127.0.0.1")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ldaptest.Slapd(t, o)
			for _, url := range []string{s.URL, s.TLSURL} {
				p := ldaptest.NewProxy(t, url)
				before := s.Counts()
				cfg := service(p.URL())
				if url == s.TLSURL {
					cfg.URLs = []string{p.TLSURL()}
				} else {
					cfg.StartTLS = true
				}
				cfg.CAFile = ca.File
				d := connect(t, cfg)
				_, err := d.Read(t.Context(), ldaptest.StateBase)
				wantCode(t, err, fault.Unavailable)
				mustContain(t, err, "certificate")
				if _, err := d.Bind(t.Context(), ldaptest.ServiceDN, ldaptest.ServicePassword); err == nil {
					t.Error("a password was sent to a server with a bad certificate")
				}
				if c := s.Counts().Minus(before); c.Bind != 0 {
					t.Errorf("%d binds arrived", c.Bind)
				}
				cfg.InsecureSkipVerify = true
				if err := connect(t, cfg).Health(t.Context()); err != nil {
					t.Errorf("with verification switched off: %v", err)
				}
			}
		})
	}
}

func TestAServerThatCannotStartTLSGetsNoPassword(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuickWith(t, ldaptest.Options{NoTLS: true}, func(t *testing.T, s *ldaptest.Server) {
		cfg := service(s.URL)
		cfg.StartTLS = true
		d := connect(t, cfg)
		_, err := d.Read(t.Context(), ldaptest.StateBase)
		wantCode(t, err, fault.Unavailable)
		mustContain(t, err, "starting TLS")
		if c := s.Counts(); c.Bind != 0 {
			t.Errorf("%d binds arrived", c.Bind)
		}
	})
}

func TestAConfigurationIsToldAllThatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	ok := func(c directory.Config) directory.Config { c.URLs = []string{"ldaps://ldap.example.org"}; return c }
	for name, c := range map[string]struct {
		cfg  directory.Config
		want []string
	}{
		"nothing":               {directory.Config{}, []string{"no server"}},
		"plain to another host": {directory.Config{URLs: []string{"ldap://ldap.example.org"}}, []string{"unprotected"}},
		"plain, allowed":        {directory.Config{URLs: []string{"ldap://ldap.example.org"}, AllowPlaintext: true}, nil},
		"plain with StartTLS":   {directory.Config{URLs: []string{"ldap://ldap.example.org"}, StartTLS: true}, nil},
		"plain to this host":    {directory.Config{URLs: []string{"ldap://127.0.0.1", "ldap://[::1]:3389", "ldap://localhost/"}}, nil},
		"a socket":              {directory.Config{URLs: []string{"ldapi://%2Frun%2Fslapd%2Fldapi"}}, nil},
		"a socket without path": {directory.Config{URLs: []string{"ldapi://run"}}, []string{"socket"}},
		"ldaps and StartTLS":    {ok(directory.Config{StartTLS: true}), []string{"encrypted from the start"}},
		"another scheme":        {directory.Config{URLs: []string{"https://x"}}, []string{"begins with"}},
		"a base in the URL":     {directory.Config{URLs: []string{"ldaps://x/dc=example"}}, []string{"after the host"}},
		"no host":               {directory.Config{URLs: []string{"ldaps://"}}, []string{"names no host"}},
		"a user in the URL":     {directory.Config{URLs: []string{"ldaps://me:s3cret@x"}}, []string{"carries a user"}},
		"a URL beyond reading":  {directory.Config{URLs: []string{"ldaps://me:s3cret@x:y"}}, []string{"cannot be read"}},
		"twice":                 {directory.Config{URLs: []string{"ldaps://x", "ldaps://x:636"}}, []string{"named twice"}},
		"no password":           {ok(directory.Config{BindDN: "cn=x"}), []string{"no password"}},
		"no name":               {ok(directory.Config{BindPassword: "s3cret"}), []string{"no DN"}},
		"no such file":          {ok(directory.Config{CAFile: "/does/not/exist"}), []string{"authorities"}},
		"no certificate":        {ok(directory.Config{CAFile: empty}), []string{"no certificate in PEM"}},
		"numbers":               {ok(directory.Config{PoolSize: 1, Timeout: -1}), []string{"cannot be negative", "at least 2"}},
	} {
		problems := c.cfg.Validate()
		if len(problems) != len(c.want) {
			t.Errorf("%s: %v", name, problems)
			continue
		}
		for i, p := range problems {
			mustContain(t, p, c.want[i])
			mustNotContain(t, p, "s3cret")
		}
		d, err := directory.Open(c.cfg)
		if (err == nil) != (len(c.want) == 0) {
			t.Errorf("%s: opening it: %v", name, err)
		}
		if err == nil {
			d.Close()
		}
	}
}
