package web

import (
	"net/http"
	"strings"
)

// ContentSecurityPolicy is sent with every response. Pages have no inline script, style or event handler.
//
// form-action stays 'self' also on pages whose form ends at an application's site: browsers differ on whether that directive
// covers the redirects after a post (Chromium does, for every hop, also those that the application adds), so a post never ends in such a
// redirect. See Kit.Leave.
const ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// setHeaders sets what every response has; handlers may change it afterwards (static files set their own Cache-Control).
func (k *Kit) setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", ContentSecurityPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	// Not "no-referrer": with that, browsers send "Origin: null" with our own forms, and those that know no
	// Sec-Fetch-Site could not be told from a forged post.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "+
		"magnetometer=(), microphone=(), midi=(), payment=(), usb=()")
	h.Set("Cache-Control", "no-store")
	if k.Secure() {
		// Whether sub-domains are ready for it is not ours to say.
		h.Set("Strict-Transport-Security", "max-age=63072000")
	}
}

// AddPolicy adds a directive to the Content-Security-Policy of one response: AddPolicy(w, "frame-src 'self'"). Browsers ignore a
// directive that the policy has already.
func AddPolicy(w http.ResponseWriter, directive string) {
	policy := w.Header().Get("Content-Security-Policy")
	w.Header().Set("Content-Security-Policy", strings.TrimPrefix(policy+"; "+directive, "; "))
}

// AllowForm lets the page's form go to another site: to the origin that is given, and on from there, since browsers hold a form-action
// also against the redirects that follow a post, and applications may send people on to another address of theirs. For a page with no form but one
// that the server has filled in.
func AllowForm(w http.ResponseWriter, origin string) {
	policy := w.Header().Get("Content-Security-Policy")
	w.Header().Set("Content-Security-Policy", strings.Replace(policy, "form-action 'self'", "form-action "+origin+" https:", 1))
}

// AllowOpener lets an application that opened this page in a window of its own keep hold of that window, as
// sign-in by pop-up needs. It is called for pages within a sign-in on behalf of an application only.
func AllowOpener(w http.ResponseWriter) { w.Header().Del("Cross-Origin-Opener-Policy") }
