package oidc_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// The tests of this file are the modules of the certification's basic profile for providers, one for each, by what it checks.

func TestBasicTheCodeFlowWorksWithTheSecretInTheHeaderAndInTheBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, style := range []oauth2.AuthStyle{oauth2.AuthStyleInHeader, oauth2.AuthStyleInParams} {
		app := w.rp("orders")
		app.Endpoint.AuthStyle = style
		if id := app.idClaims(app.tokens(w.browser())); id["sub"] != ada || id["nonce"] != app.nonce {
			t.Errorf("style %d: %v", style, id)
		}
	}
}

func TestBasicAMissingResponseTypeIsAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders")
	if q := app.back(w.browser().Get(app.authURL("response_type", ""))); q.Get("error") != "invalid_request" || q.Get("state") != "state-of-the-app" {
		t.Errorf("%v", q)
	}
}

func TestBasicIDTokensAreRS256WithAKid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := w.rp("orders").tokens(w.browser()).Extra("id_token").(string)
	if signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.RS256}); err != nil || signed.Signatures[0].Header.KeyID == "" {
		t.Errorf("%v", err)
	}
}

func TestBasicUserinfoAnswersGetPostWithHeaderAndPostWithBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.rp("orders").tokens(w.browser()).AccessToken
	for name, c := range map[string][3]string{
		"GET": {"GET", bearer(token), ""}, "POST with header": {"POST", bearer(token), ""}, "POST with body": {"POST", "", "access_token=" + url.QueryEscape(token)},
	} {
		if status, got := w.do(c[0], "/oauth/userinfo", c[1], c[2]); status != 200 || got["sub"] != ada {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
}

func TestBasicTheCodeFlowNeedsNoNonce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders")
	if id := app.idClaims(app.tokens(w.browser(), "nonce", "")); id["nonce"] != nil {
		t.Errorf("a nonce from nowhere: %v", id["nonce"])
	}
}

func TestBasicEachScopeBringsItsClaimsAtUserinfo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for scope, claim := range map[string]string{"profile": "name", "email": "email", "address": "address", "phone": "phone_number"} {
		_, info := w.userinfo(w.rp("orders", scope).tokens(w.browser()).AccessToken)
		if info[claim] == nil {
			t.Errorf("%s: no %s in %v", scope, claim, info)
		}
		for other, foreign := range map[string]string{"profile": "name", "email": "email", "address": "address", "phone": "phone_number"} {
			if other != scope && info[foreign] != nil {
				t.Errorf("%s tells %s too", scope, foreign)
			}
		}
	}
}

func TestBasicTheOrderOfParametersAndOfScopesIsOfNoInterest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders")
	u, _ := url.Parse(app.authURL("scope", "email openid profile"))
	parts := strings.Split(u.RawQuery, "&")
	slices.Reverse(parts)
	if q := app.back(w.browser().Get(u.Path + "?" + strings.Join(parts, "&"))); q.Get("code") == "" {
		t.Errorf("%v", q)
	}
}

func TestBasicWhatIsUnknownOrOnlyAWishIsNoError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	for _, more := range [][]string{
		{"display", "page"}, {"display", "popup"}, {"display", "wap"}, {"extra", "foobar"}, {"login_hint", "ada"}, {"ui_locales", "se"}, {"claims_locales", "se"},
		{"acr_values", "1 2"},
	} {
		app.code(b, more...)
	}
}

func TestBasicAcrValuesAreAnsweredWithAcr(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders")
	if id := app.idClaims(app.tokens(w.browser(), "acr_values", "1 2")); id["acr"] != "pwd" {
		t.Errorf("acr %v", id["acr"])
	}
}

func TestBasicPromptLoginGivesALaterAuthTimeAndPromptNoneTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	if q := app.back(b.Get(app.authURL("prompt", "none"))); q.Get("error") != "login_required" {
		t.Errorf("nobody signed in: %v", q)
	}
	at := func(more ...string) float64 { return app.idClaims(app.tokens(b, more...))["auth_time"].(float64) }
	first := at()
	w.later(5 * time.Second)
	if again := at("prompt", "none"); again != first {
		t.Errorf("prompt=none: auth_time went from %v to %v", first, again)
	}
	if again := at("max_age", "10000"); again != first {
		t.Errorf("max_age=10000: auth_time went from %v to %v", first, again)
	}
	if again := at("prompt", "login"); again != first+5 {
		t.Errorf("prompt=login: auth_time went from %v to %v", first, again)
	}
	w.later(5 * time.Second)
	if again := at("max_age", "1"); again != first+10 {
		t.Errorf("max_age=1: auth_time went from %v to %v", first, again)
	}
}

