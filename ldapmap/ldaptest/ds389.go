package ldaptest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// ds389Kind is 389 Directory Server.
func ds389Kind() Kind {
	return Kind{Name: "389ds", Preset: "389ds", slow: true, new: DS389, Rights: ds389Access(), Records: ApplicationProcess, Lacks: map[Feature]string{
		PlainPasswords:   "it answers 13 to a password operation without TLS, whatever is configured",
		PolicyAttributes: "it keeps passwordExpirationTime and the like instead, and draft-behera's control only",
		AccountStart:     "nothing in an entry says so",
		AccountEnd:       "nothing in an entry says so: its account policy plugin knows inactivity only",
	}}
}

// ds389 is one running 389 Directory Server and its folder.
type ds389 struct {
	dir       string
	port, tls int
	keep      bool // the ports are known to the test and cannot be chosen anew
	process   *process
}

// DS389 starts a 389 Directory Server. It is made from the package's own template of a configuration: dscreate does the same in 9 seconds, and
// listens on every interface meanwhile.
func DS389(t testing.TB, o Options) *Server {
	t.Helper()
	need(t, "389-ds-base ldap-utils", "ns-slapd", "certutil", "pk12util", "openssl", "ldapmodify")
	s := &ds389{dir: t.TempDir()}
	for _, d := range []string{"schema", "lock", "ldif", "bak", "run", "log", "db/userroot", "certs", "tmp"} {
		if err := os.MkdirAll(filepath.Join(s.dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	copyFile(t, "/etc/dirsrv/config/slapd-collations.conf", filepath.Join(s.dir, "slapd-collations.conf"))
	s.write(t, "schema/99user.ldif", "dn: cn=schema\nobjectClass: top\nobjectClass: ldapSubentry\nobjectClass: subschema\ncn: schema\n"+o.Schema+"\n")
	ca := s.certificates(t, o)
	s.write(t, "dse.ldif", ds389Conf(t, o, s.dir))
	s.fill(t, o)
	return s.server(ca)
}

func (s *ds389) write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// certificates puts the harness's own into the database of NSS, which is where 389-DS looks for them.
func (s *ds389) certificates(t testing.TB, o Options) *CA {
	t.Helper()
	ca, cert := o.tls(t)
	db, p12 := "sql:"+filepath.Join(s.dir, "certs"), filepath.Join(s.dir, "cert.p12")
	run(t, "", "certutil", "-N", "-d", db, "--empty-password")
	if ca == nil {
		return nil
	}
	run(t, "", "openssl", "pkcs12", "-export", "-inkey", cert.KeyFile, "-in", cert.CertFile, "-certfile", ca.File,
		"-name", "Server-Cert", "-out", p12, "-passout", "pass:test")
	run(t, "", "pk12util", "-i", p12, "-d", db, "-W", "test")
	run(t, "", "certutil", "-A", "-n", "Authority", "-t", "CT,,", "-i", ca.File, "-d", db)
	return ca
}

// fill starts the server and loads the entries.
func (s *ds389) fill(t testing.TB, o Options) {
	t.Helper()
	records := o.ldif(ds389Marks())
	const many = 500 // from here on the offline import is quicker than the front door
	var front, bulk []string
	for _, r := range records {
		if len(records) > many && !isGroup(r) {
			bulk = append(bulk, r)
		} else {
			front = append(front, r)
		}
	}
	if len(bulk) > 0 {
		s.write(t, "ldif/bulk.ldif", strings.Join(bulk, "\n\n")+"\n")
		s.choosePorts(t)
		run(t, "", "ns-slapd", "ldif2db", "-D", s.dir, "-n", "userroot", "-i", filepath.Join(s.dir, "ldif/bulk.ldif"))
	}
	s.start(t)
	if len(front) > 0 {
		ldapmodify(t, s.url(), o.RequireTLS, strings.Join(front, "\n\n"), "-a")
	}
	var after []string
	if !o.Empty && o.LDIF == "" {
		after = append(after, ds389Access())
	}
	if p := o.policy(); p != nil {
		// Not before: with passwordMustChange everybody whose entry the administrator adds has to change the password, the service account too.
		after = append(after, change("cn=config", ds389Policy(*p)...))
	}
	if o.ReadOnly {
		after = append(after, change("cn=config", "nsslapd-readonly: on"))
	}
	if len(after) > 0 {
		ldapmodify(t, s.url(), o.RequireTLS, strings.Join(after, "\n\n"))
	}
}

// change is a record of LDIF that replaces attributes, each given as "name: value".
func change(dn string, lines ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "dn: %s\nchangetype: modify\n", dn)
	for _, line := range lines {
		name, _, _ := strings.Cut(line, ":")
		fmt.Fprintf(&b, "replace: %s\n%s\n-\n", name, line)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// ds389Marks: an expiration in 1970 is a password that has to be changed.
func ds389Marks() marks {
	return marks{"nsAccountLock: TRUE\n", "passwordExpirationTime: 19700101000000Z\n", func(*Policy) string {
		return "passwordExpirationTime: " + time.Now().Add(-24*time.Hour).UTC().Format("20060102150405Z") + "\n"
	}}
}

func isGroup(record string) bool {
	return strings.Contains(strings.ToLower(record), "\nobjectclass: groupof")
}

func (s *ds389) url() string { return fmt.Sprintf("ldap://127.0.0.1:%d", s.port) }

var ds389Port = regexp.MustCompile(`(?m)^(nsslapd-port|nsslapd-securePort): .*$`)

// choosePorts writes new ports into the configuration.
func (s *ds389) choosePorts(t testing.TB) {
	t.Helper()
	conf, err := os.ReadFile(filepath.Join(s.dir, "dse.ldif"))
	if err != nil {
		t.Fatal(err)
	}
	s.port, s.tls = freePort(t), freePort(t)
	s.write(t, "dse.ldif", ds389Port.ReplaceAllStringFunc(string(conf), func(line string) string {
		if strings.HasPrefix(line, "nsslapd-port") {
			return fmt.Sprintf("nsslapd-port: %d", s.port)
		}
		return fmt.Sprintf("nsslapd-securePort: %d", s.tls)
	}))
}

// start runs ns-slapd and waits until it listens.
func (s *ds389) start(t testing.TB) {
	t.Helper()
	s.process = launch(t, "ns-slapd", filepath.Join(s.dir, "out"), func(bool) (*exec.Cmd, func() bool) {
		if !s.keep {
			s.choosePorts(t)
		}
		// It writes its number once it owns its ports; what an earlier run left must not be taken for that.
		pid := filepath.Join(s.dir, "pid")
		_ = os.Remove(pid)
		return exec.Command(find("ns-slapd"), "-D", s.dir, "-i", pid, "-d", "0"), func() bool {
			text, err := os.ReadFile(pid)
			return err == nil && len(text) > 0 && accepts(s.port)
		}
	})
	s.keep = true
}

// server is what the test sees of it.
func (s *ds389) server(ca *CA) *Server {
	log := filepath.Join(s.dir, "log/access")
	before := countDS389Log(log) // loading is not the test's doing
	out := &Server{
		Kind: ds389Kind(), URL: s.url(),
		counts: func() Counts { return countDS389Log(log).Minus(before) },
		stop:   func(testing.TB) { s.process.end() },
		start:  s.start,
	}
	if ca != nil {
		out.TLSURL, out.CAFile = fmt.Sprintf("ldaps://127.0.0.1:%d", s.tls), ca.File
	}
	return out
}
