package rp

// The grant types that a client can be registered for (RFC 7591 2.1).
const (
	GrantCode     = "authorization_code"                           // RFC 6749 4.1
	GrantRefresh  = "refresh_token"                                // RFC 6749 6
	GrantImplicit = "implicit"                                     // whoever gets a token or an ID token from the authorization endpoint (RFC 6749 4.2)
	GrantClient   = "client_credentials"                           // an application gets a token for itself (RFC 6749 4.4)
	GrantDevice   = "urn:ietf:params:oauth:grant-type:device_code" // a device without a keyboard shows a code (RFC 8628)
)

// GrantTypes are all of them.
func GrantTypes() []string {
	return []string{GrantCode, GrantRefresh, GrantImplicit, GrantClient, GrantDevice}
}

// GrantNames gives grant types their full names: "device_code" is short for the one that is a URN, for people who type it.
func GrantNames(short []string) []string {
	var full []string
	for _, g := range short {
		if g == "device_code" {
			g = GrantDevice
		}
		full = append(full, g)
	}
	return full
}
