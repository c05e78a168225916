package oidc_test

import (
	"testing"
	"time"

	"golang.org/x/oauth2"
)

func TestAnApplicationLearnsWhoSignedInAndNothingMoreThanItAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders", "email")
	q := app.back(w.browser().Get(app.authURL()))
	if q.Get("state") != "state-of-the-app" || q.Get("iss") != w.server.URL || q.Has("scope") || q.Get("session_state") == "" || len(q) != 4 {
		t.Errorf("the browser comes back with %v; want code, state, iss and session_state alone", q)
	}
	tok, err := app.exchange(q.Get("code"))
	if err != nil {
		t.Fatal(err)
	}
	id := app.idClaims(tok)
	if id["sub"] != ada || id["nonce"] != app.nonce || id["aud"] != "orders" || id["auth_time"] != float64(w.now().Unix()) || id["acr"] != "pwd" || id["sid"] == nil {
		t.Errorf("the ID token says %v", id)
	}
	if id["email"] != nil {
		t.Error("the ID token has claims that belong to userinfo")
	}
	if tok.RefreshToken != "" {
		t.Error("there is a refresh token that nobody asked for")
	}
	if tok.TokenType != "Bearer" || tok.Extra("scope") != "openid email" || tok.Expiry.Before(time.Now().Add(59*time.Minute)) {
		t.Errorf("the token answer is %+v", tok)
	}
	info, err := app.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(tok))
	if err != nil {
		t.Fatal(err)
	}
	claims := map[string]any{}
	if err := info.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	if len(claims) != 3 || claims["sub"] != ada || claims["email"] != "ada@example.org" || claims["email_verified"] != false {
		t.Errorf("userinfo says %v", claims)
	}
}
