package rp

import (
	"encoding/json"
	"slices"
	"strings"

	jose "github.com/go-jose/go-jose/v4"
)

// Client is an application that may use the provider (a client in RFC 6749, a relying party in OpenID Connect). The JSON names are
// those of RFC 7591, so that a record can be read, and later registered, by the book; names that the RFC lacks say so.
type Client struct {
	// ID is public: 1 to 128 lower-case letters, digits, '.', '_' and '-'. It is the record's name and not part of the JSON.
	ID   string `json:"-"`
	Name string `json:"client_name,omitempty"`

	// Logo is shown on sign-in and consent pages; a path on this site or a data: URL, since pages load nothing from elsewhere.
	Logo   string `json:"logo_uri,omitempty"`
	URL    string `json:"client_uri,omitempty"`
	Policy string `json:"policy_uri,omitempty"`
	Terms  string `json:"tos_uri,omitempty"`

	// Contacts are mail addresses of those who look after the application.
	Contacts []string `json:"contacts,omitempty"`
	// Type is web or native. Where it is said, redirect URIs are held to it.
	Type string `json:"application_type,omitempty"`

	// RedirectURIs are compared to the letter (RFC 9700 2.1), but for the port of loopback ones (RFC 8252 7.3).
	RedirectURIs []string `json:"redirect_uris"`

	// Secrets are SHA-256 digests in hex, the newest first; several while a secret is being replaced. None makes the client
	// public. Not of RFC 7591.
	Secrets []string `json:"secret_sha256,omitempty"`
	// SecretsUntil says for one of Secrets or SealedSecrets when it ends, in seconds of Unix time; those without stay. Not of RFC 7591.
	SecretsUntil map[string]int64 `json:"secret_until,omitempty"`
	// Revision counts the changes of a registered client. Not of RFC 7591.
	Revision int `json:"revision,omitempty"`
	// SealedSecrets are the secrets themselves, as SealSecret makes them, the newest first, for client_secret_jwt alone. Not of RFC 7591.
	SealedSecrets []string `json:"secret_sealed,omitempty"`
	// PlainSecret is that for a client of the configuration, 32 bytes or more. It is never stored.
	PlainSecret string `json:"-"`
	// AuthMethod is how the client proves itself: client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt or none. Empty means
	// either of the first two for a client with a secret, and none for one without.
	AuthMethod string `json:"token_endpoint_auth_method,omitempty"`
	// AuthAlg binds private_key_jwt to RS256, ES256 or EdDSA; empty takes each of them.
	AuthAlg string `json:"token_endpoint_auth_signing_alg,omitempty"`
	// JWKS are the client's public keys (RFC 7517 5), and JWKSURI an address at which they are. Only one can be had.
	JWKS    json.RawMessage `json:"jwks,omitempty"`
	JWKSURI string          `json:"jwks_uri,omitempty"`

	Grants        []string `json:"grant_types,omitempty"`    // empty: authorization_code and refresh_token
	ResponseTypes []string `json:"response_types,omitempty"` // empty: code
	// Scope are the scopes that may be asked for, separated by spaces; empty means every scope there is.
	Scope string `json:"scope,omitempty"`
	// IDTokenAlg is RS256 (when empty), ES256 or EdDSA.
	IDTokenAlg string `json:"id_token_signed_response_alg,omitempty"`
	// UserinfoAlg makes userinfo a JWT, signed by RS256, ES256 or EdDSA; empty: plain JSON.
	UserinfoAlg string `json:"userinfo_signed_response_alg,omitempty"`

	// RequestObjectAlg binds request objects (RFC 9101) to RS256, ES256 or EdDSA; empty takes each of them. "none" takes unsigned ones too.
	RequestObjectAlg string `json:"request_object_signing_alg,omitempty"`
	// RequestURIs are the addresses from which request objects may be fetched, to the letter.
	RequestURIs []string `json:"request_uris,omitempty"`
	// RequirePushed takes authorization requests only through the endpoint for pushed ones (RFC 9126 6).
	RequirePushed bool `json:"require_pushed_authorization_requests,omitempty"`

	// InitiateLoginURI is where a person is sent who wants to sign in to the client and begins elsewhere (OpenID Connect Core 4).
	InitiateLoginURI string `json:"initiate_login_uri,omitempty"`
	// DefaultMaxAge is max_age, in seconds, for requests that do not say it; nil: none.
	DefaultMaxAge *int64 `json:"default_max_age,omitempty"`
	// SoftwareID and SoftwareVersion say what the client is an installation of.
	SoftwareID      string `json:"software_id,omitempty"`
	SoftwareVersion string `json:"software_version,omitempty"`

	// Trusted clients belong to the organisation: nobody is asked for consent. Not of RFC 7591, like all that follow.
	Trusted bool `json:"trusted,omitempty"`
	// AlwaysRefresh gives a refresh token even when offline_access was not asked for.
	AlwaysRefresh bool `json:"always_refresh,omitempty"`
	// MayIntrospect lets the client, if it has a secret, ask about any token (RFC 7662): for APIs that are handed tokens.
	MayIntrospect bool `json:"may_introspect,omitempty"`
	// RequirePKCE asks for PKCE although the client has a secret. Public clients always need it (RFC 9700 2.1.1).
	RequirePKCE bool `json:"require_pkce,omitempty"`
	Logout
	Subject
	AccessTokens

	// Claims are told to this client beside those of its scopes, by the claim's name. An administrator gives them: no client can register them for itself.
	Claims map[string]Claim `json:"own_claims,omitempty"`
	// ClaimsInIDToken puts the claims of the granted scopes into the ID token too, for applications that never call userinfo.
	ClaimsInIDToken bool `json:"claims_in_id_token,omitempty"`
	// Self is kept of a client that registered itself; nil for all others.
	Self *Self `json:"self,omitempty"`

	// selfScopes are those that a client which registered itself may have at most, as the configuration has it now; Clients sets it.
	selfScopes []string
}

