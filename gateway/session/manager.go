package session

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// People is the part of ldapmap.People that is needed.
type People interface {
	Get(ctx context.Context, ref ldapmap.Ref) (*ldapmap.User, error)
}

// Config says how long sessions last. Zero durations are the defaults.
type Config struct {
	PublicURL string        // decides the cookie's name and attributes
	Browser   time.Duration // until a session ends that goes with the browser; 12 hours
	Remember  time.Duration // until one ends that stays; 30 days
	Idle      time.Duration // without a request, after which one ends earlier; 0 for never. "Stay signed in" is exempt
}

// Session is what the cookie says. It was sealed by us, but it may be dead: see Load.
type Session struct {
	ID       string // new at each sign-in
	SID      string // what applications are told (OIDC `sid`)
	Ref      ldapmap.Ref
	AuthTime time.Time // when they proved who they are
	AMR      []string  // how (RFC 8176)
	ACR      string
	Mark     string // the account's, when they did
	Remember bool   // "stay signed in"
	Expires  time.Time
	Seen     time.Time // when the cookie was written last
}

// Visit is somebody whose session is alive, with everything that was read to find out.
type Visit struct {
	Session  state.Session
	User     *ldapmap.User
	Record   *state.Person
	Remember bool
}

// Manager starts, finds and ends sessions. It is safe for use by many goroutines.
type Manager struct {
	jar     *jar
	records *state.Records
	people  People
	cfg     Config
	now     func() time.Time
}

// New returns a Manager. now is the clock; nil means time.Now. Errors: Invalid for a public URL that no cookie can be set safely for.
func New(keys *seal.Keyring, records *state.Records, people People, cfg Config, now func() time.Time) (*Manager, error) {
	j, err := newJar(keys, cfg.PublicURL)
	if err != nil {
		return nil, err
	}
	if cfg.Browser <= 0 {
		cfg.Browser = 12 * time.Hour
	}
	if cfg.Remember <= 0 {
		cfg.Remember = 30 * 24 * time.Hour
	}
	if now == nil {
		now = time.Now
	}
	return &Manager{jar: j, records: records, people: people, cfg: cfg, now: now}, nil
}

// Opts say how somebody signed in.
type Opts struct {
	AMR      []string
	ACR      string
	Remember bool
	AuthTime time.Time     // now, if zero
	Record   *state.Person // the person's record if it was read already; else Start reads it
}

// Start signs u in at this browser: a new `s` value in their record and a new cookie. Whatever session the browser had ends: its id is worth nothing afterwards,
// so that nobody can have planted it. Applications go on knowing the browser by the same sid if it is the same person.
//
// One write (and one read, without Opts.Record). Errors: state.ErrRevoked if the person signed out everywhere in this very moment; the store's.
func (m *Manager) Start(w http.ResponseWriter, r *http.Request, u *ldapmap.User, o Opts) error {
	ctx, now := r.Context(), m.now()
	rec := o.Record
	if rec == nil {
		var err error
		if rec, err = m.records.Person(ctx, u.ID); err != nil {
			return fmt.Errorf("starting a session: %w", err)
		}
	}
	lasts := m.cfg.Browser
	if o.Remember {
		lasts = m.cfg.Remember
	}
	if o.AuthTime.IsZero() {
		o.AuthTime = now
	}
	id := make([]byte, 16)
	rand.Read(id) // never fails (Go 1.24)
	s := &state.Session{
		ID: hex.EncodeToString(id), Made: now, AuthTime: o.AuthTime, Seen: now.UTC().Truncate(state.SeenStep), Expires: now.Add(lasts),
		ACR: o.ACR, AMR: o.AMR, Device: device(r.UserAgent()),
	}
	before := m.inCookie(r)
	replaces := ""
	if before != nil && before.Ref.ID == u.ID {
		replaces = before.ID
	}
	if err := m.records.StartSession(ctx, rec, s, replaces); err != nil {
		return err
	}
	if before != nil && replaces == "" {
		// Somebody else was signed in here. Nobody holds their session any more once the cookie is replaced, so it matters little if this fails.
		_ = m.end(ctx, before)
	}
	return m.jar.write(w, r, now, payload{Accounts: []account{(&Session{
		ID: s.ID, SID: s.SID, Ref: u.Ref, AuthTime: s.AuthTime, AMR: s.AMR, ACR: s.ACR, Mark: u.Account.Mark, Remember: o.Remember,
		Expires: s.Expires, Seen: now,
	}).account()}})
}

