package oidc

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
)

// refreshGrant is the fosite handler that renews tokens (RFC 6749 6), each refresh token once (RFC 9700 4.14.2).
type refreshGrant struct{ *Provider }

var _ fosite.TokenEndpointHandler = refreshGrant{}

func (refreshGrant) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }
func (refreshGrant) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne(rp.GrantRefresh)
}

// HandleTokenEndpointRequest checks the token against the client, the person against the directory, and then takes it to its next generation: one
// read and one change.
func (h refreshGrant) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	session, ok := r.GetSession().(*tokenSession)
	if !ok || session.refresh == nil {
		return fosite.ErrUnknownRequest
	}
	t, client := session.refresh, clientOf(r)
	switch {
	case t.signOn.Client != client.ID: // before anything is decided: another client cannot set off the reuse alarm
		return fosite.ErrInvalidGrant.WithHint("The refresh token was made for another client.")
	case !client.MayRefresh():
		return fosite.ErrUnauthorizedClient
	}
	scopes, err := narrower(h.catalogue.grantable(t.Scopes, client), r.GetRequestForm().Get("scope"))
	if err != nil {
		return err
	}
	narrow := t.signOn.narrowed(scopes)
	aim, err := h.aim(client, &narrow, r.GetRequestForm())
	if err != nil {
		return err
	}
	u, err := h.person(ctx, &t.signOn)
	if err != nil {
		return err
	}
	rotated, err := h.Records.Rotate(ctx, t.Person, t.Refresh)
	switch {
	case errors.Is(err, state.ErrReused):
		h.tokenEvent(ctx, session, audit.TokenReplayed, &t.signOn, "")
		return fosite.ErrInvalidGrant.WithHint("The refresh token was used before; the sign-on is revoked.").WithWrap(err)
	case errors.Is(err, state.ErrRevoked), errors.Is(err, state.ErrExpired):
		return fosite.ErrInvalidGrant.WithHint("The refresh token is not good any more.").WithWrap(err)
	case err != nil:
		return serverTrouble(err)
	}
	next := &refreshToken{signOn: t.signOn, Refresh: rotated.Next, Claims: t.Claims, Issued: h.Clock().Unix()}
	next.DN = u.DN // where the entry is now
	session.granted = &granted{signOn: next.signOn.narrowed(scopes), aim: aim, grant: t.Grant, claims: h.catalogue.askable(t.Claims, client), user: u, refresh: next}
	h.tokenEvent(ctx, session, audit.TokenRefreshed, &t.signOn, strings.Join(scopes, " "))
	return nil
}

// narrower is what a refresh request may ask for: some of what was granted, or, with no scope, all of it (RFC 6749 6).
func narrower(granted []string, asked string) ([]string, error) {
	if asked == "" {
		return granted, nil
	}
	var scopes []string
	for _, s := range strings.Fields(asked) {
		if !slices.Contains(granted, s) {
			return nil, fosite.ErrInvalidScope.WithHint("More was asked for than had been granted.")
		}
		if !slices.Contains(scopes, s) {
			scopes = append(scopes, s)
		}
	}
	return scopes, nil
}

// PopulateTokenEndpointResponse makes the tokens.
func (h refreshGrant) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, resp fosite.AccessResponder) error {
	session, ok := r.GetSession().(*tokenSession)
	if !ok || session.refresh == nil || session.granted == nil {
		return fosite.ErrUnknownRequest
	}
	return h.respond(ctx, clientOf(r), session.granted, resp)
}
