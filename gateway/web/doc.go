// Package web is what every page of Wicketgate stands on: handlers return an error, and one place turns it into a page.
//
// A flow of selfservice and the OpenID Connect provider write handlers of the form
//
//	func (f *Flow) postLogin(w http.ResponseWriter, r *http.Request) error
//
// that parse, validate, act, and end with Kit.Page, Kit.SeeOther or an error with a code of package fault. The Kit does the rest:
//
//   - kit.go, route.go: Handle, MaxBody; pages for unknown addresses and wrong methods
//   - middleware.go: request id, client address, bounds, protection against forged posts, panics, one log line per request
//   - headers.go: the security headers and why each has its value
//   - page.go, form.go: whole pages, partials for htmx, posted forms and the messages at their fields
//   - failure.go, kept.go: an error as page, as JSON, as a reply to htmx; the form that is kept when the directory is away
//   - flash.go, locale.go: notices over a redirect, the reader's language
//   - returnto.go, redirect.go: where to go on after signing in, and how a posted form may lead to another site
//   - server.go: an http.Server with every timeout and size set
//
// Addresses in pages and mails are made from the configured public address. The Host header is never used for anything: requests with another
// one are served, since health checks and proxies that rewrite it are common, and gain nothing, because cookies are bound to the
// browser's own idea of the host and links are not made from it.
//
// The package is used by gateway, gateway/oidc and selfservice. Of this module it imports templates, templates/i18n and
// ldapmap/fault only; the session, the keyring and the renderer come in through Options.
package web
