package relyingparties_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// startGo starts an application of coreos/go-oidc and golang.org/x/oauth2.
func startGo(t *testing.T, a *app) {
	t.Helper()
	provider, err := gooidc.NewProvider(t.Context(), a.issuer)
	if err != nil {
		t.Fatalf("discovery: %v", err)
	}
	rp := &goApp{provider: provider, bye: a.bye, Config: oauth2.Config{
		ClientID: a.name, ClientSecret: secret, RedirectURL: a.callback, Endpoint: provider.Endpoint(), Scopes: strings.Fields(scopes),
	}}
	// The library has no logout: an application reads the endpoint out of what discovery found.
	var found struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := provider.Claims(&found); err != nil || found.EndSession == "" {
		t.Fatalf("discovery tells no end_session_endpoint: %v", err)
	}
	rp.endSession = found.EndSession
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", rp.login)
	mux.HandleFunc("GET /callback", rp.callback)
	mux.HandleFunc("GET /logout", rp.logout)
	mux.HandleFunc("GET /bye", func(w http.ResponseWriter, r *http.Request) {
		show(w, map[string]any{"bye": r.FormValue("state") == kept(r, "go_state")})
	})
	a.handler.Store(mux.ServeHTTP)
}

type goApp struct {
	oauth2.Config
	provider        *gooidc.Provider
	endSession, bye string
	idToken         atomic.Value // of whoever signed in last
}

// login keeps what has to be compared later in cookies, as the library's own example does.
func (rp *goApp) login(w http.ResponseWriter, r *http.Request) {
	state, nonce, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	options := []oauth2.AuthCodeOption{gooidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)}
	if prompt := r.FormValue("prompt"); prompt != "" {
		options = append(options, oauth2.SetAuthURLParam("prompt", prompt))
	}
	for name, value := range map[string]string{"go_state": state, "go_nonce": nonce, "go_verifier": verifier} {
		http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	}
	http.Redirect(w, r, rp.AuthCodeURL(state, options...), http.StatusFound)
}

func (rp *goApp) logout(w http.ResponseWriter, r *http.Request) {
	hint, _ := rp.idToken.Load().(string)
	http.Redirect(w, r, rp.endSession+"?"+url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {rp.bye}, "state": {kept(r, "go_state")}}.Encode(), http.StatusFound)
}

func (rp *goApp) callback(w http.ResponseWriter, r *http.Request) {
	answer, err := rp.learn(r)
	if err != nil {
		answer = map[string]any{"error": err.Error()}
	}
	show(w, answer)
}

func show(w http.ResponseWriter, answer map[string]any) {
	text, err := json.Marshal(answer)
	if err != nil {
		text = []byte(err.Error())
	}
	_, _ = fmt.Fprintf(w, "<!doctype html><title>go-oidc</title><pre>%s</pre>", html.EscapeString(string(text)))
}

func (rp *goApp) learn(r *http.Request) (map[string]any, error) {
	ctx, q := r.Context(), r.URL.Query()
	if q.Get("state") != kept(r, "go_state") || q.Get("state") == "" {
		return nil, errors.New("another state came back")
	}
	if e := q.Get("error"); e != "" {
		return nil, errors.New(e)
	}
	token, err := rp.Exchange(ctx, q.Get("code"), oauth2.VerifierOption(kept(r, "go_verifier")))
	if err != nil {
		return nil, err
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := rp.provider.Verifier(&gooidc.Config{ClientID: rp.ClientID}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if id.Nonce != kept(r, "go_nonce") {
		return nil, errors.New("another nonce came back")
	}
	if err := id.VerifyAccessToken(token.AccessToken); err != nil {
		return nil, err
	}
	rp.idToken.Store(raw)
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return nil, err
	}
	info, err := rp.userinfo(ctx, token)
	if err != nil {
		return nil, err
	}
	again, err := rp.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil {
		return nil, err
	}
	later, err := rp.userinfo(ctx, again)
	return map[string]any{
		"id_token": claims, "access_token": token.AccessToken, "userinfo": info,
		"refreshed": map[string]any{"access_token": again.AccessToken, "userinfo": later},
	}, err
}

func kept(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

func (rp *goApp) userinfo(ctx context.Context, token *oauth2.Token) (map[string]any, error) {
	info, err := rp.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, err
	}
	var claims map[string]any
	err = info.Claims(&claims)
	return claims, err
}
