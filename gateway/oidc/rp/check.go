package rp

import (
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/state"
)

// Bounds of what a client says of itself. Its record must fit into one value of the state tree.
const (
	maxClientName = 100 // characters: it stands in a sentence on the consent page
	maxClientURIs = 50  // of each list of addresses
	maxContacts   = 10
	maxLogo       = 40 << 10 // bytes
	maxURI        = 2048     // bytes
	maxRequestURI = 512      // bytes
	maxSecrets    = 5
	maxShown      = 80 // bytes of a wrong value that are told
)

// The application types of OpenID Connect Dynamic Client Registration 2.
const (
	typeWeb    = "web"
	typeNative = "native"
)

// Check returns everything that is wrong with the client, each a *Problem.
func (c *Client) Check() []error {
	var wrong []error
	bad := func(field, words string, args ...any) {
		wrong = append(wrong, &Problem{Field: field, Words: words, Args: args})
	}
	if state.CheckID(c.ID) != nil {
		bad("client_id", "This is not 1 to 64 small letters, digits, '-', '_' or '.', with no '.' at its beginning.")
	}
	c.checkRedirects(bad)
	c.checkProof(bad)
	c.Keys().check(bad)
	c.checkFlows(bad)
	c.checkRequests(bad)
	c.checkMetadata(bad)
	c.checkLinks(bad)
	c.checkLogout(bad)
	c.checkLogin(bad)
	c.checkSelf(bad)
	c.checkSubject(bad)
	c.checkClaims(bad)
	c.AccessTokens.check(bad)
	return wrong
}

func (c *Client) checkRedirects(bad report) {
	const field = "redirect_uris"
	if (slices.Contains(c.GrantTypes(), GrantCode) || slices.Contains(c.GrantTypes(), GrantImplicit)) && len(c.RedirectURIs) == 0 {
		bad(field, "At least one address that people come back to is needed.")
	}
	checkCount(field, c.RedirectURIs, maxClientURIs, bad)
	for i, u := range c.RedirectURIs {
		checkRedirectURI(field, u, bad)
		if slices.Contains(c.RedirectURIs[:i], u) {
			bad(field, "%s stands there twice.", cutText(u, maxShown))
		}
		c.checkType(u, bad)
	}
	if !slices.Contains([]string{"", typeWeb, typeNative}, c.Type) {
		bad("application_type", "%s is not one of %s.", cutText(c.Type, maxShown), "web, native")
	}
}

// checkType holds a redirect URI to the application type, where the client names one: web applications come back by https, native ones to their
// own machine or scheme (OpenID Connect Dynamic Client Registration 2).
func (c *Client) checkType(raw string, bad report) {
	u, err := url.Parse(raw)
	switch {
	case err != nil: // told already
	case c.Type == typeWeb && (u.Scheme != "https" || Loopback(u.Hostname())):
		bad("redirect_uris", "%s: a web application comes back by https, and not to the person's own machine.", cutText(raw, maxShown))
	case c.Type == typeNative && u.Scheme == "http" && !Loopback(u.Hostname()):
		bad("redirect_uris", "%s: a native application comes back by http to its own machine only.", cutText(raw, maxShown))
	}
}

// checkProof checks how the client proves itself.
func (c *Client) checkProof(bad report) {
	const field = "token_endpoint_auth_method"
	if len(c.Secrets) > maxSecrets {
		bad("secret_sha256", "These are %d; at most %d are kept.", len(c.Secrets), maxSecrets)
	}
	for _, s := range c.Secrets {
		if b, err := hex.DecodeString(s); err != nil || len(b) != sha256.Size {
			bad("secret_sha256", "This is not a SHA-256 digest in hex.")
		}
	}
	switch c.AuthMethod {
	case "":
	case AuthBasic, AuthPost:
		if c.Public() {
			bad(field, "%s needs a secret.", c.AuthMethod)
		}
	case AuthKeyJWT:
		if len(c.JWKS) == 0 && c.JWKSURI == "" {
			bad(field, "%s needs public keys (jwks or jwks_uri).", c.AuthMethod)
		}
	case AuthSecretJWT:
		if len(c.SealedSecrets) == 0 && len(c.PlainSecret) < minHMACSecret {
			bad(field, "%s needs a secret of %d bytes or more.", c.AuthMethod, minHMACSecret)
		}
	case AuthNone:
		if !c.Public() {
			bad(field, "%s does not go with a secret.", c.AuthMethod)
		}
	default:
		checkOneOf(field, c.AuthMethod, AuthMethods(), bad)
	}
	alg := jose.SignatureAlgorithm(c.AuthAlg)
	if alg != "" && (c.AuthMethod == AuthSecretJWT && alg != jose.HS256 || c.AuthMethod == AuthKeyJWT && !slices.Contains(keys.Algorithms(), alg)) {
		bad("token_endpoint_auth_signing_alg", "%s does not go with %s.", cutText(c.AuthAlg, maxShown), c.AuthMethod)
	}
	if c.MayIntrospect && c.Public() {
		bad("may_introspect", "This needs an application that can prove itself.")
	}
}

