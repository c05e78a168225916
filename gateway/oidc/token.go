package oidc

import (
	"context"
	"net/http"
	"net/url"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// maxForm bounds what an application may post, in bytes.
const maxForm = 64 << 10

// tokenSession goes through fosite with a token request: what the request carries, opened, and then what was decided.
type tokenSession struct {
	noSession
	r       *http.Request
	code    *code
	refresh *refreshToken
	device  *deviceCode

	granted *granted
	own     *accessToken // of a client for itself
	ownAim  aim
}

// granted is what a token request gets: the grant stands in the directory by now.
type granted struct {
	signOn
	aim     aim // of the access token
	grant   string
	nonce   string
	claims  []string      // that were asked for by name, for the ID token
	code    string        // the code that goes back with an ID token, for c_hash
	refresh *refreshToken // nil: none
	user    *ldapmap.User
}

// token answers /oauth/token (RFC 6749 3.2). What was made up or changed is refused before anything is read: a forged code or token costs the
// directory nothing, whoever sends it.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(w, r)
	if err != nil {
		p.jsonError(w, r, err)
		return
	}
	session := &tokenSession{r: r}
	if err := p.openPresented(form, session); err != nil {
		p.jsonError(w, r, err)
		return
	}
	ctx := r.Context()
	req, err := p.fosite.NewAccessRequest(ctx, r, session)
	if err != nil {
		p.jsonError(w, r, err)
		return
	}
	resp, err := p.fosite.NewAccessResponse(ctx, req)
	if err != nil {
		p.jsonError(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, resp.ToMap())
}

// openPresented opens the code or token that the form presents, if its kind is known.
func (p *Provider) openPresented(form url.Values, session *tokenSession) error {
	switch form.Get("grant_type") {
	case "":
		return fosite.ErrInvalidRequest.WithHint("The parameter grant_type is missing.")
	case rp.GrantCode:
		session.code = new(code)
		if form.Get("code") == "" {
			return fosite.ErrInvalidRequest.WithHint("The parameter code is missing.")
		}
		if err := p.open(purposeCode, form.Get("code"), maxToken, session.code); err != nil {
			return fosite.ErrInvalidGrant.WithHint("This is no code of this provider.").WithWrap(err)
		}
	case rp.GrantRefresh:
		session.refresh = new(refreshToken)
		if form.Get("refresh_token") == "" {
			return fosite.ErrInvalidRequest.WithHint("The parameter refresh_token is missing.")
		}
		if err := p.open(purposeRefresh, form.Get("refresh_token"), maxToken, session.refresh); err != nil {
			return fosite.ErrInvalidGrant.WithHint("This is no refresh token of this provider.").WithWrap(err)
		}
	case rp.GrantDevice:
		session.device = new(deviceCode)
		if form.Get("device_code") == "" {
			return fosite.ErrInvalidRequest.WithHint("The parameter device_code is missing.")
		}
		if err := p.open(purposeDevice, form.Get("device_code"), maxToken, session.device); err != nil {
			return fosite.ErrInvalidGrant.WithHint("This is no device_code of this provider.").WithWrap(err)
		}
	case rp.GrantClient: // presents nothing but the client
	default:
		return fosite.ErrUnsupportedGrantType // fosite would say invalid_request
	}
	return nil
}

// readForm reads what an application posts: a form of at most maxForm bytes, with each parameter once (RFC 6749 3.2) but for resource (RFC 8707 2). What stands in the
// address counts for nothing, so that no secret is ever looked for there.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, fosite.ErrInvalidRequest.WithHint("The body is not a form, or too large.").WithWrap(err)
	}
	for name, values := range r.PostForm {
		if len(values) > 1 && name != "resource" {
			return nil, fosite.ErrInvalidRequest.WithHintf("The parameter '%s' was sent more than once.", bounded(name, 40))
		}
	}
	return r.PostForm, nil
}

// person reads the entry of whom a code or token is for, and tells whether they may still have tokens. One read.
func (p *Provider) person(ctx context.Context, s *signOn) (*ldapmap.User, error) {
	u, err := p.People.Get(ctx, s.ref())
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, fosite.ErrInvalidGrant.WithHint("The person is not there any more.").WithWrap(err)
	case err != nil:
		return nil, serverTrouble(err)
	case !s.stillGood(u, p.Clock()):
		return nil, fosite.ErrInvalidGrant.WithHint("The person's account was locked, or the password was changed since they signed in.")
	}
	allowed, err := p.mayUse(ctx, u, s.Client)
	switch {
	case err != nil:
		return nil, serverTrouble(err)
	case !allowed:
		return nil, fosite.ErrInvalidGrant.WithHint("The person may not use this application any more.")
	}
	return u, nil
}

// mayUse asks the policy.
func (p *Provider) mayUse(ctx context.Context, u *ldapmap.User, client string) (bool, error) {
	if p.MayUse == nil {
		return true, nil
	}
	return p.MayUse(ctx, u, &rp.Client{ID: client})
}

// respond fills in the token response (RFC 6749 5.1, OpenID Connect Core 3.1.3.3) for what was granted.
func (p *Provider) respond(ctx context.Context, client *rp.Client, g *granted, resp fosite.AccessResponder) error {
	access, lasts, err := p.newAccess(ctx, g)
	if err != nil {
		return serverTrouble(err)
	}
	resp.SetAccessToken(access)
	resp.SetTokenType("Bearer")
	resp.SetExpiresIn(lasts)
	resp.SetScopes(g.aim.scopes)
	if g.refresh != nil {
		sealed, err := p.seal(purposeRefresh, g.refresh)
		if err != nil {
			return serverTrouble(err)
		}
		resp.SetExtra("refresh_token", sealed)
	}
	if g.has(ScopeOpenID) {
		id, err := p.idToken(ctx, client, g, access)
		if err != nil {
			return serverTrouble(err)
		}
		resp.SetExtra("id_token", id)
	}
	return nil
}

func (p *Provider) tokenEvent(ctx context.Context, s *tokenSession, action audit.Action, who *signOn, detail string) {
	p.event(ctx, s.r, audit.Event{Action: action, Person: who.Person, Client: who.Client, Detail: detail})
}
