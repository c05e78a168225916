package password

import (
	"context"
	"net/http"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/authn/passwords"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/ticket"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Mailer is the part of *mail.Mailer that is needed.
type Mailer interface {
	Enabled() bool
	Send(ctx context.Context, to string, loc *i18n.Locale, m templates.Mail) error
}

// Flow holds what the pages need. All fields down to Audit are required; Prepare fills in the rest.
type Flow struct {
	Kit      *web.Kit
	Door     *visit.Door
	People   ldapmap.People
	Auth     *authn.Authenticator
	Sessions *session.Manager
	Tickets  *ticket.Office
	Rules    *passwords.Rules
	Mail     Mailer
	Sealer   authn.Sealer
	Audit    *audit.Log

	// Label and Hint of the login field, by language; empty: "User name or mail address" and none.
	Label, Hint map[string]string
	// ResetLasts and FirstLasts are how long the links work; 0: one hour and two days.
	ResetLasts, FirstLasts time.Duration
	// Mails limits the links sent to one account, Asks the requests of one network address; nil: defaults.
	Mails, Asks *authn.Limiter
	// Floor is the least time that the answer to "forgotten" takes, so that it cannot be told from the time whether there was
	// somebody to write to; 0: authn.DefaultFloor, below 0: none. Sleep waits; nil: really.
	Floor time.Duration
	Sleep func(ctx context.Context, d time.Duration)

	judges chan struct{}
}

// Bounds of what one request can set off.
const (
	maxAccounts  = 5 // with one mail address: as many links are sent
	maxAddresses = 5 // of one account: as many mails are sent
)

// Where links lead.
const (
	pathReset = "/password/reset"
	pathFirst = "/password/first"
)

func pathOf(purpose ticket.Purpose) string {
	if purpose == ticket.FirstPassword {
		return pathFirst
	}
	return pathReset
}

// Mount adds the routes.
func (f *Flow) Mount(mux *http.ServeMux) {
	f.prepare()
	mux.Handle("GET /password", f.Kit.Handle(f.askChange))
	mux.Handle("POST /password", f.Kit.Handle(f.takeChange))
	mux.Handle("POST /password/strength", f.Kit.Handle(f.strength))
	mux.Handle("GET /password/forgot", f.Kit.Handle(f.askForgot))
	mux.Handle("POST /password/forgot", f.Kit.Handle(f.takeForgot))
	mux.Handle("GET "+pathReset, f.Kit.Handle(f.openLink(ticket.ResetPassword)))
	mux.Handle("POST "+pathReset, f.Kit.Handle(f.takeNew(ticket.ResetPassword)))
	mux.Handle("GET "+pathFirst, f.Kit.Handle(f.openLink(ticket.FirstPassword)))
	mux.Handle("POST "+pathFirst, f.Kit.Handle(f.takeNew(ticket.FirstPassword)))
}

func (f *Flow) prepare() {
	if f.ResetLasts == 0 {
		f.ResetLasts = time.Hour
	}
	if f.FirstLasts == 0 {
		f.FirstLasts = 48 * time.Hour
	}
	if f.Mails == nil {
		f.Mails = authn.NewLimiter(authn.Pace{Free: 3, First: 5 * time.Minute, Most: time.Hour, Forget: 24 * time.Hour}, 0, f.Kit.Now)
	}
	if f.Asks == nil {
		f.Asks = authn.NewLimiter(authn.Pace{Free: 20, First: 10 * time.Second, Most: 15 * time.Minute, Forget: time.Hour}, 0, f.Kit.Now)
	}
	if f.Floor == 0 {
		f.Floor = authn.DefaultFloor
	}
	if f.Sleep == nil {
		f.Sleep = authn.Sleep
	}
	f.judges = make(chan struct{}, judges())
}

// event begins an audit line about a person.
func event(r *http.Request, action audit.Action, u *ldapmap.User) audit.Event {
	e := audit.Event{Action: action, IP: web.ClientIP(r), RequestID: web.RequestID(r)}
	if u != nil {
		e.Person, e.Username = u.ID, u.Get(ldapmap.Username)
	}
	return e
}
