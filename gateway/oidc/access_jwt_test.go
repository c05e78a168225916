package oidc_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
)

// signedTokens are clients whose access tokens are JWTs, one for each algorithm, and one with tokens for itself.
func signedTokens(d *oidc.Deps) {
	for id, alg := range map[string]string{"jwt": "", "jwt-es256": "ES256", "jwt-eddsa": "EdDSA"} {
		d.Clients = append(d.Clients, rp.Client{ID: id, RedirectURIs: []string{callback}, Secrets: []string{rp.DigestSecret(secret)}, AccessTokens: rp.AccessTokens{AccessTokenFormat: "jwt", AccessTokenAlg: alg}})
	}
	d.Clients = append(d.Clients, rp.Client{ID: "jwt-robot", Grants: []string{"client_credentials"}, Secrets: []string{rp.DigestSecret(secret)}, Scope: "stock.read", AccessTokens: rp.AccessTokens{AccessTokenFormat: "jwt"}})
}

// asAPI checks a JWT as an API does that asks nobody: by the published keys. It returns the header's typ and the claims.
func asAPI(t *testing.T, w *world, alg jose.SignatureAlgorithm, token string) (string, map[string]any) {
	t.Helper()
	var set jose.JSONWebKeySet
	fetch(t, w, "/oauth/jwks", &set)
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{alg})
	if err != nil {
		t.Fatalf("%v: %s", err, token)
	}
	payload, err := signed.Verify(set.Key(signed.Signatures[0].Header.KeyID)[0])
	if err != nil {
		t.Fatal(err)
	}
	claims := map[string]any{}
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	typ, _ := signed.Signatures[0].Protected.ExtraHeaders["typ"].(string)
	return typ, claims
}

func TestAnAPICanCheckAnAccessTokenByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signedTokens)
	seen := map[any]bool{}
	for id, alg := range map[string]jose.SignatureAlgorithm{"jwt": jose.RS256, "jwt-es256": jose.ES256, "jwt-eddsa": jose.EdDSA} {
		app := w.rp(id, "email", "groups", "offline_access")
		tok := app.tokens(w.browser())
		app.idClaims(tok) // with an at_hash that fits
		typ, c := asAPI(t, w, alg, tok.AccessToken)
		if typ != "at+jwt" || c["iss"] != w.server.URL || c["aud"] != w.server.URL || c["sub"] != ada || c["client_id"] != id || c["scope"] != "openid email groups offline_access" ||
			c["iat"] != float64(w.now().Unix()) || c["exp"] != float64(w.now().Add(time.Hour).Unix()) || c["auth_time"] != float64(w.now().Unix()) || c["acr"] != "pwd" || len(c["amr"].([]any)) != 1 {
			t.Errorf("%s: %s %v", id, typ, c)
		}
		if !slices.Equal(c["groups"].([]any), []any{"admins", "staff"}) || c["email"] != nil {
			t.Errorf("%s: what it tells beyond that: %v", id, c)
		}
		if jti, _ := c["jti"].(string); len(jti) != 32 || seen[jti] {
			t.Errorf("%s: jti %v", id, c["jti"])
		}
		seen[c["jti"]] = true
		if text, _ := json.Marshal(c); strings.Contains(string(text), "uid=ada") || strings.Contains(string(text), "20260101") {
			t.Errorf("%s: an API learns where the entry is: %s", id, text)
		}
		status, answer := app.refresh(tok.RefreshToken)
		if status != 200 {
			t.Fatalf("%s: refresh %d %v", id, status, answer)
		}
		if _, again := asAPI(t, w, alg, answer["access_token"].(string)); again["sub"] != ada || again["jti"] == c["jti"] {
			t.Errorf("%s: after a refresh %v", id, again)
		}
	}
	if _, c := asAPI(t, w, jose.RS256, w.rp("jwt").tokens(w.browser()).AccessToken); c["groups"] != nil {
		t.Errorf("groups that were not asked for: %v", c)
	}
	_, got := w.post("/oauth/token", basic("jwt-robot", secret), "grant_type", "client_credentials")
	if typ, c := asAPI(t, w, jose.RS256, got["access_token"].(string)); typ != "at+jwt" || c["sub"] != "jwt-robot" || c["client_id"] != "jwt-robot" || c["scope"] != "stock.read" || c["auth_time"] != nil || c["jti"] == "" {
		t.Errorf("a client's own: %v", c)
	}
}

