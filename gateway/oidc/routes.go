package oidc

import (
	"net/http"

	"github.com/wicketgate/wicketgate/gateway/oidc/registration"
	"github.com/wicketgate/wicketgate/gateway/visit"
)

// The provider's addresses below the public URL. PathSignIn, PathSignOut, PathConsent and PathAccounts are pages of selfservice.
const (
	PathDiscovery  = "/.well-known/openid-configuration"
	PathMetadata   = "/.well-known/oauth-authorization-server" // RFC 8414 3
	PathAuthorize  = "/oauth/authorize"
	PathToken      = "/oauth/token"
	PathUserinfo   = "/oauth/userinfo"
	PathRevoke     = "/oauth/revoke"
	PathIntrospect = "/oauth/introspect"
	PathJWKS       = "/oauth/jwks"
	PathPushed     = "/oauth/par"
	PathSignIn     = "/signin"
	PathSignOut    = "/signout"
	PathConsent    = "/consent"
	PathAccounts   = visit.PathAccounts
	PathLogout     = "/oauth/logout" // RP-Initiated Logout 1.0, 2

	PathStartDevice = "/oauth/device_authorization" // RFC 8628 3.1
	PathDevice      = "/device"                     // a page of selfservice

	PathLogoutConfirm = "/oauth/logout/confirm"
	PathCheckSession  = "/oauth/check-session" // Session Management 1.0, 3.3
)

// CrossOrigin are the routes that other sites may post to, for web.Options.CrossOrigin: applications prove who they are with a secret or
// a token, never with a cookie, and a posted authorization request does no more than the same by GET.
func CrossOrigin() []string {
	return append(registration.CrossOrigin(),
		"POST "+PathAuthorize, "POST "+PathToken, "POST "+PathUserinfo, "POST "+PathRevoke, "POST "+PathIntrospect,
		"POST "+PathLogout,
		"POST "+PathPushed, "POST "+PathStartDevice,
	)
}

// Mount registers every address of the provider.
func (p *Provider) Mount(mux *http.ServeMux) {
	page := p.Kit.Handle(p.authorize)
	mux.Handle("GET "+PathAuthorize, page)
	mux.Handle("POST "+PathAuthorize, page)

	bye := p.Kit.Handle(p.logout)
	mux.Handle("GET "+PathLogout, bye)
	mux.Handle("POST "+PathLogout, bye)
	mux.Handle("POST "+PathLogoutConfirm, p.Kit.Handle(p.confirmLogout))

	mux.Handle("GET "+PathCheckSession, p.api(p.checkSession))

	for path, methods := range map[string]map[string]http.HandlerFunc{
		PathDiscovery: {http.MethodGet: p.discovery},
		PathMetadata:  {http.MethodGet: p.discovery},
		PathJWKS:      {http.MethodGet: p.jwks},
		PathToken:     {http.MethodPost: p.token},
		PathUserinfo:  {http.MethodGet: p.userinfo, http.MethodPost: p.userinfo},
		PathRevoke:    {http.MethodPost: p.revoke},
		PathPushed:    {http.MethodPost: p.push},

		PathStartDevice: {http.MethodPost: p.startDevice},
	} {
		for method, h := range methods {
			mux.Handle(method+" "+path, p.api(shared(h)))
		}
		mux.Handle("OPTIONS "+path, p.api(preflight("GET, POST")))
	}
	for _, route := range p.office.Routes() {
		mux.Handle(route.Method+" "+route.Path, p.api(shared(route.Serve)))
		if route.Method != http.MethodPut && route.Method != http.MethodDelete { // once for each address
			mux.Handle("OPTIONS "+route.Path, p.api(preflight("GET, POST, PUT, DELETE")))
		}
	}
	// Only servers have a reason to introspect: no script of another site may.
	mux.Handle("POST "+PathIntrospect, p.api(p.introspect))
}

// shared lets scripts of any site read the answer. No cookie counts at these addresses, so nobody gains what a program of their own
// could not have; applications that run in the browser need it.
func shared(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Expose-Headers", "WWW-Authenticate")
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		h(w, r)
	}
}

// preflight answers a browser's question before a script's request (Fetch 3.2.2).
func preflight(methods string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Allow-Methods", methods)
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
		h.Set("Access-Control-Max-Age", "3600")
		w.WriteHeader(http.StatusNoContent)
	}
}

// api makes a handler that writes its own errors one of the Kit's.
func (p *Provider) api(h http.HandlerFunc) http.Handler {
	return p.Kit.Handle(func(w http.ResponseWriter, r *http.Request) error {
		h(w, r)
		return nil
	})
}
