package state

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Code is what an authorization code carries, sealed, for Redeem. Grant needs neither ID, Client, Epoch nor Consent:
// they follow from the rest.
type Code struct {
	ID       string    `json:"id"` // Digest of the code's random id
	Expires  time.Time `json:"exp"`
	Standing Standing  `json:"st"` // Person.Standing when the code was made
	Grant    Grant     `json:"g"`
	Refresh  bool      `json:"r"` // there will be a refresh token
}

// Redeem turns a code into a grant, once on all replicas: RFC 6749 4.1.2. It returns what the refresh token has to carry, if Code.Refresh.
//
// It is one Change without a read. It adds the used value and the grant, and the rotation if asked for; and it removes and adds the consent and the
// NotBefore, which asserts that both stand. The used value is a function of the code alone and stays until the code has expired, so a replay
// collides with it even after the grant was revoked. A consent that has grown meanwhile is no obstacle.
//
// Errors: ErrExpired; ErrReplayed, which goes before ErrRevoked if both are true, and by then the grant has been revoked; ErrRevoked.
func (r *Records) Redeem(ctx context.Context, person string, c Code) (Refresh, error) {
	now := r.now()
	if !now.Before(c.Expires) {
		return Refresh{}, ErrExpired
	}
	consent, g, err := c.grant()
	if err != nil {
		return Refresh{}, err
	}
	used := Used{ID: c.ID, Expires: c.Expires}.Value()
	rot := Rotation{Grant: g.ID, Made: now}
	p := newPerson(PersonPath(person), nil, false)
	st := c.Standing
	for range tries {
		add := []string{used, g.Value()}
		if c.Refresh {
			add = append(add, rot.Value())
		}
		err := r.store.Change(ctx, p.Path, []string{st.Consent, st.NotBefore}, append(add, st.Consent, st.NotBefore))
		switch {
		case err == nil:
			return Refresh{Grant: g.ID, Client: g.Client, Made: seconds(now), Until: g.Expires, Standing: st}, nil
		case errors.Is(err, ErrNotFound):
			return Refresh{}, ErrRevoked
		case !errors.Is(err, ErrConflict):
			return Refresh{}, fmt.Errorf("redeeming a code: %w", err)
		}
		if err := r.reload(ctx, p); err != nil {
			return Refresh{}, fmt.Errorf("redeeming a code: %w", err)
		}
		if p.used(c.ID) {
			return Refresh{}, r.revokeAfter(ctx, p, g.ID, ErrReplayed)
		}
		if st, err = p.stillStands(st, consent, g); err != nil {
			return Refresh{}, err
		}
	}
	return Refresh{}, fmt.Errorf("redeeming a code: %w", ErrBusy)
}

// grant makes the value that the code stands for: a function of the code alone.
func (c Code) grant() (Consent, Grant, error) {
	consent, err := ParseConsent(c.Standing.Consent)
	if err != nil {
		return consent, Grant{}, fault.Wrap(fault.Invalid, err)
	}
	n, err := ParseNotBefore(c.Standing.NotBefore)
	if err != nil {
		return consent, Grant{}, fault.Wrap(fault.Invalid, err)
	}
	g := c.Grant
	g.ID, g.Client, g.Consent, g.Epoch = c.ID, consent.Client, consent.ID, n.Epoch
	switch {
	case CheckID(g.ID) != nil:
		err = fault.New(fault.Invalid, "a grant without a good id")
	case len(g.Extra) > MaxExtra:
		err = fault.New(fault.Invalid, "a grant with %d bytes of extra data: the limit is %d", len(g.Extra), MaxExtra)
	case max(len(g.Scopes), len(g.Claims), len(g.Audience), len(g.AMR)) > MaxList:
		err = fault.New(fault.Invalid, "a grant with a list of more than %d words", MaxList)
	}
	return consent, g, err
}

func (p *Person) used(id string) bool {
	for _, u := range p.Used {
		if u.ID == id {
			return true
		}
	}
	return false
}

// stillStands tells whether what a code or token asserted is still true in substance, and gives the text to assert now.
func (p *Person) stillStands(st Standing, consent Consent, g Grant) (Standing, error) {
	now, ok := p.consentByID(consent.Client, consent.ID)
	if !ok || !now.Covers(g.Scopes, g.Claims) || len(p.epochs) != 1 || p.epochs[0] != st.NotBefore {
		return st, ErrRevoked
	}
	st.Consent = now.raw
	return st, nil
}

// revokeAfter revokes a grant because of why, and says so if it could not.
func (r *Records) revokeAfter(ctx context.Context, p *Person, grant string, why error) error {
	if err := r.RevokeGrant(ctx, p, grant); err != nil {
		return fmt.Errorf("%w, but its grant could not be revoked: %w", why, err)
	}
	return why
}
