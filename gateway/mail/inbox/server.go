package inbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Options say how the server behaves. The zero value takes everything from everybody, without TLS.
type Options struct {
	// TLS offers STARTTLS, and refuses mail before it; nil: no TLS. With Direct the connection speaks TLS from the start.
	TLS    *tls.Config
	Direct bool
	// User and Password must be given by AUTH PLAIN; empty: no AUTH is offered or asked for.
	User, Password string
	// Keep is how many messages are kept, the oldest go first; 0: 200.
	Keep int
	// MaxBytes bounds one message; 0: 1 MiB.
	MaxBytes int64
	// Clock gives the time of arrival; nil: time.Now.
	Clock func() time.Time
	// Fault, if not nil, is asked before each step is answered.
	Fault func(Step, string) Fault
}

// Server is an inbox that listens.
type Server struct {
	opts   Options
	smtp   *smtp.Server
	socket *socket
	closed chan struct{}
	close  func() error

	mu      sync.Mutex
	seen    int
	kept    []Message
	arrival chan struct{} // closed and replaced when a message arrives
}

// Listen opens a TCP address such as "127.0.0.1:0" and serves it until Close.
func Listen(addr string, opts Options) (*Server, error) {
	if opts.Keep == 0 {
		opts.Keep = 200
	}
	if opts.MaxBytes == 0 {
		opts.MaxBytes = 1 << 20
	}
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("opening the inbox: %w", err)
	}
	s := &Server{opts: opts, closed: make(chan struct{}), arrival: make(chan struct{})}
	s.socket = &socket{Listener: l, server: s}
	l = s.socket
	s.smtp = smtp.NewServer(smtp.BackendFunc(s.open))
	s.smtp.Domain = "inbox.localhost"
	s.smtp.MaxMessageBytes = opts.MaxBytes
	s.smtp.MaxRecipients = 50
	s.smtp.ReadTimeout, s.smtp.WriteTimeout = time.Minute, time.Minute
	s.smtp.AllowInsecureAuth = opts.TLS == nil
	s.smtp.EnableSMTPUTF8 = true
	s.smtp.ErrorLog = log.New(io.Discard, "", 0) // broken sessions are the point of the faults
	if opts.TLS != nil && opts.Direct {
		l = tls.NewListener(l, opts.TLS)
	} else {
		s.smtp.TLSConfig = opts.TLS
	}
	done := make(chan error, 1)
	go func() { done <- s.smtp.Serve(l) }()
	s.close = sync.OnceValue(func() error {
		close(s.closed)
		err := s.smtp.Close()
		_ = l.Close() // go-smtp may not have seen it yet; closing twice does no harm
		return errors.Join(err, <-done)
	})
	return s, nil
}

// Addr is the address it listens on, as host:port.
func (s *Server) Addr() string { return s.socket.Addr().String() }

// Port is the port it listens on.
func (s *Server) Port() int { return s.socket.Addr().(*net.TCPAddr).Port }

// Close ends all sessions, also those that hang. Messages can still be read afterwards.
func (s *Server) Close() error { return s.close() }

// Messages returns what is kept, oldest first.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.kept)
}

// Message returns one message by its ID.
func (s *Server) Message(id int) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.kept, func(m Message) bool { return m.ID == id })
	if i < 0 {
		return Message{}, false
	}
	return s.kept[i], true
}

// Count is how many messages have ever arrived.
func (s *Server) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// Wait returns the first kept message for which match is true, and waits for one to arrive until ctx ends. A nil match takes any.
func (s *Server) Wait(ctx context.Context, match func(Message) bool) (Message, error) {
	next := 1 // the first ID that was not looked at
	for {
		s.mu.Lock()
		kept, arrival := slices.Clone(s.kept), s.arrival
		s.mu.Unlock()
		for _, m := range kept {
			if m.ID < next {
				continue
			}
			if match == nil || match(m) {
				return m, nil
			}
			next = m.ID + 1
		}
		select {
		case <-arrival:
		case <-s.closed:
			return Message{}, errors.New("waiting for a mail: the inbox was closed")
		case <-ctx.Done():
			return Message{}, fmt.Errorf("waiting for a mail: %w; %d others arrived", context.Cause(ctx), next-1)
		}
	}
}

// Clear forgets all messages; their IDs are not used again.
func (s *Server) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = nil
}

func (s *Server) keep(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen++
	m.ID, m.At = s.seen, s.opts.Clock()
	s.kept = append(s.kept, m)
	if over := len(s.kept) - s.opts.Keep; over > 0 {
		s.kept = slices.Delete(s.kept, 0, over)
	}
	close(s.arrival)
	s.arrival = make(chan struct{})
}
