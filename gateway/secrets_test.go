package gateway_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

const fresh = "seven green umbrellas"

// everything goes through all the journeys that have something secret in them, and returns the secrets.
func everything(t *testing.T, g *housetest.Gateway) map[string]string {
	t.Helper()
	secrets := map[string]string{
		"the master secret": housetest.MasterSecret, "the secret of an application": housetest.AppSecret,
		"the password of the service account": ldaptest.ServicePassword, "somebody's password": "ada-password", "a new password": fresh,
		"a wrong password": "a wrong guess of mine", "a password too short": "xyzzy!",
	}
	b := g.Browser(t)
	page := b.Get("/signin").Submit("main form", "login", "ada")
	page.Submit("main form", "password", secrets["a wrong password"])
	page.Submit("main form", "password", "ada-password", "stay", "1")
	for _, c := range b.Cookies() {
		secrets["the cookie "+c.Name] = c.Value
	}

	a := newApp(t, g, housetest.AppID, "profile", "email", "offline_access")
	if page := b.Get(a.address()); page.Has("#deny") {
		page.Submit("main form", "decision", "deny")
	}
	code := a.signOn(t, b)
	token := a.exchange(t, code)
	secrets["a code"], secrets["an access token"], secrets["a refresh token"], secrets["the PKCE verifier"] = code, token.AccessToken, token.RefreshToken, a.verifier
	idToken, _ := token.Extra("id_token").(string)
	secrets["an ID token"] = idToken
	_, renewed := a.refresh(t, token.RefreshToken)
	for _, name := range []string{"access_token", "refresh_token", "id_token"} {
		secrets["a second "+name], _ = renewed[name].(string)
	}
	a.redeem(t, code) // replayed
	a.userinfo(t, token.AccessToken)
	a.token(t, map[string][]string{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {a.RedirectURL}, "code_verifier": {"a wrong verifier of 43 characters or more, surely"}})
	b.Get("/applications").Submit(`main form[action="/applications"]`)

	b.Get("/password").Submit("main form", "current", "ada-password", "new", secrets["a password too short"])
	b.Get("/password").Submit("main form", "current", secrets["a wrong password"], "new", fresh)
	b.Get("/password").Submit("main form", "current", "ada-password", "new", fresh)
	b = g.SignInWith(t, "ada", fresh)

	g.Browser(t).Get("/password/forgot").Submit("main form", "login", "grace")
	reset := g.Mail(t, "grace@example.org").Link("/password/reset")
	secrets["a link to reset"] = reset[strings.Index(reset, "?t=")+3:]
	if page := g.Browser(t).Get(reset).Submit("main form", "new", fresh+" again"); page.Status != 200 {
		t.Fatalf("resetting: status %d: %s", page.Status, page.Text("main"))
	}
	g.Browser(t).Get(reset) // used

	b.Get("/invite").Submit("main form.sheet", "emails", "luc@example.org", "way", "mail", "username", "luc")
	join := g.Mail(t, "luc@example.org").Link("/join")
	secrets["an invitation"] = join[strings.Index(join, "?t=")+3:]
	if page := g.Browser(t).Get(join).Submit("main form.sheet", "given_name", "Luc", "family_name", "Moreau", "password", fresh+" too"); page.Status != 200 {
		t.Fatalf("joining: status %d: %s", page.Status, page.Text("main"))
	}

	b.Get("/profile").Submit("main form.sheet", "emails", "ada@example.org", "emails", "new@example.org", "mobile", "+44 7700 900321")
	confirm := g.Mail(t, "new@example.org").Link("/profile/confirm")
	secrets["a confirmation"] = confirm[strings.Index(confirm, "?t=")+3:]
	g.Browser(t).Get(confirm).Submit("main form")
	b.Get("/admin/status")
	b.Get("/").Submit(`form[action="/signout"]`)
	return secrets
}

