package ldaptest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// slapd is one running OpenLDAP server and its folder.
type slapd struct {
	dir, log  string
	port, tls int
	keep      bool // the ports are known to others and cannot be chosen anew
	process   *process
}

// slapdKind is OpenLDAP.
func slapdKind() Kind {
	return Kind{Name: "slapd", Preset: "openldap", new: Slapd, Rights: slapdAccess(), Records: ApplicationProcess, Lacks: openLDAPLacks()}
}

// openLDAPLacks is what OpenLDAP, and its double in memory, have not.
func openLDAPLacks() map[Feature]string {
	return map[Feature]string{
		UnlockForgets: "pwdFailureTime is not for users to modify, and the overlay counts on from it until a right password comes",
		EmptyGroups:   "groupOfNames must have a member",
		NestedGroups:  "the memberof overlay lists the groups that name the person, and no group that names one of these",
	}
}

// Slapd starts an OpenLDAP server.
func Slapd(t testing.TB, o Options) *Server {
	t.Helper()
	s := prepareSlapd(t, o, freePort(t), freePort(t), extra{})
	s.fill(t, o)
	return s.server(t, o)
}

// prepareSlapd makes folder and configuration.
func prepareSlapd(t testing.TB, o Options, port, tlsPort int, more extra) *slapd {
	t.Helper()
	need(t, "slapd ldap-utils", "slapd", "slapadd", "ldapmodify")
	s := &slapd{dir: t.TempDir(), port: port, tls: tlsPort}
	s.log = filepath.Join(s.dir, "log")
	if err := os.Mkdir(filepath.Join(s.dir, "db"), 0o700); err != nil {
		t.Fatal(err)
	}
	conf := slapdConf(t, o, s.dir, more)
	if err := os.WriteFile(s.conf(), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *slapd) conf() string { return filepath.Join(s.dir, "slapd.conf") }
func (s *slapd) url() string  { return fmt.Sprintf("ldap://127.0.0.1:%d", s.port) }

// fill loads the entries. Groups come through the front door, since only that makes memberOf.
func (s *slapd) fill(t testing.TB, o Options) {
	t.Helper()
	m := policyMarks()
	m.mustChange += "pwdPolicySubentry: cn=mustchange,ou=policies," + BaseDN + "\n"
	records := o.ldif(m)
	if p := o.policy(); p != nil && len(records) > 0 {
		records = append(records, policyEntries(*p)...)
	}
	var plain, groups []string
	for _, r := range records {
		if !o.NoMemberOf && !o.ReadOnly && strings.Contains(strings.ToLower(r), "\nobjectclass: groupof") {
			groups = append(groups, r)
		} else {
			plain = append(plain, r)
		}
	}
	if len(plain) > 0 {
		run(t, strings.Join(plain, "\n\n")+"\n", "slapadd", "-q", "-f", s.conf(), "-n", "1")
	}
	s.start(t)
	if len(groups) > 0 {
		ldapmodify(t, s.url(), o.RequireTLS, strings.Join(groups, "\n\n"), "-a")
	}
}

// start runs slapd and waits until it listens.
func (s *slapd) start(t testing.TB) {
	t.Helper()
	s.process = launch(t, "slapd", s.log, func(again bool) (*exec.Cmd, func() bool) {
		if again && !s.keep {
			s.port, s.tls = freePort(t), freePort(t)
		}
		before := s.starts()
		urls := fmt.Sprintf("%s/ ldaps://127.0.0.1:%d/", s.url(), s.tls)
		return exec.Command(find("slapd"), "-f", s.conf(), "-h", urls, "-d", "stats"), func() bool { return s.starts() > before && accepts(s.port) }
	})
	s.keep = true
}

// starts counts how often this slapd has said that it starts, which it does once it owns its ports and just before it listens. A port
// that accepts connections proves nothing by itself: it may be somebody else's by now.
func (s *slapd) starts() int {
	log, _ := os.ReadFile(s.log)
	return bytes.Count(log, []byte("slapd starting"))
}

// server is what the test sees of it.
func (s *slapd) server(t testing.TB, o Options) *Server {
	t.Helper()
	before := countLog(s.log) // loading is not the test's doing
	out := &Server{
		Kind: slapdKind(), URL: s.url(),
		counts: func() Counts { return countLog(s.log).Minus(before) },
		stop:   func(testing.TB) { s.process.end() },
		start:  s.start,
	}
	if !o.NoTLS {
		out.TLSURL = fmt.Sprintf("ldaps://127.0.0.1:%d", s.tls)
		out.CAFile = filepath.Join(s.dir, "ca.pem")
	}
	return out
}
