package oidc

import (
	"net/http"
	"net/url"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/audit"
)

// revoke answers /oauth/revoke (RFC 7009). Revoking either token of a grant revokes the grant, so that refresh, userinfo and introspection end
// at once. What is not a token of ours is revoked by nature (RFC 7009 2.2), without reading anything.
//
// fosite's endpoint is not used: it answers 200 also when nothing could be revoked because the store was away.
func (p *Provider) revoke(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(w, r)
	if err == nil {
		_, err = p.readCredentials(r, form)
	}
	if err == nil && form.Get("token") == "" {
		err = fosite.ErrInvalidRequest.WithHint("The parameter token is missing.")
	}
	if err != nil {
		p.jsonError(w, r, err)
		return
	}
	token, err := p.openEither(r.Context(), form.Get("token"))
	if err == nil && token != nil {
		err = p.revokeToken(r, form, token)
	}
	if err != nil {
		p.jsonError(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
}

// revokeToken ends what a token of ours stands for, if its client asks.
func (p *Provider) revokeToken(r *http.Request, form url.Values, token *presented) error {
	client, err := p.authenticate(r.Context(), r, form)
	switch {
	case err != nil:
		return err
	case client.GetID() != token.Client:
		return fosite.ErrUnauthorizedClient.WithHint("The token was made for another client.")
	case token.Person == "":
		return p.revokeOwn(r.Context(), token.access)
	default:
		return p.revokeGrant(r, token.signOn, token.grant)
	}
}

func (p *Provider) revokeGrant(r *http.Request, who *signOn, grant string) error {
	record, err := p.Records.Person(r.Context(), who.Person)
	if err != nil {
		return err
	}
	if err := p.Records.RevokeGrant(r.Context(), record, grant); err != nil {
		return err
	}
	p.event(r.Context(), r, audit.Event{Action: audit.TokenRevoked, Person: who.Person, Client: who.Client})
	return nil
}
