package oidc_test

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/oauth2/clientcredentials"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
)

// robots is a client that has tokens for itself.
func robots(d *oidc.Deps) {
	d.Clients = append(d.Clients, rp.Client{ID: "robot", Grants: []string{"client_credentials"}, Secrets: []string{rp.DigestSecret(secret)}, Scope: "openid email stock.read stock.write"})
}

func TestAnApplicationGetsATokenForItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, robots)
	w.store.Counts()
	tok, err := (&clientcredentials.Config{ClientID: "robot", ClientSecret: secret, TokenURL: w.server.URL + "/oauth/token", Scopes: []string{"stock.read"}}).Token(t.Context())
	must(w, err)
	w.store.Expect(t, "a token for itself", statetest.Counts{})
	if tok.RefreshToken != "" || tok.Extra("id_token") != nil || tok.Extra("scope") != "stock.read" || tok.Extra("expires_in") != float64(3600) {
		t.Errorf("%+v %v", tok, tok.Extra("scope"))
	}
	api := basic("api", secret)
	if status, got := w.post("/oauth/introspect", api, "token", tok.AccessToken); status != 200 || got["active"] != true || got["sub"] != "robot" || got["client_id"] != "robot" ||
		got["scope"] != "stock.read" || got["username"] != nil || got["auth_time"] != nil {
		t.Errorf("%d %v", status, got)
	}
	if status, got := w.userinfo(tok.AccessToken); status != 403 || got["error"] != "insufficient_scope" {
		t.Errorf("userinfo for nobody: %d %v", status, got)
	}
	for range 2 { // a second time is no error
		if status, got := w.post("/oauth/revoke", basic("robot", secret), "token", tok.AccessToken); status != 200 {
			t.Errorf("revoking: %d %v", status, got)
		}
	}
	if _, got := w.post("/oauth/introspect", api, "token", tok.AccessToken); got["active"] != false {
		t.Errorf("revoked: %v", got)
	}
	if status, _ := w.userinfo(tok.AccessToken); status != 401 {
		t.Errorf("revoked: userinfo %d", status)
	}
	// With no scope asked for: all that it can have.
	_, got := w.post("/oauth/token", basic("robot", secret), "grant_type", "client_credentials")
	if got["scope"] != "stock.read stock.write" {
		t.Errorf("all: %v", got)
	}
	w.later(61 * time.Minute)
	if _, after := w.post("/oauth/introspect", api, "token", got["access_token"].(string)); after["active"] != false {
		t.Errorf("expired: %v", after)
	}
}

func TestWhoMayNotHaveATokenForItselfIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, robots)
	for name, c := range map[string]struct {
		auth   string
		form   []string
		status int
		err    string
	}{
		"not registered for it":     {basic("orders", secret), nil, 400, "unauthorized_client"},
		"a public client":           {"", []string{"client_id", "desktop"}, 400, "unauthorized_client"},
		"a wrong secret":            {basic("robot", "x"), nil, 401, "invalid_client"},
		"a scope of a person":       {basic("robot", secret), []string{"scope", "openid stock.read"}, 400, "invalid_scope"},
		"a scope that is not its":   {basic("robot", secret), []string{"scope", "stock.delete"}, 400, "invalid_scope"},
		"the code grant":            {basic("robot", secret), []string{"grant_type", "authorization_code", "code", "x"}, 400, "invalid_grant"},
		"a grant that nobody knows": {basic("robot", secret), []string{"grant_type", "password"}, 400, "unsupported_grant_type"},
	} {
		form := c.form
		if len(form) == 0 || form[0] != "grant_type" {
			form = append([]string{"grant_type", "client_credentials"}, form...)
		}
		if status, got := w.post("/oauth/token", c.auth, form...); status != c.status || got["error"] != c.err {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
	public := rp.Client{ID: "public", Grants: []string{"client_credentials"}}
	if err := errors.Join(public.Check()...); err == nil {
		t.Error("a public client is registered for it")
	}
}

func TestATokenOfAnApplicationEndsWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(w, w.provider.Register(t.Context(), &rp.Client{ID: "bot", Grants: []string{"client_credentials"}, Secrets: []string{rp.DigestSecret(secret)}, Scope: "stock.read"}))
	_, got := w.post("/oauth/token", basic("bot", secret), "grant_type", "client_credentials")
	token, _ := got["access_token"].(string)
	if _, got := w.post("/oauth/introspect", basic("api", secret), "token", token); got["active"] != true {
		t.Fatalf("%v", got)
	}
	must(w, w.store.Delete(t.Context(), state.Path{Kind: state.Clients, ID: "bot"}))
	w.later(11 * time.Second)
	if _, got := w.post("/oauth/introspect", basic("api", secret), "token", token); got["active"] != false {
		t.Errorf("%v", got)
	}
	w.store.Before = unavailable("get")
	if status, _ := w.post("/oauth/introspect", basic("api", secret), "token", token); status != 503 {
		t.Errorf("while the directory is away: %d", status)
	}
}
