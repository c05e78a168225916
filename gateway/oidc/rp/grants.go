package rp

// The grant types that a client can be registered for (RFC 7591 2.1).
const (
	GrantCode     = "authorization_code" // RFC 6749 4.1
	GrantRefresh  = "refresh_token"      // RFC 6749 6
	GrantImplicit = "implicit"           // whoever gets a token or an ID token from the authorization endpoint (RFC 6749 4.2)
	GrantClient   = "client_credentials" // an application gets a token for itself (RFC 6749 4.4)
)

// GrantTypes are all of them.
func GrantTypes() []string { return []string{GrantCode, GrantRefresh, GrantImplicit, GrantClient} }