// TestASignedAccessTokenDoesWhatASealedOneDoes compares the answers of every endpoint, before and after a revocation.
func TestASignedAccessTokenDoesWhatASealedOneDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signedTokens, robots)
	api := basic("api", secret)
	b := w.browser()
	sealed, signed := w.rp("orders", "email").tokens(b).AccessToken, w.rp("jwt", "email").tokens(b).AccessToken
	_, one := w.userinfo(sealed)
	if status, two := w.userinfo(signed); status != 200 || !maps.EqualFunc(one, two, func(a, b any) bool { return a == b }) {
		t.Errorf("userinfo: %v and %d %v", one, status, two)
	}
	if status, _ := w.do("POST", "/oauth/userinfo", "", "access_token="+signed); status != 200 {
		t.Errorf("userinfo, in the body: %d", status)
	}
	_, one = w.post("/oauth/introspect", api, "token", sealed)
	_, two := w.post("/oauth/introspect", api, "token", signed)
	if one["client_id"] != "orders" || two["client_id"] != "jwt" {
		t.Errorf("client_id: %v and %v", one, two)
	}
	delete(one, "client_id")
	delete(two, "client_id")
	if one["active"] != true || !maps.EqualFunc(one, two, func(a, b any) bool { return a == b }) {
		t.Errorf("introspection: %v and %v", one, two)
	}
	ended := func(what, token string) {
		t.Helper()
		if status, _ := w.userinfo(token); status != 401 {
			t.Errorf("%s: userinfo %d", what, status)
		}
		if status, got := w.post("/oauth/introspect", api, "token", token); status != 200 || len(got) != 1 || got["active"] != false {
			t.Errorf("%s: introspection %d %v", what, status, got)
		}
	}
	if status, got := w.post("/oauth/revoke", basic("orders", secret), "token", signed); status != 400 || got["error"] != "unauthorized_client" {
		t.Errorf("revoked by another client: %d %v", status, got)
	}
	if status, got := w.post("/oauth/revoke", basic("jwt", secret), "token", signed); status != 200 {
		t.Errorf("revocation: %d %v", status, got)
	}
	ended("revoked", signed)

	_, got := w.post("/oauth/token", basic("jwt-robot", secret), "grant_type", "client_credentials")
	own := got["access_token"].(string)
	if status, got := w.userinfo(own); status != 403 || got["error"] != "insufficient_scope" {
		t.Errorf("userinfo for nobody: %d %v", status, got)
	}
	if _, got := w.post("/oauth/introspect", api, "token", own); got["active"] != true || got["sub"] != "jwt-robot" || got["auth_time"] != nil {
		t.Errorf("a client's own: %v", got)
	}
	if status, _ := w.post("/oauth/revoke", basic("jwt-robot", secret), "token", own); status != 200 {
		t.Errorf("revoking a client's own: %d", status)
	}
	ended("a client's own, revoked", own)

	later := w.rp("jwt").tokens(b).AccessToken
	w.later(61 * time.Minute)
	ended("expired", later)
	w.later(-61 * time.Minute)
	w.people.remove(ada)
	ended("of somebody who is gone", later)
}

