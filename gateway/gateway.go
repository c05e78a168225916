package gateway

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/wicketgate/wicketgate/gateway/config"
)

// Option changes what New takes from its surroundings.
type Option func(*surroundings)

type surroundings struct {
	log     *slog.Logger
	audit   io.Writer
	clock   func() time.Time
	floor   time.Duration
	version string
	idle    bool
}

// WithLog sends the log somewhere else than to standard error.
func WithLog(log *slog.Logger) Option { return func(s *surroundings) { s.log = log } }

// WithAudit writes the audit lines to w, whatever the configuration says.
func WithAudit(w io.Writer) Option { return func(s *surroundings) { s.audit = w } }

// WithClock replaces time.Now.
func WithClock(now func() time.Time) Option { return func(s *surroundings) { s.clock = now } }

// WithFloor sets the least time that a refused sign-in takes; below zero there is none. For tests that measure nothing but answers.
func WithFloor(d time.Duration) Option { return func(s *surroundings) { s.floor = d } }

// WithVersion says which version this is, for the status page.
func WithVersion(v string) Option { return func(s *surroundings) { s.version = v } }

// WithoutBackground starts nothing in the background: for a command, which does one thing and ends. Prepared is never closed then.
func WithoutBackground() Option { return func(s *surroundings) { s.idle = true } }

// Gateway is the program without its listeners.
type Gateway struct {
	*parts
	handler http.Handler
	stop    context.CancelFunc
	running sync.WaitGroup
}

// New makes a gateway of a loaded configuration and starts what runs in the background. ctx bounds only New itself. Errors: a configuration that
// cannot work, never a server that does not answer.
func New(_ context.Context, cfg *config.Config, opts ...Option) (*Gateway, error) {
	around := surroundings{log: slog.New(slog.NewJSONHandler(os.Stderr, nil)), clock: time.Now}
	for _, o := range opts {
		o(&around)
	}
	p, err := newParts(cfg, around)
	if err != nil {
		return nil, err
	}
	background, stop := context.WithCancel(context.Background())
	g := &Gateway{parts: p, stop: stop}
	g.handler = g.routes()
	if !around.idle {
		g.start(background)
	}
	return g, nil
}

// Handler serves people and applications.
func (g *Gateway) Handler() http.Handler { return g.handler }

// Prepared is closed once the directory has answered and the records and the first signing keys are there. Requests are served before, too.
func (g *Gateway) Prepared() <-chan struct{} { return g.prepared }

// Close ends what runs in the background, sends the mails that wait as long as ctx allows, and hangs up on the directory.
func (g *Gateway) Close(ctx context.Context) error {
	g.stop()
	g.running.Wait()
	return g.close(ctx)
}