// Authentication methods of RFC 7591 2 that this version knows.
const (
	AuthBasic     = "client_secret_basic"
	AuthPost      = "client_secret_post"
	AuthSecretJWT = "client_secret_jwt"
	AuthKeyJWT    = "private_key_jwt"
	AuthNone      = "none"
)

// AuthMethods are all of them.
func AuthMethods() []string {
	return []string{AuthBasic, AuthPost, AuthSecretJWT, AuthKeyJWT, AuthNone}
}

// AlgNone is the algorithm of an unsigned request object (RFC 7518 3.6).
const AlgNone = "none"

func (c *Client) GrantTypes() []string {
	if len(c.Grants) == 0 {
		return []string{GrantCode, GrantRefresh}
	}
	return c.Grants
}

func (c *Client) MayRefresh() bool { return slices.Contains(c.GrantTypes(), GrantRefresh) }

func (c *Client) AllowedResponses() []string {
	if len(c.ResponseTypes) == 0 {
		if !slices.Contains(c.GrantTypes(), GrantCode) {
			return nil
		}
		return []string{"code"}
	}
	return c.ResponseTypes
}

func (c *Client) SigningAlg() jose.SignatureAlgorithm {
	if c.IDTokenAlg == "" {
		return jose.RS256
	}
	return jose.SignatureAlgorithm(c.IDTokenAlg)
}

// MaySee tells whether the client may ask for the scope.
func (c *Client) MaySee(scope string) bool {
	if c.Self != nil && !slices.Contains(c.selfScopes, scope) {
		return false
	}
	return c.Scope == "" || slices.Contains(strings.Fields(c.Scope), scope)
}

// DisplayName is what to call the application on a page.
func (c *Client) DisplayName() string {
	if c.Name != "" {
		return c.Name
	}
	return c.ID
}