// checkFlows checks grant types and response types, which have to go together (RFC 7591 2.1), and how ID tokens are signed.
func (c *Client) checkFlows(bad report) {
	has := func(grant string) bool { return slices.Contains(c.GrantTypes(), grant) }
	for _, g := range c.GrantTypes() {
		checkOneOf("grant_types", g, GrantTypes(), bad)
		if g == GrantClient && c.Public() {
			bad("grant_types", "%s needs an application that can prove itself.", g)
		}
	}
	code := false
	for _, text := range c.AllowedResponses() {
		t, ok := ReadResponseType(text)
		code = code || t.Code
		switch {
		case !ok:
			checkOneOf("response_types", text, ResponseTypes(), bad)
		case t.Code && !has(GrantCode):
			bad("response_types", "%s needs the grant type %s.", text, GrantCode)
		case t.Front() && !has(GrantImplicit):
			bad("response_types", "%s needs the grant type %s.", text, GrantImplicit)
		}
	}
	if has(GrantCode) && !code {
		bad("grant_types", "%s needs a response type with code in it.", GrantCode)
	}
	checkOneOf("id_token_signed_response_alg", string(c.SigningAlg()), Algorithms(), bad)
	if c.UserinfoAlg != "" {
		checkOneOf("userinfo_signed_response_alg", c.UserinfoAlg, Algorithms(), bad)
	}
}

// checkRequests checks what is said of request objects (RFC 9101).
func (c *Client) checkRequests(bad report) {
	if c.RequestObjectAlg != "" {
		checkOneOf("request_object_signing_alg", c.RequestObjectAlg, append(Algorithms(), AlgNone), bad)
	}
	checkCount("request_uris", c.RequestURIs, maxClientURIs, bad)
	for _, u := range c.RequestURIs {
		checkRequestURI(u, bad)
	}
}

// checkMetadata holds what a client says of itself to RFC 7591 2.
func (c *Client) checkMetadata(bad report) {
	checkWords("client_name", c.Name, maxClientName, bad)
	checkCount("contacts", c.Contacts, maxContacts, bad)
	for _, who := range c.Contacts {
		if a, err := mail.ParseAddress(who); err != nil || a.Address != who || len(who) > 254 {
			bad("contacts", "%s is no mail address.", cutText(who, maxShown))
		}
	}
	for _, scope := range strings.Fields(c.Scope) {
		if strings.ContainsFunc(scope, notInScope) {
			bad("scope", "%s has characters that no scope has.", cutText(scope, maxShown)) // RFC 6749 3.3
		}
	}
	if len(c.Scope) > maxURI {
		bad("scope", "This is longer than %d characters.", maxURI)
	}
}

func (c *Client) checkLinks(bad report) {
	for _, l := range []struct{ name, link string }{{"client_uri", c.URL}, {"policy_uri", c.Policy}, {"tos_uri", c.Terms}} {
		u, err := url.Parse(l.link)
		switch {
		case l.link == "":
		case len(l.link) > maxURI:
			bad(l.name, "This is longer than %d characters.", maxURI)
		case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil:
			bad(l.name, "%s is no web address.", cutText(l.link, maxShown))
		}
	}
	switch {
	case len(c.Logo) > maxLogo:
		bad("logo_uri", "The picture has more than %d KB.", maxLogo>>10)
	case !localImage(c.Logo):
		bad("logo_uri", "Pages show only a path on this site (/static/...) or a data:image/... address.")
	}
}

func localImage(u string) bool {
	return u == "" || strings.HasPrefix(u, "data:image/") || strings.HasPrefix(u, "/") && !strings.HasPrefix(u, "//")
}

// checkWords holds a name to what can stand in a sentence: no control or direction characters, which could make it look like another.
func checkWords(field, s string, most int, bad report) {
	switch {
	case !utf8.ValidString(s):
		bad(field, "This is not UTF-8.")
	case utf8.RuneCountInString(s) > most:
		bad(field, "This is longer than %d characters.", most)
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }):
		bad(field, "This has characters that cannot be seen.")
	}
}

func checkCount(field string, list []string, most int, bad report) {
	if len(list) > most {
		bad(field, "These are %d; at most %d are kept.", len(list), most)
	}
}

func checkOneOf(field, value string, known []string, bad report) {
	if !slices.Contains(known, value) {
		bad(field, "%s is not one of %s.", cutText(value, maxShown), strings.Join(known, ", "))
	}
}

func cutText(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "..."
	}
	return strings.ToValidUTF8(s, "?")
}

// Algorithms are the names of those that signatures can be made with.
func Algorithms() []string {
	var names []string
	for _, alg := range keys.Algorithms() {
		names = append(names, string(alg))
	}
	return names
}
