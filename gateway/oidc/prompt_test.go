package oidc_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc"
)

func TestWhoeverIsSignedInIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	app.code(b)
	w.set("", "")
	app.code(b)
	if w.signedIn() != 1 {
		t.Errorf("the sign-in page was shown %d times", w.signedIn())
	}
}

func TestPromptNoneNeverShowsAPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders", "email"), w.browser()
	none := func(want string) {
		t.Helper()
		q := app.back(b.Get(app.authURL("prompt", "none")))
		if q.Get("error") != want || want == "" && q.Get("code") == "" || q.Get("iss") != w.server.URL || q.Get("state") != "state-of-the-app" {
			t.Errorf("prompt=none answers %v; want the error %q", q, want)
		}
	}
	none("login_required")
	w.set(ada, "")
	b.Get(app.authURL()) // signs in and stops at the consent page
	none("consent_required")
	w.set(ada, "accept")
	app.code(b)
	none("")
	if q := app.back(b.Get(app.authURL("prompt", "none login"))); q.Get("error") != "invalid_request" {
		t.Errorf("prompt=none with another value answers %v", q)
	}
}

func TestPromptLoginAsksForThePasswordOnceAndGivesALaterTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, again := range [][2]string{{"prompt", "login"}, {"max_age", "0"}} {
		app, b := w.rp("orders"), w.browser()
		first := app.idClaims(app.tokens(b))["auth_time"].(float64)
		before := w.signedIn()
		w.later(2 * time.Second)
		second := app.idClaims(app.tokens(b, again[:]...))["auth_time"].(float64)
		if second <= first {
			t.Errorf("%v: auth_time went from %v to %v", again, first, second)
		}
		if n := w.signedIn() - before; n != 1 {
			t.Errorf("%v: the sign-in page was shown %d times", again, n)
		}
		// Also within the same second, and from a browser that nobody is signed in at.
		app.tokens(b, again[:]...)
		app.tokens(w.browser(), again[:]...)
		if n := w.signedIn() - before; n != 3 {
			t.Errorf("%v: the sign-in page was shown %d times in three sign-ins", again, n)
		}
	}
}

func TestPromptLoginCannotBeMetByComingBackWithoutASignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	app.code(b)
	w.set("", "accept")
	page := b.Get(app.authURL("prompt", "login"))
	if page.Text("h1") != "Sign in" || page.Text("#again") != "true" {
		t.Fatalf("the sign-in page is not asked to insist: %s", page.Text("body"))
	}
	back := w.kit.OpenReturn(page.URL.Query().Get("continue")).Path
	if page = b.Get(back); page.Text("h1") != "Sign in" {
		t.Errorf("whoever opens the way back without signing in gets to %s", page.URL)
	}
}

func TestMaxAge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	app.code(b)
	w.later(30 * time.Second)
	app.code(b, "max_age", "10000")
	if w.signedIn() != 1 {
		t.Error("a young enough sign-in was not taken")
	}
	if id := app.idClaims(app.tokens(b, "max_age", "1")); id["auth_time"] != float64(w.now().Unix()) || w.signedIn() != 2 {
		t.Errorf("a sign-in that is too old was taken: %v", id)
	}
	for _, age := range []string{"-1", "soon", "1e3", "99999999999999999999"} {
		if q := app.back(b.Get(app.authURL("max_age", age))); q.Get("error") != "invalid_request" {
			t.Errorf("max_age=%s answers %v", age, q)
		}
	}
	w.later(30 * time.Second)
	if q := app.back(b.Get(app.authURL("max_age", "1", "prompt", "none"))); q.Get("error") != "login_required" {
		t.Errorf("max_age that is not met, with prompt=none, answers %v", q)
	}
}

func TestPromptConsentAsksAgainAndEndsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders", "email"), w.browser()
	app.code(b)
	w.set(ada, "")
	page := b.Get(app.authURL("prompt", "consent"))
	if page.Text("h1") != "Consent" || page.Text("#again") != "true" {
		t.Fatalf("prompt=consent shows %s", page.Text("body"))
	}
	w.set(ada, "accept")
	app.code(b, "prompt", "consent")
	app.code(b, "prompt", "login consent")
}

func TestSelectAccountLetsSomebodyElseSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	app.code(b)
	w.set(grace, "accept")
	for _, prompt := range []string{"select_account", "select_account consent"} {
		if id := app.idClaims(app.tokens(b, "prompt", prompt)); id["sub"] != grace {
			t.Errorf("prompt=%s: nobody was asked, the token is for %v", prompt, id["sub"])
		}
	}
}

