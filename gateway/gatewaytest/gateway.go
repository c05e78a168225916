package gatewaytest

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/lab"
)

// patience bounds every single step. All of them happen on this machine.
const patience = 30 * time.Second

// Gateway is a running gateway with its directory, its inbox and its clock.
type Gateway struct {
	// URL is where it is, without a slash at the end. It is the issuer.
	URL string

	lab *lab.Lab

	mu    sync.Mutex
	mails map[string]int // how many mails to an address Mail has returned
}

// Option changes how Start starts a gateway.
type Option func(*settings)

type settings struct{ config string }

// WithConfig changes the configuration: yaml is a part of a configuration file, whose top-level keys replace those that a gateway of this package has. Lifetimes of
// sessions and tokens, rules and fields of your own can be set; docs/reference/configuration.md has every key.
func WithConfig(yaml string) Option {
	return func(s *settings) { s.config += yaml + "\n" }
}

// Start starts a gateway that ends with the test, and returns when it is ready. If the test fails, what the gateway had to complain about is in the test's log.
func Start(t testing.TB, options ...Option) *Gateway {
	t.Helper()
	var s settings
	for _, option := range options {
		option(&s)
	}
	complaints := &complaints{}
	log := slog.New(slog.NewTextHandler(complaints, &slog.HandlerOptions{Level: slog.LevelWarn}))
	ctx, cancel := within(t)
	defer cancel()
	l, err := lab.Start(ctx, lab.Options{Version: "test", Config: s.config, Log: log})
	if err != nil {
		t.Fatalf("starting the gateway: %v", err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("ending the gateway: %v", err)
		}
		if text := complaints.String(); t.Failed() && text != "" {
			t.Logf("the gateway complained:\n%s", text)
		}
	})
	return &Gateway{URL: l.URL, lab: l, mails: map[string]int{}}
}

// within bounds one step. An Example has a testing.T without a context.
func within(t testing.TB) (context.Context, context.CancelFunc) {
	ctx := t.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	return context.WithTimeout(ctx, patience)
}

// must does one step, and ends the test if it fails.
func must(t testing.TB, what string, do func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := within(t)
	defer cancel()
	if err := do(ctx); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// Now is the time of the gateway, of its directory and of its inbox: the real time, and what Advance added to it. Give it to whatever checks the gateway's tokens,
// such as oidc.Config.Now of coreos/go-oidc.
func (g *Gateway) Now() time.Time { return g.lab.Now() }

// Advance makes it later, at once: codes, tokens, sessions and links in mails expire. It never goes back.
func (g *Gateway) Advance(t testing.TB, d time.Duration) {
	t.Helper()
	if err := g.lab.Advance(d); err != nil {
		t.Fatalf("advancing the clock by %v: %v", d, err)
	}
}

// Operations are what the directory was asked: an application that signs people in more often than it needs to shows here.
type Operations = lab.Operations

// Operations counts what the directory is asked while do runs.
func (g *Gateway) Operations(do func()) Operations {
	before := g.lab.Operations()
	do()
	now := g.lab.Operations()
	return Operations{Binds: now.Binds - before.Binds, Searches: now.Searches - before.Searches, Writes: now.Writes - before.Writes}
}

// complaints collects the log. It is safe for concurrent use.
type complaints struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (c *complaints) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Write(p)
}

func (c *complaints) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}
