package oidc

import (
	"context"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// verifyByKeys checks a signature with somebody's public keys. If they are at an address and none of those that are known fits, they are fetched again, at most
// once in remote.Pause: they may have been rotated.
func (p *Provider) verifyByKeys(ctx context.Context, from rp.KeySource, a *assertion) error {
	signed, err := jose.ParseSignedCompact(a.text, keys.Algorithms())
	if err != nil {
		return errBadAssertion("it is not signed with RS256, ES256 or EdDSA")
	}
	if from.URI == "" {
		return verifyWith(from.Set, signed)
	}
	set, err := p.remote.Get(ctx, from.URI)
	if err == nil {
		if err = verifyWith(set, signed); err == nil {
			return nil
		}
		if set, err = p.remote.Renew(ctx, from.URI); err == nil {
			return verifyWith(set, signed)
		}
	}
	p.Log.WarnContext(ctx, "the keys of an application cannot be fetched", "jwks_uri", from.URI, "error", err)
	return errBadAssertion("the keys at the jwks_uri cannot be fetched")
}

func verifyWith(set []byte, signed *jose.JSONWebSignature) error {
	keys, err := rp.ParseKeys(set)
	if err != nil {
		return errBadAssertion("the client's keys cannot be read")
	}
	header := signed.Signatures[0].Header
	for _, k := range keys {
		if header.KeyID != "" && k.KeyID != "" && k.KeyID != header.KeyID || !rp.Fits(k, jose.SignatureAlgorithm(header.Algorithm)) {
			continue
		}
		if _, err := signed.Verify(k.Key); err == nil {
			return nil
		}
	}
	return errBadAssertion("no key of the client made its signature")
}
