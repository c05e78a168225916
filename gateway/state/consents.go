package state

import (
	"context"
	"slices"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// PutConsent makes sure that the person's consent for want.Client includes want's scopes and claims, and returns it as it then stands: what was
// given before stays given. Only Client, Trusted, Scopes and Claims of want count. It writes nothing if all of it was given before.
//
// Errors: Invalid; ErrFull past MaxConsents.
func (r *Records) PutConsent(ctx context.Context, p *Person, want Consent) (Consent, error) {
	switch {
	case CheckID(want.Client) != nil:
		return Consent{}, fault.New(fault.Invalid, "a consent without a good client id")
	case max(len(want.Scopes), len(want.Claims)) > MaxList:
		return Consent{}, fault.New(fault.Invalid, "a consent with more than %d scopes or claims", MaxList)
	}
	id, err := r.randomID(8)
	if err != nil {
		return Consent{}, err
	}
	err = r.edit(ctx, p, "keeping a consent", func(p *Person) (remove, add []string, err error) {
		next := Consent{Client: want.Client, ID: id, Given: r.now().UTC().Truncate(time.Second), Trusted: want.Trusted}
		if old, ok := p.Consent(want.Client); ok {
			if old.Trusted == want.Trusted && old.Covers(want.Scopes, want.Claims) {
				return nil, nil, nil
			}
			next = old
			next.Trusted = want.Trusted
		} else if len(p.Consents) >= MaxConsents {
			return nil, nil, ErrFull
		}
		for _, c := range p.Consents { // more than one, if two browsers were the first in the same moment
			if c.Client == want.Client {
				remove = append(remove, c.raw)
				next.Scopes, next.Claims = union(next.Scopes, c.Scopes), union(next.Claims, c.Claims)
			}
		}
		next.Scopes, next.Claims = union(next.Scopes, want.Scopes), union(next.Claims, want.Claims)
		next.Updated = r.now()
		if max(len(next.Scopes), len(next.Claims)) > MaxList {
			return nil, nil, ErrFull
		}
		return remove, []string{next.Value()}, nil
	})
	if err != nil {
		return Consent{}, err
	}
	c, _ := p.Consent(want.Client)
	return c, nil
}

// RevokeClient takes back what the person lets an application have: the consent, its grants and refresh tokens, and every code on its way.
func (r *Records) RevokeClient(ctx context.Context, p *Person, client string) error {
	return r.edit(ctx, p, "revoking an application", func(p *Person) (remove, add []string, err error) {
		for _, c := range p.Consents {
			if c.Client == client {
				remove = append(remove, c.raw)
			}
		}
		return append(remove, p.grantValues(func(g Grant) bool { return g.Client == client })...), nil, nil
	})
}

// RevokeGrant takes back one sign-in at one application, with its refresh token. A grant that is not there is no error.
func (r *Records) RevokeGrant(ctx context.Context, p *Person, grant string) error {
	return r.edit(ctx, p, "revoking a grant", func(p *Person) (remove, add []string, err error) {
		return p.grantValues(func(g Grant) bool { return g.ID == grant }), nil, nil
	})
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, w := range b {
		if w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}