func TestNoSecretIsEverWrittenToALog(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s})
		secrets := everything(t, g)
		g.Directory.Stop(t) // what fails is logged with its cause
		page := g.Browser(t).Post("/signin/password", "login", "ada", "password", fresh)
		if page.Status != http.StatusServiceUnavailable {
			t.Errorf("without a directory: status %d", page.Status)
		}
		g.Browser(t).Post("/join", "t", secrets["an invitation"], "password", fresh)
		log, audit := g.Log.String(), g.Audit.String()
		if len(g.Log.All()) < 40 || len(g.Audit.All()) < 15 {
			t.Fatalf("%d and %d lines: the logs are not what they should be", len(g.Log.All()), len(g.Audit.All()))
		}
		for name, secret := range secrets {
			if len(secret) < 6 {
				t.Fatalf("%s is %q: the journey went wrong", name, secret)
			}
			if strings.Contains(log, secret) || strings.Contains(audit, secret) {
				t.Errorf("%s stands in a log", name)
			}
			// The middle of something long would be enough to find it again, and its end to use it.
			if half := len(secret) / 2; half > 20 && (strings.Contains(log, secret[half:half+16]) || strings.Contains(audit, secret[half:half+16])) {
				t.Errorf("a part of %s stands in a log", name)
			}
		}
	})
}

func TestTheAuditLogHasALineForEverythingThatHappened(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	everything(t, g)
	for action, want := range map[string]struct {
		outcome string
		has     []string
	}{
		"sign_in":                  {"success", []string{"person", "username", "ip", "request_id"}},
		"sign_in_failed":           {"failure", []string{"person", "username", "ip", "request_id"}},
		"sign_out":                 {"success", []string{"person"}},
		"password_changed":         {"success", []string{"person", "ip"}},
		"password_change_failed":   {"failure", []string{"person", "ip"}},
		"password_reset_requested": {"success", []string{"person", "ip"}},
		"password_reset":           {"success", []string{"person", "ip"}},
		"invitation_sent":          {"success", []string{"actor", "mail"}},
		"account_created":          {"success", []string{"person", "actor"}},
		"profile_changed":          {"success", []string{"person", "fields"}},
		"mail_change_requested":    {"success", []string{"person", "mail"}},
		"mail_changed":             {"success", []string{"person", "mail"}},
		"link_refused":             {"failure", []string{"detail"}},
		"consent_given":            {"success", []string{"person", "client"}},
		"consent_refused":          {"failure", []string{"person", "client"}},
		"consent_revoked":          {"success", []string{"person", "client"}},
		"code_issued":              {"success", []string{"person", "client"}},
		"code_replayed":            {"failure", []string{"person", "client"}},
		"token_issued":             {"success", []string{"person", "client"}},
		"token_refreshed":          {"success", []string{"person", "client"}},
	} {
		lines := g.Audit.All(action)
		if len(lines) == 0 {
			t.Errorf("%s: no line", action)
			continue
		}
		if lines[0]["outcome"] != want.outcome || lines[0]["time"] == nil {
			t.Errorf("%s: %v", action, lines[0])
		}
		for _, key := range want.has {
			if lines[0][key] == nil {
				t.Errorf("%s: no %s in %v", action, key, lines[0])
			}
		}
	}
}

func TestCookiesOfAGatewayWithHTTPSGoNowhereElse(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{PublicURL: "https://id.example.org"})
	resp := post(t, g.URL+"/signin/password", "login", "ada", "password", "ada-password", "stay", "1")
	_ = resp.Body.Close()
	if len(resp.Cookies()) == 0 || resp.StatusCode != 200 {
		t.Fatalf("status %d, cookies %v", resp.StatusCode, resp.Cookies())
	}
	for _, c := range resp.Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("%+v", c)
		}
	}
	if h := resp.Header.Get("Strict-Transport-Security"); !strings.Contains(h, "max-age=") {
		t.Errorf("Strict-Transport-Security is %q", h)
	}
	g.Browser(t).Get("/password/forgot").Submit("main form", "login", "ada")
	if link := g.Mail(t, "ada@example.org").Link("/password/reset"); !strings.HasPrefix(link, "https://id.example.org/password/reset?t=") {
		t.Errorf("the mail leads to %q", link)
	}
}
