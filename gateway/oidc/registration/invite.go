package registration

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// purposeInvitation is the keyring purpose of invitations; the issuer is the associated data.
const purposeInvitation = "oidc/initial-access-token"

// The bounds of an invitation.
const (
	MaxUses  = 100
	MaxLasts = 90 * 24 * time.Hour
)

// invitation is what an initial access token (RFC 7591 1.2) carries, sealed. Nothing is kept of it until it is used.
type invitation struct {
	ID      string `json:"i"`
	Uses    int    `json:"n"`
	Expires int64  `json:"x"` // seconds since 1970
}

// Invite makes an invitation: a token with which applications can register themselves, so often and so long. It returns the name under which the audit log knows
// it, too. No I/O. Errors: Invalid beyond the bounds.
func Invite(ring keys.Keyring, issuer string, uses int, expires, now time.Time) (token, id string, err error) {
	if uses < 1 || uses > MaxUses {
		return "", "", fault.New(fault.Invalid, "an invitation works from 1 to %d times", MaxUses)
	}
	if !expires.After(now) || expires.After(now.Add(MaxLasts)) {
		return "", "", fault.New(fault.Invalid, "an invitation lasts at most %v", MaxLasts)
	}
	v := invitation{ID: strings.ToLower(rand.Text()[:12]), Uses: uses, Expires: expires.Unix()}
	plain, err := json.Marshal(v)
	if err != nil {
		return "", "", err
	}
	token, err = ring.Seal(purposeInvitation, []byte(issuer), plain)
	return token, v.ID, err
}

// readInvitation opens an invitation. Errors: Invalid.
func readInvitation(ring keys.Keyring, issuer, token string) (*invitation, error) {
	v := new(invitation)
	plain, err := ring.Open(purposeInvitation, []byte(issuer), token)
	if err == nil {
		err = json.Unmarshal(plain, v)
	}
	if err == nil && (len(token) > maxToken || v.Uses > MaxUses) {
		err = errors.New("it is larger than ours are")
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, fmt.Errorf("this is no invitation of this gateway: %w", err))
	}
	return v, nil
}

func (v *invitation) expires() time.Time { return time.Unix(v.Expires, 0) }

// record is where its uses stand: one record for each invitation, which the janitor clears away.
func (v *invitation) record() state.Path {
	return state.Path{Kind: state.Pending, ID: state.Digest("invitation", v.ID)}
}

// uses are the names of its uses.
func (v *invitation) uses() []string {
	var all []string
	for i := range v.Uses {
		all = append(all, state.Digest("invitation", v.ID, strconv.Itoa(i)))
	}
	return all
}

// Withdraw ends an invitation on every replica, however often it could still be used. It returns its name. Errors: Invalid.
func Withdraw(ctx context.Context, ring keys.Keyring, issuer, token string, records *state.Records) (id string, err error) {
	v, err := readInvitation(ring, issuer, token)
	if err != nil {
		return "", err
	}
	for {
		switch _, err := records.UseAny(ctx, v.record(), v.uses(), v.expires()); {
		case errors.Is(err, state.ErrUsed), errors.Is(err, state.ErrExpired):
			return v.ID, nil
		case err != nil:
			return "", err
		}
	}
}

// invited finds the invitation of a request; nil if there is none and none is needed. No I/O.
func (o *Office) invited(r *http.Request) (*invitation, error) {
	token := bearer(r)
	if token == "" {
		if o.Mode == Open {
			return nil, nil
		}
		return nil, unauthorized("invalid_request", "An initial access token is needed: those who look after this server can give you one.")
	}
	v, err := readInvitation(o.Keyring, o.Issuer, token)
	if err != nil || !o.Clock().Before(v.expires()) {
		return nil, unauthorized(invalidToken, "The initial access token is not good, or not any more.")
	}
	return v, nil
}

// use uses an invitation once; back takes that back. One read and one change.
func (o *Office) use(ctx context.Context, v *invitation) (back func(context.Context) error, err error) {
	uses := v.uses()
	at, err := o.Records.UseAny(ctx, v.record(), uses, v.expires())
	switch {
	case errors.Is(err, state.ErrUsed), errors.Is(err, state.ErrExpired):
		return nil, unauthorized(invalidToken, "The initial access token was used before.")
	case err != nil:
		return nil, err
	}
	return func(ctx context.Context) error { return o.Records.Unuse(ctx, v.record(), uses[at], v.expires()) }, nil
}
