package bench

import (
	"bufio"
	"context"
	"crypto/sha1" //nolint:gosec // {SSHA} is what OpenLDAP makes of a password unless told otherwise
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway"
	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

const (
	password     = "correct horse battery staple"
	clientID     = "intranet"
	clientSecret = "the-secret-of-the-application-in-measurements"
	callback     = "http://127.0.0.1:1/callback" // nobody listens: the client reads the code from the redirect
)

// configEnv names the configuration of the gateway that this program is to be, instead of a test; profileEnv a file for a CPU profile of it.
const (
	configEnv  = "WICKETGATE_BENCH_CONFIG"
	profileEnv = "WICKETGATE_BENCH_PROFILE"
)

func TestMain(m *testing.M) {
	if file := os.Getenv(configEnv); file != "" {
		if err := serve(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serve is `wicketgate serve` with the logs thrown away, on a free port that it prints.
func serve(file string) (err error) {
	if profile := os.Getenv(profileEnv); profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := l.Addr().String()
	cfg, err := config.Load(file, func(name string) (string, bool) {
		if name == "ADDRESS" {
			return address, true
		}
		return os.LookupEnv(name)
	})
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	g, err := gateway.New(ctx, cfg, gateway.WithLog(log))
	if err != nil {
		return err
	}
	server := web.NewServer(address, g.Handler(), log)
	go func() { _ = server.Serve(l) }()
	fmt.Println(address)
	<-ctx.Done()
	_ = server.Close()
	return g.Close(context.Background())
}

const configuration = `
public_url: http://${ADDRESS}
secret: a-master-secret-for-measurements-only
directory:
  urls: [%s]
  bind_dn: ` + ldaptest.ServiceDN + `
  bind_password: ` + ldaptest.ServicePassword + `
  preset: openldap
  users: {base: "` + ldaptest.PeopleDN + `"}
  groups: {base: "` + ldaptest.GroupsDN + `"}
state: {base: "` + ldaptest.StateBase + `"}
clients:
  - {id: ` + clientID + `, secret: ` + clientSecret + `, redirect_uris: ["` + callback + `"], trusted: true, always_refresh: true}
`

// world is a slapd with people in it, and a gateway in front of it in a process of its own.
type world struct {
	slapd *ldaptest.Server
	url   string
	pid   int
	next  int // the first person who has never been here
}

func newWorld(t testing.TB, people int) *world {
	t.Helper()
	w := &world{slapd: durable(t, ldaptest.Options{More: crowd(people)})}
	file := filepath.Join(t.TempDir(), "wicketgate.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, configuration, w.slapd.URL), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^$") //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), configEnv+"="+file)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // should the test die without clean-up
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("starting the gateway: %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the gateway did not start: %v", err)
	}
	w.url, w.pid = "http://"+strings.TrimSpace(address), cmd.Process.Pid
	w.awaitReady(t)
	return w
}

// awaitReady waits until the gateway has made its branches and its signing key.
func (w *world) awaitReady(t testing.TB) {
	t.Helper()
	for late := time.Now().Add(time.Minute); ; {
		resp, err := http.Get(w.url + "/oauth/jwks")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(late) {
			t.Fatalf("the gateway does not become ready: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// durable starts a slapd that waits for the disk with every change, as one does that was installed from a package. Test servers do
// not wait; so it is ended once, and begun again with that line taken out of its configuration.
func durable(t testing.TB, o ldaptest.Options) *ldaptest.Server {
	t.Helper()
	s := ldaptest.Slapd(t, o)
	file := filepath.Join(filepath.Dir(s.CAFile), "slapd.conf")
	conf, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(conf), "\ndbnosync\n") {
		return s
	}
	s.Stop(t)
	if err := os.WriteFile(file, []byte(strings.Replace(string(conf), "\ndbnosync\n", "\n", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Start(t)
	return s
}

func login(i int) string { return fmt.Sprintf("b%05d", i) }

// crowd is LDIF for n people with one password, hashed as OpenLDAP does by default.
func crowd(n int) string {
	const salt = "saltsalt"
	sum := sha1.Sum([]byte(password + salt)) //nolint:gosec // as above
	hash := "{SSHA}" + base64.StdEncoding.EncodeToString(append(sum[:], salt...))
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "dn: uid=%[1]s,%[2]s\nobjectClass: inetOrgPerson\nuid: %[1]s\ncn: Person %[3]d\nsn: %[3]d\ngivenName: Person\n"+
			"mail: %[1]s@example.org\ntelephoneNumber: +44 20 7946 %04[3]d\npreferredLanguage: en\nuserPassword: %[4]s\n\n", login(i), ldaptest.PeopleDN, i, hash)
	}
	return b.String()
}

// cpu is the processor time that the gateway has used.
func (w *world) cpu(t testing.TB) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", w.pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // proc_pid_stat(5): the fields after the name, in hundredths of a second
	fields := strings.Fields(rest)
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// resident is the memory that the gateway occupies, in megabytes.
func (w *world) resident(t testing.TB) float64 {
	t.Helper()
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", w.pid))
	if err != nil {
		t.Fatal(err)
	}
	pages, _ := strconv.Atoi(strings.Fields(string(statm))[1])
	return float64(pages*os.Getpagesize()) / (1 << 20)
}
