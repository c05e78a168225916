package oidc_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func onlyAda(_ context.Context, u *ldapmap.User, c *rp.Client) (bool, error) {
	return u.ID == ada && c.ID == "orders", nil
}

func TestRequestsAreTakenAsTheyCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders", "email"), w.browser()
	for name, more := range map[string][]string{
		"no state": {"state", ""}, "a short state": {"state", "x"}, "no nonce": {"nonce", ""}, "unknown parameters": {"foo", "bar", "audience", "https://api.example.org"},
		"display": {"display", "popup"}, "acr_values": {"acr_values", "loa2 loa3"}, "claims_locales": {"claims_locales", "de"}, "no PKCE": {"code_challenge", "", "code_challenge_method", ""},
		"response_mode=query": {"response_mode", "query"}, "a registered query": {"redirect_uri", callback + "?shop=1"}, "scopes nobody knows": {"scope", "openid unheard-of email email"},
	} {
		q := app.back(b.Get(app.authURL(more...)))
		want := "state-of-the-app"
		if more[0] == "state" {
			want = more[1]
		}
		if q.Get("code") == "" || q.Get("state") != want || q.Has("state") != (want != "") {
			t.Errorf("%s: %v", name, q)
		}
		if more[0] == "redirect_uri" && q.Get("shop") != "1" {
			t.Errorf("what was registered in the query is lost: %v", q)
		}
	}
	tok := app.tokens(b, "scope", "openid unheard-of email email")
	if tok.Extra("scope") != "openid email" {
		t.Errorf("the token answer says scope %v", tok.Extra("scope"))
	}
}

func TestMistakesOfAnApplicationAreToldToIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	for name, c := range map[string]struct {
		want string
		more []string
	}{
		"no response_type":           {"invalid_request", []string{"response_type", ""}},
		"in capitals":                {"unsupported_response_type", []string{"response_type", "CODE"}},
		"an unknown response_mode":   {"unsupported_response_mode", []string{"response_mode", "pigeon"}},
		"an unsigned request object": {"invalid_request_object", []string{"request", "eyJhbGciOiJub25lIn0.e30."}},
		"a request object elsewhere": {"invalid_request_uri", []string{"request_uri", "https://orders.example.org/request.jwt"}},
		"registration":               {"registration_not_supported", []string{"registration", "{}"}},
		"no scope at all":            {"invalid_scope", []string{"scope", ""}},
		"plain PKCE":                 {"invalid_request", []string{"code_challenge_method", "plain"}},
		"PKCE without method":        {"invalid_request", []string{"code_challenge_method", ""}},
		"a short challenge":          {"invalid_request", []string{"code_challenge", "abc"}},
		"a method without challenge": {"invalid_request", []string{"code_challenge", ""}},
	} {
		q := app.back(b.Get(app.authURL(append(c.more, "prompt", "none")...)))
		if q.Get("error") != c.want || q.Get("iss") != w.server.URL || q.Get("state") != "state-of-the-app" || q.Get("error_description") == "" {
			t.Errorf("%s: %v, want %s", name, q, c.want)
		}
	}
	for _, twice := range []string{"scope", "state", "nonce", "prompt", "response_type", "code_challenge", "max_age"} {
		q := app.back(b.Get(app.authURL() + "&" + twice + "=x&" + twice + "=y"))
		if q.Get("error") != "invalid_request" {
			t.Errorf("%s twice: %v", twice, q)
		}
	}
	public := w.rp("desktop")
	if q := public.back(b.Get(public.authURL("code_challenge", "", "code_challenge_method", ""))); q.Get("error") != "invalid_request" {
		t.Errorf("a client without a secret and without PKCE: %v", q)
	}
}

