package oidc

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// idToken makes the ID token (OpenID Connect Core 2) that goes with an access token, or with none if access is empty: then nobody can call userinfo, and
// the claims of the scopes are in it (OpenID Connect Core 5.4), unless a code goes with it. No read, unless the client wants its claims in it and the
// person's groups have to be searched for.
func (p *Provider) idToken(ctx context.Context, client *rp.Client, g *granted, access string) (string, error) {
	now := p.Clock()
	t := telling{client: client, user: g.user, names: g.claims, into: rp.InIDToken}
	if client.ClaimsInIDToken || access == "" && g.code == "" {
		t.scopes = g.Scopes
	}
	claims, err := p.claims(ctx, t)
	if err != nil {
		return "", err
	}
	claims["iss"] = p.Issuer
	claims["sub"] = g.subject()
	claims["aud"] = client.ID
	claims["iat"] = now.Unix()
	claims["exp"] = now.Add(p.Lifetimes.IDToken).Unix()
	claims["auth_time"] = g.AuthTime
	if access != "" {
		claims["at_hash"] = halfHash(client.SigningAlg(), access)
	}
	if g.code != "" {
		claims["c_hash"] = halfHash(client.SigningAlg(), g.code) // OpenID Connect Core 3.3.2.11
	}
	optional(claims, "nonce", g.nonce) // not after a refresh (OpenID Connect Core 12.2)
	optional(claims, "acr", g.ACR)
	optional(claims, "sid", g.SID)
	if len(g.AMR) > 0 {
		claims["amr"] = g.AMR
	}
	token, err := p.keys.Sign(ctx, client.SigningAlg(), typID, claims)
	if err != nil {
		return "", fmt.Errorf("making an ID token for %s: %w", client.ID, err)
	}
	return token, nil
}

// halfHash is at_hash and its like: the left half of the hash that belongs to the signature's algorithm (OpenID Connect Core 3.1.3.6). For EdDSA with Ed25519
// that is SHA-512 (RFC 8032 5.1).
func halfHash(alg jose.SignatureAlgorithm, text string) string {
	if alg == jose.EdDSA {
		sum := sha512.Sum512([]byte(text))
		return base64.RawURLEncoding.EncodeToString(sum[:32])
	}
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
