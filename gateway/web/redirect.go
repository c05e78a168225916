package web

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

// SeeOther sends the browser on to an address of ours (303), after a form was handled. htmx follows it like a browser does.
func (k *Kit) SeeOther(w http.ResponseWriter, r *http.Request, path string) error {
	if err := CheckLocal(path); err != nil {
		return fmt.Errorf("redirecting: %w", err)
	}
	k.rememberLanguage(w, r)
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// Leave sends the browser to an address that is not ours, or to one of ours that may redirect to another site, such as
// /oauth/authorize. target is a local path or an absolute http(s) or application URL that the caller has checked.
//
// After a GET it is a 303. After a POST it is a small page (200) that moves on at once by the Refresh header, which browsers without
// scripts know too: Chromium applies form-action of the page before to every redirect that follows a post, also to those that the
// application adds, and shows nothing at all when it blocks one. Moving on this way is a new navigation, so the policy can stay strict on the very
// pages where passwords are typed. htmx is told to load the address as a whole page.
func (k *Kit) Leave(w http.ResponseWriter, r *http.Request, target string) error {
	if err := checkTarget(target); err != nil {
		return fmt.Errorf("sending the browser on: %w", err)
	}
	k.rememberLanguage(w, r)
	switch {
	case isHTMX(r):
		w.Header().Set("HX-Redirect", target)
		w.WriteHeader(http.StatusOK)
		return nil
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		w.Header().Set("Location", target)
		w.WriteHeader(http.StatusSeeOther)
		return nil
	}
	loc := k.Locale(r)
	var page strings.Builder
	err := onward.Execute(&page, map[string]any{
		"Lang": loc.Tag(), "Dir": loc.Dir(), "Title": loc.Msg(i18n.M("One moment…")), "Go": loc.Msg(i18n.M("Continue")),
		"Target": template.URL(target), // #nosec G203: checked above; html/template would refuse an application's own scheme
	})
	if err != nil {
		return fmt.Errorf("drawing the page that moves on: %w", err)
	}
	w.Header().Set("Refresh", "0; url="+target)
	return k.write(w, http.StatusOK, loc, []byte(page.String()))
}

// onward is seen for a few milliseconds, if at all, so it has nothing to load, not even the icon that browsers ask for by themselves.
var onward = template.Must(template.New("onward").Parse(`<!doctype html>
<html lang="{{.Lang}}" dir="{{.Dir}}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">` +
	`<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title></head>
<body><p><a id="continue" href="{{.Target}}">{{.Go}}</a></p></body></html>
`))

// checkTarget refuses what could not stand in a header, and addresses that would run as a script.
func checkTarget(target string) error {
	if strings.HasPrefix(target, "/") {
		return CheckLocal(target)
	}
	if strings.ContainsFunc(target, func(c rune) bool { return c <= ' ' || c == 0x7f || strings.ContainsRune("\\\"<>", c) }) {
		return fmt.Errorf("the address has spaces or characters that no address has")
	}
	u, err := url.Parse(target)
	if err != nil || u.Scheme == "" {
		return fmt.Errorf("the address is neither local nor absolute")
	}
	switch strings.ToLower(u.Scheme) {
	case "javascript", "data", "vbscript", "blob", "file", "about":
		return fmt.Errorf("the scheme %q is not for redirects", u.Scheme)
	}
	return nil
}
