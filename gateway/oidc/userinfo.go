package oidc

import (
	"context"
	"errors"
	"net/http"
	"strings"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// errNoToken: the request has no access token at all, so the answer says nothing but how to come back with one (RFC 6750 3.1).
var errNoToken = errors.New("no access token")

// errInactive: the token is none of ours, has expired, was revoked, or its person may not be let in.
var errInactive = errors.New("the access token is not active")

// errElsewhere: the token is meant for somebody else, who could have brought it here.
var errElsewhere = errors.New("the access token is meant for another resource")

// userinfo answers /oauth/userinfo (OpenID Connect Core 5.3) by GET, and by POST with the token in the header or in the body. Two reads, and a third for a registered
// client that this replica has not met for some seconds.
func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) {
	sealed, err := bearer(w, r)
	if err != nil {
		p.bearerError(w, r, err)
		return
	}
	t, u, err := p.active(r.Context(), sealed)
	if err == nil && (u == nil || !t.has(ScopeOpenID)) {
		err = fosite.ErrScopeNotGranted
	}
	if err != nil {
		p.bearerError(w, r, err)
		return
	}
	if err := p.tell(w, r, t, u); err != nil {
		p.bearerError(w, r, err)
	}
}

// tell writes what the client is told of a person: JSON, or a JWT if the client registered for that (OpenID Connect Core 5.3.2).
func (p *Provider) tell(w http.ResponseWriter, r *http.Request, token *accessToken, u *ldapmap.User) error {
	ctx := r.Context()
	client, err := p.clients.Find(ctx, token.Client)
	switch {
	case fault.Is(err, fault.NotFound):
		return errInactive
	case err != nil:
		return err
	}
	grant, _ := token.record.Grant(token.Grant, p.Clock())
	claims, err := p.claims(ctx, telling{client: client, user: u, scopes: token.Scopes, names: p.catalogue.askable(grant.Claims, client), into: rp.InUserinfo})
	if err != nil {
		return err
	}
	claims["sub"] = token.subject()
	if client.UserinfoAlg == "" {
		writeJSON(w, http.StatusOK, claims)
		return nil
	}
	claims["iss"], claims["aud"] = p.Issuer, client.ID
	text, err := p.keys.Sign(ctx, jose.SignatureAlgorithm(client.UserinfoAlg), "JWT", claims)
	if err != nil {
		return err
	}
	noStore(w)
	w.Header().Set("Content-Type", "application/jwt")
	_, _ = w.Write([]byte(text)) // a caller that went away is no failure
	return nil
}

// bearer finds the access token of a request (RFC 6750 2.1 and 2.2). A token in the address is not looked for: addresses are logged.
func bearer(w http.ResponseWriter, r *http.Request) (string, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	header := ""
	if strings.EqualFold(scheme, "Bearer") {
		header = strings.TrimSpace(token)
	}
	body := ""
	if r.Method == http.MethodPost {
		form, err := readForm(w, r)
		if err != nil {
			return "", err
		}
		body = form.Get("access_token")
	}
	switch {
	case header != "" && body != "":
		return "", fosite.ErrInvalidRequest.WithHint("The access token was sent twice, in the header and in the body.")
	case header+body == "":
		return "", errNoToken
	}
	return header + body, nil
}

// active opens an access token and finds its person, who may still be let in. A token that was made up costs no read; others two, and one if
// they were revoked. Errors: errInactive, and what the directory says.
func (p *Provider) active(ctx context.Context, text string) (*accessToken, *ldapmap.User, error) {
	t, err := p.openAccess(ctx, text)
	switch {
	case fault.Is(err, fault.Invalid), err == nil && p.Clock().Unix() >= t.Expires:
		return nil, nil, errInactive
	case err != nil:
		return nil, nil, err
	case !p.meantForUs(t.Audience):
		return nil, nil, errElsewhere
	}
	if t.Person == "" {
		return t, nil, p.aliveOwn(ctx, t)
	}
	u, err := p.alive(ctx, &t.signOn, t.Grant)
	return t, u, err
}

// alive tells whether a grant stands and its person may be let in. It leaves the person's record in s. Two reads.
func (p *Provider) alive(ctx context.Context, s *signOn, grant string) (*ldapmap.User, error) {
	record, err := p.Records.Person(ctx, s.Person)
	if err != nil {
		return nil, err
	}
	if _, ok := record.Grant(grant, p.Clock()); !ok {
		return nil, errInactive
	}
	s.record = record
	u, err := p.People.Get(ctx, s.ref())
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, errInactive
	case err != nil:
		return nil, err
	case !s.stillGood(u, p.Clock()):
		return nil, errInactive
	}
	allowed, err := p.mayUse(ctx, u, s.Client)
	switch {
	case err != nil:
		return nil, err
	case !allowed:
		return nil, errInactive
	}
	return u, nil
}

// bearerError answers an error of a request that had to bring an access token (RFC 6750 3).
func (p *Provider) bearerError(w http.ResponseWriter, r *http.Request, err error) {
	challenge := `Bearer realm="` + p.Issuer + `"`
	switch {
	case errors.Is(err, errNoToken):
		w.Header().Set("WWW-Authenticate", challenge)
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_request", "error_description": "An access token is needed."})
	case errors.Is(err, errInactive):
		w.Header().Set("WWW-Authenticate", challenge+`, error="invalid_token", error_description="The access token is not active."`)
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token", "error_description": "The access token is not active."})
	case errors.Is(err, errElsewhere):
		w.Header().Set("WWW-Authenticate", challenge+`, error="invalid_token", error_description="The access token is meant for another resource."`)
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token", "error_description": "The access token is meant for another resource."})
	case errors.Is(err, fosite.ErrScopeNotGranted):
		w.Header().Set("WWW-Authenticate", challenge+`, error="insufficient_scope", scope="openid"`)
		writeJSON(w, http.StatusForbidden, map[string]string{"error": "insufficient_scope", "error_description": "The access token has no scope openid."})
	default:
		p.jsonError(w, r, err)
	}
}
