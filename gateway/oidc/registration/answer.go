package registration

import (
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// answer is what an application is told of itself (RFC 7591 3.2.1, RFC 7592 3): everything that is registered, also where it is another than what was asked. secret is
// empty unless it was just made: only a digest of it is kept.
func (o *Office) answer(c *rp.Client, token, secret string) (map[string]any, error) {
	said := map[string]any{}
	text, err := json.Marshal(c.Said())
	if err == nil {
		err = json.Unmarshal(text, &said)
	}
	if err != nil {
		return nil, fmt.Errorf("writing down what the client %q says of itself: %w", c.ID, err)
	}
	said["client_id"], said["client_id_issued_at"] = c.ID, c.Self.At
	said["registration_client_uri"], said["registration_access_token"] = o.Issuer+PathRegister+"/"+url.PathEscape(c.ID), token
	said["grant_types"], said["response_types"] = c.GrantTypes(), c.AllowedResponses()
	said["id_token_signed_response_alg"] = c.SigningAlg()
	if c.Self.LogoURI != "" {
		said["logo_uri"] = c.Self.LogoURI
	}
	if c.HasSecret() {
		said["client_secret_expires_at"] = 0 // never
	}
	if secret != "" {
		said["client_secret"] = secret
	}
	return said, nil
}
