package rp

import (
	"slices"
	"strings"
)

const jwtLoosened = "access_token_format: an API that does not ask takes a token until it expires, also after it was revoked (RFC 9068 5)"

// Loosened tells in which points a client goes beyond what every client has (RFC 9700), each as the JSON name of the setting and what
// it means. Nil for a client of the ordinary, strict kind.
func (c *Client) Loosened() []string {
	var out []string
	say := func(yes bool, what string) {
		if yes {
			out = append(out, what)
		}
	}
	say(slices.ContainsFunc(c.AllowedResponses(), func(t string) bool { return t != "code" && t != "none" }),
		"response_types: tokens travel through the browser's address bar (RFC 9700 2.1.2)")
	say(slices.ContainsFunc(c.RedirectURIs, func(u string) bool { return strings.HasPrefix(u, "http://localhost") }),
		"redirect_uris: localhost by name, which a machine may resolve to another (RFC 8252 8.3)")
	say(c.RequestObjectAlg == AlgNone, "request_object_signing_alg: requests that nobody signed are taken as request objects (RFC 9101 10.1)")
	say(c.Trusted, "trusted: nobody is asked for consent")
	say(c.AlwaysRefresh, "always_refresh: it gets refresh tokens without asking for offline_access")
	say(c.MayIntrospect, "may_introspect: it may ask about the tokens of every application")
	say(c.AccessTokenFormat == FormatJWT, jwtLoosened)
	say(c.ClaimsInIDToken, "claims_in_id_token: what it knows of people stands in ID tokens, which are passed around")
	return out
}
