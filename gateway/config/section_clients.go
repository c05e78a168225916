package config

import "github.com/wicketgate/wicketgate/ldapmap"

// Client is an application that people sign in to with OpenID Connect.
type Client struct {
	// ID is the client id: lower-case letters, digits, '.', '_' and '-'. Required.
	ID string `yaml:"id"`
	// Name is what people read on the consent page. Default: the id.
	Name string `yaml:"name"`
	// Secret is the client's secret. None makes the client public (an app in a browser or on a telephone), which must use PKCE.
	Secret Secret `yaml:"secret"`
	// SecretFile is a file with the secret.
	SecretFile string `yaml:"secret_file"`
	// RedirectURIs are where people are sent back to; compared to the letter. At least one.
	RedirectURIs ldapmap.Strings `yaml:"redirect_uris"`
	// Scopes are those that the client may ask for. Default: all.
	Scopes ldapmap.Strings `yaml:"scopes"`
	// Grants are what the client may use at the token endpoint: authorization_code, refresh_token, client_credentials, implicit, device_code (for devices without a keyboard). Default: the first two. With client_credentials
	// it gets tokens for itself, with those of its scopes that tell nothing of a person.
	Grants ldapmap.Strings `yaml:"grants"`
	// ResponseTypes are what the client may ask for: code, id_token, id_token token, token, code id_token, code token, code id_token token. All but code bring tokens
	// through the browser, and need the grant implicit. Default: code.
	ResponseTypes ldapmap.Strings `yaml:"response_types"`
	// RequestObjectAlg binds signed requests to RS256, ES256 or EdDSA; none takes unsigned ones too. Default: each of the three.
	RequestObjectAlg string `yaml:"request_object_alg"`
	// RequestURIs are the https addresses from which signed requests may be fetched.
	RequestURIs ldapmap.Strings `yaml:"request_uris"`
	// RequirePushed takes requests only if the client has pushed them (RFC 9126).
	RequirePushed bool `yaml:"require_pushed"`
	// Trusted says that the client belongs to the organisation: nobody is asked for consent.
	Trusted bool `yaml:"trusted"`
	// AuthMethod is how the client proves itself: client_secret_basic, client_secret_post, client_secret_jwt (the secret has 32 bytes or more), private_key_jwt (with
	// jwks or jwks_uri) or none. Default: either of the first two with a secret, none without.
	AuthMethod string `yaml:"auth_method"`
	// AuthAlg binds private_key_jwt to one of RS256, ES256 and EdDSA. Default: each of them.
	AuthAlg string `yaml:"auth_alg"`
	// JWKS are the client's public keys, as the JSON of a key set.
	JWKS string `yaml:"jwks"`
	// JWKSURI is the https address at which the client keeps its public keys.
	JWKSURI string `yaml:"jwks_uri"`
	// Subject is the name under which this client knows people, if it is not as the key subject has it: id, pairwise, or the name of a field.
	Subject string `yaml:"subject"`
	// SectorIdentifierURI is an https address whose host stands for all clients that may compare their pairwise names. It is needed if the redirect URIs have several hosts.
	SectorIdentifierURI string `yaml:"sector_identifier_uri"`
	// UserinfoAlg makes what the userinfo endpoint answers a JWT, signed by RS256, ES256 or EdDSA. Default: plain JSON.
	UserinfoAlg string `yaml:"userinfo_alg"`
	// IDTokenAlg is how ID tokens are signed: RS256 (the default), ES256 or EdDSA.
	IDTokenAlg string `yaml:"id_token_alg"`
	// AccessTokenFormat is the form of the access tokens that the client gets: opaque (the default), which only Wicketgate can read, or jwt, which an API can check by
	// itself (RFC 9068), and then takes until it expires.
	AccessTokenFormat string `yaml:"access_token_format"`
	// AccessTokenAlg is how access tokens of the form jwt are signed: RS256 (the default), ES256 or EdDSA.
	AccessTokenAlg string `yaml:"access_token_alg"`
	// AlwaysRefresh gives a refresh token even when offline_access was not asked for.
	AlwaysRefresh bool `yaml:"always_refresh"`
	// MayIntrospect lets the client ask about any token (RFC 7662): for APIs.
	MayIntrospect bool `yaml:"may_introspect"`
	// RequirePKCE asks for PKCE although the client has a secret.
	RequirePKCE bool `yaml:"require_pkce"`
	// Claims are told to this client beside those of its scopes, by the claim's name. The consent page says what they tell of a person.
	Claims map[string]ClientClaim `yaml:"claims"`
	// ClaimsInIDToken puts the claims into the ID token too, for applications that never ask the userinfo endpoint.
	ClaimsInIDToken bool `yaml:"claims_in_id_token"`
	// PostLogoutRedirectURIs are where people may be sent after they signed out; compared to the letter.
	PostLogoutRedirectURIs ldapmap.Strings `yaml:"post_logout_redirect_uris"`
	// BackchannelLogoutURI is where the application is told, server to server, that a session ended.
	BackchannelLogoutURI string `yaml:"backchannel_logout_uri"`
	// FrontchannelLogoutURI is an address of the application that signs a person out when their browser loads it in a frame.
	FrontchannelLogoutURI string `yaml:"frontchannel_logout_uri"`
	// URL is the application itself.
	URL string `yaml:"url"`
	// PolicyURL is the application's privacy policy.
	PolicyURL string `yaml:"policy_url"`
	// TermsURL is the application's terms of service.
	TermsURL string `yaml:"terms_url"`
	// Logo is a path on this site, such as /static/orders.svg, or a data: address.
	Logo string `yaml:"logo"`
}
