package oidc

import (
	"fmt"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// purposeSecret is the keyring purpose of client secrets that have to be known in clear, for client_secret_jwt; the client's id is the associated data.
const purposeSecret = "oidc/client-secret"

// SealSecret gives the form in which the secret of a client_secret_jwt client is kept, for Client.SealedSecrets: an HMAC needs the secret itself, so a digest
// does not do. It opens under the master secret and for this client alone.
func (p *Provider) SealSecret(client, secret string) (string, error) {
	sealed, err := p.Keyring.Seal(purposeSecret, []byte(client), []byte(secret))
	if err != nil {
		return "", fmt.Errorf("sealing the secret of the client %q: %w", client, err)
	}
	return sealed, nil
}

func (p *Provider) plainSecrets(c *rp.Client) ([]string, error) {
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
