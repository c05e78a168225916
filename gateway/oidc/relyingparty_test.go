package oidc_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

// relyingParty is one made of the libraries that real ones use.
type relyingParty struct {
	*oauth2.Config
	w        *world
	provider *gooidc.Provider
	verifier string // PKCE
	nonce    string
}

func (w *world) rp(client string, scopes ...string) *relyingParty {
	w.t.Helper()
	provider, err := gooidc.NewProvider(w.t.Context(), w.server.URL)
	if err != nil {
		w.t.Fatalf("discovery by go-oidc: %v", err)
	}
	app := &relyingParty{w: w, provider: provider, verifier: oauth2.GenerateVerifier(), nonce: "n-0S6_WzA2Mj", Config: &oauth2.Config{
		ClientID: client, ClientSecret: secret, RedirectURL: callback, Scopes: append([]string{"openid"}, scopes...), Endpoint: provider.Endpoint(),
	}}
	if client == "desktop" {
		app.ClientSecret, app.RedirectURL, app.Endpoint.AuthStyle = "", loopback, oauth2.AuthStyleInParams
	}
	return app
}

// authURL is where the application sends the browser; more are names and values of further parameters, where an empty value leaves one out.
func (a *relyingParty) authURL(more ...string) string {
	u := a.AuthCodeURL("state-of-the-app", gooidc.Nonce(a.nonce), oauth2.S256ChallengeOption(a.verifier))
	parsed, err := url.Parse(u)
	if err != nil {
		a.w.t.Fatal(err)
	}
	q := parsed.Query()
	for i := 0; i+1 < len(more); i += 2 {
		if q.Set(more[i], more[i+1]); more[i+1] == "" {
			q.Del(more[i])
		}
	}
	return parsed.Path + "?" + q.Encode()
}

// back is what the application gets when the browser comes back.
func (a *relyingParty) back(page *webtest.Page) url.Values {
	a.w.t.Helper()
	if got := page.URL.Scheme + "://" + page.URL.Host + page.URL.Path; got != a.RedirectURL {
		a.w.t.Fatalf("the browser is at %s (status %d), not back at the application: %s", page.URL, page.Status, page.Text("body"))
	}
	return page.URL.Query()
}

// code signs a browser in and returns the code.
func (a *relyingParty) code(b *webtest.Browser, more ...string) string {
	a.w.t.Helper()
	q := a.back(b.Get(a.authURL(more...)))
	if q.Get("code") == "" {
		a.w.t.Fatalf("no code came back: %s", q.Encode())
	}
	return q.Get("code")
}

func (a *relyingParty) exchange(code string) (*oauth2.Token, error) {
	return a.Exchange(a.w.t.Context(), code, oauth2.VerifierOption(a.verifier))
}

// tokens signs a browser in and redeems the code.
func (a *relyingParty) tokens(b *webtest.Browser, more ...string) *oauth2.Token {
	a.w.t.Helper()
	tok, err := a.exchange(a.code(b, more...))
	if err != nil {
		a.w.t.Fatalf("redeeming the code: %v", err)
	}
	return tok
}

func (a *relyingParty) verifying() *gooidc.Config {
	return &gooidc.Config{ClientID: a.ClientID, Now: a.w.now, SupportedSigningAlgs: []string{"RS256", "ES256", "EdDSA"}}
}

// idClaims verifies an ID token as an application does and returns its claims.
func (a *relyingParty) idClaims(tok *oauth2.Token) map[string]any {
	a.w.t.Helper()
	raw, _ := tok.Extra("id_token").(string)
	v := a.provider.Verifier(a.verifying())
	id, err := v.Verify(a.w.t.Context(), raw)
	if err != nil {
		a.w.t.Fatalf("go-oidc refuses the ID token: %v", err)
	}
	if err := id.VerifyAccessToken(tok.AccessToken); err != nil {
		a.w.t.Fatalf("at_hash: %v", err)
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		a.w.t.Fatal(err)
	}
	return claims
}

func (a *relyingParty) refresh(token string, more ...string) (int, map[string]any) {
	a.w.t.Helper()
	return a.w.post("/oauth/token", a.basic(), append([]string{"grant_type", "refresh_token", "refresh_token", token}, more...)...)
}

// basic is the client's Authorization header.
func (a *relyingParty) basic() string { return basic(a.ClientID, a.ClientSecret) }

func basic(id, secret string) string {
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	return r.Header.Get("Authorization")
}

func bearer(token string) string { return "Bearer " + token }

// post sends a form with an Authorization header (none if empty) and returns status and JSON.
func (w *world) post(path, authorization string, values ...string) (int, map[string]any) {
	w.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(values); i += 2 {
		form.Add(values[i], values[i+1])
	}
	return w.do("POST", path, authorization, form.Encode())
}

func (w *world) do(method, path, authorization, body string) (int, map[string]any) {
	w.t.Helper()
	return w.answer(w.send(method, path, authorization, body))
}

// answer reads the JSON of a response.
func (w *world) answer(resp *http.Response) (int, map[string]any) {
	w.t.Helper()
	defer resp.Body.Close()
	var answer map[string]any
	var text bytes.Buffer
	if _, err := text.ReadFrom(resp.Body); err != nil {
		w.t.Fatal(err)
	}
	if text.Len() > 0 {
		if err := json.Unmarshal(text.Bytes(), &answer); err != nil {
			w.t.Fatalf("%s %s answers %d with no JSON: %s", resp.Request.Method, resp.Request.URL, resp.StatusCode, text.String())
		}
	}
	return resp.StatusCode, answer
}

func (w *world) send(method, path, authorization, body string) *http.Response {
	w.t.Helper()
	return w.sendAs("application/x-www-form-urlencoded", method, path, authorization, body)
}

func (w *world) sendAs(kind, method, path, authorization, body string) *http.Response {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", kind)
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := http.DefaultTransport.RoundTrip(req) // redirects are answers here
	if err != nil {
		w.t.Fatal(err)
	}
	return resp
}

func (w *world) userinfo(token string) (int, map[string]any) {
	w.t.Helper()
	return w.do("GET", "/oauth/userinfo", bearer(token), "")
}
