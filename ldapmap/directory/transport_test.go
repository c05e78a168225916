package directory_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// service is the configuration for the service account on these servers.
func service(urls ...string) directory.Config {
	return directory.Config{URLs: urls, BindDN: ldaptest.ServiceDN, BindPassword: ldaptest.ServicePassword}
}

// observed is a directory under observation.
type observed struct {
	*directory.Directory
	mu  sync.Mutex
	ops []directory.Op
	now time.Time
}

// connect opens a directory and closes it after the test, proving that nothing stays behind.
func connect(t *testing.T, cfg directory.Config) *observed {
	t.Helper()
	o := &observed{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	d, err := directory.Open(cfg, directory.WithObserver(o.note), directory.WithClock(o.clock))
	if err != nil {
		t.Fatal(err)
	}
	o.Directory = d
	t.Cleanup(func() { d.Close() })
	return o
}

func (o *observed) note(op directory.Op) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ops = append(o.ops, op)
}

func (o *observed) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

// later moves the clock.
func (o *observed) later(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(d)
}

// count returns how often an operation was done, on one server or, with "", on all.
func (o *observed) count(name directory.OpName, server string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for _, op := range o.ops {
		if op.Name == name && (server == "" || op.Server == server) {
			n++
		}
	}
	return n
}

// last is the server of the last operation of a name.
func (o *observed) last(name directory.OpName) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := len(o.ops) - 1; i >= 0; i-- {
		if o.ops[i].Name == name {
			return o.ops[i].Server
		}
	}
	return ""
}

// eventually waits for something that happens in the background.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatal("it did not come to pass: " + what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// leftovers returns the stacks of goroutines that work for a connection or a probe of go-ldap or of ours.
func leftovers() []string {
	buf := make([]byte, 8<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var all []string
	for g := range strings.SplitSeq(string(buf), "\n\n") {
		if strings.Contains(g, "ldap/v3.(*Conn)") || strings.Contains(g, "directory.(*server)") {
			all = append(all, g)
		}
	}
	return all
}

func read(t *testing.T, d *directory.Directory, dn string) *ldapmap.Entry {
	t.Helper()
	e, err := d.Read(t.Context(), dn)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func wantCode(t *testing.T, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Fatalf("want %s, got %v", code, err)
	}
}

// record is a state record for writes.
func record(n int) (string, []ldapmap.Attribute) {
	cn := fmt.Sprintf("r%d", n)
	return "cn=" + cn + "," + ldaptest.StateBase, []ldapmap.Attribute{
		{Name: "objectClass", Values: []string{"applicationProcess"}},
		{Name: "cn", Values: []string{cn}},
		{Name: "description", Values: []string{"one"}},
	}
}