func TestPromptCreateLeadsToRegistrationWhereThereIsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	for _, prompt := range []string{"dance", "create"} {
		if q := app.back(b.Get(app.authURL("prompt", prompt))); q.Get("error") != "invalid_request" {
			t.Errorf("the prompt %s, which is not known here, answers %v", prompt, q)
		}
	}
	w = newWorld(t, func(d *oidc.Deps) { d.RegisterPage = "/register" })
	app, b = w.rp("orders"), w.browser()
	app.code(b) // that somebody is signed in makes no difference
	page := b.Get(app.authURL("prompt", "create"))
	if page.URL.Path != "/register" {
		t.Fatalf("prompt=create leads to %s", page.URL)
	}
	w.set(grace, "accept") // who has registered meanwhile, and is signed in
	b.Get("/signin?continue=" + url.QueryEscape(page.URL.Query().Get("continue")))
	if tok := app.idClaims(app.tokens(b)); tok["sub"] != grace {
		t.Errorf("after registration the browser belongs to %v", tok["sub"])
	}
}

func TestIDTokenHintNamesWhoHasToSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	hint := app.tokens(b).Extra("id_token").(string)
	w.later(100 * 24 * time.Hour) // an expired hint is one still
	w.set(grace, "accept")
	other := w.browser()
	app.code(other)
	if q := app.back(other.Get(app.authURL("id_token_hint", hint, "prompt", "none"))); q.Get("error") != "login_required" {
		t.Errorf("somebody else than the hint says, with prompt=none: %v", q)
	}
	if q := app.back(other.Get(app.authURL("id_token_hint", hint))); q.Get("error") != "login_required" {
		t.Errorf("somebody else signed in again: %v", q)
	}
	w.set(ada, "accept")
	if id := app.idClaims(app.tokens(other, "id_token_hint", hint)); id["sub"] != ada {
		t.Errorf("the hint says ada, the token %v", id["sub"])
	}
	elsewhere := newWorld(t) // with the same keys
	foreign := elsewhere.rp("orders").tokens(elsewhere.browser()).Extra("id_token").(string)
	for name, bad := range map[string]string{"no token": "x", "of another provider": foreign, "changed": hint[:len(hint)-4] + "AAAA", "unsigned": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."} {
		if q := app.back(other.Get(app.authURL("id_token_hint", bad))); q.Get("error") != "invalid_request" {
			t.Errorf("a hint that is %s answers %v", name, q)
		}
	}
}

func TestTheSignInPageLearnsWhoAsksAndWhoIsExpected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set("", "")
	page := w.browser().Get(w.rp("orders").authURL("login_hint", "ada@example.org", "ui_locales", "fr-CA en"))
	if page.Text("#app") != "Orders" || page.Text("#login") != "ada@example.org" || page.Text("#again") != "false" || page.URL.Query().Get("lang") != "fr-CA" {
		t.Errorf("%s shows %s", page.URL, page.Text("body"))
	}
	if page.URL.Query().Get("client_id") != "" {
		t.Error("the request stands open in the address")
	}
}

func TestARequestWaitsOnNoReplicaButNotForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set("", "")
	app, b := w.rp("orders"), w.browser()
	page := b.Get(app.authURL())
	path := w.kit.OpenReturn(page.URL.Query().Get("continue")).Path
	if w.store.Counts(); path == "" {
		t.Fatal("the way back is not in the address")
	}
	w.later(61 * time.Minute)
	w.set(ada, "accept")
	if page = b.Get(path); page.Status != 422 || !page.Says("took too long") {
		t.Errorf("after an hour: %d %s", page.Status, page.Text("main"))
	}
	u, _ := url.Parse(path)
	for _, bad := range []string{"x", u.Query().Get("resume") + "A", u.Query().Get("resume")[1:]} {
		if page = b.Get("/oauth/authorize?resume=" + bad); page.Status != 422 {
			t.Errorf("a changed request that waits: %d %s", page.Status, page.Text("main"))
		}
	}
}

func TestAPostedRequestWorksLikeAnyOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	app.code(b)
	b.Header.Set("Sec-Fetch-Site", "cross-site")
	u, _ := url.Parse(app.authURL())
	var values []string
	for name, v := range u.Query() {
		values = append(values, name, v[0])
	}
	q := app.back(b.Post("/oauth/authorize", values...))
	if _, err := app.exchange(q.Get("code")); err != nil {
		t.Error(err)
	}
	before := w.signedIn()
	app.back(b.Post("/oauth/authorize", append(values, "prompt", "login")...))
	if w.signedIn() != before+1 {
		t.Error("prompt=login by POST was met without a sign-in")
	}
}

func TestAPolicyThatSaysNoIsToldToTheApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *oidc.Deps) { d.MayUse = onlyAda })
	app := w.rp("orders")
	app.code(w.browser())
	w.set(grace, "accept")
	if q := app.back(w.browser().Get(app.authURL())); q.Get("error") != "access_denied" {
		t.Errorf("whoever may not use the application comes back with %v", q)
	}
}
