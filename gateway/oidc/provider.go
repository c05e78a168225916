package oidc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/oidc/registration"
	"github.com/wicketgate/wicketgate/gateway/oidc/remote"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
)

// People is what the provider reads of the directory; an ldapmap.People has it.
type People interface {
	Get(ctx context.Context, ref ldapmap.Ref) (*ldapmap.User, error)
	Groups(ctx context.Context, u *ldapmap.User) ([]ldapmap.Group, error)
}

// Sessions tells who sits at a browser. A *session.Manager does.
type Sessions interface {
	// Accounts are those whom the browser knows, as the cookie says, the one at work first. No I/O.
	Accounts(r *http.Request) []session.Account
	// LoadSession is the person of one session of this browser, if it is alive; else nil. Two reads at most (entry and record).
	LoadSession(ctx context.Context, r *http.Request, id string) (*session.Visit, error)
	// StateCookie is the name of the cookie that the page of PathCheckSession reads, and ShowState sets it. No I/O.
	StateCookie() string
	ShowState(w http.ResponseWriter, r *http.Request)
	// EndSessions signs out at this browser. One read and one change for each session.
	EndSessions(w http.ResponseWriter, r *http.Request, ids ...string) error
}

// Lifetimes are how long things last; zero values are the defaults.
type Lifetimes struct {
	Code    time.Duration // an authorization code; 1 minute
	Access  time.Duration // an access token; 1 hour. It ends at once when it is revoked, so it needs not be short.
	IDToken time.Duration // 1 hour
	Refresh time.Duration // a sign-on with a refresh token, however often it is used; 90 days
}

// Deps are what a Provider is made of. All without "may be nil" are required.
type Deps struct {
	Issuer  string // the public URL, without a slash at the end
	Keyring keys.Keyring
	Records *state.Records
	Store   state.Store // of clients and keys; the one of Records
	People  People
	Fields  []ldapmap.Field // of the mapping: which claims there are
	Clients []rp.Client     // of the configuration
	// Resources are the APIs that access tokens can be meant for besides the provider itself; may be nil.
	Resources []rp.Resource
	Kit       *web.Kit

	Sessions Sessions

	// MayUse is the policy: whether somebody may use an application at all. It is asked for each code and token, and whenever a token is shown, so that
	// whoever leaves a group is out at once. It should cost no read, and may count on nothing of c but the ID, since a client is not read
	// for a token that is shown. May be nil: everybody may.
	MayUse func(ctx context.Context, u *ldapmap.User, c *rp.Client) (bool, error)
	// Vouched tells whether the directory vouches that a mail address or phone number is the person's, as the mapping has it (email_verified,
	// phone_number_verified). May be nil: it does not.
	Vouched func(u *ldapmap.User, field, value string) bool
	// PictureURL gives an address at which applications can fetch the person's photo. May be nil: no picture claim.
	PictureURL func(u *ldapmap.User) string

	// Subject is where sub comes from, for clients that do not say otherwise: rp.SubjectID (also if it is empty), rp.SubjectPairwise, or the name of a field.
	Subject string

	// Registration says whether and what applications can register by themselves.
	Registration registration.Config

	// PrivateDocuments lets documents of applications (jwks_uri and its like) be fetched from addresses inside the organisation.
	PrivateDocuments bool

	RegisterPage string   // the page where people make an account, for prompt=create; may be empty: they cannot
	ACRValues    []string // acr values that sign-ins here can have, for discovery; may be nil
	Locales      []string // languages of the pages, for discovery; may be nil

	Lifetimes Lifetimes
	// KeysEvery is how often signing keys are replaced; 0: only by RotateKeys.
	KeysEvery time.Duration
	// Keys are brought along instead of being made; the first of each algorithm signs. May be nil.
	Keys  []keys.Fixed
	Audit *audit.Log       // may be nil
	Log   *slog.Logger     // may be nil
	Clock func() time.Time // may be nil: time.Now
}

// Provider is the OpenID provider. It is safe for concurrent use and keeps nothing that another replica would miss.
type Provider struct {
	Deps
	fosite    *fosite.Fosite
	keys      *keys.Set
	salt      *keys.Salt
	clients   *rp.Clients
	catalogue *catalogue
	remote    *remote.Fetcher // of documents that applications keep
	back      *backChannel
	office    *registration.Office
	devices   devices

	longestAccess time.Duration // how long any access token may last
}

