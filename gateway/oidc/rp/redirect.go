package rp

import (
	"errors"
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
func checkRedirectURI(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return errors.New("this is no URI")
	case len(raw) > 2048:
		return errors.New("longer than 2048 characters")
	case strings.ContainsAny(raw, "#*") || strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("fragments, wildcards, spaces and other than ASCII characters are not allowed (RFC 6749 3.1.2)")
	case u.User != nil:
		return errors.New("no user name or password may be in it")
	case u.Scheme == "https" && u.Hostname() != "":
		return nil
	case u.Scheme == "http" && Loopback(u.Hostname()):
		return nil
	case u.Scheme == "http":
		return errors.New("http is only for this machine (127.0.0.1, [::1], localhost): use https")
	case strings.Contains(u.Scheme, "."):
		return nil
	default:
		return errors.New("neither an https address nor the private scheme of a native app, such as org.example.app:/callback (RFC 8252 7.1)")
	}
}

// checkRequestURI tells why request objects cannot be fetched from an address. A fragment may hold a digest of the document (OpenID Connect Core 6.2).
func checkRequestURI(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || len(raw) > 512 || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !Loopback(u.Hostname())) {
		return errors.New("this is no https address of 512 characters at most")
	}
	return nil
}
