package mail

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	netmail "net/mail"
	"strings"
	"sync"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Renderer turns a typed mail into subject, HTML and text; *templates.Renderer is one.
type Renderer interface {
	Mail(loc *i18n.Locale, m templates.Mail) (templates.Rendered, error)
}

// Mailer sends mails. It is safe for concurrent use; New makes one and Close ends it.
type Mailer struct {
	cfg      Config
	off      bool
	from     *netmail.Address
	replyTo  *netmail.Address
	roots    *x509.CertPool
	renderer Renderer
	log      *slog.Logger
	audit    *audit.Log
	now      func() time.Time
	after    func(time.Duration) <-chan time.Time
	random   func() float64
	ids      io.Reader

	mu      sync.Mutex
	waiting []*job // not sorted: the queue is short and mostly empty
	running int
	closing bool
	status  Status

	wake chan struct{}      // capacity 1: the queue has changed
	idle chan struct{}      // closed when closing and nothing is left
	ctx  context.Context    // of all deliveries
	stop context.CancelFunc // ends them
}

// Option changes a Mailer, for its tests and for metrics.
type Option func(*Mailer)

// WithAfter replaces time.After for the pauses between attempts.
func WithAfter(after func(time.Duration) <-chan time.Time) Option {
	return func(m *Mailer) { m.after = after }
}

// WithJitter replaces the source of jitter; random returns numbers in [0, 1).
func WithJitter(random func() float64) Option { return func(m *Mailer) { m.random = random } }

// WithRandom replaces the source of Message-IDs.
func WithRandom(r io.Reader) Option { return func(m *Mailer) { m.ids = r } }

// WithAudit makes the mailer write a line for every mail that it gives up.
func WithAudit(l *audit.Log) Option { return func(m *Mailer) { m.audit = l } }

// New returns a mailer and starts its dispatcher; no connection is made. A Config without Host gives a mailer that is off: Enabled is
// false and Send refuses. Errors are those of Config.Validate, joined.
func New(cfg Config, renderer Renderer, log *slog.Logger, now func() time.Time, opts ...Option) (*Mailer, error) {
	ctx, stop := context.WithCancel(context.Background())
	m := &Mailer{
		cfg: cfg.withDefaults(), off: cfg.Host == "", renderer: renderer, log: log, now: now,
		after: time.After, random: mathrand.Float64, ids: rand.Reader,
		wake: make(chan struct{}, 1), idle: make(chan struct{}), ctx: ctx, stop: stop,
	}
	for _, o := range opts {
		o(m)
	}
	if !m.off {
		if err := m.prepare(); err != nil {
			stop()
			return nil, fmt.Errorf("the mail configuration: %w", err)
		}
	}
	go m.dispatch()
	return m, nil
}

func (m *Mailer) prepare() error {
	var errs []error
	for _, p := range m.cfg.Validate() {
		errs = append(errs, p)
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	m.from, _ = netmail.ParseAddress(m.cfg.From) // just validated
	if m.cfg.ReplyTo != "" {
		m.replyTo, _ = netmail.ParseAddress(m.cfg.ReplyTo)
	}
	m.roots, _ = m.cfg.roots()
	m.status.Server = m.cfg.Addr()
	return nil
}

// Enabled tells whether a mail server is configured. Pages that need mail hide what they cannot do.
func (m *Mailer) Enabled() bool { return !m.off }

// Send puts a mail to one address into the queue and returns at once: it neither renders nor connects, so that a page
// takes the same time whether or not there was somebody to write to. The mail outlives ctx.
//
// Errors: Invalid with field "emails" for what is not a mail address; Unavailable if mail is off, the queue is full or the
// mailer is closing.
func (m *Mailer) Send(_ context.Context, to string, loc *i18n.Locale, mail templates.Mail) error {
	j, err := m.newJob(to, loc, mail)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closing:
		return fault.New(fault.Unavailable, "a %s mail was not accepted: the program is ending", j.kind)
	case len(m.waiting)+m.running >= m.cfg.Queue:
		err := fault.New(fault.Unavailable, "a %s mail was not accepted: %d mails are waiting already", j.kind, m.cfg.Queue)
		m.note(err, true)
		m.giveUp(j, err)
		return err
	}
	m.waiting = append(m.waiting, j)
	m.nudge()
	return nil
}

// SendNow delivers one mail at once, without the queue, and says how it went: for the test mail of an administrator. The error
// is for administrators: it holds the mail server's own words. Errors: Invalid as Send; Unavailable.
func (m *Mailer) SendNow(ctx context.Context, to string, loc *i18n.Locale, mail templates.Mail) error {
	j, err := m.newJob(to, loc, mail)
	if err != nil {
		return err
	}
	err = m.deliver(ctx, j)
	m.mu.Lock()
	m.note(err, !aboutRecipient(err))
	m.mu.Unlock()
	if err != nil {
		return fault.New(fault.Unavailable, "sending a %s mail: %w", j.kind, err)
	}
	return nil
}

func (m *Mailer) newJob(to string, loc *i18n.Locale, mail templates.Mail) (*job, error) {
	if m.off {
		return nil, fault.New(fault.Unavailable, "no mail server is configured (mail.host)")
	}
	address, err := Address(to)
	if err != nil {
		return nil, &fault.Error{Code: fault.Invalid, Field: "emails", Err: err}
	}
	id := make([]byte, 16)
	if _, err := io.ReadFull(m.ids, id); err != nil {
		return nil, fault.New(fault.Internal, "making a Message-ID: %w", err)
	}
	domain := m.from.Address[strings.LastIndexByte(m.from.Address, '@')+1:]
	now := m.now()
	return &job{
		to: address, loc: loc, mail: mail, kind: mail.Template(), due: now, made: now,
		id: fmt.Sprintf("%x@%s", id, domain), // the same for every attempt: a mail that comes twice can be recognised
	}, nil
}
