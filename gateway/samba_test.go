package gateway_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// inDomain starts a gateway whose people and records are in a Samba domain, as the service account with the rights of deploy/acl/samba.sh.
func inDomain(t *testing.T) *housetest.Gateway {
	t.Helper()
	s := ldaptest.Samba(t, ldaptest.Options{})
	return housetest.Start(t, housetest.Options{Directory: s, LDAP: s.TLSURL, Config: `directory:
  urls: ["${DIRECTORY}"]
  ca_file: ` + s.CAFile + `
  bind_dn: ` + ldaptest.ServiceDN + `
  bind_password: ` + ldaptest.ServicePassword + `
  preset: samba
  users:
    base: ` + ldaptest.PeopleDN + `
  groups:
    base: ` + ldaptest.GroupsDN + `
`})
}

// TestEverythingWorksInADomain is the life of an account in Active Directory as Samba has it, through the pages.
func TestEverythingWorksInADomain(t *testing.T) {
	t.Parallel()
	g := inDomain(t)

	// Signing in by mail address, which is the name in the domain too, and looking after the own account.
	ada := g.SignInWith(t, "ada@example.org", "ada-password")
	if page := ada.Get("/profile").Submit("main form", "locality", "London", "mobile", "+44 7700 900009"); page.Status != 200 || page.Has("[role=alert]") {
		t.Errorf("changing a profile: status %d, %s", page.Status, page.Text("main"))
	}
	if page := ada.Get("/profile"); !page.Has(`[value="London"]`) || !page.Has(`[value="+44 7700 900009"]`) {
		t.Errorf("the changed profile does not say so: %s", page.Text("main"))
	}

	// One sign-on, and what comes of it.
	a := newApp(t, g, housetest.AppID, "profile", "email", "groups", "offline_access")
	code := a.signOn(t, ada)
	token := a.exchange(t, code)
	status, claims := a.userinfo(t, token.AccessToken)
	if groups, _ := claims["groups"].([]any); status != 200 || claims["email"] != "ada@example.org" || claims["name"] != "Ada Lovelace" || len(groups) != 2 {
		t.Errorf("userinfo: %d %v", status, claims)
	}
	status, renewed := a.refresh(t, token.RefreshToken)
	if status != 200 || renewed["refresh_token"] == token.RefreshToken {
		t.Errorf("the refresh: %d %v", status, renewed)
	}
	if status, _ := a.redeem(t, code); status != 400 {
		t.Errorf("the code once more: status %d", status)
	}

	// A new password: the other sessions end, the old one is refused.
	other := g.SignIn(t, "ada")
	if page := ada.Get("/password").Submit("main form", "current", "ada-password", "new", "short"); page.Status != 422 {
		t.Errorf("a password that the domain refuses: status %d, %s", page.Status, page.Text("main"))
	}
	if page := ada.Get("/password").Submit("main form", "current", "ada-password", "new", fresh); page.Status != 200 || page.Has("[role=alert]") {
		t.Fatalf("changing the password: status %d: %s", page.Status, page.Text("main"))
	}
	if page := other.Get("/profile"); page.URL.Path != "/signin" {
		t.Errorf("another session outlives the password, at %s", page.URL)
	}
	if page := g.Browser(t).Get("/signin").Submit("main form", "login", "ada").Submit("main form", "password", "ada-password"); page.Has(`form[action="/signout"]`) {
		t.Error("the old password is good")
	}
	ada = g.SignInWith(t, "ada", fresh)

	// Signing out of one application signs out of all.
	code = a.signOn(t, ada)
	raw, _ := a.exchange(t, code).Extra("id_token").(string)
	page := ada.Get("/oauth/logout?" + url.Values{"id_token_hint": {raw}}.Encode())
	if page.Has("main form button") && page.Has(`form[action="/oauth/logout"]`) {
		page.Submit("main form")
	}
	if page := ada.Get("/profile"); page.URL.Path != "/signin" {
		t.Errorf("after signing out: at %s", page.URL)
	}
}

// TestWhoIsLockedOutOfADomainComesBackByALink tries wrong passwords until the domain locks the account.
func TestWhoIsLockedOutOfADomainComesBackByALink(t *testing.T) {
	t.Parallel()
	g := inDomain(t)
	try := func(password string) *housetest.Page {
		g.Clock.Advance(5 * time.Minute) // the gateway itself slows down whoever guesses; the domain's lock goes by its own clock
		return g.Browser(t).Get("/signin").Submit("main form", "login", "andre").Submit("main form", "password", password)
	}
	for range ldaptest.DefaultPolicy().MaxFailure {
		try("forgotten")
	}
	if page := try("andre-password"); page.Has(`form[action="/signout"]`) {
		t.Fatal("the account is not locked")
	}
	g.Browser(t).Get("/password/forgot").Submit("main form", "login", "andre")
	link := g.Mail(t, "andre@example.org").Link("/password/reset")
	if page := g.Browser(t).Get(link).Submit("main form", "new", "short"); page.Status != 422 {
		t.Errorf("a password that the domain refuses: status %d, %s", page.Status, page.Text("main"))
	}
	if page := g.Browser(t).Get(link).Submit("main form", "new", "seven green umbrellas"); page.Status != 200 {
		t.Fatalf("resetting a password: status %d, %s", page.Status, page.Text("main"))
	}
	g.Clock.Advance(5 * time.Minute)
	g.SignInWith(t, "andre", "seven green umbrellas")
	if page := g.Browser(t).Get(link); page.Has(`[name="new"]`) {
		t.Error("the link works twice")
	}

	// Whoever must change the password does so on the way in.
	page := g.Browser(t).Get("/signin").Submit("main form", "login", "mustchange").Submit("main form", "password", "mustchange-password")
	if !page.Has(`[name="new"]`) {
		t.Fatalf("nothing asks for another password: at %s: %s", page.URL, page.Text("main"))
	}
	if page = page.Submit("main form", "current", "mustchange-password", "new", "eight red parasols"); page.Status != 200 || page.Has(`[name="new"]`) {
		t.Errorf("changing it on the way in: status %d at %s: %s", page.Status, page.URL, page.Text("main"))
	}
	g.SignInWith(t, "mustchange", "eight red parasols")
}
