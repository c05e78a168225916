package oidc

import (
	"errors"
	"strings"
	"testing"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// TestASignedTokenIsNeitherGoodNorBadWhileNoKeyCanBeRead: "inactive" would be a lie.
func TestASignedTokenIsNeitherGoodNorBadWhileNoKeyCanBeRead(t *testing.T) {
	t.Parallel()
	p := bare(t)
	signed, err := p.signAccess(t.Context(), jose.ES256, ldapmap.NewUser(ldapmap.Ref{ID: "x"}), &accessToken{Grant: "g", signOn: signOn{Person: "x", Client: "orders"}})
	if err != nil {
		t.Fatal(err)
	}
	spy := &statetest.Spy{Store: &statetest.Memory{}, Before: func(string, state.Path) error { return fault.Wrap(fault.Unavailable, errors.New("away")) }}
	p.keys = keys.New(spy, p.Keyring, p.Clock, keys.Plan{}, nil, func(state.Path, string) {})
	if token, err := p.openEither(t.Context(), signed); token != nil || !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v %v", token, err)
	}
}

func TestATokenThatWouldNotBeTakenBackIsNotMade(t *testing.T) {
	t.Parallel()
	p := bare(t)
	for _, format := range []string{rp.FormatOpaque, rp.FormatJWT} {
		form := rp.AccessTokens{AccessTokenFormat: format, AccessTokenAlg: "EdDSA"}
		if _, err := p.writeAccess(t.Context(), form, nil, &accessToken{ID: "i", signOn: signOn{Client: "robot", Scopes: []string{strings.Repeat("x", maxToken)}}}); !fault.Is(err, fault.Internal) {
			t.Errorf("%s: %v", format, err)
		}
		text, err := p.writeAccess(t.Context(), form, nil, &accessToken{ID: "i", signOn: signOn{Client: "robot", Scopes: []string{"x"}}})
		if back, err2 := p.openAccess(t.Context(), text); err != nil || err2 != nil || back.ID != "i" || back.subject() != "robot" || !back.has("x") {
			t.Errorf("%s: %+v %v %v", format, back, err, err2)
		}
	}
}
