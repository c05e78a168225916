package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Client is an application. Only ID and RedirectURIs are needed. The JSON names are those of RFC 7591, as far as it has them.
type Client struct {
	// ID is the client id: lower-case letters, digits, '.', '_' and '-'.
	ID string `json:"client_id"`
	// Secret is the client's secret. Default: a new one.
	Secret string `json:"client_secret,omitempty"`
	// Public says that the client can keep no secret: it gets none, and must use PKCE.
	Public bool `json:"public,omitempty"`
	// Name is what people read on the consent page. Default: the id.
	Name string `json:"client_name,omitempty"`
	// RedirectURIs are where people are sent back to; compared to the letter, but for the port of a loopback address.
	RedirectURIs []string `json:"redirect_uris"`
	// Scope are the scopes that may be asked for, separated by spaces. Default: all.
	Scope string `json:"scope,omitempty"`
	// Grants are what may be used at the token endpoint. Default: authorization_code, refresh_token.
	Grants []string `json:"grant_types,omitempty"`
	// ResponseTypes are what may be asked for. Default: code.
	ResponseTypes []string `json:"response_types,omitempty"`
	// AuthMethod is how the client proves itself. Default: client_secret_basic or client_secret_post, as it likes.
	AuthMethod string `json:"token_endpoint_auth_method,omitempty"`
	// JWKS are the client's public keys (RFC 7517 5), for private_key_jwt.
	JWKS json.RawMessage `json:"jwks,omitempty"`
	// JWKSURI is the https address at which the client keeps them.
	JWKSURI string `json:"jwks_uri,omitempty"`
	// IDTokenAlg is how ID tokens are signed: RS256 (the default), ES256 or EdDSA.
	IDTokenAlg string `json:"id_token_signed_response_alg,omitempty"`
	// RequirePushed takes authorization requests only if they were pushed (RFC 9126).
	RequirePushed bool `json:"require_pushed_authorization_requests,omitempty"`
	// PostLogoutRedirectURIs are where people may be sent after they signed out.
	PostLogoutRedirectURIs []string `json:"post_logout_redirect_uris,omitempty"`
	// BackChannelLogoutURI is where the application is told, server to server, that a session ended.
	BackChannelLogoutURI string `json:"backchannel_logout_uri,omitempty"`
	// FrontChannelLogoutURI is an address that the browser loads in a frame when a session ends.
	FrontChannelLogoutURI string `json:"frontchannel_logout_uri,omitempty"`
	// Trusted says that nobody is asked for consent.
	Trusted bool `json:"trusted,omitempty"`
	// AlwaysRefresh gives a refresh token even when offline_access was not asked for.
	AlwaysRefresh bool `json:"always_refresh,omitempty"`
	// MayIntrospect lets the client ask about any token (RFC 7662).
	MayIntrospect bool `json:"may_introspect,omitempty"`
	// RequirePKCE asks for PKCE although the client has a secret.
	RequirePKCE bool `json:"require_pkce,omitempty"`
	// ClaimsInIDToken puts the claims of the granted scopes into the ID token too.
	ClaimsInIDToken bool `json:"claims_in_id_token,omitempty"`
	// Metadata is anything else that can be said of an application, by its name in RFC 7591 or in OpenID Connect, such as subject_type.
	Metadata map[string]any `json:"metadata,omitempty"`
}

// AddClient registers an application, and returns it with the secret that it got. Errors: whatever is wrong with it; an id that is taken.
func (l *Lab) AddClient(ctx context.Context, c Client) (Client, error) {
	return l.current().addClient(ctx, c)
}

func (w *world) addClient(ctx context.Context, c Client) (Client, error) {
	switch {
	case c.ID == "":
		return c, errors.New("client_id: an application needs one")
	case c.Public && c.Secret != "":
		return c, errors.New("public: a public client has no secret")
	case c.Secret != "" && c.AuthMethod == rp.AuthSecretJWT:
		return c, errors.New("client_secret: a client that signs with its secret is given one")
	}
	registry := w.gateway.Registry()
	made, err := c.registered()
	switch {
	case err != nil:
		return c, err
	case c.Secret != "":
		made.Secrets = []string{rp.DigestSecret(c.Secret)}
	case !c.Public:
		if c.Secret, err = registry.Prove(made, c.AuthMethod); err != nil {
			return c, err
		}
	}
	if err = registry.Add(ctx, made); fault.Is(err, fault.Conflict) {
		return c, fmt.Errorf("client_id: there is an application %q already", c.ID)
	} else if err != nil {
		return c, err
	}
	w.clients.Store(c.ID, c)
	return c, nil
}

// registered is the client as the gateway keeps it. The names are the same, so that JSON carries one over to the other.
func (c Client) registered() (*rp.Client, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("jwks: %w", err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	for _, own := range []string{"client_id", "client_secret", "public", "metadata"} {
		delete(fields, own)
	}
	for name, value := range c.Metadata {
		if fields[name], err = json.Marshal(value); err != nil {
			return nil, fmt.Errorf("metadata: %s: %w", name, err)
		}
	}
	if text, err = json.Marshal(fields); err != nil {
		return nil, err
	}
	made := &rp.Client{}
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(made); err != nil {
		return nil, err
	}
	made.ID = c.ID
	return made, nil
}
