package oidc_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

func fetch(t *testing.T, w *world, path string, v any) *http.Response {
	t.Helper()
	resp := w.send("GET", path, "", "")
	defer resp.Body.Close()
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%s: %d %s", path, resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
		t.Fatal(err)
	}
	return resp
}

// TestWhatDiscoveryPromisesWorks walks the document: a member that no case below tries is an error, so that nothing is advertised unproven.
func TestWhatDiscoveryPromisesWorks(t *testing.T) {
	t.Parallel()
	s := []string{rp.DigestSecret(secret)}
	own := map[jose.SignatureAlgorithm]any{}
	for _, alg := range []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.EdDSA} {
		own[alg] = appKey(t, alg)
	}
	w := newWorld(t, everyType, forClaims, func(d *oidc.Deps) {
		for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
			d.Clients = append(d.Clients, rp.Client{ID: "alg-" + strings.ToLower(alg), IDTokenAlg: alg, RedirectURIs: []string{callback}, Secrets: s, Trusted: true})
		}
		for _, method := range []string{"client_secret_basic", "client_secret_post"} {
			d.Clients = append(d.Clients, rp.Client{ID: method, AuthMethod: method, RedirectURIs: []string{callback}, Secrets: s, Trusted: true, MayIntrospect: true})
		}
		d.Clients = append(d.Clients, keyClient("private_key_jwt", keySetOf(t, own[jose.RS256].(jose.JSONWebKey), own[jose.ES256].(jose.JSONWebKey), own[jose.EdDSA].(jose.JSONWebKey))),
			rp.Client{ID: "client_secret_jwt", AuthMethod: "client_secret_jwt", PlainSecret: secret + secret, RedirectURIs: []string{callback}, Trusted: true, MayIntrospect: true})
		d.ACRValues, d.Locales = []string{"pwd"}, []string{"en", "fr"}
	})
	var doc, again map[string]any
	fetch(t, w, "/.well-known/openid-configuration", &doc)
	fetch(t, w, "/.well-known/oauth-authorization-server", &again)
	b := w.browser()
	orders := w.rp("orders", "offline_access")
	tok := orders.tokens(b)

	path := func(v any) string {
		p, ok := strings.CutPrefix(v.(string), w.server.URL)
		if !ok {
			t.Errorf("%v is not ours", v)
		}
		return p
	}
	// asClient presents the token in the way of an authentication method.
	asClient := func(endpoint, method, token string) int {
		id, auth, form := method, "", []string{"token", token}
		switch method {
		case "client_secret_basic":
			auth = basic(id, secret)
		case "client_secret_post":
			form = append(form, "client_id", id, "client_secret", secret)
		case "client_secret_jwt":
			form = append(form, asserted(signedBy(t, jose.HS256, []byte(secret+secret), w.proof(id)))...)
		case "private_key_jwt":
			form = append(form, asserted(signedBy(t, jose.RS256, own[jose.RS256], w.proof(id)))...)
		case "none":
			form = append(form, "client_id", "desktop")
		}
		status, _ := w.post(endpoint, auth, form...)
		return status
	}
	// algorithms introspects with an assertion of each.
	algorithms := func(v any) {
		for _, alg := range texts(v) {
			id, key := "private_key_jwt", own[jose.SignatureAlgorithm(alg)]
			if alg == "HS256" {
				id, key = "client_secret_jwt", []byte(secret+secret)
			}
			for _, endpoint := range []string{"/oauth/introspect", "/oauth/revoke"} {
				if status, got := w.post(endpoint, "", append(asserted(signedBy(t, jose.SignatureAlgorithm(alg), key, w.proof(id))), "token", tok.AccessToken)...); status == 401 {
					t.Errorf("an assertion signed with %s: %d %v", alg, status, got)
				}
			}
		}
	}
	ownToken := func(method string) string {
		id := map[string]string{"none": "desktop"}[method]
		if id == "" {
			id = method
		}
		app := w.rp(id)
		if strings.HasSuffix(method, "_jwt") {
			alg, key := jose.ES256, own[jose.ES256]
			if method == "client_secret_jwt" {
				alg, key = jose.HS256, []byte(secret+secret)
			}
			_, got := w.post("/oauth/token", "", append(asserted(signedBy(t, alg, key, w.proof(id))), "grant_type", "authorization_code", "code", app.code(b),
				"redirect_uri", callback, "code_verifier", app.verifier)...)
			token, _ := got["access_token"].(string)
			if token == "" {
				t.Errorf("%s: %v", method, got)
			}
			return token
		}
		if method == "client_secret_post" {
			app.Endpoint.AuthStyle = 1 // in the parameters
		}
		return app.tokens(b).AccessToken
	}
	cases := map[string]func(v any){
		"issuer": func(v any) {
			if v != w.server.URL {
				t.Errorf("issuer %v", v)
			}
		},
		"authorization_endpoint": func(v any) {
			if u, _ := url.Parse(orders.authURL()); path(v) != u.Path {
				t.Errorf("authorization_endpoint %v", v)
			}
		},
		"token_endpoint": func(v any) {
			if status, _ := w.post(path(v), orders.basic(), "grant_type", "refresh_token", "refresh_token", tok.RefreshToken); status != 200 {
				t.Errorf("token_endpoint: %d", status)
			}
		},
		"userinfo_endpoint": func(v any) {
			if status, _ := w.do("GET", path(v), bearer(tok.AccessToken), ""); status != 200 {
				t.Errorf("userinfo_endpoint: %d", status)
			}
		},
		"revocation_endpoint": func(v any) {
			if status, _ := w.post(path(v), orders.basic(), "token", orders.tokens(b).AccessToken); status != 200 {
				t.Errorf("revocation_endpoint: %d", status)
			}
		},
		"introspection_endpoint": func(v any) {
			if status, got := w.post(path(v), basic("api", secret), "token", tok.AccessToken); status != 200 || got["active"] != true {
				t.Errorf("introspection_endpoint: %d %v", status, got)
			}
		},
		"jwks_uri": func(v any) {
			var set jose.JSONWebKeySet
			fetch(t, w, path(v), &set)
			if len(set.Keys) != 3 || slices.ContainsFunc(set.Keys, func(k jose.JSONWebKey) bool {
				return !k.IsPublic() || k.KeyID == "" || k.Use != "sig" || k.Algorithm == ""
			}) {
				t.Errorf("jwks_uri: %+v", set)
			}
		},
		"end_session_endpoint": func(v any) {
			if page := w.browser().Get(path(v)); page.Status != 200 || !page.Says("You are signed out") {
				t.Errorf("end_session_endpoint: %d", page.Status)
			}
		},
		"check_session_iframe": func(v any) {
			if page := w.browser().Get(path(v)); page.Status != 200 || !page.Has("script") { // TestSessionManagement… asks it
				t.Errorf("check_session_iframe: %d", page.Status)
			}
		},
		// TestBackChannelLogout… and TestFrontChannelLogout… try these four.
		"backchannel_logout_supported":          refused(t, true),
		"backchannel_logout_session_supported":  refused(t, true),
		"frontchannel_logout_supported":         refused(t, true),
		"frontchannel_logout_session_supported": refused(t, true),
		"scopes_supported": func(v any) {
			for _, scope := range texts(v) {
				if got := w.rp("orders", scope).tokens(b).Extra("scope").(string); !slices.Contains(strings.Fields(got), scope) {
					t.Errorf("the scope %s is not granted: %s", scope, got)
				}
			}
		},
		"claims_supported": func(v any) {
			id := orders.idClaims(tok)
			_, info := w.userinfo(w.rp("orders", texts(doc["scopes_supported"])...).tokens(b).AccessToken)
			front := w.rp("front")
			hybrid := front.claimsOf(front.fragment(b.Get(front.authURL("response_type", "code id_token"))).Get("id_token"))
			rare := []string{"middle_name", "nickname", "zoneinfo", "birthdate", "gender", "website"} // Ada has none
			for _, claim := range texts(v) {
				if id[claim] == nil && info[claim] == nil && hybrid[claim] == nil && !slices.Contains(rare, claim) {
					t.Errorf("the claim %s is nowhere", claim)
				}
			}
		},
		"response_types_supported": func(v any) {
			for _, one := range texts(v) {
				front := w.rp("front")
				if one == "code" {
					front.code(b)
				} else if got := front.fragment(b.Get(front.authURL("response_type", one))); got.Has("error") {
					t.Errorf("the response type %s: %v", one, got)
				}
			}
		},
		"response_modes_supported": func(v any) {
			for _, one := range texts(v) {
				page := b.Get(orders.authURL("response_mode", one))
				got := map[string]string{"query": page.URL.Query().Get("code"), "fragment": page.URL.Fragment, "form_post": page.Find("input[name=code]").AttrOr("value", "")}
				if got[one] == "" {
					t.Errorf("the response mode %s leads to %s", one, page.URL)
				}
			}
		},
		"grant_types_supported": func(v any) {
			for _, one := range texts(v) {
				if one == "implicit" { // it never comes to the token endpoint; see response_types_supported
					continue
				}
				if _, got := w.post("/oauth/token", orders.basic(), "grant_type", one); got["error"] == "unsupported_grant_type" {
					t.Errorf("the grant type %s: %v", one, got)
				}
			}
		},
		"prompt_values_supported": func(v any) {
			for _, one := range texts(v) {
				orders.code(b, "prompt", one)
			}
		},
		"acr_values_supported": func(v any) {
			if !slices.Contains(texts(v), orders.idClaims(tok)["acr"].(string)) {
				t.Errorf("acr %v is not among %v", orders.idClaims(tok)["acr"], v)
			}
		},
		"ui_locales_supported": func(v any) {
			for _, lang := range texts(v) {
				w.set("", "")
				if page := w.browser().Get(orders.authURL("ui_locales", lang)); page.URL.Query().Get("lang") != lang {
					t.Errorf("the sign-in page is not asked to speak %s", lang)
				}
				w.set(ada, "accept")
			}
		},
		"id_token_signing_alg_values_supported": func(v any) {
			for _, alg := range texts(v) {
				app := w.rp("alg-" + strings.ToLower(alg))
				id := app.tokens(b)
				app.idClaims(id)
				header, err := jose.ParseSignedCompact(id.Extra("id_token").(string), []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
				if err != nil {
					t.Errorf("a client registered for %s: %v", alg, err)
				} else if header.Signatures[0].Header.KeyID == "" {
					t.Errorf("%s: no kid", alg)
				}
			}
		},
		"code_challenge_methods_supported": func(v any) {
			for _, method := range texts(v) {
				orders.code(b, "code_challenge_method", method)
			}
		},
		"token_endpoint_auth_methods_supported": func(v any) {
			for _, method := range texts(v) {
				ownToken(method)
			}
		},
		"revocation_endpoint_auth_methods_supported": func(v any) {
			for _, method := range texts(v) {
				if status := asClient("/oauth/revoke", method, ownToken(method)); status != 200 {
					t.Errorf("revocation by %s: %d", method, status)
				}
			}
		},
		"introspection_endpoint_auth_methods_supported": func(v any) {
			for _, method := range texts(v) {
				if status := asClient("/oauth/introspect", method, ownToken(method)); status != 200 {
					t.Errorf("introspection by %s: %d", method, status)
				}
			}
		},
		"authorization_response_iss_parameter_supported": func(v any) {
			if q := orders.back(b.Get(orders.authURL())); v != true || q.Get("iss") != w.server.URL {
				t.Errorf("iss: %v, %v", v, q)
			}
		},
		"token_endpoint_auth_signing_alg_values_supported":         algorithms,
		"revocation_endpoint_auth_signing_alg_values_supported":    algorithms,
		"introspection_endpoint_auth_signing_alg_values_supported": algorithms,
		"require_request_uri_registration": func(v any) {
			if q := orders.back(b.Get(orders.authURL("request_uri", "https://x.example.org"))); v != true || q.Get("error") != "invalid_request_uri" {
				t.Errorf("an unregistered request_uri: %v, %v", v, q)
			}
		},
		"pushed_authorization_request_endpoint": func(v any) {
			if path(v) != "/oauth/par" || w.rp("front").pushed(b).Get("code") == "" {
				t.Errorf("pushed_authorization_request_endpoint %v", v)
			}
		},
		"device_authorization_endpoint": func(v any) { // the way on is in TestADeviceWithoutAKeyboardSignsSomebodyIn
			if status, got := w.post(path(v), basic("front", secret), "scope", "openid"); status != 400 || got["error"] != "unauthorized_client" {
				t.Errorf("device_authorization_endpoint %v: %d %v", v, status, got)
			}
		},
		"request_object_signing_alg_values_supported": func(v any) {
			if !slices.Equal(texts(v), []string{"none", "RS256", "ES256", "EdDSA"}) {
				t.Errorf("request_object_signing_alg_values_supported %v", v) // each is tried in TestARequestObjectWinsOverTheQuery
			}
		},
		"request_parameter_supported":     refused(t, true), // tried by TestARequestObjectWinsOverTheQuery
		"request_uri_parameter_supported": refused(t, true), // tried by TestARequestObjectIsFetchedFromWhereTheClientRegistered
	}
	maps.Copy(cases, w.claimPromises(b))
	for member, v := range doc {
		try, known := cases[member]
		if !known {
			t.Errorf("%s is promised and nobody tries it", member)
			continue
		}
		try(v)
		delete(cases, member)
	}
	for member := range cases {
		t.Errorf("%s is not in the document", member)
	}
	if len(again) != len(doc) {
		t.Error("the two well-known addresses differ")
	}
}