func TestBasicAnIDTokenHintIsTakenWithPromptNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	hint := app.tokens(b).Extra("id_token").(string)
	if id := app.idClaims(app.tokens(b, "prompt", "none", "id_token_hint", hint)); id["sub"] != ada {
		t.Errorf("sub %v", id["sub"])
	}
}

func TestBasicACodeWorksOnceAndItsTokensEndWithASecondTryAlsoLater(t *testing.T) {
	t.Parallel()
	for _, wait := range []time.Duration{0, 30 * time.Second} {
		w := newWorld(t)
		app := w.rp("orders")
		code := app.code(w.browser())
		tok, err := app.exchange(code)
		if err != nil {
			t.Fatal(err)
		}
		w.later(wait)
		if _, err := app.exchange(code); err == nil || !strings.Contains(err.Error(), "invalid_grant") {
			t.Errorf("after %s the second try says %v", wait, err)
		}
		if status, _ := w.userinfo(tok.AccessToken); status != 401 {
			t.Errorf("after %s the first access token is answered %d", wait, status)
		}
	}
}

func TestBasicAnUnregisteredRedirectURIIsAPageAndNeverARedirect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders")
	for _, to := range []string{"https://evil.example.org/callback", callback + "/more", callback + "?foo=bar"} {
		resp := w.send("GET", app.authURL("redirect_uri", to), "", "")
		resp.Body.Close()
		if resp.StatusCode != 400 || resp.Header.Get("Location") != "" {
			t.Errorf("%s: %d %s", to, resp.StatusCode, resp.Header.Get("Location"))
		}
	}
}

func TestBasicAuthorizationRequestsCanBePosted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders")
	if q := app.back(w.browser().Post("/oauth/authorize", app.params()...)); q.Get("code") == "" {
		t.Errorf("%v", q)
	}
}

func TestBasicAnUnsignedRequestObjectWorksForWhoRegisteredItAndItsRedirectURIWins(t *testing.T) {
	t.Parallel()
	w, keys := signing(t, func(c *rp.Client) { c.RequestObjectAlg = "none" })
	app := w.rp("signer")
	text := object(t, keys["none"], map[string]any{"redirect_uri": callback + "?shop=1", "state": "inside"}, "")
	if q := app.back(w.browser().Get(app.authURL("request", text, "redirect_uri", "https://evil.example.org/"))); q.Get("shop") != "1" || q.Get("state") != "inside" {
		t.Errorf("%v", q)
	}
	other := w.rp("orders")
	if q := other.back(w.browser().Get(other.authURL("request", text))); q.Get("error") != "invalid_request_object" {
		t.Errorf("a client that did not: %v", q)
	}
}

func TestBasicRefreshTokensAreBoundToTheirClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tok := w.rp("orders", "offline_access").tokens(w.browser())
	if status, got := w.rp("intranet").refresh(tok.RefreshToken); status != 400 || got["error"] != "invalid_grant" {
		t.Errorf("another client: %d %v", status, got)
	}
	if status, got := w.rp("orders").refresh(tok.RefreshToken); status != 200 || got["access_token"] == nil {
		t.Errorf("its own: %d %v", status, got)
	}
}

func TestBasicPKCEWithS256(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders")
	code := app.code(w.browser())
	if status, got := w.post("/oauth/token", app.basic(), "grant_type", "authorization_code", "code", code, "redirect_uri", callback, "code_verifier", oauth2.GenerateVerifier()); status != 400 || got["error"] != "invalid_grant" {
		t.Errorf("another verifier: %d %v", status, got)
	}
	if _, err := app.exchange(code); err != nil {
		t.Errorf("the right one: %v", err)
	}
}