// inCookie returns the session at work as the cookie has it, expired or not; nil for none.
func (m *Manager) inCookie(r *http.Request) *Session {
	p, _ := m.jar.read(r)
	if len(p.Accounts) == 0 {
		return nil
	}
	return p.Accounts[0].session()
}

// Current returns what the cookie says, without any I/O: nil, nil if nobody is signed in. The error is always nil today; it is there for sessions that are
// kept elsewhere.
func (m *Manager) Current(r *http.Request) (*Session, error) {
	s, now := m.inCookie(r), m.now()
	if s == nil || !now.Before(s.Expires) || m.cfg.Idle > 0 && !s.Remember && now.Sub(s.Seen) >= m.cfg.Idle {
		return nil, nil
	}
	return s, nil
}

// Load returns the person whose session is alive: nil, nil if nobody is signed in. One read of the record, and, if that has the session, one of the entry; nothing is
// read without a good cookie. Errors: Unavailable, if it cannot be told.
func (m *Manager) Load(ctx context.Context, r *http.Request) (*Visit, error) {
	s, err := m.Current(r)
	if s == nil || err != nil {
		return nil, err
	}
	rec, err := m.records.Person(ctx, s.Ref.ID)
	if err != nil {
		return nil, fmt.Errorf("looking up a session: %w", err)
	}
	kept, alive := rec.Session(s.ID, m.now())
	if !alive {
		return nil, nil
	}
	u, err := m.people.Get(ctx, s.Ref)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("looking up who is signed in: %w", err)
	case u.ID != s.Ref.ID || u.Account.Mark != s.Mark || !u.Account.Active(m.now()):
		return nil, nil
	}
	return &Visit{Session: kept, User: u, Record: rec, Remember: s.Remember}, nil
}

// Touch notes that the person is still there: in the record at most once in state.SeenStep, and in the cookie if it would else end as idle or leads to where
// the entry was before it moved. Pages call it, tokens do not; what it cannot write now it writes the next time.
func (m *Manager) Touch(w http.ResponseWriter, r *http.Request, v *Visit) error {
	s, now := m.inCookie(r), m.now()
	if s == nil || s.ID != v.Session.ID {
		return nil
	}
	if idle := m.cfg.Idle > 0 && !s.Remember && now.Sub(s.Seen) >= m.cfg.Idle/10; idle || s.Ref != v.User.Ref {
		s.Ref, s.Seen = v.User.Ref, now
		if err := m.jar.write(w, r, now, payload{Accounts: []account{s.account()}}); err != nil {
			return err
		}
	}
	return m.records.TouchSession(r.Context(), v.Record, s.ID)
}

// End signs out at this browser: the cookie goes in any case, then the `s` value with the grants that were bound to it. An error means that a
// copy of the cookie might still be good: do not say "signed out".
func (m *Manager) End(w http.ResponseWriter, r *http.Request) error {
	s := m.inCookie(r)
	if err := m.Forget(w, r); err != nil || s == nil {
		return err
	}
	return m.end(r.Context(), s)
}

func (m *Manager) end(ctx context.Context, s *Session) error {
	rec, err := m.records.Person(ctx, s.Ref.ID)
	if err == nil {
		err = m.records.EndSession(ctx, rec, s.ID)
	}
	if err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	return nil
}

// Forget takes the cookie away and does nothing else: for a session that Load found dead.
func (m *Manager) Forget(w http.ResponseWriter, r *http.Request) error {
	if _, err := r.Cookie(m.jar.prefix + cookieName); err != nil {
		return nil
	}
	return m.jar.write(w, r, m.now(), payload{})
}

// EndAll signs the person with this stable id out everywhere: every session, grant, refresh token and code of theirs is dead, in every browser and
// application. One read, one write.
func (m *Manager) EndAll(ctx context.Context, person string) error {
	rec, err := m.records.Person(ctx, person)
	if err == nil {
		err = m.records.RevokeAll(ctx, rec)
	}
	if err != nil {
		return fmt.Errorf("ending all sessions: %w", err)
	}
	return nil
}
