package oidc_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// object makes a request object; alg "none" leaves it unsigned.
func object(t *testing.T, key jose.JSONWebKey, claims map[string]any, typ string) string {
	t.Helper()
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	if key.Algorithm == "none" {
		return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(text) + "."
	}
	opts := new(jose.SignerOptions)
	if typ != "" {
		opts = opts.WithType(jose.ContentType(typ))
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key}, opts)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	out, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// signing is a world with a client that signs its requests and one that does not; change may alter the first.
func signing(t *testing.T, change func(*rp.Client)) (*world, map[string]jose.JSONWebKey) {
	t.Helper()
	keys := map[string]jose.JSONWebKey{"none": {Algorithm: "none"}}
	var public []jose.JSONWebKey
	for _, alg := range []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.EdDSA} {
		keys[string(alg)] = appKey(t, alg)
		public = append(public, keys[string(alg)])
	}
	w := newWorld(t, everyType, func(d *oidc.Deps) {
		signer := rp.Client{
			ID: "signer", RedirectURIs: []string{callback, callback + "?shop=1"}, Secrets: []string{rp.DigestSecret(secret)}, Trusted: true, JWKS: keySetOf(t, public...),
		}
		if change != nil {
			change(&signer)
		}
		d.Clients = append(d.Clients, signer)
	})
	return w, keys
}

func TestARequestObjectWinsOverTheQuery(t *testing.T) {
	t.Parallel()
	for _, alg := range []string{"RS256", "ES256", "EdDSA", "none"} {
		w, keys := signing(t, func(c *rp.Client) {
			if alg == "none" {
				c.RequestObjectAlg = alg
			}
		})
		app, b := w.rp("signer"), w.browser()
		claims := map[string]any{
			"iss": "signer", "aud": w.server.URL, "client_id": "signer", "exp": w.now().Unix() + 60, "iat": w.now().Unix(),
			"state": "of-the-object", "nonce": "of-the-object", "redirect_uri": callback + "?shop=1", "max_age": 10000, "scope": "openid email",
			"claims": map[string]any{"userinfo": map[string]any{"name": nil}},
		}
		q := app.back(b.Get(app.authURL("request", object(t, keys[alg], claims, "oauth-authz-req+jwt"))))
		if q.Get("state") != "of-the-object" || q.Get("shop") != "1" || q.Get("code") == "" {
			t.Fatalf("%s: %v", alg, q)
		}
		app.RedirectURL = callback + "?shop=1"
		tok, err := app.exchange(q.Get("code"))
		if err != nil {
			t.Fatalf("%s: %v", alg, err)
		}
		if id := app.idClaims(tok); id["nonce"] != "of-the-object" || tok.Extra("scope") != "openid email" {
			t.Errorf("%s: nonce %v, scope %v", alg, id["nonce"], tok.Extra("scope"))
		}
		// max_age is a number in the object, and still has its effect.
		app.RedirectURL = callback
		claims["redirect_uri"], claims["max_age"] = callback, 0
		before := w.signedIn()
		app.back(b.Get(app.authURL("request", object(t, keys[alg], claims, ""))))
		if w.signedIn() != before+1 {
			t.Errorf("%s: max_age 0 in the object asked for no sign-in", alg)
		}
		// The same through the endpoint for pushed requests.
		if q := app.pushed(b, "request", object(t, keys[alg], claims, "")); q.Get("state") != "of-the-object" {
			t.Errorf("%s: pushed: %v", alg, q)
		}
	}
}

