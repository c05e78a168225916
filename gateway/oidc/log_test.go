package oidc_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// TestLogsTellWhatWentWrongAndNoSecret goes through a sign-on and its failures with the most talkative log.
func TestLogsTellWhatWentWrongAndNoSecret(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	w := newWorld(t, func(d *oidc.Deps) {
		d.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	app, b := w.rp("orders", "email", "offline_access"), w.browser()
	code := app.code(b)
	secrets := []string{secret, app.verifier, app.nonce, code, "a-guess-at-the-secret"}
	app.redeem(code, "code_verifier", strings.Repeat("v", 50))
	w.post("/oauth/token", basic("orders", "a-guess-at-the-secret"), "grant_type", "authorization_code", "code", code)
	tok, err := app.exchange(code)
	must(w, err)
	secrets = append(secrets, tok.AccessToken, tok.RefreshToken, tok.Extra("id_token").(string))
	app.redeem(code)
	app.refresh(tok.RefreshToken)
	other := app.tokens(b)
	b.Get(app.authURL("client_id", "nobody"))
	b.Get(app.authURL("prompt", "dance"))
	w.people.fail(fault.Wrap(fault.Unavailable, errors.New("ldap1.example.org: connection refused")))
	w.userinfo(other.AccessToken)
	all := log.String() + w.audit.String()
	for _, s := range secrets {
		if strings.Contains(all, s) {
			t.Errorf("a secret is in the log: %.20s…", s)
		}
	}
	for _, told := range []string{"ldap1.example.org: connection refused", `"error":"invalid_grant"`, `"client":"orders"`, "prompt has an unknown value", "wrong secret", "code_replayed"} {
		if !strings.Contains(all, told) {
			t.Errorf("the log does not tell %q", told)
		}
	}
}
