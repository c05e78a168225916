package oidc

import (
	"context"
	"fmt"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// accessToken is what an access token carries. It is written in one of two forms, sealed or as a signed JWT (access_jwt.go); whichever it was, what reads it
// sees this.
type accessToken struct {
	signOn
	Audience []string `json:"u,omitempty"` // nil: the issuer alone
	Grant    string   `json:"g"`
	ID       string   `json:"o,omitempty"` // of a token that a client has for itself: there is no person and no grant
	Issued   int64    `json:"i"`
	Expires  int64    `json:"x"`
}

// newAccess makes an access token of a grant that stands, and tells how long it lasts.
func (p *Provider) newAccess(ctx context.Context, g *granted) (string, time.Duration, error) {
	now := p.Clock()
	t := &accessToken{
		signOn: g.narrowed(g.aim.scopes), Audience: g.aim.audience, Grant: g.grant, Issued: now.Unix(), Expires: now.Add(g.aim.lasts).Unix(),
	}
	t.Resources = nil // an access token has its audience
	text, err := p.writeAccess(ctx, g.aim.form, g.user, t)
	return text, g.aim.lasts, err
}

// writeAccess writes an access token in a form. The user is nil for a client's own.
func (p *Provider) writeAccess(ctx context.Context, form rp.AccessTokens, u *ldapmap.User, t *accessToken) (string, error) {
	write := func() (string, error) { return p.seal(purposeAccess, t) }
	if form.AccessTokenFormat == rp.FormatJWT {
		write = func() (string, error) { return p.signAccess(ctx, form.AccessAlg(), u, t) }
	}
	text, err := write()
	switch {
	case err != nil:
		return "", fmt.Errorf("making an access token for %s: %w", t.Client, err)
	case len(text) > maxToken:
		return "", fault.New(fault.Internal, "an access token for %s has %d bytes, and %d are taken back: it has too many scopes or groups", t.Client, len(text), maxToken)
	}
	return text, nil
}

// openAccess reads an access token in either form. It does not look at its expiry, nor ask whether it stands still. Errors: Unavailable while no key can be read, for a
// JWT; Invalid for whatever is none of ours, before anything is read anywhere.
func (p *Provider) openAccess(ctx context.Context, text string) (*accessToken, error) {
	if isJWT(text) {
		return p.verifyAccess(ctx, text)
	}
	t := new(accessToken)
	return t, p.open(purposeAccess, text, maxToken, t)
}

// presented is a token that was handed in to be looked at or revoked, whatever its kind.
type presented struct {
	*signOn
	grant   string
	access  *accessToken // nil for a refresh token
	refresh *refreshToken
}

// openEither opens an access or refresh token, whichever it is; nil if it is neither. Errors: those of openAccess that mean us.
func (p *Provider) openEither(ctx context.Context, text string) (*presented, error) {
	access, err := p.openAccess(ctx, text)
	switch {
	case err == nil:
		return &presented{signOn: &access.signOn, grant: access.Grant, access: access}, nil
	case !fault.Is(err, fault.Invalid):
		return nil, err
	}
	refresh := new(refreshToken)
	if p.open(purposeRefresh, text, maxToken, refresh) != nil {
		return nil, nil
	}
	return &presented{signOn: &refresh.signOn, grant: refresh.Grant, refresh: refresh}, nil
}