// TestAForgedSignedTokenCostsTheDirectoryNothing shows what was signed by others or for other purposes at every endpoint.
func TestAForgedSignedTokenCostsTheDirectoryNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signedTokens)
	other := newWorld(t, signedTokens) // with the same keys and master secret, and another issuer
	app := w.rp("jwt", "offline_access")
	tok := app.tokens(w.browser())
	good := tok.AccessToken
	_, claims := asAPI(t, w, jose.RS256, good)
	mine := appKey(t, jose.RS256)
	var published jose.JSONWebKeySet
	fetch(t, w, "/oauth/jwks", &published)
	mine.KeyID = published.Keys[0].KeyID
	part := strings.Split(good, ".")
	inside, _ := claims["wicketgate"].(string)
	unsigned := object(t, jose.JSONWebKey{Algorithm: "none"}, claims, "")
	forged := map[string]string{
		"an ID token": tok.Extra("id_token").(string), "of another issuer": other.rp("jwt").tokens(other.browser()).AccessToken,
		"unsigned": unsigned, "unsigned, with a signature": unsigned + part[2], "without a signature": part[0] + "." + part[1] + ".",
		"signed by somebody else": object(t, mine, claims, "at+jwt"), "signed with the public key": signedBy(t, jose.HS256, keySetOf(t, published.Keys[0]), claims),
		"flipped": flip(good), "cut": good[:len(good)-1], "longer": good + "A", "with an odd header": "e30." + part[1] + "." + part[2], "of dots": "..", "huge": part[0] + "." + strings.Repeat("A", 9000) + "." + part[2],
		"what it carries for us": inside, "a line end": good + "\n",
	}
	w.store.Counts()
	w.people.counted()
	for name, bad := range forged {
		if status, _ := w.do("POST", "/oauth/userinfo", "", "access_token="+url.QueryEscape(bad)); status != 401 {
			t.Errorf("userinfo, %s: %d", name, status)
		}
		if status, got := w.post("/oauth/introspect", basic("api", secret), "token", bad); status != 200 || got["active"] != false {
			t.Errorf("introspect, %s: %d %v", name, status, got)
		}
		if status, _ := w.post("/oauth/revoke", basic("orders", secret), "token", bad); status != 200 {
			t.Errorf("revoke, %s: %d", name, status)
		}
		w.store.Expect(t, name, statetest.Counts{})
		if n := w.people.counted(); n != 0 {
			t.Errorf("%s: %d reads of people", name, n)
		}
	}
	if status, _ := w.userinfo(good); status != 200 {
		t.Errorf("the good one: %d", status)
	}
}

func TestASignedAccessTokenNamesThePersonAsTheClientKnowsThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, knownBy("pairwise", rp.Subject{SubjectType: "pairwise"}), func(d *oidc.Deps) { d.Clients[len(d.Clients)-1].AccessTokenFormat = "jwt" })
	app := w.rp("pairwise", "profile")
	tok := app.tokens(w.browser())
	sub := app.idClaims(tok)["sub"]
	_, claims := asAPI(t, w, jose.RS256, tok.AccessToken)
	_, info := w.userinfo(tok.AccessToken)
	_, told := w.post("/oauth/introspect", basic("api", secret), "token", tok.AccessToken)
	if text, _ := json.Marshal(claims); sub == ada || claims["sub"] != sub || info["sub"] != sub || told["sub"] != sub || strings.Contains(string(text), ada) {
		t.Errorf("the ID token names %v, the access token %v, userinfo %v, introspection %v: %s", sub, claims["sub"], info["sub"], told["sub"], text)
	}
}

func TestAnAccessTokenIsNoIDTokenHint(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signedTokens)
	app, b := w.rp("jwt"), w.browser()
	token := app.tokens(b).AccessToken
	if q := app.back(b.Get(app.authURL("id_token_hint", token))); q.Get("error") != "invalid_request" {
		t.Errorf("at the authorization endpoint: %v", q)
	}
	if page := b.Get("/oauth/logout?id_token_hint=" + token); page.URL.Path != "/oauth/logout" || !page.Has("form") {
		t.Errorf("signed out without a question: %s", page.URL)
	}
}

func TestWhatCannotBeTheFormOfAccessTokensIsTold(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]rp.AccessTokens{
		"access_token_format: jws is not one of":                                   {AccessTokenFormat: "jws"},
		"access_token_signed_response_alg: Only access tokens":                     {AccessTokenAlg: "ES256"},
		"access_token_signed_response_alg: none is not one of RS256, ES256, EdDSA": {AccessTokenFormat: "jwt", AccessTokenAlg: "none"},
	} {
		c := rp.Client{ID: "app", RedirectURIs: []string{callback}, AccessTokens: a}
		if wrong := c.Check(); len(wrong) != 1 || !strings.HasPrefix(wrong[0].Error(), want) {
			t.Errorf("%s: %v", want, wrong)
		}
	}
	c := rp.Client{ID: "app", RedirectURIs: []string{callback}, AccessTokens: rp.AccessTokens{AccessTokenFormat: "jwt"}}
	if loose := c.Loosened(); len(loose) != 1 || !strings.HasPrefix(loose[0], "access_token_format") {
		t.Errorf("%v", loose)
	}
}
