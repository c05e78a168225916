package registration

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/oidc/remote"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/web"
)

// PathRegister is where applications register; PathOwn is each one's own address.
const (
	PathRegister = "/oauth/register"
	PathOwn      = "/oauth/register/{id}"
)

// Mode says who may register.
type Mode string

// The modes.
const (
	Off   Mode = "off"   // nobody; the addresses are not there
	Token Mode = "token" // whoever has an invitation
	Open  Mode = "open"  // anybody
)

// Modes are all of them.
func Modes() []Mode { return []Mode{Off, Token, Open} }

// Config says what applications that register themselves may have. The zero value is off.
type Config struct {
	Mode Mode
	// Scopes are all that such an application can ask for; nil means DefaultScopes.
	Scopes []string
	// Most bounds how many there are at a time, counted once a minute; 0 means DefaultMost.
	Most int
	// Unused is how long one is kept that nobody lets in; 0: for ever.
	Unused time.Duration
	// Pace tells how long a registration from an address has to wait, and counts it if that is 0. It holds for those without an invitation. May be nil: none waits.
	Pace func(ip string) time.Duration
}

// DefaultMost bounds the applications that have registered themselves, unless told otherwise.
const DefaultMost = 500

// DefaultScopes are what such an application can ask for, unless told otherwise.
func DefaultScopes() []string { return []string{"openid", "profile", "email", "offline_access"} }

// Deps are what an Office is made of. All without "may be nil" are required.
type Deps struct {
	Config
	Issuer   string
	Keyring  keys.Keyring
	Records  *state.Records
	Registry *rp.Registry
	Remote   *remote.Fetcher
	Audit    *audit.Log // may be nil
	Log      *slog.Logger
	Clock    func() time.Time
}

// Office registers applications. It is safe for concurrent use.
type Office struct {
	Deps
	drawing chan struct{} // one token for each logo that may be drawn at a time

	mu      sync.Mutex
	known   int       // applications that registered themselves
	counted time.Time // when
}

// New returns an Office. No I/O.
func New(deps Deps) *Office {
	if deps.Mode == "" {
		deps.Mode = Off
	}
	if deps.Scopes == nil {
		deps.Scopes = DefaultScopes()
	}
	if deps.Most <= 0 {
		deps.Most = DefaultMost
	}
	return &Office{Deps: deps, drawing: make(chan struct{}, 2)}
}

// On tells whether applications can register.
func (o *Office) On() bool { return o.Mode != Off }

// Route is an address with its handler.
type Route struct {
	Method, Path string
	Serve        http.HandlerFunc
}

// Routes are the addresses; none while it is off.
func (o *Office) Routes() []Route {
	if !o.On() {
		return nil
	}
	return []Route{
		{http.MethodPost, PathRegister, o.answering(o.register)},
		{http.MethodGet, PathOwn, o.answering(o.read)}, {http.MethodPut, PathOwn, o.answering(o.update)}, {http.MethodDelete, PathOwn, o.answering(o.remove)},
	}
}

// CrossOrigin are the routes that scripts of other sites may use: no cookie counts there.
func CrossOrigin() []string {
	return []string{"POST " + PathRegister, "PUT " + PathOwn, "DELETE " + PathOwn}
}

// May tells whether such an application can have a scope.
func (o *Office) may(scope string) bool { return slices.Contains(o.Scopes, scope) }

// note writes an audit line.
func (o *Office) note(ctx context.Context, r *http.Request, action audit.Action, client, detail string) {
	o.Audit.Event(ctx, audit.Event{Action: action, Client: client, Actor: "the application itself", Detail: detail, IP: web.ClientIP(r), RequestID: web.RequestID(r)})
}
