package lab

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/wicketgate/wicketgate/gateway/web"
)

const (
	maxAdvance = 10 * 365 * 24 * time.Hour // in one step
	patience   = 30 * time.Second          // for what happens on this machine alone
)

// Options say what the lab is like. The zero value is a good lab with nobody in it.
type Options struct {
	Port    int    // of the gateway, on 127.0.0.1; 0: a free one
	Version string // for the status page
	// Config is YAML, whose top-level keys replace those of the lab's configuration (wicketgate.yaml in this folder).
	Config string
	// Seed is there from the start, and again after Reset.
	Seed Seed
	// Log takes the gateway's log; nil: nobody reads it.
	Log *slog.Logger
}

// Lab is a gateway with all that is around it. It is safe for concurrent use.
type Lab struct {
	URL string // where the gateway is, without a slash at the end: the issuer

	options Options
	server  *http.Server
	done    chan error

	mu  sync.RWMutex
	now *world
}

// Start starts a lab; Close ends it. ctx bounds the start alone. Errors: a port that is taken; whatever is wrong with Config or Seed.
func Start(ctx context.Context, o Options) (*Lab, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	door, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(o.Port)))
	if err != nil {
		return nil, fmt.Errorf("listening for the gateway: %w", err)
	}
	l := &Lab{URL: "http://" + door.Addr().String(), options: o, done: make(chan error, 1)}
	if l.now, err = l.world(ctx); err != nil {
		return nil, errors.Join(err, door.Close())
	}
	l.server = web.NewServer("", http.HandlerFunc(l.serve), o.Log)
	go func() { l.done <- l.server.Serve(door) }()
	return l, nil
}

func (l *Lab) serve(w http.ResponseWriter, r *http.Request) {
	l.current().gateway.Handler().ServeHTTP(w, r)
}

func (l *Lab) current() *world {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.now
}

// Reset goes back to the seed: people, clients, keys and mails that came later are gone, and so is the time that was added. The address stays.
func (l *Lab) Reset(ctx context.Context) error {
	fresh, err := l.world(ctx)
	if err != nil {
		return err
	}
	l.mu.Lock()
	old := l.now
	l.now = fresh
	l.mu.Unlock()
	return old.close()
}

// Close ends it.
func (l *Lab) Close() error {
	err := l.server.Close()
	if served := <-l.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return errors.Join(err, l.current().close())
}

// Now is the time of the gateway, of its directory and of its inbox.
func (l *Lab) Now() time.Time { return l.current().clock.Now() }

// Advance makes it later, at once. Errors: a step back, or one of more than ten years.
func (l *Lab) Advance(d time.Duration) error {
	if d < 0 || d > maxAdvance {
		return fmt.Errorf("the clock goes on by 0 to %d seconds at once", maxAdvance/time.Second)
	}
	l.current().clock.Advance(d)
	return nil
}
