package memdir

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// Server is one directory with its listeners. Its methods may be called from several goroutines.
type Server struct {
	dir         *directory
	opts        Options
	counters    counters
	interceptor atomic.Pointer[interceptor]

	mu        sync.Mutex
	listeners []net.Listener
	conns     map[*conn]struct{}
	lastConn  uint64
	cancel    context.CancelFunc // of the running server; nil while there is none
	stop      func() bool
	wg        sync.WaitGroup
	addr      string
	tlsAddr   string
}

// New makes a directory that holds nothing but its root DSE and schema. It opens no socket: load an LDIF, then Start.
func New(o Options) (*Server, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	dir, err := newDirectory(o)
	if err != nil {
		return nil, err
	}
	return &Server{dir: dir, opts: dir.opts, conns: map[*conn]struct{}{}}, nil
}

// Start listens and serves in the background until Close, or until ctx is done. After a Close it may be called again:
// the server comes back on the addresses it had, with its entries, as a directory that was restarted.
func (s *Server) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel != nil {
		return errors.New("memdir: server is started already")
	}
	plain, err := listen(ctx, s.opts.Addr, s.addr)
	if err != nil {
		return err
	}
	var secure net.Listener
	if s.opts.TLSAddr != "" {
		if secure, err = listen(ctx, s.opts.TLSAddr, s.tlsAddr); err != nil {
			plain.Close()
			return err
		}
	}
	serving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel, s.addr, s.listeners = cancel, plain.Addr().String(), []net.Listener{plain}
	s.stop = context.AfterFunc(ctx, s.shutdown)
	s.wg.Go(func() { s.accept(serving, plain, nil) })
	if secure != nil {
		s.tlsAddr, s.listeners = secure.Addr().String(), append(s.listeners, secure)
		s.wg.Go(func() { s.accept(serving, secure, s.opts.TLS) })
	}
	return nil
}

// listen prefers the address of before.
func listen(ctx context.Context, addr, before string) (net.Listener, error) {
	if before != "" {
		addr = before
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("memdir: listening on %s: %w", addr, err)
	}
	return l, nil
}

func (s *Server) accept(ctx context.Context, l net.Listener, config *tls.Config) {
	for {
		nc, err := l.Accept()
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				s.opts.Log.Warn("accepting a connection failed", "err", err)
				if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
					continue
				}
			}
			return
		}
		s.counters.connections.Add(1)
		s.mu.Lock()
		if ctx.Err() != nil || len(s.conns) >= s.opts.Limits.Connections {
			s.mu.Unlock()
			s.opts.Log.Warn("connection refused", "limit", s.opts.Limits.Connections)
			nc.Close()
			continue
		}
		s.lastConn++
		c := newConn(ctx, s, nc, s.lastConn)
		s.conns[c] = struct{}{}
		s.wg.Go(func() {
			c.serve(config)
			s.mu.Lock()
			delete(s.conns, c)
			s.mu.Unlock()
		})
		s.mu.Unlock()
	}
}

// shutdown closes sockets without waiting.
func (s *Server) shutdown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel == nil {
		return
	}
	s.cancel()
	s.stop()
	s.cancel, s.stop = nil, nil
	for _, l := range s.listeners {
		l.Close()
	}
	for c := range s.conns {
		c.close()
	}
}

// Close ends listening, closes every connection and waits until all goroutines are gone. The entries stay readable through
// Get, Entries and WriteLDIF. Closing twice is fine.
func (s *Server) Close() error {
	s.shutdown()
	s.wg.Wait()
	return nil
}

// DropConnections closes every open connection, as a restarting server does; new ones are welcome.
func (s *Server) DropConnections() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.close()
	}
}

// Addr is the host:port of the plain listener, "" before Start.
func (s *Server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// URL is the ldap:// address, "" before Start.
func (s *Server) URL() string {
	if a := s.Addr(); a != "" {
		return "ldap://" + a
	}
	return ""
}

// TLSURL is the ldaps:// address, "" if there is none.
func (s *Server) TLSURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tlsAddr == "" {
		return ""
	}
	return "ldaps://" + s.tlsAddr
}

// RootDN is the DN that may do everything, as in Options or its default.
func (s *Server) RootDN() string { return s.dir.root.text }