// New checks deps and returns a Provider. It does no I/O: keys are read, or made, when they are first needed.
func New(deps Deps) (*Provider, error) {
	if deps.Keyring == nil || deps.Records == nil || deps.Store == nil || deps.People == nil || deps.Kit == nil || deps.Sessions == nil {
		return nil, errors.New("oidc.New: a required part is missing")
	}
	if err := checkIssuer(deps.Issuer); err != nil {
		return nil, err
	}
	if deps.Clock == nil {
		deps.Clock = time.Now
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	deps.Lifetimes = deps.Lifetimes.withDefaults()
	deps.Subject = cmp.Or(deps.Subject, rp.SubjectID)
	p := &Provider{Deps: deps, salt: keys.NewSalt(deps.Store, deps.Keyring)}
	var err error
	p.catalogue = newCatalogue(deps.Fields, deps.PictureURL != nil, nil)
	if p.catalogue.resources, err = rp.NewResources(deps.Resources, deps.Issuer, p.catalogue.scopes); err != nil {
		return nil, err
	}
	p.longestAccess = p.catalogue.resources.Longest(deps.Lifetimes.Access)
	if p.clients, err = rp.NewClients(deps.Clients, deps.Store, deps.Keyring, deps.Clock); err != nil {
		return nil, err
	}
	if err := p.checkSubjects(deps.Clients); err != nil {
		return nil, err
	}
	plan := keys.Plan{Every: deps.KeysEvery, Token: max(deps.Lifetimes.IDToken, p.longestAccess), Hint: deps.Lifetimes.Refresh}
	p.keys = keys.New(deps.Store, deps.Keyring, deps.Clock, plan, deps.Keys, func(path state.Path, kid string) {
		p.Audit.Event(context.Background(), audit.Event{Action: audit.SigningKeyCreated, Detail: path.String() + " " + kid})
	})
	here := strings.HasPrefix(deps.Issuer, "http://") // then everything happens on this machine
	p.remote = remote.New(remote.Config{Private: deps.PrivateDocuments || here, HTTP: here, Clock: deps.Clock})
	p.back = newBackChannel(p)
	p.office = registration.New(registration.Deps{
		Config: deps.Registration, Issuer: deps.Issuer, Keyring: deps.Keyring, Records: deps.Records, Registry: p.clients.Registry(), Remote: p.remote, Audit: deps.Audit,
		Log: deps.Log, Clock: deps.Clock,
	})
	p.clients.SelfScopes = p.office.Scopes
	p.devices = newDevices(deps.Clock)
	deps.Records.OnEnd(p.sessionsEnded)
	p.fosite = p.newFosite()
	return p, nil
}

// Ready reads the signing keys, and makes them at the first start. Whoever calls it early spares the first sign-in the wait.
func (p *Provider) Ready(ctx context.Context) error {
	_, err := p.keys.All(ctx)
	return errors.Join(err, p.salt.Renew(ctx))
}

func (l Lifetimes) withDefaults() Lifetimes {
	or := func(d, standard time.Duration) time.Duration {
		if d <= 0 {
			return standard
		}
		return d
	}
	return Lifetimes{
		Code: or(l.Code, time.Minute), Access: or(l.Access, time.Hour), IDToken: or(l.IDToken, time.Hour), Refresh: or(l.Refresh, 90*24*time.Hour),
	}
}

// checkIssuer holds an issuer to OpenID Connect Discovery 1.0 3: https, no query, no fragment. http is for loopback.
func checkIssuer(issuer string) error {
	u, err := url.Parse(issuer)
	switch {
	case err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil || strings.HasSuffix(issuer, "/"):
		return fmt.Errorf("the issuer %q is not of the form https://id.example.org", issuer)
	case u.Scheme == "https", u.Scheme == "http" && rp.Loopback(u.Hostname()):
		return nil
	default:
		return fmt.Errorf("the issuer %q must be https (http is for this machine alone)", issuer)
	}
}

// event writes an audit line with the caller's address.
func (p *Provider) event(ctx context.Context, r *http.Request, e audit.Event) {
	e.IP, e.RequestID = web.ClientIP(r), web.RequestID(r)
	p.Audit.Event(ctx, e)
}