func TestABadRequestObjectIsRefusedAndTheApplicationToldWhy(t *testing.T) {
	t.Parallel()
	w, keys := signing(t, nil)
	app, b := w.rp("signer"), w.browser()
	good := map[string]any{"iss": "signer", "aud": []any{"x", w.server.URL}, "client_id": "signer", "exp": w.now().Unix() + 60}
	with := func(name string, v any) map[string]any {
		c := maps.Clone(good)
		c[name] = v
		return c
	}
	key, now := keys["ES256"], w.now().Unix()
	if q := app.back(b.Get(app.authURL("request", object(t, key, good, "")))); q.Get("code") == "" {
		t.Fatalf("a good one: %v", q)
	}
	foreign := appKey(t, jose.ES256)
	changed := object(t, key, good, "")
	for name, text := range map[string]string{
		"unsigned":               object(t, keys["none"], good, ""),
		"signed by a stranger":   object(t, foreign, good, ""),
		"changed":                changed[:strings.LastIndex(changed, ".")+1] + strings.Repeat("A", 86),
		"no JWT":                 "x",
		"no header":              "!.e30.x",
		"an unknown algorithm":   base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256"}`)) + ".e30.x",
		"for somebody else":      object(t, key, with("aud", "https://other.example.org"), ""),
		"of another client":      object(t, key, with("iss", "orders"), ""),
		"for another client":     object(t, key, with("client_id", "orders"), ""),
		"expired":                object(t, key, with("exp", now-120), ""),
		"exp as text":            object(t, key, with("exp", "soon"), ""),
		"of tomorrow":            object(t, key, with("nbf", now+3600), ""),
		"with an object in it":   object(t, key, with("request", "x"), ""),
		"leading on":             object(t, key, with("request_uri", "https://x.example.org"), ""),
		"max_age and a half":     object(t, key, with("max_age", 1.5), ""),
		"a list for a parameter": object(t, key, with("state", []any{"a"}), ""),
		"a client assertion":     object(t, key, with("sub", "signer"), ""),
		"another kind of JWT":    object(t, key, good, "logout+jwt"),
		"too long":               object(t, key, with("state", strings.Repeat("x", 1000)), "") + strings.Repeat("A", 17<<10),
	} {
		if len(text) > 4000 { // by POST, since no address is so long
			if _, got := w.post("/oauth/par", app.basic(), app.params("request", text)...); got["error"] != "invalid_request_object" {
				t.Errorf("%s: %v", name, got)
			}
			continue
		}
		q := app.back(b.Get(app.authURL("request", text)))
		if q.Get("error") != "invalid_request_object" || q.Get("state") != "state-of-the-app" || q.Get("iss") != w.server.URL {
			t.Errorf("%s: %v", name, q)
		}
	}
	if q := app.back(b.Get(app.authURL("request", "x", "request_uri", "https://x.example.org"))); q.Get("error") != "invalid_request" {
		t.Errorf("request and request_uri: %v", q)
	}
	// An object whose redirect_uri is nobody's: no redirect at all.
	if page := b.Get(app.authURL("request", object(t, key, with("redirect_uri", "https://evil.example.org"), ""))); page.Status != 400 {
		t.Errorf("a foreign redirect_uri in the object: %d %s", page.Status, page.URL)
	}
	// A plain OAuth request has nothing but what the object says (RFC 9101 6.3).
	if page := b.Get(app.authURL("scope", "email", "request", object(t, key, with("redirect_uri", callback), ""))); app.back(page).Get("error") != "invalid_request" || app.back(page).Get("state") != "" {
		t.Errorf("parameters beside the object count: %s", page.URL)
	}
}

func TestARequestObjectIsFetchedFromWhereTheClientRegistered(t *testing.T) {
	t.Parallel()
	var text string
	site := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/request.jwt":
			_, _ = rw.Write([]byte(text + "\n"))
		case "/long.jwt":
			_, _ = rw.Write(make([]byte, 1<<20))
		default:
			http.NotFound(rw, r)
		}
	}))
	t.Cleanup(site.Close)
	w, keys := signing(t, func(c *rp.Client) {
		c.RequestURIs = []string{site.URL + "/request.jwt", site.URL + "/gone.jwt", site.URL + "/long.jwt"}
	})
	app, b := w.rp("signer"), w.browser()
	text = object(t, keys["RS256"], map[string]any{"client_id": "signer", "state": "from-afar"}, "")
	for _, uri := range []string{site.URL + "/request.jwt", site.URL + "/request.jwt#some-digest"} {
		if q := app.back(b.Get(app.authURL("request_uri", uri))); q.Get("state") != "from-afar" || q.Get("code") == "" {
			t.Errorf("%s: %v", uri, q)
		}
	}
	for _, uri := range []string{site.URL + "/other.jwt", site.URL + "/gone.jwt", site.URL + "/long.jwt", "urn:x", "file:///etc/passwd"} {
		if q := app.back(b.Get(app.authURL("request_uri", uri))); q.Get("error") != "invalid_request_uri" {
			t.Errorf("%s: %v", uri, q)
		}
	}
	for _, bad := range []string{"http://app.example.org/r", "https://u:p@app.example.org/r", "x", "https://" + strings.Repeat("x", 600)} {
		if c := (rp.Client{ID: "x", RedirectURIs: []string{callback}, RequestURIs: []string{bad}}); len(c.Check()) == 0 {
			t.Errorf("%s can be registered", bad)
		}
	}
}
