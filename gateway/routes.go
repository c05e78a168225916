package gateway

import (
	"net/http"

	"github.com/wicketgate/wicketgate/gateway/authn/passwords"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/selfservice/accounts"
	"github.com/wicketgate/wicketgate/selfservice/admin"
	"github.com/wicketgate/wicketgate/selfservice/clients"
	"github.com/wicketgate/wicketgate/selfservice/consents"
	"github.com/wicketgate/wicketgate/selfservice/join"
	"github.com/wicketgate/wicketgate/selfservice/password"
	"github.com/wicketgate/wicketgate/selfservice/profile"
	"github.com/wicketgate/wicketgate/selfservice/sessions"
	"github.com/wicketgate/wicketgate/selfservice/signin"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// routes is every URL of the program:
//
//	/                       home                              selfservice/profile
//	/profile ...            one's own account, its photo, confirming a mail address
//	/signin, /signin/password, /signout                       selfservice/signin
//	/accounts ...           whom this browser knows           selfservice/accounts
//	/password               change                            selfservice/password
//	/password/forgot, /password/reset, /password/first        the way of a link
//	/password/strength      judges a password while it is typed
//	/invite, /join          invitations                       selfservice/join
//	/sessions               where one is signed in            selfservice/sessions
//	/consent, /device, /applications                          selfservice/consents
//	/admin/status, /admin/mails                               selfservice/admin
//	/admin/clients ...      registered applications           selfservice/clients
//	/oauth/register ...     applications that register by themselves, if that is on
//	/oauth/authorize, par, device_authorization, token, userinfo, revoke, introspect, jwks, logout   gateway/oidc
//	/.well-known/openid-configuration, oauth-authorization-server
//	/favicon.ico, /static/  style, script, pictures           templates
//	/healthz, /readyz       for machines                      health.go
//
// On the second address: /metrics and a detailed /readyz.
func (g *Gateway) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /static/", g.renderer.Static())
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", g.readyz(false))
	// Browsers ask for it wherever a page names no icon.
	mux.Handle("GET /favicon.ico", http.RedirectHandler(g.renderer.Asset("favicon.svg"), http.StatusFound))

	stay := g.cfg.Sessions.Remembered != nil && *g.cfg.Sessions.Remembered > 0
	(&signin.Flow{
		Kit: g.kit, Auth: g.auth, Sessions: g.sessions, Sealer: g.keyring, Audit: g.audit, Forgot: g.mailer.Enabled(), OfferStay: stay,
		SignOut: g.provider.SignOut,
	}).Mount(mux)
	(&accounts.Flow{
		Kit: g.kit, Door: g.door, Sessions: g.sessions, Sealer: g.keyring, Choose: g.provider.Choose, SignOut: g.provider.SignOut,
	}).Mount(mux)
	(&password.Flow{
		Kit: g.kit, Door: g.door, People: g.people, Auth: g.auth, Sessions: g.sessions, Tickets: g.tickets, Rules: g.rules, Mail: g.mailer,
		Sealer: g.keyring, Audit: g.audit, ResetLasts: g.cfg.Links.Reset, Floor: g.floor,
	}).Mount(mux)
	(&profile.Flow{
		Kit: g.kit, Door: g.door, Bundle: g.bundle, People: g.people, Proof: g.proof, Mail: g.mailer, Audit: g.audit, Sealer: g.keyring, Apps: g.apps,
	}).Mount(mux)
	(&join.Flow{
		Kit: g.kit, Door: g.door, Bundle: g.bundle, People: g.people, Tickets: g.tickets, Mail: g.mailer, Proof: g.proof, Audit: g.audit,
		CheckPassword: func(password string, u *ldapmap.User) []i18n.Message {
			return g.rules.Check(password, passwords.About(u)...)
		},
		Rules: g.rules.Shown(), StrengthURL: "/password/strength", Lasts: g.cfg.Links.Invitation,
	}).Mount(mux)
	(&sessions.Flow{Kit: g.kit, Door: g.door, Records: g.records, Sessions: g.sessions, Audit: g.audit}).Mount(mux)
	(&consents.Flow{Kit: g.kit, Door: g.door, Provider: g.provider}).Mount(mux)
	(&clients.Flow{Kit: g.kit, Door: g.door, Registry: g.provider.Registry(), Issuer: g.cfg.Public.String(), Audit: g.audit}).Mount(mux)
	(&admin.Flow{
		Kit: g.kit, Door: g.door, Bundle: g.bundle, Render: g.renderer, Mail: g.mailer, Audit: g.audit, Checks: g.checks,
		Version: g.version, Started: g.started,
	}).Mount(mux)
	g.provider.Mount(mux)
	return g.kit.Middleware(g.unlessAway(g.kit.Routes(mux)))
}

// Metrics serves the second address, which strangers cannot reach.
func (g *Gateway) Metrics() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", g.metrics.Handler())
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", g.readyz(true))
	return mux
}

// apps are the applications of the configuration that have a page of their own to go to.
func (g *Gateway) apps(*http.Request, *visit.Visitor) []templates.AppLink {
	var links []templates.AppLink
	for _, c := range g.cfg.Clients {
		if c.URL != "" {
			links = append(links, templates.AppLink{Name: c.Name, URL: c.URL, Logo: c.Logo})
		}
	}
	return links
}