func TestNobodyIsSentToAnAddressThatIsNotTheApplications(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	app.code(b)
	for name, more := range map[string][]string{
		"an unknown client":      {"client_id", "nobody"},
		"a client of odd name":   {"client_id", "Orders/../x"},
		"no client":              {"client_id", ""},
		"no redirect_uri":        {"redirect_uri", ""},
		"another site":           {"redirect_uri", "https://evil.example.org/callback"},
		"another path":           {"redirect_uri", callback + "/../x"},
		"a longer path":          {"redirect_uri", callback + "/more"},
		"another query":          {"redirect_uri", callback + "?shop=2"},
		"a query more":           {"redirect_uri", callback + "?shop=1&x=y"},
		"a fragment":             {"redirect_uri", callback + "#x"},
		"another scheme":         {"redirect_uri", strings.Replace(callback, "https", "http", 1)},
		"in capitals":            {"redirect_uri", "https://ORDERS.example.org/callback"},
		"a user in it":           {"redirect_uri", "https://orders.example.org@evil.example.org/callback"},
		"a port":                 {"redirect_uri", "https://orders.example.org:444/callback"},
		"a script":               {"redirect_uri", "javascript:alert(1)"},
		"and a wrong scope":      {"redirect_uri", "https://evil.example.org/", "scope", ""},
		"and prompt=none":        {"redirect_uri", "https://evil.example.org/", "prompt", "none"},
		"a request object above": {"redirect_uri", "https://evil.example.org/", "request", "x"},
	} {
		page := b.Get(app.authURL(more...))
		if page.Status != http.StatusBadRequest || page.URL.Host != strings.TrimPrefix(w.server.URL, "http://") || page.Header.Get("Location") != "" {
			t.Errorf("%s: status %d at %s", name, page.Status, page.URL)
		}
	}
	for _, twice := range []string{"client_id=orders", "redirect_uri=" + url.QueryEscape("https://evil.example.org/")} {
		if page := b.Get(app.authURL() + "&" + twice); page.Status != http.StatusBadRequest || page.Header.Get("Location") != "" {
			t.Errorf("%s a second time: status %d at %s", twice, page.Status, page.URL)
		}
	}
}

func TestTooLargeARequestIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	app.code(b, "state", strings.Repeat("s", 3000))
	if page := b.Get(app.authURL("state", strings.Repeat("s", 4000))); page.Status != http.StatusBadRequest {
		t.Errorf("status %d at %s", page.Status, page.URL)
	}
	if page := b.Post("/oauth/authorize", "state", strings.Repeat("s", 100<<10)); page.Status < 400 {
		t.Errorf("status %d at %s", page.Status, page.URL)
	}
}

func TestNativeAppsComeBackToAnyPortOfTheirMachine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("desktop"), w.browser()
	for _, uri := range []string{"http://127.0.0.1:7777/callback", "http://127.0.0.1/callback", "http://localhost:8080/callback", "org.example.desktop:/callback"} {
		app.RedirectURL = uri
		page := b.Get(app.authURL())
		if !strings.HasPrefix(page.URL.String(), uri+"?") {
			t.Fatalf("%s: the browser is at %s: %s", uri, page.URL, page.Text("main"))
		}
		if _, err := app.exchange(page.URL.Query().Get("code")); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
	}
	for _, uri := range []string{"https://127.0.0.1:7777/callback", "http://127.0.0.1:7777/other", "http://127.0.0.2:7777/callback", "http://[::1]:7777/callback", "http://localhost.example.org:1/callback", "http://u@localhost:1/callback"} {
		app.RedirectURL = uri
		if page := b.Get(app.authURL()); page.Status != http.StatusBadRequest {
			t.Errorf("%s: status %d at %s", uri, page.Status, page.URL)
		}
	}
}

func TestADirectoryThatIsAwayIsNoReasonToSignInAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	app.code(b)
	w.people.fail(fault.Wrap(fault.Unavailable, errors.New("connection refused by ldap1.example.org")))
	page := b.Get(app.authURL())
	if page.Status != http.StatusServiceUnavailable || page.Says("ldap1.example.org") {
		t.Errorf("status %d: %s", page.Status, page.Text("main"))
	}
	if q := app.back(b.Get(app.authURL("prompt", "none"))); q.Get("error") != "temporarily_unavailable" || strings.Contains(q.Encode(), "ldap1") {
		t.Errorf("prompt=none: %v", q)
	}
	w.people.fail(nil)
	app.code(b)
	if w.signedIn() != 1 {
		t.Error("the person had to sign in again")
	}
}
