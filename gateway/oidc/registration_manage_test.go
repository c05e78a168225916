package oidc_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/registration"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
)

func TestAnApplicationReadsChangesAndRemovesItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	got := w.registered(map[string]any{"grant_types": []string{"authorization_code", "refresh_token"}, "client_name": "Sheets", "client_uri": "https://sheets.example.org", "contacts": []string{"ada@example.org"}})
	id, secret := fmt.Sprint(got["client_id"]), fmt.Sprint(got["client_secret"])
	path, mine := w.own(got)
	status, read := w.tell("GET", path, mine, "")
	if delete(got, "client_secret"); status != 200 || fmt.Sprint(read) != fmt.Sprint(got) {
		t.Errorf("it reads %d\n%v, registered was\n%v", status, read, got)
	}
	app, b := w.rp(id, "offline_access"), w.browser()
	app.ClientSecret = secret
	tok := app.tokens(b)
	// What is not said any more is gone, with the defaults in its place; the token and the secret stay.
	status, changed := w.tell("PUT", path, mine, map[string]any{"client_id": id, "client_secret": secret, "client_name": "Charts", "redirect_uris": []string{callback}, "scope": "openid email", "token_endpoint_auth_method": "client_secret_post"})
	if status != 200 || changed["client_name"] != "Charts" || changed["client_uri"] != nil || changed["contacts"] != nil || changed["scope"] != "openid email" || changed["client_secret"] != nil ||
		changed["registration_access_token"] != got["registration_access_token"] {
		t.Errorf("changed: %d %v", status, changed)
	}
	if status, _ := w.userinfo(tok.AccessToken); status != 200 {
		t.Errorf("a token from before: %d", status)
	}
	if status, got := app.refresh(tok.RefreshToken); status != 401 {
		t.Errorf("its old way to prove itself: %d %v", status, got)
	}
	// Another way to prove itself brings what that needs.
	said := map[string]any{"client_id": id, "redirect_uris": []string{callback}}
	for _, step := range []struct {
		method string
		fresh  bool
	}{{"client_secret_jwt", true}, {"none", false}, {"client_secret_basic", true}, {"client_secret_post", false}} {
		said["token_endpoint_auth_method"] = step.method
		if status, got := w.tell("PUT", path, mine, said); status != 200 || (got["client_secret"] != nil) != step.fresh || got["token_endpoint_auth_method"] != step.method {
			t.Errorf("%s: %d %v", step.method, status, got)
		}
	}
	if status, _ := w.tell("DELETE", path, mine, ""); status != http.StatusNoContent {
		t.Errorf("removed: %d", status)
	}
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		if status, got := w.tell(method, path, mine, said); status != 401 || got["error"] != "invalid_token" {
			t.Errorf("%s afterwards: %d %v", method, status, got)
		}
	}
	if status, _ := w.post("/oauth/token", "", "grant_type", "refresh_token", "refresh_token", tok.RefreshToken, "client_id", id); status != 401 {
		t.Errorf("its refresh token: %d", status)
	}
	for _, action := range []string{"client_registered", "client_changed", "client_deleted"} {
		if !strings.Contains(w.audit.String(), action) {
			t.Errorf("the audit log has no %s", action)
		}
	}
}

