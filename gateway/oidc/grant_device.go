package oidc

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// deviceGrant is the fosite handler for a device that asks whether its person has agreed (RFC 8628 3.4). Until they have, that is one read; then it
// redeems a code that the person's browser left for it.
type deviceGrant struct{ *Provider }

var _ fosite.TokenEndpointHandler = deviceGrant{}

func (deviceGrant) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }
func (deviceGrant) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne(rp.GrantDevice)
}

// HandleTokenEndpointRequest answers with one of the errors of RFC 8628 3.5 while there is nothing to have, and makes the grant when there is.
func (h deviceGrant) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	session, ok := r.GetSession().(*tokenSession)
	if !ok || session.device == nil {
		return fosite.ErrUnknownRequest
	}
	d, client := session.device, clientOf(r)
	switch {
	case !slices.Contains(client.GrantTypes(), rp.GrantDevice):
		return fosite.ErrUnauthorizedClient
	case d.Client != client.ID:
		return fosite.ErrInvalidGrant.WithHint("The device_code was made for another client.")
	case h.Clock().Unix() >= d.Expires:
		return fosite.ErrDeviceExpiredToken
	case h.devices.polls.Take(d.ID) > 0:
		return fosite.ErrSlowDown
	}
	kept, waits, err := h.deviceKept(ctx, d.ID)
	switch {
	case errors.Is(err, state.ErrExpired):
		return fosite.ErrDeviceExpiredToken.WithHint("It has expired, or its tokens were fetched before.")
	case err != nil:
		return serverTrouble(err)
	case waits.Client != client.ID:
		return fosite.ErrInvalidGrant.WithHint("The device_code was made for another client.")
	case waits.Refused:
		h.dropDevice(ctx, kept)
		return errDeviceRefused()
	case waits.Code == nil:
		return fosite.ErrAuthorizationPending
	}
	aim, err := h.aim(client, &waits.Code.signOn, r.GetRequestForm())
	if err != nil {
		return err
	}
	if err := h.redeemDevice(ctx, session, waits.Code, aim); err != nil {
		return err
	}
	h.dropDevice(ctx, kept)
	return nil
}

// errDeviceRefused is access_denied with the status that RFC 8628 3.5 gives it (fosite's is for redirects).
func errDeviceRefused() error {
	e := fosite.ErrAccessDenied.WithHint("The person did not agree.")
	e.CodeField = http.StatusBadRequest
	return e
}

// redeemDevice is what codeGrant does with a code: a read and a change.
func (h deviceGrant) redeemDevice(ctx context.Context, session *tokenSession, c *code, a aim) error {
	u, err := h.person(ctx, &c.signOn)
	if err != nil {
		return err
	}
	refresh, err := h.Records.Redeem(ctx, c.Person, c.decision())
	switch {
	case errors.Is(err, state.ErrReplayed): // an answer that got lost, or somebody who has the code as well
		h.tokenEvent(ctx, session, audit.CodeReplayed, &c.signOn, "device")
		return fosite.ErrInvalidGrant.WithHint("The device_code was redeemed before; what was given for it is revoked.").WithWrap(err)
	case errors.Is(err, state.ErrRevoked), errors.Is(err, state.ErrExpired):
		return fosite.ErrInvalidGrant.WithHint("What the person agreed to is not good any more.").WithWrap(err)
	case err != nil:
		return serverTrouble(err)
	}
	session.granted = h.grantedBy(c, a, u, refresh)
	h.tokenEvent(ctx, session, audit.TokenIssued, &c.signOn, c.scope())
	return nil
}

// dropDevice clears away what has been answered. If that fails, the janitor does it.
func (h deviceGrant) dropDevice(ctx context.Context, kept state.Waiting) {
	if err := h.Records.Take(ctx, kept); err != nil && !errors.Is(err, state.ErrUsed) {
		h.Log.WarnContext(ctx, "an answered device was not cleared away", "error", err)
	}
}

// PopulateTokenEndpointResponse makes the tokens.
func (h deviceGrant) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, resp fosite.AccessResponder) error {
	session, ok := r.GetSession().(*tokenSession)
	if !ok || session.device == nil || session.granted == nil {
		return fosite.ErrUnknownRequest
	}
	return h.respond(ctx, clientOf(r), session.granted, resp)
}

// deviceKept reads what waits. Errors: state.ErrExpired.
func (p *Provider) deviceKept(ctx context.Context, id string) (state.Waiting, deviceWait, error) {
	var d deviceWait
	kept, err := p.Records.Kept(ctx, id)
	if err != nil {
		return kept, d, err
	}
	if err := p.open(purposeDeviceWait, kept.Text, maxDeviceWait, &d); err != nil {
		return kept, d, fault.Wrap(fault.Internal, err)
	}
	return kept, d, nil
}

// maxDeviceWait bounds what waits for a device, in bytes: it holds a code, which holds a consent.
const maxDeviceWait = 32 << 10

// deviceTokenLasts is how long a device may take to fetch its tokens after the person agreed.
const deviceTokenLasts = 2 * time.Minute
