package rp

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// minHMACSecret is the least length of a secret for HS256, in bytes (RFC 7518 3.2).
const minHMACSecret = 32

// purposeSecret is the keyring purpose of secrets that have to be known in clear; the client's id is the associated data.
const purposeSecret = "oidc/client-secret"

// DigestSecret gives the form in which a client secret is kept. Secrets are 256 random bits, so one SHA-256 is enough: there is
// nothing to guess that a slow hash would protect.
func DigestSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Public tells whether the client has nothing to prove itself with (RFC 6749 2.1).
func (c *Client) Public() bool {
	return len(c.Secrets) == 0 && c.AuthMethod != AuthKeyJWT && c.AuthMethod != AuthSecretJWT
}

// Accepts tells whether the client may prove itself by the method.
func (c *Client) Accepts(method string) bool {
	switch {
	case c.Public():
		return method == AuthNone
	case c.AuthMethod == "":
		return method == AuthBasic || method == AuthPost
	default:
		return method == c.AuthMethod
	}
}

// SecretIs compares in constant time, against each secret, whichever matches.
func (c *Client) SecretIs(secret string) bool {
	got, ok := []byte(DigestSecret(secret)), 0
	for _, want := range c.Secrets {
		ok |= subtle.ConstantTimeCompare(got, []byte(want))
	}
	return ok == 1
}

// sealSecret gives the form in which the secret of a client_secret_jwt client is kept: an HMAC needs the secret itself, so a digest does not do. It opens under
// the master secret and for this client alone.
func sealSecret(ring keys.Keyring, client, secret string) (string, error) {
	if ring == nil {
		return "", fault.Wrap(fault.Internal, errors.New("there is no keyring to seal a client's secret with"))
	}
	sealed, err := ring.Seal(purposeSecret, []byte(client), []byte(secret))
	if err != nil {
		return "", fmt.Errorf("sealing the secret of the client %q: %w", client, err)
	}
	return sealed, nil
}

// PlainSecrets are the secrets of a client_secret_jwt client.
func (c *Clients) PlainSecrets(client *Client) ([]string, error) {
	if client.PlainSecret != "" {
		return []string{client.PlainSecret}, nil
	}
	var secrets []string
	for _, sealed := range client.SealedSecrets {
		plain, err := c.ring.Open(purposeSecret, []byte(client.ID), sealed)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, fmt.Errorf("opening the secret of the client %q (was the master secret changed?): %w", client.ID, err))
		}
		secrets = append(secrets, string(plain))
	}
	return secrets, nil
}
