package oidc_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// redeem presents a code as its application would, with the parameters changed by more.
func (a *relyingParty) redeem(code string, more ...string) (int, map[string]any) {
	a.w.t.Helper()
	values := map[string]string{"grant_type": "authorization_code", "code": code, "redirect_uri": a.RedirectURL, "code_verifier": a.verifier}
	auth := a.basic()
	if a.ClientSecret == "" {
		auth, values["client_id"] = "", a.ClientID
	}
	for i := 0; i+1 < len(more); i += 2 {
		values[more[i]] = more[i+1]
	}
	var form []string
	for name, v := range values {
		if v != "" {
			form = append(form, name, v)
		}
	}
	return a.w.post("/oauth/token", auth, form...)
}

func TestACodeWorksOnceAndASecondTimeEndsTheSignOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	code := app.code(b)
	tok, err := app.exchange(code)
	if err != nil {
		t.Fatal(err)
	}
	w.later(30 * time.Second)
	if status, answer := app.redeem(code); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("the second time: %d %v", status, answer)
	}
	if status, _ := w.userinfo(tok.AccessToken); status != http.StatusUnauthorized {
		t.Errorf("the first access token still works: %d", status)
	}
	if !w.audited(audit.CodeReplayed) {
		t.Error("nobody is told of it")
	}
}

func TestACodeThatComesBackLongAfterEndsTheSignOnToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders", "offline_access"), w.browser()
	code := app.code(b)
	tok, err := app.exchange(code)
	if err != nil {
		t.Fatal(err)
	}
	w.later(10 * time.Minute)
	if status, answer := app.redeem(code); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("after ten minutes: %d %v", status, answer)
	}
	if status, answer := app.refresh(tok.RefreshToken); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("the refresh token still works: %d %v", status, answer)
	}
}

func TestSixteenAtOnceWithOneCodeGiveOneSignOnWhichIsThenRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	for range 10 {
		code := app.code(b)
		var wg sync.WaitGroup
		var mu sync.Mutex
		var won []string
		start := make(chan struct{})
		for range 16 {
			wg.Go(func() {
				<-start
				status, answer := app.redeem(code)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case status == 200:
					won = append(won, answer["access_token"].(string))
				case status != 400 || answer["error"] != "invalid_grant":
					t.Errorf("a loser gets %d %v", status, answer)
				}
			})
		}
		close(start)
		wg.Wait()
		if len(won) != 1 {
			t.Fatalf("%d of 16 redeemed the code", len(won))
		}
		if status, _ := w.userinfo(won[0]); status != http.StatusUnauthorized {
			t.Errorf("the grant was not revoked: %d", status)
		}
	}
}

func TestACodeIsGoodForItsApplicationAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	code := app.code(b)
	other := w.rp("intranet")
	other.verifier = app.verifier
	if status, answer := other.redeem(code); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("another client: %d %v", status, answer)
	}
	for name, c := range map[string]struct {
		want string
		more []string
	}{
		"another redirect_uri":   {"invalid_grant", []string{"redirect_uri", callback + "?shop=1"}},
		"no redirect_uri":        {"invalid_grant", []string{"redirect_uri", ""}},
		"another verifier":       {"invalid_grant", []string{"code_verifier", strings.Repeat("v", 43)}},
		"no verifier":            {"invalid_grant", []string{"code_verifier", ""}},
		"a short verifier":       {"invalid_grant", []string{"code_verifier", "abc"}},
		"a long verifier":        {"invalid_grant", []string{"code_verifier", strings.Repeat("v", 129)}},
		"an odd verifier":        {"invalid_grant", []string{"code_verifier", strings.Repeat("é", 30)}},
		"no code":                {"invalid_request", []string{"code", ""}},
		"a changed code":         {"invalid_grant", []string{"code", code[:40] + string(code[40]^1) + code[41:]}},
		"a refresh grant for it": {"invalid_grant", []string{"grant_type", "refresh_token", "refresh_token", code}},
		"no grant_type":          {"invalid_request", []string{"grant_type", ""}},
		"an unknown grant_type":  {"unsupported_grant_type", []string{"grant_type", "password"}},
		"two grant types":        {"unsupported_grant_type", []string{"grant_type", "authorization_code refresh_token"}},
	} {
		if status, answer := app.redeem(code, c.more...); status != 400 || answer["error"] != c.want {
			t.Errorf("%s: %d %v, want %s", name, status, answer, c.want)
		}
	}
	if _, err := app.exchange(code); err != nil {
		t.Errorf("after all those tries the application itself cannot redeem it: %v", err)
	}
}

