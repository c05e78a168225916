package oidc_test

import (
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// These are the lines of the dynamic profile of a conformance run that hold for every registered client, however it was registered.

func TestRegistrationWithoutARedirectURIIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.provider.Register(t.Context(), &rp.Client{ID: "app"}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "redirect_uris: At least one") {
		t.Errorf("%v", err)
	}
}

func TestRegistrationOfARedirectURIWithAFragmentIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.provider.Register(t.Context(), &rp.Client{ID: "app", RedirectURIs: []string{callback + "#part"}})
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "fragments") {
		t.Errorf("%v", err)
	}
}

func TestARegisteredRedirectURIWithAQueryMatchesExactlyAndNothingElseDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(w, w.provider.Register(t.Context(), &rp.Client{ID: "app", RedirectURIs: []string{callback + "?a=1"}, Secrets: []string{rp.DigestSecret(secret)}, Trusted: true}))
	app, b := w.rp("app"), w.browser()
	app.RedirectURL = callback + "?a=1"
	if page := b.Get(app.authURL()); !strings.HasPrefix(page.URL.String(), callback+"?a=1&code=") {
		t.Errorf("the registered one: at %s", page.URL)
	}
	for _, other := range []string{callback, callback + "?a=2", callback + "?a=1&b=2", callback + "?a=1#x"} {
		app.RedirectURL = other
		if page := b.Get(app.authURL()); page.Status != 400 || strings.HasPrefix(page.URL.String(), callback) {
			t.Errorf("%s: %d at %s", other, page.Status, page.URL)
		}
	}
}

func TestLogosOfOtherSitesAreRefusedSincePagesLoadNothingFromThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for logo, good := range map[string]bool{"https://app.example.org/logo.png": false, "//app.example.org/logo.png": false, "data:image/png;base64,AAAA": true, "/static/app.svg": true} {
		err := w.provider.Register(t.Context(), &rp.Client{ID: "app", RedirectURIs: []string{callback}, Logo: logo})
		if good != (err == nil) {
			t.Errorf("%s: %v", logo, err)
		}
		_ = w.provider.Unregister(t.Context(), "app")
	}
}

func TestPolicyAndTermsReachTheConsentPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := &rp.Client{
		ID: "app", Name: "App", RedirectURIs: []string{callback}, Secrets: []string{rp.DigestSecret(secret)},
		Policy: "https://app.example.org/privacy", Terms: "https://app.example.org/terms", Logo: "data:image/png;base64,AAAA",
	}
	must(w, w.provider.Register(t.Context(), c))
	w.set(ada, "")
	b := w.browser()
	page := b.Get(w.rp("app").authURL())
	if page.URL.Path != "/consent" {
		t.Fatalf("at %s: %s", page.URL, page.Text("body"))
	}
	for _, want := range []string{c.Policy, c.Terms, c.Logo} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page does not get %s: %s", want, page.Text("body"))
		}
	}
}
