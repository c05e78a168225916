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
	// Known is how long a browser remembers who signed in there and asked to stay, once they are signed out: so that they have less to type. 0: not at all.
	Known time.Duration
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
	cfg.Known = max(cfg.Known, 0)
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

// Start signs u in at this browser and puts them to work: a new `s` value in their record, and a place in the cookie. Whatever session they had in this browser ends: its
// id is worth nothing afterwards, so that nobody can have planted it. Applications go on knowing the browser by the same sid. Others who are
// signed in at this browser stay so.
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
	all, replaces := m.read(r), ""
	at := all.person(u.ID)
	if at < 0 {
		all, at = append(all, account{}), len(all)
	} else {
		replaces = all[at].ID
	}
	if err := m.records.StartSession(ctx, rec, s, replaces); err != nil {
		return err
	}
	a := account{
		ID: s.ID, AuthTime: s.AuthTime.Unix(), AMR: s.AMR, ACR: s.ACR, Remember: o.Remember, Expires: s.Expires.Unix(), Seen: now.Unix(),
	}
	if s.SID != s.ID {
		a.SID = s.SID
	}
	a.of(u)
	all[at] = a
	all.front(at)
	var gone []account
	if len(all) > MaxAccounts {
		gone = append(gone, all.surplus())
	}
	more, err := m.write(w, r, all)
	for _, a := range append(gone, more...) {
		// Nobody holds their session any more once the cookie is replaced, so it matters little if this fails.
		_ = m.end(ctx, a.session())
	}
	return err
}

// Accounts returns whom this browser knows, without any I/O: the one at work first, then whoever was there last.
func (m *Manager) Accounts(r *http.Request) []Account {
	all := m.read(r)
	accounts := make([]Account, len(all))
	for i := range all {
		a := &all[i]
		accounts[i] = Account{Session: *a.session(), Handle: Handle(a.Person), Live: m.live(a), Login: a.Login, Name: a.Name, Photo: a.Photo}
	}
	return accounts
}

// Current returns what the cookie says of who is at work, without any I/O: nil, nil if nobody is. Others may be signed in then: see Accounts. The error is
// always nil today; it is there for sessions that are kept elsewhere.
func (m *Manager) Current(r *http.Request) (*Session, error) {
	all := m.read(r)
	if len(all) == 0 || !m.live(&all[0]) {
		return nil, nil
	}
	return all[0].session(), nil
}

// Load returns the person who is at work, if the session is alive: nil, nil if nobody is signed in. One read of the record, and, if that has the session, one of
// the entry; nothing is read without a good cookie. Errors: Unavailable, if it cannot be told.
func (m *Manager) Load(ctx context.Context, r *http.Request) (*Visit, error) {
	s, err := m.Current(r)
	if s == nil || err != nil {
		return nil, err
	}
	return m.load(ctx, s)
}

// LoadSession is Load for one of the sessions of this browser, at work or not.
func (m *Manager) LoadSession(ctx context.Context, r *http.Request, id string) (*Visit, error) {
	all := m.read(r)
	i := all.session(id)
	if i < 0 || !m.live(&all[i]) {
		return nil, nil
	}
	return m.load(ctx, all[i].session())
}

func (m *Manager) load(ctx context.Context, s *Session) (*Visit, error) {
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

// Work puts somebody to work who is signed in at this browser; it is false for whoever is not, as far as the cookie can tell. No I/O.
func (m *Manager) Work(w http.ResponseWriter, r *http.Request, id string) (bool, error) {
	all := m.read(r)
	i := all.session(id)
	if i < 0 || !m.live(&all[i]) {
		return false, nil
	}
	if i > 0 {
		all.front(i)
		if _, err := m.write(w, r, all); err != nil {
			return false, err
		}
	}
	return true, nil
}

// Touch notes that the person is still there: in the record at most once in state.SeenStep, and in the cookie if it would else end as idle, or does not lead
// to where the entry is now, or calls them otherwise. Pages call it, tokens do not; what it cannot write now it writes the next time.
func (m *Manager) Touch(w http.ResponseWriter, r *http.Request, v *Visit) error {
	all, now := m.read(r), m.now()
	i := all.session(v.Session.ID)
	if i < 0 {
		return nil
	}
	a := &all[i]
	before := *a
	a.of(v.User)
	idle := m.cfg.Idle > 0 && !a.Remember && now.Sub(time.Unix(a.Seen, 0)) >= m.cfg.Idle/10
	// Where there was no room for the place, there was none for more either.
	changed := before.DN != "" && (before.DN != a.DN || before.Login != a.Login || before.Name != a.Name || before.Photo != a.Photo)
	if idle || changed {
		a.Seen = now.Unix()
		if _, err := m.write(w, r, all); err != nil {
			return err
		}
	}
	return m.records.TouchSession(r.Context(), v.Record, v.Session.ID)
}
