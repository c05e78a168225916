package state

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Refresh is what a refresh token carries, sealed, for Rotate. The token's own expiry is its maker's business.
type Refresh struct {
	Grant      string    `json:"g"`
	Client     string    `json:"cl"` // for the maker to compare with who presents it
	Generation int64     `json:"n"`
	Made       int64     `json:"m"` // seconds since 1970
	Until      time.Time `json:"u"` // the grant's expiry
	Standing   Standing  `json:"st"`
}

func (t Refresh) rotation() Rotation {
	return Rotation{Grant: t.Grant, Generation: t.Generation, Made: fromSeconds(t.Made)}
}

// Rotated is the answer of Rotate.
type Rotated struct {
	Next Refresh // for the new refresh token
	// Again is true if this generation was rotated moments ago, within the grace window: Next is then what was made at that time.
	Again bool
}

// Rotate takes a refresh token's generation n to n+1, once on all replicas: RFC 9700 4.14.2. It is one Change without a read, which also
// asserts that the consent and the NotBefore stand.
//
// Errors: ErrExpired; ErrRevoked if the grant or what it stands on is gone; ErrReused if the generation is an older one, and by then
// the grant has been revoked.
func (r *Records) Rotate(ctx context.Context, person string, have Refresh) (Rotated, error) {
	now := r.now()
	if !now.Before(have.Until) {
		return Rotated{}, ErrExpired
	}
	consent, err := ParseConsent(have.Standing.Consent)
	if err != nil || CheckID(have.Grant) != nil || have.Generation < 0 {
		return Rotated{}, fault.New(fault.Invalid, "this is not what a refresh token carries")
	}
	p := newPerson(PersonPath(person), nil, false)
	st := have.Standing
	for range tries {
		next := have
		next.Generation, next.Made, next.Standing = have.Generation+1, seconds(now), st
		err := r.store.Change(ctx, p.Path,
			[]string{have.rotation().Value(), st.Consent, st.NotBefore},
			[]string{next.rotation().Value(), st.Consent, st.NotBefore})
		switch {
		case err == nil:
			return Rotated{Next: next}, nil
		case errors.Is(err, ErrNotFound):
			return Rotated{}, ErrRevoked
		case !errors.Is(err, ErrConflict):
			return Rotated{}, fmt.Errorf("rotating a refresh token: %w", err)
		}
		if err := r.reload(ctx, p); err != nil {
			return Rotated{}, fmt.Errorf("rotating a refresh token: %w", err)
		}
		g, alive := p.Grant(have.Grant, now)
		rot, there := p.rotation(have.Grant)
		if !alive || !there {
			return Rotated{}, ErrRevoked
		}
		if st, err = p.stillStands(st, consent, g); err != nil {
			return Rotated{}, err
		}
		switch {
		case rot.Generation == have.Generation && seconds(rot.Made) == have.Made:
			// Only the consent has grown, or whoever was faster has been undone: once more.
		case rot.Generation < have.Generation:
			// The directory was put back to an earlier day: the token's holder did nothing wrong, but nothing can be told apart any more.
			return Rotated{}, ErrRevoked
		case rot.Generation == have.Generation+1 && r.grace > 0 && now.Sub(rot.Made) <= r.grace:
			next := have
			next.Generation, next.Made, next.Standing = rot.Generation, seconds(rot.Made), st
			return Rotated{Next: next, Again: true}, nil
		default:
			return Rotated{}, r.revokeAfter(ctx, p, have.Grant, ErrReused)
		}
	}
	return Rotated{}, fmt.Errorf("rotating a refresh token: %w", ErrBusy)
}
