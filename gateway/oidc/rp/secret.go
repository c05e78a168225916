package rp

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// NewSecret returns a client secret of 256 random bits.
func NewSecret() (string, error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("reading random bytes: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// HasSecret tells whether the client has a secret that can be replaced; clients that are public or sign with a key of their own have none.
func (c *Client) HasSecret() bool { return len(c.Secrets) > 0 || len(c.SealedSecrets) > 0 }

// Prove lets a client prove itself by a method from now on: one of AuthMethods, or "" for a secret in either way. A client that needs a secret and has none of that
// kind gets one, which is returned, this once; secrets that the method does not use are dropped.
func (g *Registry) Prove(c *Client, method string) (secret string, err error) {
	c.AuthMethod = method
	keep := &c.Secrets
	switch method {
	case AuthNone, AuthKeyJWT:
		c.Secrets, c.SealedSecrets, c.SecretsUntil = nil, nil, nil
		return "", nil
	case AuthSecretJWT:
		keep, c.Secrets = &c.SealedSecrets, nil
	default:
		c.SealedSecrets = nil
	}
	if len(*keep) > 0 {
		return "", nil
	}
	if secret, err = NewSecret(); err != nil {
		return "", err
	}
	return secret, g.replaceSecret(c, secret, 0)
}

// RotateSecret gives a client a new secret. Those that it has stay valid for keep; none of them if that is 0. The secret is returned once and
// kept as a digest, or sealed if the client signs with it. Errors: those of Change; Invalid for a client without a secret.
func (g *Registry) RotateSecret(ctx context.Context, id string, keep time.Duration) (string, *Client, error) {
	secret, err := NewSecret()
	if err != nil {
		return "", nil, err
	}
	client, err := g.Change(ctx, id, func(c *Client) error {
		switch {
		case c.Public():
			return fault.New(fault.Invalid, "the client %q is public: it has no secret to replace", id)
		case !c.HasSecret():
			return fault.New(fault.Invalid, "the client %q proves itself with a key of its own: it has no secret to replace", id)
		}
		return g.replaceSecret(c, secret, keep)
	})
	return secret, client, err
}

// replaceSecret makes secret the newest one, and lets the others end after keep.
func (g *Registry) replaceSecret(c *Client, secret string, keep time.Duration) error {
	now := g.clock()
	c.drop(now)
	list, kept := &c.Secrets, DigestSecret(secret)
	if c.AuthMethod == AuthSecretJWT {
		var err error
		if kept, err = sealSecret(g.ring, c.ID, secret); err != nil {
			return err
		}
		list = &c.SealedSecrets
	}
	old := *list
	*list = []string{kept}
	until := map[string]int64{}
	for _, s := range old[:min(len(old), maxSecrets-1)] {
		if keep <= 0 {
			break
		}
		end := now.Add(keep).Unix()
		if was, ends := c.SecretsUntil[s]; ends {
			end = min(end, was)
		}
		*list, until[s] = append(*list, s), end
	}
	c.SecretsUntil = until
	return nil
}

// drop forgets the secrets whose time is over.
func (c *Client) drop(now time.Time) {
	for _, list := range []*[]string{&c.Secrets, &c.SealedSecrets} {
		left := slices.DeleteFunc(slices.Clone(*list), func(s string) bool {
			until, ends := c.SecretsUntil[s]
			return ends && now.Unix() >= until
		})
		if len(left) > 0 { // a client does not become public by waiting
			*list = left
		}
	}
	for s := range c.SecretsUntil {
		if !slices.Contains(c.Secrets, s) && !slices.Contains(c.SealedSecrets, s) {
			delete(c.SecretsUntil, s)
		}
	}
}
