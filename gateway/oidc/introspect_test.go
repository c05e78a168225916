package oidc_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
)

func TestAnAPILearnsWhatATokenStandsFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tok := w.rp("orders", "email", "offline_access").tokens(w.browser())
	api := basic("api", secret)
	status, got := w.post("/oauth/introspect", api, "token", tok.AccessToken, "token_type_hint", "refresh_token")
	if status != 200 || got["active"] != true || got["sub"] != ada || got["client_id"] != "orders" || got["scope"] != "openid email offline_access" || got["username"] != "ada" ||
		got["iss"] != w.server.URL || got["token_type"] != "Bearer" || got["exp"] != float64(w.now().Add(time.Hour).Unix()) || got["iat"] != float64(w.now().Unix()) {
		t.Errorf("%d %v", status, got)
	}
	if _, got := w.post("/oauth/introspect", api, "token", tok.RefreshToken); got["active"] != true || got["token_type"] != nil {
		t.Errorf("a refresh token: %v", got)
	}
	inactive := func(name, token string) {
		t.Helper()
		if status, got := w.post("/oauth/introspect", api, "token", token); status != 200 || len(got) != 1 || got["active"] != false {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
	inactive("made up", "x")
	inactive("none", "")
	w.later(2 * time.Hour)
	inactive("expired", tok.AccessToken)
	w.later(91 * 24 * time.Hour)
	inactive("expired", tok.RefreshToken)
}

func TestOnlyThoseWithThePermissionMayIntrospect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tok := w.rp("orders").tokens(w.browser()).AccessToken
	if status, got := w.post("/oauth/introspect", basic("orders", secret), "token", tok); status != 400 || got["error"] != "unauthorized_client" {
		t.Errorf("its own client, without the permission: %d %v", status, got)
	}
	for name, auth := range map[string]string{"a wrong secret": basic("api", "wrong"), "nobody": basic("nobody", secret), "a public client": basic("desktop", "")} {
		if status, got := w.post("/oauth/introspect", auth, "token", tok); status < 400 || got["active"] != nil {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
	if status, got := w.post("/oauth/introspect", "", "token", tok); status != http.StatusUnauthorized || got["error"] != "invalid_client" {
		t.Errorf("without credentials: %d %v", status, got)
	}
}

func TestRevokingEitherTokenEndsTheSignOnAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders", "offline_access")
	for _, which := range []string{"access", "refresh"} {
		tok, other := app.tokens(w.browser()), app.tokens(w.browser())
		revoked := map[string]string{"access": tok.AccessToken, "refresh": tok.RefreshToken}[which]
		for range 2 { // a second time is no error (RFC 7009 2.2)
			if status, answer := w.post("/oauth/revoke", app.basic(), "token", revoked, "token_type_hint", "unheard-of"); status != 200 || answer != nil {
				t.Fatalf("%d %v", status, answer)
			}
		}
		if status, answer := app.refresh(tok.RefreshToken); status != 400 || answer["error"] != "invalid_grant" {
			t.Errorf("%s revoked: refresh %d %v", which, status, answer)
		}
		if status, _ := w.userinfo(tok.AccessToken); status != 401 {
			t.Errorf("%s revoked: userinfo %d", which, status)
		}
		if _, got := w.post("/oauth/introspect", basic("api", secret), "token", tok.AccessToken); got["active"] != false {
			t.Errorf("%s revoked: introspection %v", which, got)
		}
		if status, _ := app.refresh(other.RefreshToken); status != 200 {
			t.Errorf("another sign-on of the same person ended too: %d", status)
		}
	}
	if !w.audited(audit.TokenRevoked) {
		t.Error("no audit line")
	}
}

func TestNobodyRevokesTheTokensOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders", "offline_access")
	tok := app.tokens(w.browser())
	if status, answer := w.post("/oauth/revoke", basic("intranet", secret), "token", tok.RefreshToken); status != 400 || answer["error"] != "unauthorized_client" {
		t.Errorf("another client: %d %v", status, answer)
	}
	if status, answer := w.post("/oauth/revoke", basic("orders", "wrong"), "token", tok.RefreshToken); status != 401 || answer["error"] != "invalid_client" {
		t.Errorf("a wrong secret: %d %v", status, answer)
	}
	if status, answer := w.post("/oauth/revoke", "", "token", tok.RefreshToken); status != 401 || answer["error"] != "invalid_client" {
		t.Errorf("no credentials: %d %v", status, answer)
	}
	if status, answer := w.post("/oauth/revoke", app.basic()); status != 400 || answer["error"] != "invalid_request" {
		t.Errorf("no token: %d %v", status, answer)
	}
	if status, _ := app.refresh(tok.RefreshToken); status != 200 {
		t.Errorf("it was revoked all the same: %d", status)
	}
	// A client without a secret revokes its own by naming itself (RFC 7009 2.1).
	public := w.rp("desktop", "offline_access")
	mine := public.tokens(w.browser())
	if status, _ := w.post("/oauth/revoke", "", "token", mine.RefreshToken, "client_id", "desktop"); status != 200 {
		t.Errorf("a public client: %d", status)
	}
	if status, _ := w.userinfo(mine.AccessToken); status != 401 {
		t.Errorf("and it was not revoked: %d", status)
	}
}

func TestARevocationThatCouldNotBeDoneSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders", "offline_access")
	tok := app.tokens(w.browser())
	w.store.Before = unavailable("change")
	if status, answer := w.post("/oauth/revoke", app.basic(), "token", tok.RefreshToken); status != 503 || answer["error"] != "temporarily_unavailable" {
		t.Errorf("%d %v", status, answer)
	}
}