func TestAnUpdateIsHeldToTheBook(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	got := w.registered(map[string]any{})
	path, mine := w.own(got)
	good := map[string]any{"client_id": got["client_id"], "redirect_uris": []string{callback}}
	w.store.Counts()
	for name, spoil := range map[string]map[string]any{
		"client_id":                 {"client_id": "another"},
		"no client_id":              {"client_id": nil},
		"client_secret":             {"client_secret": "of my own"},
		"registration_access_token": {"registration_access_token": "of my own"},
		"registration_client_uri":   {"registration_client_uri": "https://evil.example.org"},
		"client_id_issued_at":       {"client_id_issued_at": 1},
		"client_secret_expires_at":  {"client_secret_expires_at": 1},
		"redirect_uris":             {"redirect_uris": []string{"https://a.example.org/#x"}},
		"grant_types":               {"grant_types": []string{"client_credentials"}},
	} {
		said := maps.Clone(good)
		maps.Copy(said, spoil)
		status, got := w.tell("PUT", path, mine, said)
		want := map[bool]string{true: "invalid_redirect_uri", false: "invalid_client_metadata"}[name == "redirect_uris"]
		if field := strings.TrimPrefix(name, "no "); status != 400 || got["error"] != want || !strings.Contains(fmt.Sprint(got["error_description"]), field+": ") {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
	if c := w.store.Counts(); c.Change != 0 {
		t.Errorf("something was changed: %+v", c)
	}
	if status, _ := w.tell("PUT", path, mine, good); status != 200 {
		t.Errorf("a good one: %d", status)
	}
	w.store.Expect(t, "a good one", statetest.Counts{Get: 2, Change: 1})
}

func TestOnlyTheApplicationItselfGetsAtWhatItSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	one, other := w.registered(map[string]any{}), w.registered(map[string]any{})
	path, mine := w.own(one)
	_, theirs := w.own(other)
	w.store.Counts()
	for authorization, want := range map[string]string{
		"": "invalid_request", theirs: "invalid_token", bearer("made-up"): "invalid_token", mine + "x": "invalid_token", bearer(w.invitation(1)): "invalid_token",
		basic(fmt.Sprint(one["client_id"]), fmt.Sprint(one["client_secret"])): "invalid_request", bearer(strings.Repeat("A", 5000)): "invalid_token",
	} {
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			resp := w.sendAs("application/json", method, path, authorization, `{}`)
			challenge := resp.Header.Get("WWW-Authenticate")
			if status, got := w.answer(resp); status != 401 || got["error"] != want || !strings.HasPrefix(challenge, `Bearer realm="`) {
				t.Errorf("%s with %.20q: %d %v %s", method, authorization, status, got, challenge)
			}
		}
	}
	w.store.Expect(t, "tokens that are none of the application's", statetest.Counts{})
	for _, id := range []string{"orders", "nobody", "..%2forders"} {
		if status, _ := w.tell("GET", pathRegister+"/"+id, mine, ""); status != 401 {
			t.Errorf("%s: %d", id, status)
		}
	}
	// An administrator who takes it over has the last word.
	_, err := w.provider.Registry().Change(t.Context(), fmt.Sprint(one["client_id"]), func(c *rp.Client) error { c.Self = nil; return nil })
	must(w, err)
	if status, got := w.tell("GET", path, mine, ""); status != 401 {
		t.Errorf("after it was taken over: %d %v", status, got)
	}
	w.store.Before = unavailable("get")
	resp := w.sendAs("application/json", "GET", strings.TrimPrefix(fmt.Sprint(other["registration_client_uri"]), w.server.URL), theirs, "")
	wait := resp.Header.Get("Retry-After")
	if status, got := w.answer(resp); status != 503 || got["error"] != "temporarily_unavailable" || wait == "" || strings.Contains(fmt.Sprint(got), "refused") {
		t.Errorf("while the directory is away: %d %v, after %q", status, got, wait)
	}
}

func TestWhatNobodyUsesIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open, func(c *registration.Config) { c.Unused = 30 * 24 * time.Hour }))
	used, unused, kept := w.registered(map[string]any{}), w.registered(map[string]any{}), w.registered(map[string]any{})
	must(w, w.provider.Register(t.Context(), &rp.Client{ID: "wiki", RedirectURIs: []string{callback}}))
	app := w.rp(fmt.Sprint(used["client_id"]))
	app.ClientSecret = fmt.Sprint(used["client_secret"])
	app.tokens(w.browser())
	_, err := w.provider.Registry().Change(t.Context(), fmt.Sprint(kept["client_id"]), func(c *rp.Client) error { c.Self = nil; return nil })
	must(w, err)
	janitor := &state.Janitor{Records: w.records, Retire: w.provider.Retire, After: func(time.Duration) <-chan time.Time { c := make(chan time.Time); close(c); return c }}
	left := func() string {
		var ids []string
		_, err := janitor.Round(t.Context())
		must(w, err)
		must(w, w.store.List(t.Context(), state.Clients, func(r state.Record) bool { ids = append(ids, r.ID); return true }))
		return strings.Join(ids, " ")
	}
	w.later(30*24*time.Hour - time.Second)
	if got := left(); !strings.Contains(got, fmt.Sprint(unused["client_id"])) {
		t.Errorf("a second too early: %s", got)
	}
	w.later(time.Second)
	got := left()
	for _, id := range []any{used["client_id"], kept["client_id"], "wiki"} {
		if !strings.Contains(got, fmt.Sprint(id)) {
			t.Errorf("%v is gone: %s", id, got)
		}
	}
	if strings.Contains(got, fmt.Sprint(unused["client_id"])) || !strings.Contains(w.audit.String(), "nobody has let it in") {
		t.Errorf("the unused one is there still: %s", got)
	}
}
