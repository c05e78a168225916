package oidc_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/oidc/registration"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// The lines of the dynamic profile of a conformance run, each by way of the registration endpoint. More about registration itself is in registration_*_test.go.

// appOf is the relying party of what was registered.
func (w *world) appOf(got map[string]any, scopes ...string) *relyingParty {
	w.t.Helper()
	app := w.rp(fmt.Sprint(got["client_id"]), scopes...)
	app.ClientSecret = fmt.Sprint(got["client_secret"])
	return app
}

// serving is a site whose one document is what doc holds.
func serving(t *testing.T, doc *atomic.Value) string {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(doc.Load().(string))) }))
	t.Cleanup(site.Close)
	return site.URL
}

// redeemAs redeems a code with an assertion of the client's.
func (a *relyingParty) redeemAs(code, assertion string) (int, map[string]any) {
	a.w.t.Helper()
	form := []string{"grant_type", "authorization_code", "code", code, "redirect_uri", a.RedirectURL, "code_verifier", a.verifier}
	return a.w.post("/oauth/token", "", append(form, asserted(assertion)...)...)
}

func TestRegistrationWithPrivateKeyJWTAndAnAssertionForTheIssuer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	b := w.browser()
	for _, alg := range []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.EdDSA} {
		key := appKey(t, alg)
		got := w.registered(map[string]any{
			"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": string(alg), "jwks": json.RawMessage(keySetOf(t, key)),
		})
		if got["client_secret"] != nil || got["client_secret_expires_at"] != nil || got["token_endpoint_auth_method"] != "private_key_jwt" {
			t.Errorf("%s: %v", alg, got)
		}
		app := w.appOf(got)
		for _, aud := range []any{w.server.URL, w.server.URL + "/oauth/token", []string{w.server.URL}} {
			if status, got := app.redeemAs(app.code(b), signedBy(t, alg, key, w.proof(app.ClientID), map[string]any{"aud": aud})); status != 200 {
				t.Errorf("%s for %v: %d %v", alg, aud, status, got)
			}
		}
		for _, aud := range []any{"https://other.example.org", []string{w.server.URL, "https://other.example.org"}} {
			if status, got := app.redeemAs(app.code(b), signedBy(t, alg, key, w.proof(app.ClientID), map[string]any{"aud": aud})); status != 401 || got["error"] != "invalid_client" {
				t.Errorf("%s for %v: %d %v", alg, aud, status, got)
			}
		}
	}
}

func TestRegistrationWithClientSecretJWT(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	got := w.registered(map[string]any{"token_endpoint_auth_method": "client_secret_jwt", "token_endpoint_auth_signing_alg": "HS256"})
	app := w.appOf(got)
	if status, got := app.redeemAs(app.code(w.browser()), signedBy(t, jose.HS256, []byte(app.ClientSecret), w.proof(app.ClientID))); status != 200 {
		t.Errorf("%d %v", status, got)
	}
	if status, got := w.post("/oauth/token", app.basic(), "grant_type", "authorization_code", "code", app.code(w.browser())); status != 401 {
		t.Errorf("with the secret itself: %d %v", status, got)
	}
}

func TestAnIDTokenAndUserinfoAreSignedAsRegistered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	b := w.browser()
	for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
		got := w.registered(map[string]any{"id_token_signed_response_alg": alg, "userinfo_signed_response_alg": alg})
		tok := w.appOf(got).tokens(b)
		w.appOf(got).idClaims(tok)
		raw, _ := tok.Extra("id_token").(string)
		signed, err := jose.ParseSignedCompact(raw, keys.Algorithms())
		if err != nil || signed.Signatures[0].Header.Algorithm != alg {
			t.Errorf("%s: %v %v", alg, signed, err)
		}
		resp := w.send("GET", "/oauth/userinfo", bearer(tok.AccessToken), "")
		text, err := io.ReadAll(resp.Body)
		must(w, err)
		_ = resp.Body.Close()
		if signed, err = jose.ParseSignedCompact(string(text), keys.Algorithms()); err != nil || signed.Signatures[0].Header.Algorithm != alg || resp.Header.Get("Content-Type") != "application/jwt" {
			t.Errorf("userinfo by %s: %.100s %v", alg, text, err)
		}
	}
}

func TestRegistrationWithoutARedirectURIIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	for _, said := range []string{`{}`, `{"redirect_uris":[]}`, `{"redirect_uris":null}`} {
		if status, got := w.tell("POST", pathRegister, "", said); status != 400 || got["error"] != "invalid_redirect_uri" {
			t.Errorf("%s: %d %v", said, status, got)
		}
	}
}

