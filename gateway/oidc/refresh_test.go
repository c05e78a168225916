package oidc_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap"
)

func TestARefreshTokenRenewsTheSignOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders", "email", "offline_access")
	tok := app.tokens(w.browser())
	before := app.idClaims(tok)
	for range 3 {
		w.later(10 * time.Hour)
		status, answer := app.refresh(tok.RefreshToken)
		if status != 200 || answer["refresh_token"] == tok.RefreshToken || answer["scope"] != "openid email offline_access" {
			t.Fatalf("%d %v", status, answer)
		}
		tok.RefreshToken, tok.AccessToken = answer["refresh_token"].(string), answer["access_token"].(string)
		after := app.idClaims(tok.WithExtra(answer))
		for _, same := range []string{"iss", "sub", "aud", "auth_time", "acr", "sid"} { // OpenID Connect Core 12.2
			if after[same] != before[same] {
				t.Errorf("%s was %v and is %v", same, before[same], after[same])
			}
		}
		if after["nonce"] != nil || after["iat"] == before["iat"] {
			t.Errorf("the renewed ID token says %v", after)
		}
		if status, info := w.userinfo(tok.AccessToken); status != 200 || info["email"] != "ada@example.org" {
			t.Errorf("userinfo: %d %v", status, info)
		}
	}
	w.later(91 * 24 * time.Hour)
	if status, answer := app.refresh(tok.RefreshToken); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("after its end: %d %v", status, answer)
	}
}

func TestARefreshMayAskForLessAndNeverForMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders", "email", "offline_access")
	tok := app.tokens(w.browser())
	status, answer := app.refresh(tok.RefreshToken, "scope", "openid")
	if status != 200 || answer["scope"] != "openid" {
		t.Fatalf("%d %v", status, answer)
	}
	if _, info := w.userinfo(answer["access_token"].(string)); info["email"] != nil || info["sub"] != ada {
		t.Errorf("the narrower token tells %v", info)
	}
	next := answer["refresh_token"].(string)
	if status, answer := app.refresh(next, "scope", "openid phone"); status != 400 || answer["error"] != "invalid_scope" {
		t.Errorf("a scope that was not granted: %d %v", status, answer)
	}
	if status, answer := app.refresh(next); status != 200 || answer["scope"] != "openid email offline_access" {
		t.Errorf("what was granted is there again afterwards (RFC 6749 6): %d %v", status, answer)
	}
	app.Scopes = []string{"email", "offline_access"}
	if status, answer := app.refresh(app.tokens(w.browser()).RefreshToken); status != 200 || answer["id_token"] != nil {
		t.Errorf("plain OAuth without openid: %d %v", status, answer)
	}
}

func TestAnOldRefreshTokenEndsTheSignOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders", "offline_access")
	first := app.tokens(w.browser()).RefreshToken
	_, answer := app.refresh(first)
	second := answer["refresh_token"].(string)
	// A client that lost the answer gets it again for a moment.
	w.later(20 * time.Second)
	status, again := app.refresh(first)
	if status != 200 {
		t.Fatalf("within the grace window: %d %v", status, again)
	}
	w.later(20 * time.Second)
	if status, answer := app.refresh(first); status != 400 || answer["error"] != "invalid_grant" || !w.audited(audit.TokenReplayed) {
		t.Errorf("after it: %d %v", status, answer)
	}
	for _, dead := range []string{second, again["refresh_token"].(string)} {
		if status, _ := app.refresh(dead); status != 400 {
			t.Errorf("the sign-on goes on: %d", status)
		}
	}
	if status, _ := w.userinfo(again["access_token"].(string)); status != 401 {
		t.Errorf("the access token goes on: %d", status)
	}
}

