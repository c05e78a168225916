package oidc

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// clientGrant is the fosite handler for a token that an application gets for itself (RFC 6749 4.4). The token has no person and no grant in a record: it is sealed, and costs nothing but the client's proof.
type clientGrant struct{ *Provider }

var _ fosite.TokenEndpointHandler = clientGrant{}

func (clientGrant) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }
func (clientGrant) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne(rp.GrantClient)
}

// HandleTokenEndpointRequest tells whether the client may have what it asks for.
func (h clientGrant) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	session, ok := r.GetSession().(*tokenSession)
	client := clientOf(r)
	switch {
	case !ok:
		return fosite.ErrUnknownRequest
	case client.Public() || !slices.Contains(client.GrantTypes(), rp.GrantClient):
		return fosite.ErrUnauthorizedClient.WithHint("This client may not have tokens for itself.")
	}
	on, err := h.ownSignOn(client, r.GetRequestForm())
	if err != nil {
		return err
	}
	if session.ownAim, err = h.aim(client, &on, nil); err != nil {
		return err
	}
	id := make([]byte, 16)
	rand.Read(id) // never fails
	now := h.Clock()
	session.own = &accessToken{
		signOn: signOn{Client: client.ID, Scopes: session.ownAim.scopes}, Audience: session.ownAim.audience,
		ID: hex.EncodeToString(id), Issued: now.Unix(), Expires: now.Add(session.ownAim.lasts).Unix(),
	}
	h.tokenEvent(ctx, session, audit.TokenIssued, &session.own.signOn, session.own.scope())
	return nil
}

// PopulateTokenEndpointResponse makes the token. There is no refresh token (RFC 6749 4.4.3).
func (h clientGrant) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, resp fosite.AccessResponder) error {
	session, ok := r.GetSession().(*tokenSession)
	if !ok || session.own == nil {
		return fosite.ErrUnknownRequest
	}
	access, err := h.writeAccess(ctx, session.ownAim.form, nil, session.own)
	if err != nil {
		return serverTrouble(err)
	}
	resp.SetAccessToken(access)
	resp.SetTokenType("Bearer")
	resp.SetExpiresIn(session.ownAim.lasts)
	resp.SetScopes(session.own.Scopes)
	return nil
}

// ownSignOn is what a client asks for itself, by the parameters scope and resource.
func (p *Provider) ownSignOn(client *rp.Client, form url.Values) (signOn, error) {
	on := signOn{Client: client.ID}
	named, err := p.named(form)
	if err != nil {
		return on, err
	}
	may := func(r *rp.Resource) bool { return r.MayHave(client.ID) }
	for _, uri := range named {
		if r := p.catalogue.resources.Find(uri); r != nil && !may(r) {
			return on, errInvalidTarget("This client may not have tokens for itself for a resource that it names.")
		}
	}
	if on.Scopes, err = narrower(p.catalogue.own(client), form.Get("scope")); err != nil {
		return on, fosite.ErrInvalidScope.WithHint("A token without a person has none of the scopes that tell of one, and none that the client is not registered for.")
	}
	if on.Resources = named; named == nil {
		on.Resources = p.implied(on.Scopes, may)
	}
	return on, nil
}

// own are the scopes that a client can have for itself: those it is registered for by name which ask for nothing of a person. One of a resource counts only if the
// resource names the client.
func (c *catalogue) own(client *rp.Client) []string {
	var scopes []string
	for _, s := range strings.Fields(client.Scope) {
		at := c.resources.Of(s)
		if !slices.Contains(c.scopes, s) && (len(at) == 0 || slices.ContainsFunc(at, func(r *rp.Resource) bool { return r.MayHave(client.ID) })) {
			scopes = append(scopes, s)
		}
	}
	return scopes
}

// revocation is where it stands that a client's own token was revoked: in the client's record, until the token is dead anyway.
func (t *accessToken) revocation() (path state.Path, id string) {
	return state.Path{Kind: state.Clients, ID: t.Client}, state.Digest("revoked", t.ID)
}

// aliveOwn tells whether a client's own token is good: the client is there, may have such tokens, and has not revoked it. One read or two.
func (p *Provider) aliveOwn(ctx context.Context, t *accessToken) error {
	client, err := p.clients.Find(ctx, t.Client)
	switch {
	case fault.Is(err, fault.NotFound):
		return errInactive
	case err != nil:
		return err
	case client.Public() || !slices.Contains(client.GrantTypes(), rp.GrantClient):
		return errInactive
	}
	path, id := t.revocation()
	revoked, err := p.Records.WasUsed(ctx, path, id)
	switch {
	case err != nil:
		return err
	case revoked:
		return errInactive
	}
	return nil
}

// revokeOwn ends a client's own token. One change.
func (p *Provider) revokeOwn(ctx context.Context, t *accessToken) error {
	path, id := t.revocation()
	err := p.Records.Use(ctx, path, id, time.Unix(t.Expires, 0))
	if errors.Is(err, state.ErrUsed) || errors.Is(err, state.ErrExpired) {
		return nil
	}
	return err
}
