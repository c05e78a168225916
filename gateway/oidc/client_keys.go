package oidc

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// maxClientKeys bounds the keys of a client that are looked at.
const maxClientKeys = 30

// purposeSecret is the keyring purpose of client secrets that have to be known in clear, for client_secret_jwt; the client's id is the associated data.
const purposeSecret = "oidc/client-secret"

// keySource is where public keys of somebody else are: one of the two.
type keySource struct {
	set json.RawMessage
	uri string
}

func (c *Client) keySource() keySource { return keySource{c.JWKS, c.JWKSURI} }

// SealSecret gives the form in which the secret of a client_secret_jwt client is kept, for Client.SealedSecrets: an HMAC needs the secret itself, so a digest
// does not do. It opens under the master secret and for this client alone.
func (p *Provider) SealSecret(client, secret string) (string, error) {
	sealed, err := p.Keyring.Seal(purposeSecret, []byte(client), []byte(secret))
	if err != nil {
		return "", fmt.Errorf("sealing the secret of the client %q: %w", client, err)
	}
	return sealed, nil
}

func (p *Provider) plainSecrets(c *Client) ([]string, error) {
	if c.PlainSecret != "" {
		return []string{c.PlainSecret}, nil
	}
	var secrets []string
	for _, sealed := range c.SealedSecrets {
		plain, err := p.Keyring.Open(purposeSecret, []byte(c.ID), sealed)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, fmt.Errorf("opening the secret of the client %q (was the master secret changed?): %w", c.ID, err))
		}
		secrets = append(secrets, string(plain))
	}
	return secrets, nil
}

// verifyByKeys checks a signature with somebody's public keys. If they are at an address and none of those that are known fits, they are fetched again, at most
// once in remote.Pause: they may have been rotated.
func (p *Provider) verifyByKeys(ctx context.Context, from keySource, a *assertion) error {
	signed, err := jose.ParseSignedCompact(a.text, algorithms())
	if err != nil {
		return errBadAssertion("it is not signed with RS256, ES256 or EdDSA")
	}
	if from.uri == "" {
		return verifyWith(from.set, signed)
	}
	set, err := p.remote.Get(ctx, from.uri)
	if err == nil {
		if err = verifyWith(set, signed); err == nil {
			return nil
		}
		if set, err = p.remote.Renew(ctx, from.uri); err == nil {
			return verifyWith(set, signed)
		}
	}
	p.Log.WarnContext(ctx, "the keys of an application cannot be fetched", "jwks_uri", from.uri, "error", err)
	return errBadAssertion("the keys at the jwks_uri cannot be fetched")
}

func verifyWith(set []byte, signed *jose.JSONWebSignature) error {
	keys, err := parseKeys(set)
	if err != nil {
		return errBadAssertion("the client's keys cannot be read")
	}
	header := signed.Signatures[0].Header
	for _, k := range keys {
		if header.KeyID != "" && k.KeyID != "" && k.KeyID != header.KeyID || !fits(k, jose.SignatureAlgorithm(header.Algorithm)) {
			continue
		}
		if _, err := signed.Verify(k.Key); err == nil {
			return nil
		}
	}
	return errBadAssertion("no key of the client made its signature")
}

// parseKeys reads a JSON Web Key Set. Keys of kinds we do not know are passed over, as RFC 7517 5 asks.
func parseKeys(set []byte) ([]jose.JSONWebKey, error) {
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

// fits tells whether a public key may check signatures of alg (RFC 7518 3.3 and 3.4, RFC 8037 3.1).
func fits(k jose.JSONWebKey, alg jose.SignatureAlgorithm) bool {
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
func (s keySource) check() error {
	switch {
	case len(s.set) > 0 && s.uri != "":
		return errors.New("jwks: only one of jwks and jwks_uri can be had")
	case s.uri != "":
		u, err := url.Parse(s.uri)
		if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
			return fmt.Errorf("jwks_uri: %q is no https address", s.uri)
		}
	case len(s.set) > 0:
		keys, err := parseKeys(s.set)
		if err != nil {
			return fmt.Errorf("jwks: %w", err)
		}
		good := false
		for _, k := range keys {
			if !k.IsPublic() {
				return errors.New("jwks: there is a private key in it, which nobody but the client may have")
			}
			for _, alg := range algorithms() {
				good = good || fits(k, alg)
			}
		}
		if !good {
			return errors.New("jwks: there is no key for RS256 (2048 bits or more), ES256 or EdDSA in it")
		}
	}
	return nil
}
