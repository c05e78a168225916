package directory

import (
	"context"
	"errors"
	"fmt"
)

// busy is the error for a call that found no free connection in its time. It says nothing about the server.
type busy struct{ err error }

func (b *busy) Error() string { return b.err.Error() }
func (b *busy) Unwrap() error { return b.err }

var errClosed = errors.New("the directory has been closed")

// take gets a connection that is bound as the service account: the one used last, if it still is well, else a new one. It waits
// for a free place until ctx ends.
func (s *server) take(ctx context.Context) (*conn, error) {
	select {
	case s.slots <- struct{}{}:
	default:
		select {
		case s.slots <- struct{}{}:
		case <-ctx.Done():
			return nil, &busy{fmt.Errorf("all %d connections are busy: %w", s.cfg.PoolSize, context.Cause(ctx))}
		case <-s.life.Done():
			return nil, &busy{errClosed}
		}
	}
	c, err := s.takeIdle(ctx)
	if c == nil && err == nil {
		c, err = s.open(ctx)
	}
	if err != nil {
		<-s.slots
		return nil, err
	}
	return c, nil
}

// takeIdle looks for a connection in the pool that proves to be well; nil if there is none.
func (s *server) takeIdle(ctx context.Context) (*conn, error) {
	for {
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return nil, &busy{errClosed}
		}
		if len(s.idle) == 0 {
			s.mu.Unlock()
			return nil, nil
		}
		c := s.idle[len(s.idle)-1]
		s.idle = s.idle[:len(s.idle)-1]
		gen := s.gen
		s.mu.Unlock()

		now := s.clock()
		switch {
		case !c.usable() || now.Sub(c.born) > s.cfg.MaxAge:
			c.close()
		case c.gen == gen && now.Sub(c.idle) <= s.cfg.ValidateAfter:
			return c, nil
		default:
			err := c.validate(ctx)
			if err == nil && c.usable() {
				c.gen = gen
				return c, nil
			}
			c.close()
			if isTimeout(err) || ctx.Err() != nil {
				return nil, err // the others would not fare better, and each would take its time
			}
		}
	}
}

// give puts a connection back, or closes it if it is no good any more.
func (s *server) give(c *conn) {
	c.idle = s.clock()
	keep := c.usable()
	s.mu.Lock()
	if keep = keep && !s.closed; keep {
		s.idle = append(s.idle, c)
	}
	s.mu.Unlock()
	if !keep {
		c.close()
	}
	<-s.slots
}

// shut closes the idle connections and lets no more in.
func (s *server) shut() {
	s.mu.Lock()
	idle := s.idle
	s.idle, s.closed = nil, true
	s.mu.Unlock()
	for _, c := range idle {
		c.close()
	}
}
