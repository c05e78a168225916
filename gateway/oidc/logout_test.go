package oidc_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

const gone = "https://orders.example.org/gone?shop=1"

// withLogout registers at the clients orders and intranet what they say about signing out.
func withLogout(edit func(*rp.Client)) option {
	return func(d *oidc.Deps) {
		d.Clients = slices.Clone(d.Clients)
		for i := range d.Clients[:2] {
			d.Clients[i].PostLogoutRedirectURIs = []string{gone}
			if edit != nil {
				edit(&d.Clients[i])
			}
		}
	}
}

func hintOf(t *testing.T, app *relyingParty, b *webtest.Browser) string {
	t.Helper()
	hint, _ := app.tokens(b).Extra("id_token").(string)
	return hint
}

func logoutURL(values ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(values); i += 2 {
		q.Set(values[i], values[i+1])
	}
	return "/oauth/logout?" + q.Encode()
}

// stillIn tells whether the browser is signed in: prompt=none asks nobody.
func stillIn(app *relyingParty, b *webtest.Browser) bool {
	app.w.t.Helper()
	q := app.back(b.Get(app.authURL("prompt", "none")))
	if !q.Has("code") && q.Get("error") != "login_required" {
		app.w.t.Fatalf("prompt=none: %v", q)
	}
	return q.Has("code")
}

func TestRPInitiatedLogoutTakesHintsThatExpiredOrWereSignedByAnOldKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(nil))
	app, b := w.rp("orders"), w.browser()
	hint := hintOf(t, app, b)
	w.later(48 * time.Hour)
	_, err := keys.Rotate(t.Context(), w.store, webtest.Keyring(t), w.now())
	must(w, err)
	w.later(2 * time.Hour)
	if kid := func(token string) string {
		signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
		must(w, err)
		return signed.Signatures[0].Header.KeyID
	}; kid(hint) == kid(hintOf(t, app, w.browser())) {
		t.Fatal("the new key is not in use")
	}
	if page := b.Get(logoutURL("client_id", "orders", "id_token_hint", hint, "post_logout_redirect_uri", gone)); page.URL.String() != gone {
		t.Errorf("an expired hint: the browser is at %s", page.URL)
	}
}

func TestWhoeverIsNotSignedInGetsTheSignedOutPageOrGoesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(nil))
	app, b := w.rp("orders"), w.browser()
	hint := hintOf(t, app, b)
	b.Forget()
	if page := b.Get("/oauth/logout"); page.Status != 200 || !page.Says("You are signed out") {
		t.Errorf("no parameters: %d %s", page.Status, page.Text("h1"))
	}
	if page := b.Get(logoutURL("id_token_hint", hint, "post_logout_redirect_uri", gone)); page.URL.String() != gone {
		t.Errorf("with a hint: %s", page.URL)
	}
	page := b.Get(logoutURL("client_id", "orders", "post_logout_redirect_uri", gone))
	if !page.Has(`a[href="` + gone + `"]`) {
		t.Errorf("there is no way back to the application: %s", page.Text("main"))
	}
	if page := b.Get("/oauth/logout?bye=made-up"); page.Status != 200 || page.Has("iframe") {
		t.Errorf("a made-up page: %d", page.Status)
	}
	if page := b.Get("/oauth/logout?ui_locales=fr&logout_hint=ada"); page.Status != 200 || !page.Has("html[lang=fr]") {
		t.Errorf("ui_locales: %s", page.URL)
	}
	if page := b.Get("/oauth/logout?resume=x"); page.Status != 400 && page.Status != 422 {
		t.Errorf("a made-up request: %d", page.Status)
	}
	if page := b.Get("/oauth/logout?state=" + strings.Repeat("x", 7000)); page.Status != 400 && page.Status != 422 {
		t.Errorf("a request that is too long: %d", page.Status)
	}
}

func TestSomebodyElsesHintHasToBeConfirmed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(nil))
	app := w.rp("orders")
	hint := hintOf(t, app, w.browser())
	w.set(grace, "accept")
	b := w.browser()
	app.tokens(b)
	page := b.Get(logoutURL("id_token_hint", hint, "post_logout_redirect_uri", gone))
	if !page.Says("Sign out?") || !stillIn(app, b) {
		t.Errorf("Grace was signed out by a token of Ada's: %s", page.URL)
	}
}

func TestTheConfirmationCannotComeFromAnotherSite(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(nil))
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+"/oauth/logout/confirm", nil)
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("answered %d", resp.StatusCode)
	}
}

func TestWhenTheRecordsCannotBeReachedNobodyIsToldThatTheyAreSignedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(nil))
	app, b := w.rp("orders"), w.browser()
	hint := hintOf(t, app, b)
	w.store.Before = func(string, state.Path) error { return errors.New("the store is away") }
	page := b.Get(logoutURL("id_token_hint", hint, "post_logout_redirect_uri", gone))
	if page.Status != 503 || page.Says("You are signed out") {
		t.Errorf("%d %s", page.Status, page.Text("h1"))
	}
}

func TestFrontChannelLogoutLoadsTheApplicationsWithIssAndSid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(func(c *rp.Client) { c.FrontChannelLogoutURI = "https://orders.example.org/" + c.ID + "/out?a=1" }))
	app, b := w.rp("orders"), w.browser()
	app.tokens(b)
	other := w.rp("intranet")
	tok := other.tokens(b)
	sid, _ := other.idClaims(tok)["sid"].(string)
	page := b.Get(logoutURL("id_token_hint", tok.Extra("id_token").(string), "post_logout_redirect_uri", gone, "state", "s"))
	for _, id := range []string{"orders", "intranet"} {
		want := "https://orders.example.org/" + id + "/out?a=1&" + url.Values{"iss": {w.server.URL}, "sid": {sid}}.Encode()
		if !page.Has(`iframe[src="` + want + `"]`) {
			t.Errorf("%s is not told: %s", id, want)
		}
	}
	if csp := page.Header.Get("Content-Security-Policy"); !strings.HasSuffix(csp, "; frame-src https://orders.example.org") {
		t.Errorf("the policy is %s", csp)
	}
	if got, want := page.Header.Get("Refresh"), "3; url="+gone+"&state=s"; got != want {
		t.Errorf("Refresh: %q, want %q", got, want)
	}
	if stillIn(app, b) {
		t.Error("still signed in")
	}
	w.later(10 * time.Minute)
	if page := b.Get(page.URL.RequestURI()); page.Has("iframe") || page.Header.Get("Refresh") != "" {
		t.Error("the page does it all again much later")
	}
}
