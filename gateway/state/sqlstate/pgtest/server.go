package pgtest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Who may come in: the owner of every database over TCP by password, the superuser by the socket in the server's own folder.
const (
	Role     = "wicketgate"
	Password = "database-password"
	super    = "postgres"
)

// ready bounds the start of a server. It takes about a second; the rest is for a machine under load.
const ready = 60 * time.Second

// Server is a PostgreSQL that runs for the time of a test.
type Server struct {
	Port int

	dir   string
	bin   string
	as    *syscall.Credential // nil for the user that runs the test
	cmd   *exec.Cmd
	ended chan error
	next  atomic.Int64 // databases made
}

// Options change what a server is like.
type Options struct {
	Cert, Key string // PEM files: it offers TLS with them
}

// Start makes a cluster and starts it; it ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	return StartWith(t, Options{})
}

// StartWith is Start with options.
func StartWith(t testing.TB, o Options) *Server {
	t.Helper()
	s := begin(t, o)
	t.Cleanup(s.end)
	return s
}

func begin(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{bin: programs(t), as: unprivileged(t)}
	// Not t.TempDir: its folders are closed to other users, and its names are too long for a socket (107 bytes).
	dir, err := os.MkdirTemp("", "wgpg")
	if err != nil {
		t.Fatal(err)
	}
	s.dir = dir
	if s.as != nil {
		if err := os.Chown(dir, int(s.as.Uid), int(s.as.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	s.run(t, "initdb", "-D", s.data(), "-U", super, "-E", "UTF8", "--no-locale", "--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256")
	s.configure(t, o)
	s.Start(t)
	s.sql(t, super, fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", Role, Password))
	return s
}

func (s *Server) end() {
	s.kill()
	_ = os.RemoveAll(s.dir)
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }
func (s *Server) log() string  { return filepath.Join(s.dir, "log") }

// configure writes what every server has and what the test wants. Nothing in it has to outlive a loss of power.
func (s *Server) configure(t testing.TB, o Options) {
	t.Helper()
	lines := []string{
		"listen_addresses = '127.0.0.1'", "unix_socket_directories = '" + s.dir + "'", "shared_buffers = 16MB", "max_connections = 60",
		"fsync = off", "full_page_writes = off", "log_statement = all", "log_line_prefix = '%d '",
	}
	if o.Cert != "" {
		s.copy(t, o.Cert, "server.crt")
		s.copy(t, o.Key, "server.key")
		lines = append(lines, "ssl = on")
	}
	// The server reads this file after postgresql.conf, and it has no other use here.
	if err := os.WriteFile(filepath.Join(s.data(), "postgresql.auto.conf"), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// copy puts a file into the server's folder, as its own.
func (s *Server) copy(t testing.TB, from, name string) {
	t.Helper()
	content, err := os.ReadFile(from)
	to := filepath.Join(s.data(), name)
	if err == nil {
		err = os.WriteFile(to, content, 0o600)
	}
	if err == nil && s.as != nil {
		err = os.Chown(to, int(s.as.Uid), int(s.as.Gid))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Start starts the server again after Stop, at the same port.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	keep := s.Port != 0
	for late := time.Now().Add(ready); ; {
		if !keep {
			s.Port = freePort(t)
		}
		s.launch(t)
		if s.await(late) {
			break
		}
		s.kill()
		// Somebody may have taken the port between our choosing it and listening on it.
		if time.Now().After(late) {
			text, _ := os.ReadFile(s.log())
			t.Fatalf("PostgreSQL does not start:\n%s", text[max(0, len(text)-4000):])
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (s *Server) launch(t testing.TB) {
	t.Helper()
	log, err := os.OpenFile(s.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	cmd := s.command("postgres", "-D", s.data(), "-p", strconv.Itoa(s.Port))
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT // should the test die without clean-up
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting PostgreSQL: %v", err)
	}
	s.cmd, s.ended = cmd, make(chan error, 1)
	go func(ended chan error) { ended <- cmd.Wait() }(s.ended)
}

// await polls until the superuser is let in by the socket, which no other server can have; false if it ended or time ran out.
func (s *Server) await(late time.Time) bool {
	for time.Now().Before(late) {
		select {
		case err := <-s.ended:
			s.ended <- err
			return false
		default:
		}
		ctx, cancel := context.WithDeadline(context.Background(), late)
		conn, err := pgx.Connect(ctx, s.socket(super))
		cancel()
		if err == nil {
			_ = conn.Close(context.Background())
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// Stop ends the server as an administrator would who is in a hurry: connections are cut, what was committed stays.
func (s *Server) Stop(t testing.TB) { t.Helper(); s.kill() }

// kill ends this very process; it is no harm if it has ended already.
func (s *Server) kill() {
	_ = s.cmd.Process.Signal(syscall.SIGINT) // "fast": see postgres(1)
	select {
	case err := <-s.ended:
		s.ended <- err
	case <-time.After(10 * time.Second):
		_ = s.cmd.Process.Signal(syscall.SIGQUIT)
		err := <-s.ended
		s.ended <- err
	}
}

// command runs one of PostgreSQL's programs as somebody who may.
func (s *Server) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, program), args...) //nolint:gosec // a program of the package
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TZ=UTC", "LC_ALL=C"} // none of PGDATA, PGHOST and the like
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	return cmd
}

func (s *Server) run(t testing.TB, program string, args ...string) {
	t.Helper()
	cmd := s.command(program, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out.Bytes())
	}
}

// programs finds the folder of the newest server that is installed.
func programs(t testing.TB) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	version := func(p string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(p))))
		return n
	}
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if len(found) == 0 {
		if p, err := exec.LookPath("postgres"); err == nil {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		text := "!!! NOT TESTED: PostgreSQL is not installed. On Debian: apt-get install postgresql"
		if os.Getenv("CI") == "true" {
			t.Fatal(text)
		}
		t.Skip(text)
	}
	return filepath.Dir(found[0])
}

// unprivileged is whom to run as if the test is run by root.
func unprivileged(t testing.TB) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		t.Fatalf("PostgreSQL must not run as root, and there is nobody else: %v", err)
	}
	uid, _ := strconv.ParseUint(u.Uid, 10, 32)
	gid, _ := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// freePort asks the system for a port that is free now.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}
