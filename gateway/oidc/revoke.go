package oidc

import (
	"net/http"

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
	kind, access, refresh := p.openEither(form.Get("token"))
	var who signOn
	grant := ""
	switch kind {
	case purposeAccess:
		who, grant = access.signOn, access.Grant
	case purposeRefresh:
		who, grant = refresh.signOn, refresh.Grant
	default:
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusOK)
		return
	}
	client, err := p.authenticate(r.Context(), r, form)
	if err == nil && client.GetID() != who.Client {
		err = fosite.ErrUnauthorizedClient.WithHint("The token was made for another client.")
	}
	switch {
	case err != nil:
	case who.Person == "":
		err = p.revokeOwn(r.Context(), access)
	default:
		err = p.revokeGrant(r, &who, grant)
	}
	if err != nil {
		p.jsonError(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
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
