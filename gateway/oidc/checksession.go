package oidc

import (
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/http"
	"net/url"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/session"
)

//go:embed checksession.js
var checkSessionScript string

// checkSession answers /oauth/check-session: the OP iframe of OpenID Connect Session Management 1.0. Every site may frame it, since every application may be
// anywhere and the address does not say which one asks. There is nothing to see or to click in it, it loads nothing and sends nothing, and it tells
// whoever asks only whether a salted hash, which they must have had from us, still fits.
func (p *Provider) checkSession(w http.ResponseWriter, _ *http.Request) {
	sum := sha256.Sum256([]byte(checkSessionScript))
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'; base-uri 'none'; form-action 'none'; frame-ancestors *")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // for applications that isolate themselves
	h.Del("Cross-Origin-Opener-Policy")
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(`<!doctype html><html lang="en" data-cookie="` + html.EscapeString(p.Sessions.StateCookie()) + `"><meta charset="utf-8"><title>.</title><script>` +
		checkSessionScript + `</script></html>`)) // a browser that went away is no failure
}

// sessionState is what an application is told of the state of the browser (OpenID Connect Session Management 1.0, 2), for its page at the origin of the redirect
// URI. Salted, so that two applications cannot compare theirs. Empty for an application that has no page.
func sessionState(client string, redirect *url.URL, id string) string {
	origin := originOf(redirect)
	if origin == "" {
		return ""
	}
	salt := make([]byte, 16)
	rand.Read(salt) // never fails (Go 1.24)
	text := hex.EncodeToString(salt)
	sum := sha256.Sum256([]byte(client + " " + origin + " " + session.BrowserState(id) + " " + text))
	return hex.EncodeToString(sum[:]) + "." + text
}

// originOf is the origin of a web address as browsers write it (RFC 6454 6.2); empty for any other.
func originOf(u *url.URL) string {
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch scheme {
	case "https":
		return scheme + "://" + strings.TrimSuffix(host, ":443")
	case "http":
		return scheme + "://" + strings.TrimSuffix(host, ":80")
	}
	return ""
}
