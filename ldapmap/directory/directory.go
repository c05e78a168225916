package directory

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// Directory is a client of one directory, which several servers may serve. It is safe for concurrent use.
type Directory struct {
	*shared
	pinned bool // all operations go to one server at a time
}

// shared is what a Directory and its pinned view have in common.
type shared struct {
	cfg     Config
	clock   func() time.Time
	log     *slog.Logger
	observe func(Op)

	servers []*server
	binds   chan struct{} // one token for each connection that belongs to a person

	life    context.Context // ends with Close
	end     context.CancelFunc
	running sync.WaitGroup // probes

	pinMu sync.Mutex
	pin   int // index of the server that pinned operations go to
}

// Option changes how a Directory is opened.
type Option func(*shared)

// WithClock replaces time.Now for ages, idle times and probes. Timeouts are always in real time.
func WithClock(now func() time.Time) Option { return func(s *shared) { s.clock = now } }

// WithLogger says where to log servers that go down and come back. The default is nowhere.
func WithLogger(log *slog.Logger) Option { return func(s *shared) { s.log = log } }

// WithObserver adds a function that is called after each exchange with a server, from any goroutine. It must not block.
func WithObserver(f func(Op)) Option {
	return func(s *shared) {
		before := s.observe
		s.observe = func(op Op) { before(op); f(op) }
	}
}

// Open prepares a directory. It does not touch the network: a server that is down now shows in the first operation, and in
// Health. Errors: everything that Validate finds, joined.
func Open(cfg Config, opts ...Option) (*Directory, error) {
	if err := errors.Join(cfg.Validate()...); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	s := &shared{
		cfg:     cfg,
		clock:   time.Now,
		log:     slog.New(slog.DiscardHandler),
		observe: func(Op) {},
		binds:   make(chan struct{}, cfg.BindSize),
	}
	for _, o := range opts {
		o(s)
	}
	s.life, s.end = context.WithCancel(context.Background())
	base, err := cfg.tlsConfig()
	if err != nil {
		s.end()
		return nil, err
	}
	if cfg.InsecureSkipVerify {
		s.log.Warn("certificates of the directory are not verified: anybody on the way can read passwords")
	}
	for _, u := range cfg.URLs {
		if err := s.addServer(u, base); err != nil {
			s.end()
			return nil, err
		}
	}
	return &Directory{shared: s}, nil
}

func (s *shared) addServer(url string, base *tls.Config) error {
	t, err := parseTarget(url)
	if err != nil {
		return err
	}
	s.servers = append(s.servers, &server{
		shared: s, target: t,
		startTLS:  s.cfg.StartTLS && t.network == "tcp",
		tlsConfig: tlsFor(base, t),
		slots:     make(chan struct{}, s.cfg.PoolSize),
	})
	return nil
}

// Close ends all connections that are at rest and waits for probes to end; operations under way end as they would have, and
// close their connections. Later operations fail as Unavailable. It closes the views that Writer gave, too.
func (d *Directory) Close() error {
	d.end()
	for _, s := range d.servers {
		s.shut()
	}
	d.running.Wait()
	return nil
}

// Writer returns a view of the same directory whose operations all go to one server at a time. It is for records that decide
// things once: a directory with several writable servers promises that within one server only. The view leaves a
// server only when it is down, and returns to a better one only when that has been well for Config.ReturnAfter.
func (d *Directory) Writer() *Directory { return &Directory{shared: d.shared, pinned: true} }
