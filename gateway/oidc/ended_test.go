package oidc_test

import (
	"testing"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap"
)

// replica is a second provider on the same records.
func (w *world) replica(t *testing.T) *world {
	t.Helper()
	other := newWorld(t, func(d *oidc.Deps) {
		d.Issuer, d.Store, d.People = w.server.URL, w.store, w.people
		d.Records, d.Clock = state.NewRecords(w.store, w.now), w.now
	})
	return other
}

func TestWhoIsLockedDeletedOrResetIsOutEverywhereAtOnceOnEveryReplica(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(w *world){
		"locked":             func(w *world) { w.people.change(ada, func(u *ldapmap.User) { u.Account.Locked = true }) },
		"deleted":            func(w *world) { w.people.remove(ada) },
		"password reset":     func(w *world) { w.people.change(ada, func(u *ldapmap.User) { u.Account.Mark = "20261123190000Z" }) },
		"revoked everywhere": func(w *world) { must(w, w.sessions.EndAll(t.Context(), ada)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			other := w.replica(t)
			app, b := w.rp("orders", "offline_access"), w.browser()
			tok := app.tokens(b)
			code := app.code(b)
			if status, _ := other.userinfo(tok.AccessToken); status != 200 {
				t.Fatalf("the replicas do not share: %d", status)
			}
			end(w)
			for i, replica := range []*world{w, other} {
				if status, _ := replica.userinfo(tok.AccessToken); status != 401 {
					t.Errorf("replica %d: userinfo %d", i, status)
				}
				if _, got := replica.post("/oauth/introspect", basic("api", secret), "token", tok.AccessToken); got["active"] != false {
					t.Errorf("replica %d: introspection %v", i, got)
				}
				if status, got := replica.post("/oauth/token", app.basic(), "grant_type", "refresh_token", "refresh_token", tok.RefreshToken); status != 400 || got["error"] != "invalid_grant" {
					t.Errorf("replica %d: refresh %d %v", i, status, got)
				}
				if status, got := replica.post("/oauth/token", app.basic(), "grant_type", "authorization_code", "code", code, "redirect_uri", callback,
					"code_verifier", app.verifier); status != 400 || got["error"] != "invalid_grant" {
					t.Errorf("replica %d: code %d %v", i, status, got)
				}
			}
			if stillIn(app, b) {
				t.Error("the browser is still signed in")
			}
		})
	}
}
