package ldaptest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// ready bounds the start of a server. They take 70 ms to a second; the rest is for a machine under load.
const ready = 60 * time.Second

// process is a server program that runs in the foreground as a child of the test.
type process struct {
	cmd   *exec.Cmd
	ended chan error
}

// launch runs a server, with its output in the file log, and waits until it is ready; it ends with the test. plan says how to run it and how
// to tell that it is ready. A server that ends instead is planned anew, with again: somebody may have taken a port between our choosing it
// and its listening on it.
func launch(t testing.TB, name, log string, plan func(again bool) (cmd *exec.Cmd, isReady func() bool)) *process {
	t.Helper()
	deadline := time.Now().Add(ready)
	for again := false; ; again = true {
		cmd, isReady := plan(again)
		p := begin(t, log, cmd)
		if p.await(deadline, isReady) {
			t.Cleanup(p.end)
			return p
		}
		p.end()
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(log)
			t.Fatalf("%s does not start:\n%s", name, tail(text))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func begin(t testing.TB, log string, cmd *exec.Cmd) *process {
	t.Helper()
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd.Stderr, cmd.Stdout = out, out
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL // should the test die without clean-up
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", cmd.Path, err)
	}
	p := &process{cmd: cmd, ended: make(chan error, 1)}
	go func() { p.ended <- cmd.Wait() }()
	return p
}

// await polls until the server is ready; false if it ended or the deadline passed.
func (p *process) await(deadline time.Time, isReady func() bool) bool {
	for time.Now().Before(deadline) {
		select {
		case err := <-p.ended:
			p.ended <- err
			return false
		default:
		}
		if isReady() {
			return true
		}
		time.Sleep(2 * time.Millisecond)
	}
	return false
}

// end asks this very process to end, and makes it after 5 seconds; it is no harm if it has ended already.
func (p *process) end() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-p.ended:
		p.ended <- err
	case <-time.After(5 * time.Second):
		_ = p.cmd.Process.Kill()
		err := <-p.ended
		p.ended <- err
	}
}

// accepts tells whether somebody listens on a port of this machine.
func accepts(port int) bool {
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	c.Close()
	return true
}

// need skips the test, or fails it in CI, if a program of Debian's packages is missing.
func need(t testing.TB, packages string, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if find(p) == "" {
			notTested(t, p+" is not installed. On Debian: apt-get install "+packages)
		}
	}
}

// notTested skips the test loudly, or fails it in CI.
func notTested(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal("!!! NOT TESTED: " + why)
	}
	t.Skip("!!! NOT TESTED: " + why)
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

// ldapmodify writes LDIF to a server as its administrator.
func ldapmodify(t testing.TB, url string, startTLS bool, ldif string, more ...string) {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(AdminPassword), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-x", "-H", url, "-D", AdminDN, "-y", secret}, more...)
	if startTLS {
		args = append(args, "-ZZ", "-o", "TLS_REQCERT=never")
	}
	run(t, ldif+"\n", "ldapmodify", args...)
}

func tail(b []byte) []byte {
	if len(b) > 4000 {
		b = b[len(b)-4000:]
	}
	return b
}

// freePort finds a port that is free now. It looks below the range from which systems give ports to clients and to listeners that ask
// for any, so that nobody else takes it by accident while a server is stopped.
func freePort(t testing.TB) int {
	t.Helper()
	for range 1000 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 12000+rand.IntN(20000)))
		if err != nil {
			continue
		}
		defer l.Close()
		return l.Addr().(*net.TCPAddr).Port
	}
	t.Fatal("no port is free")
	return 0
}
