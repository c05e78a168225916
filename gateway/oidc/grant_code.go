package oidc

import (
	"context"
	"errors"
	"slices"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap"
)

// codeGrant is the fosite handler that redeems codes (RFC 6749 4.1.3). fosite's own reads first and invalidates later, so that a code can be
// redeemed twice; this one makes one decision in the state store.
type codeGrant struct{ *Provider }

var _ fosite.TokenEndpointHandler = codeGrant{}

func (codeGrant) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }
func (codeGrant) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne(rp.GrantCode)
}

// HandleTokenEndpointRequest checks the code against the request, the person against the directory, and then redeems it: one read and one change. What
// fails before that leaves the code as it was, so that somebody who stole it cannot even spoil it.
func (h codeGrant) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	session, ok := r.GetSession().(*tokenSession)
	if !ok || session.code == nil {
		return fosite.ErrUnknownRequest
	}
	c, client, form := session.code, clientOf(r), r.GetRequestForm()
	switch {
	case !slices.Contains(client.GrantTypes(), rp.GrantCode):
		return fosite.ErrUnauthorizedClient
	case c.Client != client.ID:
		return fosite.ErrInvalidGrant.WithHint("The code was made for another client.")
	case c.Redirect != form.Get("redirect_uri"): // RFC 6749 4.1.3; both empty if neither request had one
		return fosite.ErrInvalidGrant.WithHint("The redirect_uri is not that of the authorization request.")
	}
	if err := verifyPKCE(c.Challenge, form.Get("code_verifier")); err != nil {
		return err
	}
	if h.Clock().Unix() >= c.Expires {
		return h.late(ctx, session)
	}
	u, err := h.person(ctx, &c.signOn)
	if err != nil {
		return err
	}
	aim, err := h.aim(client, &c.signOn, form)
	if err != nil {
		return err
	}
	refresh, err := h.Records.Redeem(ctx, c.Person, c.decision())
	switch {
	case errors.Is(err, state.ErrReplayed):
		h.tokenEvent(ctx, session, audit.CodeReplayed, &c.signOn, "")
		return fosite.ErrInvalidGrant.WithHint("The code was redeemed before; what was given for it is revoked.").WithWrap(err)
	case errors.Is(err, state.ErrRevoked), errors.Is(err, state.ErrExpired):
		return fosite.ErrInvalidGrant.WithHint("The code is not good any more.").WithWrap(err)
	case err != nil:
		return serverTrouble(err)
	}
	session.granted = h.grantedBy(c, aim, u, refresh)
	h.tokenEvent(ctx, session, audit.TokenIssued, &c.signOn, c.scope())
	return nil
}

// grantedBy is what a code that was redeemed gets.
func (p *Provider) grantedBy(c *code, a aim, u *ldapmap.User, refresh state.Refresh) *granted {
	g := &granted{signOn: c.signOn, aim: a, grant: c.grantID(), nonce: c.Nonce, claims: c.Asked.IDToken, user: u}
	if c.Refresh {
		g.refresh = &refreshToken{signOn: c.signOn, Refresh: refresh, Claims: c.Asked.IDToken, Issued: p.Clock().Unix()}
	}
	return g
}

// late answers a code that has expired. If it was redeemed in its time, this is a replay like any other, and ends its grant (RFC 6749 4.1.2).
func (h codeGrant) late(ctx context.Context, session *tokenSession) error {
	c := session.code
	person, err := h.Records.Person(ctx, c.Person)
	if err != nil {
		return serverTrouble(err)
	}
	if _, redeemed := person.Grant(c.grantID(), h.Clock()); redeemed {
		if err := h.Records.RevokeGrant(ctx, person, c.grantID()); err != nil {
			return serverTrouble(err)
		}
		h.tokenEvent(ctx, session, audit.CodeReplayed, &c.signOn, "after its expiry")
	}
	return fosite.ErrInvalidGrant.WithHint("The code has expired.")
}

// PopulateTokenEndpointResponse makes the tokens.
func (h codeGrant) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, resp fosite.AccessResponder) error {
	session, ok := r.GetSession().(*tokenSession)
	if !ok || session.code == nil || session.granted == nil {
		return fosite.ErrUnknownRequest
	}
	return h.respond(ctx, clientOf(r), session.granted, resp)
}