func TestPKCEIsAskedOfClientsWithoutASecretAndOfThoseThatWantIt(t *testing.T) {
	t.Parallel()
	strict := rp.Client{ID: "strict", RedirectURIs: []string{callback}, Secrets: []string{rp.DigestSecret(secret)}, RequirePKCE: true, Trusted: true}
	w := newWorld(t, func(d *oidc.Deps) { d.Clients = append(d.Clients, strict) })
	app, b := w.rp("strict"), w.browser()
	if q := app.back(b.Get(app.authURL("code_challenge", "", "code_challenge_method", ""))); q.Get("error") != "invalid_request" {
		t.Errorf("a client that requires PKCE, without it: %v", q)
	}
	public := w.rp("desktop")
	if _, err := public.exchange(public.code(b)); err != nil {
		t.Errorf("a client without a secret, with PKCE: %v", err)
	}
	// Somebody puts a code that was asked for without PKCE into a session with it (RFC 9700 4.8.2).
	plain := w.rp("orders")
	if status, answer := plain.redeem(plain.code(b, "code_challenge", "", "code_challenge_method", "")); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("a verifier for a code without challenge: %d %v", status, answer)
	}
}

func TestACodeDiesWithWhatItStandsOn(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(*world){
		"it expires":                    func(w *world) { w.later(61 * time.Second) },
		"the account is locked":         func(w *world) { w.people.change(ada, func(u *ldapmap.User) { u.Account.Locked = true }) },
		"the account is disabled":       func(w *world) { w.people.change(ada, func(u *ldapmap.User) { u.Account.Disabled = true }) },
		"the account ends":              func(w *world) { w.people.change(ada, func(u *ldapmap.User) { u.Account.Expires = w.now() }) },
		"the person is deleted":         func(w *world) { w.people.remove(ada) },
		"the password is reset":         func(w *world) { w.people.change(ada, func(u *ldapmap.User) { u.Account.Mark = "20261123180000Z" }) },
		"the consent is revoked":        func(w *world) { must(w, w.records.RevokeClient(w.t.Context(), w.person(ada), "orders")) },
		"the person signs out for good": func(w *world) { must(w, w.records.RevokeAll(w.t.Context(), w.person(ada))) },
		"consent is revoked and renewed": func(w *world) {
			must(w, w.records.RevokeClient(w.t.Context(), w.person(ada), "orders"))
			w.rp("orders").code(w.browser())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			app := w.rp("orders")
			code := app.code(w.browser())
			happens(w)
			if status, answer := app.redeem(code); status != 400 || answer["error"] != "invalid_grant" {
				t.Errorf("%d %v", status, answer)
			}
		})
	}
}

func must(w *world, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestWhenTheDirectoryIsAwayTheCodeStaysGood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders")
	code := app.code(w.browser())
	away := fault.Wrap(fault.Unavailable, errors.New("ldap1.example.org is down"))
	for name, fail := range map[string]func(error){
		"people": w.people.fail,
		"state": func(err error) {
			w.store.Before = func(verb string, _ state.Path) error { return map[bool]error{true: err}[verb == "change"] }
		},
	} {
		fail(away)
		status, answer := app.redeem(code)
		if status != http.StatusServiceUnavailable || answer["error"] != "temporarily_unavailable" || strings.Contains(answer["error_description"].(string), "ldap1") {
			t.Errorf("%s away: %d %v", name, status, answer)
		}
		fail(nil)
	}
	if _, err := app.exchange(code); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