func refused(t *testing.T, want bool) func(any) {
	return func(v any) {
		if v != want {
			t.Errorf("%v, want %v", v, want)
		}
	}
}

func TestScriptsOfOtherSitesMayReadWhatNeedsNoCookie(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, methods := range map[string]string{"/.well-known/openid-configuration": "GET", "/oauth/jwks": "GET", "/oauth/userinfo": "GET POST", "/oauth/token": "POST", "/oauth/revoke": "POST"} {
		for _, method := range append(strings.Fields(methods), "OPTIONS") {
			req, _ := http.NewRequestWithContext(t.Context(), method, w.server.URL+path, nil)
			req.Header.Set("Origin", "https://app.example.org")
			req.Header.Set("Sec-Fetch-Site", "cross-site")
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.Header.Get("Access-Control-Allow-Origin") != "*" || resp.Header.Get("Access-Control-Allow-Credentials") != "" || resp.StatusCode == 403 || resp.StatusCode == 405 {
				t.Errorf("%s %s: %d %v", method, path, resp.StatusCode, resp.Header)
			}
		}
	}
	for method, path := range map[string]string{"POST": "/oauth/introspect", "GET": "/oauth/authorize"} {
		resp := w.send(method, path, "", "")
		resp.Body.Close()
		if resp.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s may be read by scripts", path)
		}
	}
}

func TestWhatMayBeKeptAndWhatMustNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders")
	for path, want := range map[string]string{"/.well-known/openid-configuration": "public, max-age=3600", "/oauth/jwks": "public, max-age=600", app.authURL(): "no-store"} {
		resp := w.send("GET", path, "", "")
		resp.Body.Close()
		if got := resp.Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	resp := w.send("POST", "/oauth/token", "", "grant_type=x")
	resp.Body.Close()
	if resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("Pragma") != "no-cache" {
		t.Errorf("token: %v", resp.Header)
	}
	resp = w.send("GET", "/oauth/token", "", "")
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET token: %d", resp.StatusCode)
	}
}
