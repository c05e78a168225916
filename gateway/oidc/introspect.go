package oidc

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// inactive is all that is ever said of a token that is not good (RFC 7662 2.2).
func inactive() map[string]any { return map[string]any{"active": false} }

// introspect answers /oauth/introspect (RFC 7662): whether a token is good, and what it stands for. Only clients that can prove themselves and were given the
// permission may ask, for all tokens or for those of their resources; fosite would let every client ask about every token. Two reads. Whatever was not made by us is not active, and is said to be so before
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
	asking, err := p.mayAsk(ctx, r, form)
	if err != nil {
		p.jsonError(w, r, err)
		return
	}
	said := inactive()
	if audience, ok := asking.about(token); ok {
		said, err = p.describeToken(ctx, token, audience)
	}
	switch {
	case errors.Is(err, errInactive):
		said = inactive()
	case err != nil:
		p.jsonError(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, said)
}

// asker is a client that asks about tokens: about all of them, or about those that are meant for its resources (RFC 7662 4).
type asker struct {
	all       bool
	resources []string
}

// mayAsk tells who asks, if they may. Errors: *fosite.RFC6749Error.
func (p *Provider) mayAsk(ctx context.Context, r *http.Request, form url.Values) (asker, error) {
	client, err := p.authenticate(ctx, r, form)
	if err != nil {
		return asker{}, err
	}
	c := client.(boundClient).Client
	a := asker{all: c.MayIntrospect, resources: p.catalogue.resources.AskedBy(c.ID)}
	if c.Public() || !a.all && len(a.resources) == 0 {
		return a, fosite.ErrUnauthorizedClient.WithHint("This client may not ask about tokens.")
	}
	return a, nil
}

// about tells whether the client may know of a token, and what of its audience it speaks for; nil is everything. A token that it may not know of is not active for it, which is no
// error (RFC 7662 2.2).
func (a asker) about(token *presented) (audience []string, ok bool) {
	if a.all {
		return nil, true
	}
	if token.access == nil {
		return nil, false
	}
	for _, uri := range token.access.Audience {
		if slices.Contains(a.resources, uri) {
			audience = append(audience, uri)
		}
	}
	return audience, len(audience) > 0
}

// describeToken tells what a token stands for (RFC 7662 2.2), if it does still; a resource learns of the scopes that are its own. Two reads. Errors: errInactive, and
// what the directory says.
func (p *Provider) describeToken(ctx context.Context, token *presented, audience []string) (map[string]any, error) {
	said := map[string]any{"active": true, "iss": p.Issuer, "sub": token.subject(), "client_id": token.Client}
	scopes := token.Scopes
	if audience != nil {
		scopes = p.scopesFor(scopes, audience)
	}
	said["scope"] = scopeList(scopes)
	optional(said, "acr", token.ACR)
	if token.access != nil {
		said["token_type"], said["iat"], said["exp"] = "Bearer", token.access.Issued, token.access.Expires
		said["aud"] = p.audienceClaim(token.access.Audience)
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
