package mail_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/mail"
	"github.com/wicketgate/wicketgate/gateway/mail/mailtest"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// clock stands still until a test moves it, and tells when the mailer begins to wait.
type clock struct {
	mu     sync.Mutex
	now    time.Time
	timers []timer
	waits  chan time.Duration
}

type timer struct {
	at time.Time
	c  chan time.Time
}

func newClock() *clock {
	return &clock{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), waits: make(chan time.Duration, 1000)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := timer{c.now.Add(d), make(chan time.Time, 1)}
	c.timers = append(c.timers, t)
	c.waits <- d
	return t.c
}

// pass waits until the mailer pauses for exactly d, and then lets that time pass. The mailer may look at its queue twice in one pause, so shorter
// pauses from before are skipped: pauses only grow.
func (c *clock) pass(t *testing.T, d time.Duration) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for got := time.Duration(0); got != d; {
		select {
		case got = <-c.waits:
			if got > d {
				t.Fatalf("the mailer pauses for %v, want %v", got, d)
			}
		case <-deadline:
			t.Fatalf("the mailer never paused for %v", d)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for _, t := range c.timers {
		if !t.at.After(c.now) {
			select {
			case t.c <- c.now:
			default:
			}
		}
	}
}

// words renders whatever it is asked to.
type words struct {
	rendered templates.Rendered
	err      error
}

func (w words) Mail(*i18n.Locale, templates.Mail) (templates.Rendered, error) {
	return w.rendered, w.err
}

var hello = words{rendered: templates.Rendered{
	Subject: "Réinitialiser votre mot de passe",
	Text:    "Bonjour,\n\nhttps://id.example.org/password/reset?t=abc\n",
	HTML:    `<p>Bonjour, <a href="https://id.example.org/password/reset?t=abc">ici</a> <a href="https://id.example.org/x?a=1&amp;b=2">x</a></p>`,
}}

// post is a mailer, with what it logs.
type post struct {
	*mail.Mailer
	clock *clock
	log   *buffer
	audit *buffer
}

// open starts a mailer without jitter; the test's end closes it.
func open(t *testing.T, cfg mail.Config, r mail.Renderer, opts ...mail.Option) *post {
	t.Helper()
	p := &post{clock: newClock(), log: &buffer{}, audit: &buffer{}}
	opts = append([]mail.Option{
		mail.WithAfter(p.clock.After), mail.WithJitter(func() float64 { return 0.5 }), mail.WithAudit(audit.New(p.audit, p.clock.Now)),
	}, opts...)
	log := slog.New(slog.NewJSONHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	m, err := mail.New(cfg, r, log, p.clock.Now, opts...)
	if err != nil {
		t.Fatal(err)
	}
	p.Mailer = m
	t.Cleanup(func() {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(errors.New("the test is over"))
		_ = m.Close(ctx)
	})
	return p
}

func (p *post) send(t *testing.T, to string) {
	t.Helper()
	if err := p.Send(t.Context(), to, nil, templates.TestMail{}); err != nil {
		t.Fatal(err)
	}
}

// drain closes the mailer and waits for it to end.
func (p *post) drain(t *testing.T) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	return p.Close(ctx)
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func server(t *testing.T, opts ...mailtest.Option) *mailtest.Server {
	t.Helper()
	return mailtest.Start(t, opts...)
}
