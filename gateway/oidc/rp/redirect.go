package rp

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// RedirectAllowed tells whether a redirect URI may be used by a client that registered these. It is compared to the letter (RFC 9700 2.1, OpenID
// Connect Core 3.1.2.1), but for the port of loopback addresses: an app on a desktop takes the port it gets (RFC 8252 7.3). "localhost" is
// treated like the addresses, although RFC 8252 8.3 advises against it, because that is what development tools send.
func RedirectAllowed(registered []string, requested string) bool {
	if slices.Contains(registered, requested) {
		return true
	}
	bare, ok := withoutLoopbackPort(requested)
	return ok && slices.ContainsFunc(registered, func(r string) bool {
		b, ok := withoutLoopbackPort(r)
		return ok && b == bare
	})
}

// withoutLoopbackPort returns an http loopback URI with its port cut out of the text, so that everything else still compares to the letter.
func withoutLoopbackPort(raw string) (string, bool) {
	rest, ok := strings.CutPrefix(raw, "http://")
	if !ok {
		return "", false
	}
	u, err := url.Parse(raw)
	if err != nil || !Loopback(u.Hostname()) || !strings.HasPrefix(rest, u.Host) { // a user name would stand before the host
		return "", false
	}
	return "http://" + strings.TrimSuffix(u.Host, ":"+u.Port()) + rest[len(u.Host):], true
}

func Loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// checkRedirectURI tells why a redirect URI cannot be registered. http is for loopback alone, other schemes are for native apps and must be
// private ones, which have a dot in them (RFC 8252 7.1): "javascript:" and "data:" have none.
func checkRedirectURI(field, raw string, bad report) {
	u, err := url.Parse(raw)
	shown := cutText(raw, maxShown)
	switch {
	case len(raw) > maxURI:
		bad(field, "%s is longer than %d characters.", shown, maxURI)
	case strings.ContainsAny(raw, "#*") || strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r > '~' }):
		bad(field, "%s: fragments (#), wildcards (*), spaces and other than ASCII characters are not allowed.", shown) // RFC 6749 3.1.2
	case err != nil:
		bad(field, "%s is no address.", shown)
	case u.User != nil:
		bad(field, "%s: no user name or password may be in it.", shown)
	case u.Scheme == "https" && u.Hostname() != "":
	case u.Scheme == "http" && Loopback(u.Hostname()):
	case u.Scheme == "http":
		bad(field, "%s: http is only for this machine (127.0.0.1, [::1], localhost). Use https.", shown)
	case strings.Contains(u.Scheme, "."):
	default:
		bad(field, "%s is neither an https address nor the private scheme of a native application, such as org.example.app:/callback.", shown)
	}
}

// checkRequestURI tells why request objects cannot be fetched from an address. A fragment may hold a digest of the document (OpenID Connect Core 6.2).
func checkRequestURI(raw string, bad report) {
	u, err := url.Parse(raw)
	if err != nil || len(raw) > maxRequestURI || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !Loopback(u.Hostname())) {
		bad("request_uris", "%s is no https address of %d characters at most.", cutText(raw, maxShown), maxRequestURI)
	}
}
