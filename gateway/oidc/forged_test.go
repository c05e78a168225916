package oidc_test

import (
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

// TestAForgedTokenCostsTheDirectoryNothing sends what was made up, changed, sealed by somebody else or meant for another place to every endpoint.
func TestAForgedTokenCostsTheDirectoryNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders", "offline_access")
	code := app.code(w.browser())
	tok := app.tokens(w.browser())
	foreign, err := otherKeyring(t).Seal("oidc/access-token", []byte(w.server.URL), []byte(`{"p":"x"}`))
	must(w, err)
	elsewhere, err := webtest.Keyring(t).Seal("oidc/access-token", []byte("https://another.example.org"), []byte(`{"p":"x"}`))
	must(w, err)
	forged := map[string]string{
		"short": "x", "base64": strings.Repeat("QUFB", 100), "long": strings.Repeat("A", 50_000), "a JWT": tok.Extra("id_token").(string),
		"somebody else's": foreign, "of another issuer": elsewhere, "flipped": flip(tok.AccessToken), "cut": tok.AccessToken[:len(tok.AccessToken)-1], "padded": tok.AccessToken + "=", "a NUL": "\x00", "line ends": tok.AccessToken + "\n",
	}
	w.store.Counts()
	w.people.counted()
	still := func(what string) {
		t.Helper()
		w.store.Expect(t, what, statetest.Counts{})
		if n := w.people.counted(); n != 0 {
			t.Errorf("%s: %d reads of people", what, n)
		}
	}
	for name, bad := range forged {
		if status, _ := w.do("POST", "/oauth/userinfo", "", "access_token="+strings.ReplaceAll(strings.ReplaceAll(bad, "\n", "%0A"), "\x00", "%00")); status != 401 {
			t.Errorf("userinfo, %s: %d", name, status)
		}
		for _, auth := range []string{basic("api", secret), basic("nobody-knows-me", "x")} {
			if status, got := w.post("/oauth/introspect", auth, "token", bad); status != 200 || got["active"] != false {
				t.Errorf("introspect, %s: %d %v", name, status, got)
			}
			if status, _ := w.post("/oauth/revoke", auth, "token", bad); status != 200 {
				t.Errorf("revoke, %s: %d", name, status)
			}
			if status, got := w.post("/oauth/token", auth, "grant_type", "authorization_code", "code", bad); status != 400 || got["error"] != "invalid_grant" {
				t.Errorf("code, %s: %d %v", name, status, got)
			}
			if status, got := w.post("/oauth/token", auth, "grant_type", "refresh_token", "refresh_token", bad); status != 400 || got["error"] != "invalid_grant" {
				t.Errorf("refresh, %s: %d %v", name, status, got)
			}
		}
		w.browser().Get("/oauth/authorize?resume=" + strings.ReplaceAll(strings.ReplaceAll(bad[:min(len(bad), 8000)], "\n", "%0A"), "\x00", "%00"))
		still(name)
	}
	// What is ours, but of another kind.
	for name, c := range map[string][2]string{
		"a refresh token at userinfo": {"GET", tok.RefreshToken}, "a code at userinfo": {"GET", code},
	} {
		if status, _ := w.userinfo(c[1]); status != 401 {
			t.Errorf("%s: %d", name, status)
		}
	}
	for name, form := range map[string][]string{
		"an access token as refresh token": {"grant_type", "refresh_token", "refresh_token", tok.AccessToken},
		"an access token as code":          {"grant_type", "authorization_code", "code", tok.AccessToken},
		"a refresh token as code":          {"grant_type", "authorization_code", "code", tok.RefreshToken},
	} {
		if status, got := w.post("/oauth/token", app.basic(), form...); status != 400 || got["error"] != "invalid_grant" {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
	still("what is ours, but of another kind")
}

func flip(token string) string {
	b := []byte(token)
	b[len(b)/2] ^= 1
	return string(b)
}
