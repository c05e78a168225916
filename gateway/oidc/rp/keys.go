package rp

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
)

// maxClientKeys bounds the keys of a client that are looked at.
const maxClientKeys = 30

// KeySource is where public keys of somebody else are: one of the two.
type KeySource struct {
	Set json.RawMessage
	URI string
}

func (c *Client) Keys() KeySource { return KeySource{c.JWKS, c.JWKSURI} }

// ParseKeys reads a JSON Web Key Set. Keys of kinds we do not know are passed over, as RFC 7517 5 asks.
func ParseKeys(set []byte) ([]jose.JSONWebKey, error) {
	var raw struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(set, &raw); err != nil {
		return nil, fmt.Errorf("reading a key set: %w", err)
	}
	var keys []jose.JSONWebKey
	for _, one := range raw.Keys[:min(len(raw.Keys), maxClientKeys)] {
		var k jose.JSONWebKey
		if k.UnmarshalJSON(one) == nil && k.Valid() {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

// Fits tells whether a public key may check signatures of alg (RFC 7518 3.3 and 3.4, RFC 8037 3.1).
func Fits(k jose.JSONWebKey, alg jose.SignatureAlgorithm) bool {
	if k.Use != "" && k.Use != "sig" || k.Algorithm != "" && k.Algorithm != string(alg) {
		return false
	}
	switch key := k.Key.(type) {
	case *rsa.PublicKey:
		bits := key.N.BitLen()
		return alg == jose.RS256 && bits >= 2048 && bits <= 8192
	case *ecdsa.PublicKey:
		return alg == jose.ES256 && key.Curve == elliptic.P256()
	case ed25519.PublicKey:
		return alg == jose.EdDSA
	default:
		return false
	}
}

// check checks where a client's keys are (RFC 7591 2).
func (s KeySource) check(bad report) {
	switch {
	case len(s.Set) > 0 && s.URI != "":
		bad("jwks", "Only one of jwks and jwks_uri can be had.")
	case s.URI != "":
		u, err := url.Parse(s.URI)
		if err != nil || len(s.URI) > maxURI || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !Loopback(u.Hostname())) {
			bad("jwks_uri", "%s is no https address.", cutText(s.URI, maxShown))
		}
	case len(s.Set) > 0:
		checkKeySet(s.Set, bad)
	}
}

func checkKeySet(set []byte, bad report) {
	public, err := ParseKeys(set)
	if err != nil {
		bad("jwks", "This is no JSON Web Key Set (RFC 7517 5).")
		return
	}
	var raw struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(set, &raw) == nil && len(raw.Keys) > maxClientKeys {
		bad("jwks", "These are %d; at most %d are kept.", len(raw.Keys), maxClientKeys)
		return
	}
	good := false
	for _, k := range public {
		if !k.IsPublic() {
			bad("jwks", "There is a private key in it, which nobody but the application may have.")
			return
		}
		good = good || slices.ContainsFunc(keys.Algorithms(), func(alg jose.SignatureAlgorithm) bool { return Fits(k, alg) })
	}
	if !good {
		bad("jwks", "There is no key for RS256 (2048 bits or more), ES256 or EdDSA in it.")
	}
}
