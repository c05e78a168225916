package rp

import (
	"errors"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what a client says of itself. Its record must fit into one value of the state tree.
const (
	maxClientName = 100 // characters: it stands in a sentence on the consent page
	maxClientURIs = 50  // redirect URIs
	maxContacts   = 10
	maxLogo       = 40 << 10 // bytes
	maxURI        = 2048     // bytes
	maxSecrets    = 5
)

// The application types of OpenID Connect Dynamic Client Registration 2.
const (
	typeWeb    = "web"
	typeNative = "native"
)

// checkMetadata holds what a client says of itself to RFC 7591 2 and OpenID Connect Dynamic Client Registration 2.
func (c *Client) checkMetadata(bad func(format string, args ...any)) {
	if err := checkWords(c.Name, maxClientName); err != nil {
		bad("client_name: %w", err)
	}
	if len(c.RedirectURIs) > maxClientURIs {
		bad("redirect_uris: %d of them, at most %d are taken", len(c.RedirectURIs), maxClientURIs)
	}
	for i, u := range c.RedirectURIs {
		if slices.Contains(c.RedirectURIs[:i], u) {
			bad("redirect_uris: %q stands twice", u)
		}
		if err := c.checkType(u); err != nil {
			bad("redirect_uris: %q: %w", u, err)
		}
	}
	if !slices.Contains([]string{"", typeWeb, typeNative}, c.Type) {
		bad("application_type: %q is neither web nor native", c.Type)
	}
	if len(c.Secrets) > maxSecrets {
		bad("secret_sha256: %d of them, at most %d are kept", len(c.Secrets), maxSecrets)
	}
	c.checkFlows(bad)
	c.checkLinks(bad)
	if len(c.Contacts) > maxContacts {
		bad("contacts: %d of them, at most %d are kept", len(c.Contacts), maxContacts)
	}
	for _, who := range c.Contacts {
		if a, err := mail.ParseAddress(who); err != nil || a.Address != who || len(who) > 254 {
			bad("contacts: %q is no mail address", cutText(who, 80))
		}
	}
	for _, scope := range strings.Fields(c.Scope) {
		if strings.ContainsFunc(scope, func(r rune) bool { return r < '!' || r > '~' || r == '"' || r == '\\' }) {
			bad("scope: %q has characters that no scope has (RFC 6749 3.3)", cutText(scope, 80))
		}
	}
	if len(c.Scope) > maxURI {
		bad("scope: longer than %d characters", maxURI)
	}
}

// checkFlows tells when a client registers for codes and could never ask for one (RFC 7591 2.1).
func (c *Client) checkFlows(bad func(format string, args ...any)) {
	has := func(grant string) bool { return slices.Contains(c.GrantTypes(), grant) }
	if has(GrantCode) && !slices.ContainsFunc(c.AllowedResponses(), func(t string) bool { return slices.Contains(strings.Fields(t), "code") }) {
		bad("grant_types: %s needs a response type with code in it", GrantCode)
	}
}

// checkType holds a redirect URI to the application type, where the client names one: web applications come back by https, native ones to their
// own machine or scheme (OpenID Connect Dynamic Client Registration 2).
func (c *Client) checkType(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return nil // told already
	}
	switch {
	case c.Type == typeWeb && (u.Scheme != "https" || Loopback(u.Hostname())):
		return errors.New("a web application comes back by https, and not to the person's own machine")
	case c.Type == typeNative && u.Scheme == "http" && !Loopback(u.Hostname()):
		return errors.New("a native application comes back by http to its own machine only")
	}
	return nil
}

func (c *Client) checkLinks(bad func(format string, args ...any)) {
	for _, l := range []struct{ name, link string }{{"client_uri", c.URL}, {"policy_uri", c.Policy}, {"tos_uri", c.Terms}} {
		u, err := url.Parse(l.link)
		switch {
		case l.link == "":
		case len(l.link) > maxURI:
			bad("%s: longer than %d characters", l.name, maxURI)
		case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil:
			bad("%s: %q is no web address", l.name, cutText(l.link, 80))
		}
	}
	if len(c.Logo) > maxLogo {
		bad("logo_uri: a picture of more than %d KB", maxLogo>>10)
	}
}

// checkWords holds a name to what can stand in a sentence: no control or direction characters, which could make it look like another.
func checkWords(s string, most int) error {
	switch {
	case !utf8.ValidString(s):
		return errors.New("this is not UTF-8")
	case utf8.RuneCountInString(s) > most:
		return errors.New("too long")
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }):
		return errors.New("it has characters that cannot be seen")
	}
	return nil
}

func cutText(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "..."
	}
	return s
}

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
	say(c.ClaimsInIDToken, "claims_in_id_token: what it knows of people stands in ID tokens, which are passed around")
	return out
}
