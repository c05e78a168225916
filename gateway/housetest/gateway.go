package housetest

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway"
	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/gateway/lab"
	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
	"github.com/wicketgate/wicketgate/gateway/mail/mailtest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// Options say what the gateway is made of. The zero value is a good gateway.
type Options struct {
	// Directory is the LDAP server; nil: one in memory, as Seed says.
	Directory *ldaptest.Server
	Seed      ldaptest.Options
	// LDAP is the address to use instead of the directory's own, such as that of a ldaptest.Proxy.
	LDAP string
	// Away starts the gateway while its directory is down: call g.Directory.Start.
	Away bool
	// Config is YAML, whose top-level keys replace those of the configuration (wicketgate.yaml in this folder). ${URL}, ${DIRECTORY}, ${SECRET},
	// ${SMTP_PORT} and ${SMTP_CA} are filled in.
	Config string
	// PublicURL is what the gateway calls itself; empty: the address it listens on.
	PublicURL string
	// Replicas is how many gateways stand behind the address; requests go to them in turn. 0: one.
	Replicas int
}

// Gateway is a running gateway and what is around it.
type Gateway struct {
	URL       string           // where it listens, without a slash at the end
	Directory *ldaptest.Server // can be stopped and started again
	Memory    *memdir.Server   // the directory in memory, for faults and a look inside; nil if another was given. Stop makes it useless
	Inbox     *mailtest.Server // what was mailed; it can be made to fail
	Clock     *lab.Clock       // of all gateways, and of the directory in memory
	Audit     *Lines
	Log       *Lines
	Replicas  []*gateway.Gateway

	mails sync.Map // the ids of messages that Mail has returned

	turn  atomic.Int64
	fixed atomic.Int64 // the replica that gets everything, from 1; 0: in turn
}

// Start starts a gateway that ends with the test, and returns when it is ready.
func Start(t testing.TB, o Options) *Gateway {
	t.Helper()
	g := &Gateway{Directory: o.Directory, Clock: &lab.Clock{}, Audit: &Lines{}, Log: &Lines{}, Inbox: mailtest.Start(t)}
	if g.Directory == nil {
		g.Directory, g.Memory = ldaptest.MemdirWith(t, o.Seed, func(m *memdir.Options) { m.Clock = g.Clock.Now })
	}
	if o.Away {
		g.Directory.Stop(t)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(g.serve))
	g.URL = "http://" + server.Listener.Addr().String()
	cfg := g.config(t, o)
	for range max(1, o.Replicas) {
		g.Replicas = append(g.Replicas, g.replica(t, cfg))
	}
	server.Config.MaxHeaderBytes = 64 << 10
	server.Start()
	t.Cleanup(server.Close) // before the gateways close: they end in the opposite order
	if !o.Away {
		g.awaitRecords(t)
	}
	return g
}

func (g *Gateway) config(t testing.TB, o Options) *config.Config {
	t.Helper()
	env := map[string]string{
		"URL": g.URL, "DIRECTORY": g.Directory.URL, "SECRET": MasterSecret,
		"SMTP_PORT": strconv.Itoa(g.Inbox.Port()), "SMTP_CA": g.Inbox.Config().CAFile,
	}
	if o.LDAP != "" {
		env["DIRECTORY"] = o.LDAP
	}
	if o.PublicURL != "" {
		env["URL"] = o.PublicURL
	}
	look := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	cfg, err := config.Parse(filepath.Join(t.TempDir(), "wicketgate.yaml"), []byte(lab.Overlay(standard, o.Config)), look)
	if err != nil {
		t.Fatalf("the configuration: %v", err)
	}
	return cfg
}

func (g *Gateway) replica(t testing.TB, cfg *config.Config) *gateway.Gateway {
	t.Helper()
	one, err := gateway.New(t.Context(), cfg,
		gateway.WithLog(slog.New(slog.NewJSONHandler(g.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		gateway.WithAudit(g.Audit), gateway.WithClock(g.Clock.Now), gateway.WithFloor(-1), gateway.WithVersion("test"))
	if err != nil {
		t.Fatalf("starting the gateway: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = one.Close(ctx) // mails that a test never waits for may be lost
	})
	return one
}

func (g *Gateway) serve(w http.ResponseWriter, r *http.Request) {
	n := g.fixed.Load() - 1
	if n < 0 {
		n = g.turn.Add(1) % int64(len(g.Replicas))
	}
	g.Replicas[n].Handler().ServeHTTP(w, r)
}

// Only sends all requests to one replica, counted from 0; -1: to all in turn again.
func (g *Gateway) Only(replica int) { g.fixed.Store(int64(replica) + 1) }

// awaitRecords waits until every replica has prepared its records and keys, so that counts begin with what a test does.
func (g *Gateway) awaitRecords(t testing.TB) {
	t.Helper()
	for _, one := range g.Replicas {
		select {
		case <-one.Prepared():
		case <-time.After(30 * time.Second):
			t.Fatalf("the gateway has not prepared its records\n%s", g.Log)
		}
	}
}

// Counts is what the directory is asked while act runs.
func (g *Gateway) Counts(act func()) ldaptest.Counts {
	before := g.Directory.Counts()
	act()
	return g.Directory.Counts().Minus(before)
}

// Mail waits for the next mail to an address: the first that no call has returned before.
func (g *Gateway) Mail(t testing.TB, to string) inbox.Message {
	t.Helper()
	m := g.Inbox.Wait(t, func(m inbox.Message) bool {
		_, had := g.mails.Load(m.ID)
		return !had && slices.Contains(m.To, to)
	})
	g.mails.Store(m.ID, true)
	return m
}
