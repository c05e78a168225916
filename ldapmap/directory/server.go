package directory

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// health of a server as far as we know.
type health int

const (
	well    health = iota
	suspect        // an exchange broke; a probe is under way to see whether it was the server
	down           // connecting or the service bind failed
)

// server is one of the configured servers: its address, its health and its pool.
type server struct {
	*shared
	target
	startTLS  bool
	tlsConfig *tls.Config
	slots     chan struct{} // one token for each connection of the pool

	mu        sync.Mutex
	health    health
	since     time.Time // of the present health
	lastErr   error
	nextProbe time.Time
	probing   bool
	gen       uint64 // raised when connections made before are no longer trusted untried
	idle      []*conn
	closed    bool
	caps      *Capabilities
}

func (s *server) generation() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gen
}

// state returns the health and since when.
func (s *server) state() (health, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.health, s.since
}

// markWell notes that the server answered on a connection of the generation. An answer on an older one proves nothing: the
// connection may have outlived what was seen since.
func (s *server) markWell(gen uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.health == well || s.gen != gen {
		return
	}
	s.log.Info("directory server is well", "server", s.url)
	s.health, s.since, s.lastErr = well, s.clock(), nil
}

// markDown notes that the server cannot be used, and why.
func (s *server) markDown(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.health != down {
		s.log.Warn("directory server is down", "server", s.url, "error", err)
		s.since = s.clock()
	}
	s.health, s.lastErr = down, err
	s.nextProbe = s.clock().Add(s.cfg.ProbeInterval)
	s.gen++
	s.caps = nil // it may come back as another version
}

// markSuspect notes that an exchange broke. Connections made before have to prove themselves, and a probe is due now.
func (s *server) markSuspect(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gen++
	if s.health == well {
		s.log.Info("directory connection broke", "server", s.url, "error", err)
		s.health, s.since, s.lastErr, s.nextProbe = suspect, s.clock(), err, s.clock()
	}
}

// probeIfDue starts a look at a server that is not well, unless one is under way. It never waits.
func (s *server) probeIfDue() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.health == well || s.probing || s.closed || s.clock().Before(s.nextProbe) {
		return
	}
	s.probing = true
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		ctx, cancel := context.WithTimeout(s.life, s.cfg.DialTimeout)
		defer cancel()
		gen, err := s.probe(ctx)
		s.mu.Lock()
		s.probing = false
		s.mu.Unlock()
		switch {
		case s.life.Err() != nil:
		case err != nil:
			s.markDown(err)
		default:
			s.markWell(gen)
		}
	}()
}

// probe makes a connection for the service account and asks the server something harmless. It returns the connection's generation.
func (s *server) probe(ctx context.Context) (uint64, error) {
	c, err := s.open(ctx)
	if err != nil {
		return 0, err
	}
	defer c.close()
	return c.gen, c.validate(ctx)
}

// open makes a connection that is bound as the service account.
func (s *server) open(ctx context.Context) (*conn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.cfg.DialTimeout, fmt.Errorf("no connection within %v", s.cfg.DialTimeout))
	defer cancel()
	c, err := s.dial(ctx)
	if err != nil {
		return nil, err
	}
	if s.cfg.BindDN == "" {
		return c, nil
	}
	err = c.run(ctx, OpServiceBind, func(l *ldap.Conn) error {
		_, err := l.SimpleBind(ldap.NewSimpleBindRequest(s.cfg.BindDN, s.cfg.BindPassword, nil))
		return err
	})
	if err != nil {
		c.close()
		return nil, fmt.Errorf("binding as the service account %s: %w", s.cfg.BindDN, ours(err))
	}
	return c, nil
}

// ours hides a server's answer to what we did on our own account: nobody shall take it for the answer to the operation.
func ours(err error) error {
	if isResult(err) {
		return errors.New(err.Error())
	}
	return err
}

// validate sees whether the server still answers on this connection.
func (c *conn) validate(ctx context.Context) error {
	err := c.runFor(ctx, min(c.srv.cfg.DialTimeout, c.srv.cfg.Timeout), OpValidate, func(l *ldap.Conn) error {
		_, err := l.Search(ldap.NewSearchRequest("", ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false,
			"(objectClass=*)", []string{"1.1"}, nil))
		return err
	})
	if r, ok := err.(*ResultError); ok && r.Code != CodeUnavailable {
		return nil // it answered, if only that the root DSE is not for us
	}
	return err
}
