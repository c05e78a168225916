package ldaptest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// ready bounds the start of a server. A slapd takes 70 ms; the rest is for a machine under load.
const ready = 30 * time.Second

// slapd is one running OpenLDAP server and its folder.
type slapd struct {
	dir, log  string
	port, tls int
	keep      bool // the ports are known to others and cannot be chosen anew
	cmd       *exec.Cmd
	ended     chan error
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
	need(t, "slapd", "slapadd", "ldapmodify")
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
	records := o.ldif("pwdPolicySubentry: cn=mustchange,ou=policies," + BaseDN + "\n")
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
		secret := filepath.Join(s.dir, "secret")
		if err := os.WriteFile(secret, []byte(AdminPassword), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"-a", "-x", "-H", s.url(), "-D", AdminDN, "-y", secret}
		if o.RequireTLS {
			args = append(args, "-ZZ", "-o", "TLS_REQCERT=never")
		}
		run(t, strings.Join(groups, "\n\n")+"\n", "ldapmodify", args...)
	}
}

// start runs slapd in the foreground, as a child, and waits until it listens.
func (s *slapd) start(t testing.TB) {
	t.Helper()
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	deadline := time.Now().Add(ready)
	for {
		urls := fmt.Sprintf("%s/ ldaps://127.0.0.1:%d/", s.url(), s.tls)
		before := s.starts()
		cmd := exec.Command(find("slapd"), "-f", s.conf(), "-h", urls, "-d", "stats")
		cmd.Stderr, cmd.Stdout = log, log
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // should the test die without clean-up
		if err := cmd.Start(); err != nil {
			t.Fatalf("starting slapd: %v", err)
		}
		s.cmd, s.ended = cmd, make(chan error, 1)
		go func(ended chan error) { ended <- cmd.Wait() }(s.ended)
		if s.awaitReady(before, deadline) {
			break
		}
		s.kill()
		// Somebody may have taken a port between our choosing it and listening on it.
		if !s.keep {
			s.port, s.tls = freePort(t), freePort(t)
		}
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(s.log)
			t.Fatalf("slapd does not start:\n%s", tail(text))
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.keep = true
	t.Cleanup(s.kill)
}

// starts counts how often this slapd has said that it starts, which it does once it owns its ports and just before it listens. A port
// that accepts connections proves nothing by itself: it may be somebody else's by now.
func (s *slapd) starts() int {
	log, _ := os.ReadFile(s.log)
	return bytes.Count(log, []byte("slapd starting"))
}

// awaitReady polls until slapd owns its ports and accepts connections; false if it ended or the deadline passed.
func (s *slapd) awaitReady(before int, deadline time.Time) bool {
	for time.Now().Before(deadline) {
		select {
		case err := <-s.ended:
			s.ended <- err
			return false
		default:
		}
		if s.starts() > before {
			if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port)); err == nil {
				c.Close()
				return true
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	return false
}

// kill ends this very process; it is no harm if it has ended already.
func (s *slapd) kill() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-s.ended:
		s.ended <- err
	case <-time.After(5 * time.Second):
		_ = s.cmd.Process.Kill()
		err := <-s.ended
		s.ended <- err
	}
}

// server is what the test sees of it.
func (s *slapd) server(t testing.TB, o Options) *Server {
	t.Helper()
	before := countLog(s.log) // loading is not the test's doing
	out := &Server{
		Kind: "slapd", URL: s.url(),
		counts: func() Counts { return countLog(s.log).Minus(before) },
		stop:   func(testing.TB) { s.kill() },
		start:  s.start,
	}
	if !o.NoTLS {
		out.TLSURL = fmt.Sprintf("ldaps://127.0.0.1:%d", s.tls)
		out.CAFile = filepath.Join(s.dir, "ca.pem")
	}
	return out
}

// need skips the test, or fails it in CI, if a program is missing.
func need(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if find(p) != "" {
			continue
		}
		text := "!!! NOT TESTED: " + p + " is not installed. On Debian: apt-get install slapd ldap-utils"
		if os.Getenv("CI") == "true" {
			t.Fatal(text)
		}
		t.Skip(text)
	}
}

// find looks for a program in the path, and where Debian keeps servers, which is not in everybody's path.
func find(program string) string {
	if p, err := exec.LookPath(program); err == nil {
		return p
	}
	if p, err := exec.LookPath("/usr/sbin/" + program); err == nil {
		return p
	}
	return ""
}

// run executes a command with some input; the test fails if it does.
func run(t testing.TB, input, program string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(find(program), args...)
	cmd.Stdin = strings.NewReader(input)
	var out, diag bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &diag
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s%s", program, strings.Join(args, " "), err, tail(out.Bytes()), tail(diag.Bytes()))
	}
	return out.Bytes()
}

func tail(b []byte) []byte {
	if len(b) > 4000 {
		b = b[len(b)-4000:]
	}
	return b
}

// freePort asks the system for a port that is free now.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
