// Package mailtest starts a real SMTP server on a free loopback port for the length of a test.
//
//	server := mailtest.Start(t)
//	mailer, err := mail.New(server.Config(), renderer, log, clock)
//	...
//	m := server.Wait(t, mailtest.To("jane@example.org"))
//	link := m.Link("/password/reset")
//
// The server is a gateway/mail/inbox with STARTTLS and a certificate of its own. Server.Fail makes the next sessions go
// wrong. Only tests import this package.
package mailtest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/mail"
	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
)

// Server is an inbox that ends with the test.
type Server struct {
	*inbox.Server
	cfg mail.Config

	mu     sync.Mutex
	faults []plannedFault
	asked  []inbox.Step
	news   chan struct{} // closed and replaced when a step is reached
}

type plannedFault struct {
	step  inbox.Step
	fault inbox.Fault
	times int
}

// Option changes how the server is started.
type Option func(*inbox.Options)

// Plain leaves TLS out.
func Plain() Option { return func(o *inbox.Options) { o.TLS = nil } }

// Direct makes the port speak TLS from the start.
func Direct() Option { return func(o *inbox.Options) { o.Direct = true } }

// Login asks for a user and a password.
func Login(user, password string) Option {
	return func(o *inbox.Options) { o.User, o.Password = user, password }
}

// Start starts a server with STARTTLS. It is closed when the test ends.
func Start(t testing.TB, opts ...Option) *Server {
	t.Helper()
	tlsConfig, ca := certificate(t)
	s := &Server{news: make(chan struct{})}
	o := inbox.Options{TLS: tlsConfig, Fault: s.fault}
	for _, opt := range opts {
		opt(&o)
	}
	in, err := inbox.Listen("127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	s.Server = in
	s.cfg = mail.Config{
		Host: "127.0.0.1", Port: in.Port(), From: "Wicketgate <no-reply@example.org>", User: o.User, Password: o.Password,
	}
	switch {
	case o.TLS == nil:
		s.cfg.TLS = mail.None
	case o.Direct:
		s.cfg.TLS, s.cfg.CAFile = mail.Direct, ca
	default:
		s.cfg.TLS, s.cfg.CAFile = mail.StartTLS, ca
	}
	return s
}

// Config is what a mailer needs to send through this server.
func (s *Server) Config() mail.Config { return s.cfg }

// Fail makes the given step go wrong in the next times sessions that reach it; times < 0: until Recover.
func (s *Server) Fail(step inbox.Step, fault inbox.Fault, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, plannedFault{step, fault, times})
}

// Recover ends all faults.
func (s *Server) Recover() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Reached counts how often a step was reached, with or without a fault.
func (s *Server) Reached(step inbox.Step) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, a := range s.asked {
		if a == step {
			n++
		}
	}
	return n
}

// Await waits until a step was reached.
func (s *Server) Await(t testing.TB, step inbox.Step) {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		s.mu.Lock()
		reached, news := slices.Contains(s.asked, step), s.news
		s.mu.Unlock()
		if reached {
			return
		}
		select {
		case <-news:
		case <-late:
			t.Fatalf("no session reached the step %s", step)
		}
	}
}

func (s *Server) fault(step inbox.Step, _ string) inbox.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, step)
	close(s.news)
	s.news = make(chan struct{})
	for i := range s.faults {
		f := &s.faults[i]
		if f.step != step || f.times == 0 {
			continue
		}
		f.times--
		return f.fault
	}
	return inbox.Fault{}
}

// Wait returns the first message for which match is true, or fails the test after a generous time. A nil match takes any.
func (s *Server) Wait(t testing.TB, match func(inbox.Message) bool) inbox.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	m, err := s.Server.Wait(ctx, match)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// To matches messages to an address.
func To(address string) func(inbox.Message) bool {
	return func(m inbox.Message) bool { return slices.Contains(m.To, address) }
}
