package gateway

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/authn/passwords"
	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/gateway/mail"
	"github.com/wicketgate/wicketgate/gateway/mailproof"
	"github.com/wicketgate/wicketgate/gateway/metrics"
	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate"
	"github.com/wicketgate/wicketgate/gateway/ticket"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// parts are everything a gateway is made of, each made once.
type parts struct {
	cfg     *config.Config
	log     *slog.Logger
	clock   func() time.Time
	version string
	started time.Time
	floor   time.Duration

	auditFile *os.File
	audit     *audit.Log
	metrics   *metrics.Metrics
	keyring   *seal.Keyring
	bundle    *i18n.Bundle
	renderer  *templates.Renderer

	directory *directory.Directory
	people    *directory.People
	store     RecordStore
	records   *state.Records

	mailer   *mail.Mailer
	tickets  *ticket.Office
	proof    *mailproof.Office
	sessions *session.Manager
	rules    *passwords.Rules
	kit      *web.Kit
	auth     *authn.Authenticator
	door     *visit.Door
	provider *oidc.Provider

	prepared chan struct{} // closed once the records were prepared for the first time
	once     sync.Once

	mu           sync.Mutex // guards what follows
	trouble      error      // why the records could not be prepared, if so
	troubleSince time.Time
}

func newParts(cfg *config.Config, around surroundings) (*parts, error) {
	p := &parts{cfg: cfg, log: around.log, clock: around.clock, version: around.version, started: around.clock(), floor: around.floor, metrics: metrics.New(), prepared: make(chan struct{}), trouble: errNotYet}
	p.metrics.Version(around.version)
	for _, step := range []struct {
		what string
		do   func(surroundings) error
	}{
		{"opening the audit log", p.makeAudit},
		{"reading the master secret", p.makeKeyring},
		{"reading templates and texts", p.makeRenderer},
		{"setting up the directory", p.makeDirectory},
		{"setting up mail", p.makeMail},
		{"setting up pages", p.makePages},
		{"setting up the OpenID provider", p.makeProvider},
	} {
		if err := step.do(around); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", step.what, err), p.close(context.Background()))
		}
	}
	return p, nil
}

// close undoes what newParts did, as far as it came.
func (p *parts) close(ctx context.Context) error {
	var errs []error
	if p.provider != nil {
		errs = append(errs, p.provider.Close(ctx))
	}
	if p.mailer != nil {
		errs = append(errs, p.mailer.Close(ctx))
	}
	if p.store != nil {
		errs = append(errs, p.store.Close())
	}
	if p.directory != nil {
		errs = append(errs, p.directory.Close())
	}
	if p.auditFile != nil {
		errs = append(errs, p.auditFile.Close())
	}
	return errors.Join(errs...)
}

func (p *parts) makeAudit(around surroundings) error {
	switch {
	case around.audit != nil:
		p.audit = audit.New(around.audit, p.clock)
	case p.cfg.Log.Audit != "":
		f, err := os.OpenFile(p.cfg.Log.Audit, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		p.auditFile, p.audit = f, audit.New(f, p.clock)
	default:
		p.audit = audit.Logger(p.log, p.clock)
	}
	p.audit = p.audit.Tap(p.metrics.ObserveEvent)
	return nil
}

func (p *parts) makeKeyring(surroundings) (err error) {
	p.keyring, err = seal.New(p.cfg.Secrets()...)
	return err
}

func (p *parts) makeRenderer(surroundings) (err error) {
	var theme fs.FS
	if p.cfg.Brand.Theme != "" {
		theme = os.DirFS(p.cfg.Brand.Theme)
	}
	b := p.cfg.Brand
	p.renderer, err = templates.New(templates.Options{
		Theme: theme, Now: p.clock,
		Brand: templates.Brand{Name: b.Name, URL: p.cfg.Public.String(), HelpURL: b.HelpURL, HelpMail: b.HelpMail},
	})
	if err != nil {
		return err
	}
	p.bundle = p.renderer.Bundle()
	return nil
}

func (p *parts) makeDirectory(surroundings) (err error) {
	p.directory, err = directory.Open(p.cfg.Transport(),
		directory.WithClock(p.clock), directory.WithLogger(p.log), directory.WithObserver(p.metrics.ObserveLDAP))
	if err != nil {
		return err
	}
	p.metrics.ReadDirectory(p.directory.Servers)
	p.people = directory.NewPeople(p.directory, p.cfg.Mapping, directory.PeopleClock(p.clock))
	if p.store, err = OpenRecords(p.cfg, p.directory, sqlstate.WithClock(p.clock), sqlstate.WithObserver(func(op sqlstate.Op) {
		p.metrics.ObserveSQL(op.Verb, op.Result, op.Duration)
	})); err != nil {
		return err
	}
	if db, ok := p.store.(*sqlstate.Store); ok {
		p.metrics.ReadDatabase(func() metrics.Database {
			s := db.Status()
			return metrics.Database{Up: s.Up, Open: s.Open, Idle: s.Idle}
		})
	}
	p.records = state.NewRecords(p.store, p.clock)
	return nil
}

func (p *parts) makeMail(surroundings) (err error) {
	if p.mailer, err = mail.New(p.cfg.MailServer(), p.renderer, p.log, p.clock, mail.WithAudit(p.audit)); err != nil {
		return err
	}
	if p.tickets, err = ticket.New(p.keyring, p.records, p.cfg.Public.String(), p.clock); err != nil {
		return err
	}
	p.metrics.ReadMail(p.mailer.Status)
	p.proof = &mailproof.Office{Tickets: p.tickets, Mail: p.mailer, Audit: p.audit, Lasts: p.cfg.Links.Mail, Clock: p.clock}
	return nil
}

func (p *parts) makePages(around surroundings) (err error) {
	s := p.cfg.Sessions
	p.sessions, err = session.New(p.keyring, p.records, p.people,
		session.Config{PublicURL: p.cfg.Public.String(), Browser: s.Lifetime, Remember: *s.Remembered, Idle: s.Idle, Known: *s.Known}, p.clock)
	if err != nil {
		return err
	}
	p.rules = p.cfg.Passwords.Rules()
	p.kit, err = web.New(web.Options{
		Renderer: p.renderer, Bundle: p.bundle, Sealer: p.keyring, PublicURL: p.cfg.Public.String(), TrustedProxies: p.cfg.Proxies,
		CrossOrigin: oidc.CrossOrigin(), Log: p.log, Observe: p.metrics.ObserveRequest, Clock: p.clock,
	})
	if err != nil {
		return err
	}
	p.auth, err = authn.New(authn.Options{People: p.people, Decoy: p.decoy, Audit: p.audit, Clock: p.clock, Floor: around.floor})
	if err != nil {
		return err
	}
	p.door = &visit.Door{Kit: p.kit, Sessions: p.sessions, People: p.people, Policy: p.cfg.Rules, Log: p.log}
	return nil
}

// decoy makes the directory hash a password for a login that names nobody: the service account's own, which is right and so
// counts as nobody's failure.
func (p *parts) decoy(ctx context.Context, _ string) error {
	t := p.cfg.Transport()
	if t.BindDN == "" {
		return nil // an anonymous service has no password to check
	}
	_, err := p.directory.Bind(ctx, t.BindDN, t.BindPassword)
	return err
}
