package rp

import jose "github.com/go-jose/go-jose/v4"

// The forms of an access token.
const (
	FormatOpaque = "opaque" // sealed: whoever gets it has to ask what it stands for
	FormatJWT    = "jwt"    // signed claims that an API can check by itself (RFC 9068)
)

// AccessTokens says in which form access tokens are. The names are not of RFC 7591.
type AccessTokens struct {
	// AccessTokenFormat is opaque, which is meant when empty, or jwt.
	AccessTokenFormat string `json:"access_token_format,omitempty"`
	// AccessTokenAlg signs those of the form jwt: RS256, which every API has to take (RFC 9068 2.1) and which is meant when empty, ES256 or EdDSA.
	AccessTokenAlg string `json:"access_token_signed_response_alg,omitempty"`
}

// AccessAlg is how access tokens of the form jwt are signed.
func (a AccessTokens) AccessAlg() jose.SignatureAlgorithm {
	if a.AccessTokenAlg == "" {
		return jose.RS256
	}
	return jose.SignatureAlgorithm(a.AccessTokenAlg)
}

func (a AccessTokens) check(bad report) {
	if a.AccessTokenFormat != "" {
		checkOneOf("access_token_format", a.AccessTokenFormat, []string{FormatOpaque, FormatJWT}, bad)
	}
	switch {
	case a.AccessTokenAlg == "":
	case a.AccessTokenFormat != FormatJWT:
		bad("access_token_signed_response_alg", "Only access tokens of the form %s are signed.", FormatJWT)
	default:
		checkOneOf("access_token_signed_response_alg", a.AccessTokenAlg, Algorithms(), bad)
	}
}
