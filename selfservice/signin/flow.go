package signin

import (
	"net/http"
	"net/url"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/web"
)

// Flow holds what the pages need. All fields down to Audit are required.
type Flow struct {
	Kit      *web.Kit
	Auth     *authn.Authenticator
	Sessions *session.Manager
	Sealer   authn.Sealer
	Audit    *audit.Log

	// SignOut ends sessions of this browser and says where it has to go, if applications are to be signed out through it; it writes the audit lines too. Nil:
	// Sessions.EndSessions does.
	SignOut func(w http.ResponseWriter, r *http.Request, sessions ...string) (next string, err error)

	// Label and Hint of the login field, by language; empty: "User name or mail address" and none.
	Label, Hint map[string]string
	// Forgot shows the link to the forgotten-password page; it needs a mail server.
	Forgot bool
	// Register is the address where accounts are made; empty: no link.
	Register string
	// OfferStay shows "stay signed in"; Stay ticks it.
	OfferStay, Stay bool
	// WarnBefore is how long before its end a password is called about to expire; 0: 14 days.
	WarnBefore time.Duration
}

// Mount adds the routes.
func (f *Flow) Mount(mux *http.ServeMux) {
	mux.Handle("GET /signin", f.Kit.Handle(f.askLogin))
	mux.Handle("POST /signin", f.Kit.Handle(f.takeLogin))
	mux.Handle("GET /signin/password", f.Kit.Handle(f.askPassword))
	mux.Handle("POST /signin/password", f.Kit.Handle(f.takePassword))
	mux.Handle("GET /signout", f.Kit.Handle(f.askSignOut))
	mux.Handle("POST /signout", f.Kit.Handle(f.signOut))
}

// address is a page of the flow with where to go on and, if given, the sealed login.
func address(r *http.Request, path, who string) string {
	if who != "" {
		path += "?" + authn.WhoParam + "=" + url.QueryEscape(who)
	}
	return web.WithContinue(path, web.ContinueValue(r))
}

// forgot is where the link for a forgotten password leads; "" if there is none.
func (f *Flow) forgot(r *http.Request, who string) string {
	if !f.Forgot {
		return ""
	}
	return address(r, "/password/forgot", who)
}