func TestSixteenRefreshesAtOnceMakeOneStep(t *testing.T) {
	t.Parallel()
	for name, grace := range map[string]time.Duration{"with a grace window": 30 * time.Second, "without": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(d *oidc.Deps) {
				d.Records = state.NewRecords(d.Store, d.Clock, state.WithGrace(grace))
			})
			app := w.rp("orders", "offline_access")
			token := app.tokens(w.browser()).RefreshToken
			var wg sync.WaitGroup
			var mu sync.Mutex
			won := 0
			start := make(chan struct{})
			for range 16 {
				wg.Go(func() {
					<-start
					status, answer := app.refresh(token)
					mu.Lock()
					defer mu.Unlock()
					switch {
					case status == 200:
						won++
					case status != 400 || answer["error"] != "invalid_grant":
						t.Errorf("a loser gets %d %v", status, answer)
					}
				})
			}
			close(start)
			wg.Wait()
			p := w.person(ada)
			switch {
			case grace > 0 && (won != 16 || len(p.Rotations) != 1 || p.Rotations[0].Generation != 1):
				t.Errorf("%d succeeded and the generation is %v; want all 16 and one step", won, p.Rotations)
			case grace == 0 && (won != 1 || len(p.Grants) != 0):
				t.Errorf("%d succeeded and %d grants are left; want one, revoked by the others", won, len(p.Grants))
			}
		})
	}
}

func TestNoNewTokenForWhoeverMayNotBeLetIn(t *testing.T) {
	t.Parallel()
	var barred atomic.Bool
	for name, happens := range map[string]func(*world){
		"locked":                         func(w *world) { w.people.change(ada, func(u *ldapmap.User) { u.Account.Locked = true }) },
		"deleted":                        func(w *world) { w.people.remove(ada) },
		"password reset":                 func(w *world) { w.people.change(ada, func(u *ldapmap.User) { u.Account.Mark = "later" }) },
		"signed out everywhere":          func(w *world) { must(w, w.records.RevokeAll(w.t.Context(), w.person(ada))) },
		"application removed":            func(w *world) { must(w, w.records.RevokeClient(w.t.Context(), w.person(ada), "orders")) },
		"out of the application's group": func(*world) { barred.Store(true) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(d *oidc.Deps) {
				if name == "out of the application's group" {
					d.MayUse = func(context.Context, *ldapmap.User, *rp.Client) (bool, error) { return !barred.Load(), nil }
				}
			})
			app := w.rp("orders", "offline_access")
			tok := app.tokens(w.browser())
			happens(w)
			if status, answer := app.refresh(tok.RefreshToken); status != 400 || answer["error"] != "invalid_grant" {
				t.Errorf("refresh: %d %v", status, answer)
			}
			if status, _ := w.userinfo(tok.AccessToken); status != 401 {
				t.Errorf("userinfo: %d", status)
			}
			if _, answer := w.post("/oauth/introspect", basic("api", secret), "token", tok.AccessToken); answer["active"] != false {
				t.Errorf("introspection: %v", answer)
			}
		})
	}
}

func TestARefreshTokenIsGoodForItsApplicationAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders", "offline_access")
	first := app.tokens(w.browser()).RefreshToken
	other := w.rp("intranet")
	for range 2 { // an old token in the wrong hands must not set off the alarm either
		if status, answer := other.refresh(first); status != 400 || answer["error"] != "invalid_grant" {
			t.Errorf("another client: %d %v", status, answer)
		}
	}
	if status, answer := app.refresh(first); status != 200 {
		t.Errorf("the client itself: %d %v", status, answer)
	}
}

func TestWhoGetsARefreshToken(t *testing.T) {
	t.Parallel()
	s := []string{rp.DigestSecret(secret)}
	w := newWorld(t, func(d *oidc.Deps) {
		d.Clients = append(d.Clients, rp.Client{ID: "always", RedirectURIs: []string{callback}, Secrets: s, Trusted: true, AlwaysRefresh: true},
			rp.Client{ID: "never", RedirectURIs: []string{callback}, Secrets: s, Trusted: true, Grants: []string{"authorization_code"}})
	})
	if w.rp("always").tokens(w.browser()).RefreshToken == "" {
		t.Error("a client that always gets one got none")
	}
	never := w.rp("never", "offline_access")
	if never.tokens(w.browser()).RefreshToken != "" {
		t.Error("a client that may not use one got one")
	}
	// One that outlives the sign-out, and one that does not.
	offline, online := w.rp("orders", "offline_access"), w.rp("always")
	b := w.browser()
	kept, ended := offline.tokens(b).RefreshToken, online.tokens(b).RefreshToken
	for _, s := range w.person(ada).Sessions {
		must(w, w.records.EndSession(t.Context(), w.person(ada), s.ID))
	}
	if status, _ := online.refresh(ended); status != 400 {
		t.Errorf("without offline_access it goes on after the sign-out: %d", status)
	}
	if status, answer := offline.refresh(kept); status != 200 {
		t.Errorf("with offline_access it ends with the sign-out: %d %v", status, answer)
	}
}