func TestRegistrationOfARedirectURIWithAFragmentIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	if status, got := w.tell("POST", pathRegister, "", map[string]any{"redirect_uris": []string{callback + "#part"}}); status != 400 || got["error"] != "invalid_redirect_uri" {
		t.Errorf("%d %v", status, got)
	}
}

func TestARegisteredRedirectURIWithAQueryMatchesExactlyAndNothingElseDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	app, b := w.appOf(w.registered(map[string]any{"redirect_uris": []string{callback + "?a=1"}})), w.browser()
	app.RedirectURL = callback + "?a=1"
	if page := b.Get(app.authURL()); !strings.HasPrefix(page.URL.String(), callback+"?a=1&code=") {
		t.Errorf("the registered one: at %s", page.URL)
	}
	for _, other := range []string{callback, callback + "?a=2", callback + "?a=1&b=2", callback + "?a=1#x", callback + "?"} {
		app.RedirectURL = other
		if page := b.Get(app.authURL()); page.Status != 400 || strings.HasPrefix(page.URL.String(), callback) {
			t.Errorf("%s: %d at %s", other, page.Status, page.URL)
		}
	}
}

func TestANativeApplicationComesBackToWhateverPortItsMachineHas(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	got := w.registered(map[string]any{"application_type": "native", "token_endpoint_auth_method": "none", "redirect_uris": []string{"http://127.0.0.1/cb", "org.example.app:/cb"}})
	app, b := w.appOf(got), w.browser()
	for uri, good := range map[string]bool{"http://127.0.0.1:49152/cb": true, "org.example.app:/cb": true, "http://127.0.0.1:49152/other": false, "http://127.0.0.2:49152/cb": false, "https://127.0.0.1/cb": false} {
		app.RedirectURL = uri
		if page := b.Get(app.authURL()); good != strings.HasPrefix(page.URL.String(), uri+"?code=") {
			t.Errorf("%s: %d at %s", uri, page.Status, page.URL)
		}
	}
	if page := b.Get(app.authURL("redirect_uri", "org.example.app:/cb", "code_challenge", "", "code_challenge_method", "")); page.URL.Query().Get("error") != "invalid_request" {
		t.Errorf("without PKCE: at %s", page.URL)
	}
	if status, got := w.tell("POST", pathRegister, "", map[string]any{"application_type": "web", "redirect_uris": []string{"http://127.0.0.1/cb"}}); status != 400 || got["error"] != "invalid_redirect_uri" {
		t.Errorf("a web application on somebody's machine: %d %v", status, got)
	}
}

func TestTheClientsKeysAreFetchedAndMayBeRotated(t *testing.T) {
	t.Parallel()
	old, next := appKey(t, jose.ES256), appKey(t, jose.ES256)
	var set atomic.Value
	set.Store(string(keySetOf(t, old)))
	w := newWorld(t, registering(registration.Open))
	app, b := w.appOf(w.registered(map[string]any{"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": serving(t, &set)})), w.browser()
	redeem := func(key jose.JSONWebKey) int {
		status, _ := app.redeemAs(app.code(b), signedBy(t, jose.ES256, key, w.proof(app.ClientID)))
		return status
	}
	if before, early := redeem(old), redeem(next); before != 200 || early != 401 {
		t.Errorf("before the rotation: the old key %d, the next one %d", before, early)
	}
	set.Store(string(keySetOf(t, next)))
	w.later(11 * time.Second)
	if after, gone := redeem(next), redeem(old); after != 200 || gone != 401 {
		t.Errorf("after the rotation: the next key %d, the old one %d", after, gone)
	}
}

func TestOurKeysRotateWhileTheOldOneIsStillPublished(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	app, b := w.appOf(w.registered(map[string]any{})), w.browser()
	before := app.tokens(b)
	kid := func(raw any) string {
		signed, err := jose.ParseSignedCompact(fmt.Sprint(raw), keys.Algorithms())
		must(w, err)
		return signed.Signatures[0].Header.KeyID
	}
	if _, err := keys.Rotate(t.Context(), w.store, webtest.Keyring(t), w.now()); err != nil {
		t.Fatal(err)
	}
	w.later(61 * time.Minute) // published for an hour first
	after := app.tokens(b)
	if kid(before.Extra("id_token")) == kid(after.Extra("id_token")) {
		t.Error("the old key signs still")
	}
	app.idClaims(after)
	_, set := w.do("GET", "/oauth/jwks", "", "")
	if text := fmt.Sprint(set); !strings.Contains(text, kid(before.Extra("id_token"))) || !strings.Contains(text, kid(after.Extra("id_token"))) {
		t.Errorf("not both are published: %s", text)
	}
	if q := app.back(b.Get(app.authURL("prompt", "none", "id_token_hint", fmt.Sprint(before.Extra("id_token"))))); q.Get("code") == "" {
		t.Errorf("a hint that the old key signed: %v", q)
	}
}

