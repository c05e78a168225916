package oidc

import (
	"context"
	"errors"
	"net/http"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// inactive is all that is ever said of a token that is not good (RFC 7662 2.2).
func inactive() map[string]any { return map[string]any{"active": false} }

// introspect answers /oauth/introspect (RFC 7662): whether a token is good, and what it stands for. Only clients with a secret that were given the permission
// may ask; fosite would let every client ask about every token. Two reads. Whatever was not made by us is not active, and is said to be so before
// the client's secret was looked at, because everybody can know it.
func (p *Provider) introspect(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(w, r)
	if err == nil {
		_, err = p.readCredentials(r, form)
	}
	if err != nil {
		p.jsonError(w, r, err)
		return
	}
	ctx := r.Context()
	token, err := p.openEither(ctx, form.Get("token"))
	if err != nil {
		p.jsonError(w, r, err)
		return
	}
	if token == nil {
		writeJSON(w, http.StatusOK, inactive())
		return
	}
	asking, err := p.authenticate(ctx, r, form)
	if err == nil && !asking.(boundClient).MayIntrospect {
		err = fosite.ErrUnauthorizedClient.WithHint("This client may not ask about tokens.")
	}
	if err != nil {
		p.jsonError(w, r, err)
		return
	}
	said, err := p.describeToken(ctx, token)
	switch {
	case errors.Is(err, errInactive):
		said = inactive()
	case err != nil:
		p.jsonError(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, said)
}

// describeToken tells what a token stands for (RFC 7662 2.2), if it does still. Two reads. Errors: errInactive, and what the directory says.
func (p *Provider) describeToken(ctx context.Context, token *presented) (map[string]any, error) {
	said := map[string]any{"active": true, "iss": p.Issuer, "sub": token.subject(), "client_id": token.Client, "scope": token.scope()}
	optional(said, "acr", token.ACR)
	if token.access != nil {
		said["token_type"], said["iat"], said["exp"] = "Bearer", token.access.Issued, token.access.Expires
		if p.Clock().Unix() >= token.access.Expires {
			return nil, errInactive
		}
	} else {
		said["iat"], said["exp"] = token.refresh.Issued, token.refresh.Until.Unix()
	}
	if token.Person == "" {
		return said, p.aliveOwn(ctx, token.access)
	}
	u, err := p.alive(ctx, token.signOn, token.grant)
	if err != nil {
		return nil, err
	}
	said["username"], said["auth_time"] = u.Get(ldapmap.Username), token.AuthTime
	return said, nil
}
