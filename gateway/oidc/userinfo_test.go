package oidc_test

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestEachScopeTellsItsClaims(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *oidc.Deps) {
		d.Vouched = func(_ *ldapmap.User, field, value string) bool {
			return field == ldapmap.Emails && value == "ada@example.org"
		}
		d.PictureURL = func(*ldapmap.User) string { return "https://id.example.org/photo/1" }
	})
	w.people.change(ada, func(u *ldapmap.User) { u.Set(ldapmap.Photo, "\xff\xd8jpeg") })
	for scope, want := range map[string]map[string]any{
		"": {},
		"profile": {"name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "preferred_username": "ada", "locale": "en",
			"updated_at": float64(1767323045), "picture": "https://id.example.org/photo/1"},
		"email":            {"email": "ada@example.org", "email_verified": true},
		"phone":            {"phone_number": "+44 20 7946 0001", "phone_number_verified": false},
		"address":          {"address": map[string]any{"locality": "London", "country": "GB"}},
		"groups":           {"groups": []any{"admins", "staff"}},
		"favourite_colour": {"favourite_colour": "red"},
	} {
		app := w.rp("orders", scope)
		want["sub"] = ada
		if status, got := w.userinfo(app.tokens(w.browser()).AccessToken); status != 200 || !reflect.DeepEqual(got, want) {
			t.Errorf("scope %q tells %d %v\nwant %v", scope, status, got, want)
		}
	}
	w.set(grace, "accept")
	if _, got := w.userinfo(w.rp("orders", "profile", "email", "phone", "address", "groups").tokens(w.browser()).AccessToken); !reflect.DeepEqual(got,
		map[string]any{"sub": grace, "name": "Grace Hopper", "preferred_username": "grace", "groups": []any{}}) {
		t.Errorf("of somebody who has little to tell: %v", got)
	}
}

func TestClaimsGoIntoTheIDTokenOnlyForThoseWhoNeedThemThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *oidc.Deps) {
		d.Clients = append(d.Clients, rp.Client{ID: "old", RedirectURIs: []string{callback}, Secrets: []string{rp.DigestSecret(secret)}, Trusted: true, ClaimsInIDToken: true})
	})
	app := w.rp("old", "email", "groups")
	if id := app.idClaims(app.tokens(w.browser())); id["email"] != "ada@example.org" || !reflect.DeepEqual(id["groups"], []any{"admins", "staff"}) || id["aud"] != "old" {
		t.Errorf("the ID token says %v", id)
	}
}

func TestUserinfoTakesTheTokenInThreeWaysAndNeverTwo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tok := w.rp("orders").tokens(w.browser()).AccessToken
	for name, c := range map[string]struct {
		method, auth, body, path string
		want                     int
	}{
		"GET":                   {"GET", bearer(tok), "", "", 200},
		"lower case":            {"GET", "bearer " + tok, "", "", 200},
		"POST with header":      {"POST", bearer(tok), "", "", 200},
		"POST with body":        {"POST", "", "access_token=" + tok, "", 200},
		"both":                  {"POST", bearer(tok), "access_token=" + tok, "", 400},
		"none":                  {"GET", "", "", "", 401},
		"in the address":        {"GET", "", "", "?access_token=" + tok, 401},
		"another scheme":        {"GET", basic("orders", secret), "", "", 401},
		"changed":               {"GET", bearer(flip(tok)), "", "", 401},
		"nothing after Bearer":  {"GET", "Bearer ", "", "", 401},
		"a kilometre of it":     {"GET", bearer(strings.Repeat("A", 20000)), "", "", 401},
		"a body without length": {"POST", "", "access_token=" + tok + "&x=" + strings.Repeat("y", 70000), "", 400},
	} {
		resp := w.send(c.method, "/oauth/userinfo"+c.path, c.auth, c.body)
		resp.Body.Close()
		if resp.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", name, resp.StatusCode, c.want)
		}
		if got := resp.Header.Get("WWW-Authenticate"); c.want == 401 && !strings.HasPrefix(got, "Bearer realm=") {
			t.Errorf("%s: WWW-Authenticate: %s", name, got)
		}
		if resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control: %s", name, resp.Header.Get("Cache-Control"))
		}
	}
}

func TestUserinfoEndsWithTheTokenAndIsForOpenIDAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders")
	tok := app.tokens(w.browser()).AccessToken
	w.people.fail(fault.Wrap(fault.Unavailable, errors.New("ldap1 is down")))
	if status, answer := w.userinfo(tok); status != http.StatusServiceUnavailable || answer["error"] != "temporarily_unavailable" {
		t.Errorf("the directory is away: %d %v", status, answer)
	}
	w.people.fail(nil)
	w.later(59 * time.Minute)
	if status, _ := w.userinfo(tok); status != 200 {
		t.Errorf("after 59 minutes: %d", status)
	}
	w.later(time.Minute)
	if status, answer := w.userinfo(tok); status != 401 || answer["error"] != "invalid_token" {
		t.Errorf("after an hour: %d %v", status, answer)
	}
	app.Scopes = []string{"email"}
	if status, answer := w.userinfo(app.tokens(w.browser()).AccessToken); status != 403 || answer["error"] != "insufficient_scope" {
		t.Errorf("without openid: %d %v", status, answer)
	}
}