func TestARequestURIIsTakenSignedAndUnsignedAsRegistered(t *testing.T) {
	t.Parallel()
	key := appKey(t, jose.RS256)
	var doc atomic.Value
	doc.Store("")
	at := serving(t, &doc) + "/request.jwt"
	w := newWorld(t, registering(registration.Open))
	b := w.browser()
	for alg, key := range map[string]jose.JSONWebKey{"RS256": key, "none": {Algorithm: "none"}} {
		said := map[string]any{"request_object_signing_alg": alg, "request_uris": []string{at}}
		if alg != "none" {
			said["jwks"] = json.RawMessage(keySetOf(t, key))
		}
		app := w.appOf(w.registered(said))
		doc.Store(object(t, key, map[string]any{"client_id": app.ClientID, "state": "of the " + alg}, ""))
		w.later(6 * time.Minute) // what was fetched before is old
		if q := app.back(b.Get(app.authURL("request_uri", at))); q.Get("code") == "" || q.Get("state") != "of the "+alg {
			t.Errorf("%s: %v", alg, q)
		}
		if q := app.back(b.Get(app.authURL("request_uri", at+"x"))); q.Get("error") != "invalid_request_uri" {
			t.Errorf("%s, another address: %v", alg, q)
		}
		unsigned := object(t, jose.JSONWebKey{Algorithm: "none"}, map[string]any{"client_id": app.ClientID}, "")
		if q := app.back(b.Get(app.authURL("request", unsigned))); (q.Get("error") == "invalid_request_object") != (alg != "none") {
			t.Errorf("%s, an unsigned one: %v", alg, q)
		}
	}
}

func TestThirdPartyLoginIsHTTPSOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	if got := w.registered(map[string]any{"initiate_login_uri": "https://app.example.org/login?from=here"}); got["initiate_login_uri"] != "https://app.example.org/login?from=here" {
		t.Errorf("%v", got)
	} else if e, err := w.provider.Registry().Get(t.Context(), fmt.Sprint(got["client_id"])); err != nil || e.Client.LoginAddress("https://id.example.org") != "https://app.example.org/login?from=here&iss=https%3A%2F%2Fid.example.org" {
		t.Errorf("%+v %v", e.Client, err)
	}
	for _, uri := range []string{"http://app.example.org/login", "http://127.0.0.1/login", "org.example.app:/login", "https://app.example.org/login#x", "/login"} {
		if status, got := w.tell("POST", pathRegister, "", map[string]any{"redirect_uris": []string{callback}, "initiate_login_uri": uri}); status != 400 || got["error"] != "invalid_client_metadata" {
			t.Errorf("%s: %d %v", uri, status, got)
		}
	}
}

func TestConsentIsAskedOfEveryApplicationThatRegisteredItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	app := w.appOf(w.registered(map[string]any{"client_name": "Sheets"}), "email", "groups")
	w.set(ada, "")
	page := w.browser().Get(app.authURL())
	if page.URL.Path != "/consent" || !page.Has("#email") || page.Has("#groups") {
		t.Errorf("at %s: %s", page.URL, page.Text("body"))
	}
	if _, err := w.provider.Registry().Change(t.Context(), app.ClientID, func(c *rp.Client) error { c.Trusted = true; return nil }); !fault.Is(err, fault.Invalid) {
		t.Errorf("it can be trusted: %v", err)
	}
}

func TestADefaultMaxAgeHoldsForRequestsThatSayNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	app, b := w.appOf(w.registered(map[string]any{"default_max_age": 600})), w.browser()
	app.code(b)
	w.later(5 * time.Minute)
	app.code(b)
	if n := w.signedIn(); n != 1 {
		t.Errorf("after five minutes: %d sign-ins", n)
	}
	w.later(6 * time.Minute)
	app.code(b, "max_age", "3600")
	if n := w.signedIn(); n != 1 {
		t.Errorf("where the request says an hour: %d sign-ins", n)
	}
	app.code(b)
	if n := w.signedIn(); n != 2 {
		t.Errorf("after eleven minutes: %d sign-ins", n)
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
