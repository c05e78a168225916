package oidc_test

import (
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

// both is a browser in which first Ada and then Grace signed in; the page with the accounts shows itself.
func (w *world) both() *webtest.Browser {
	w.t.Helper()
	b := w.browser()
	for _, who := range []string{ada, grace} {
		w.set(who, "accept")
		b.Get("/signin")
	}
	w.set("", "accept")
	w.choose("nobody")
	return b
}

func TestOfSeveralAccountsThePersonChoosesForEachApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.both()
	orders, intranet := w.rp("orders", "offline_access"), w.rp("intranet")
	if page := b.Get(orders.authURL("login_hint", "somebody")); page.Text("h1") != "Accounts" || page.Text("#app") != "Orders" || page.Text("#login") != "somebody" {
		t.Fatalf("nobody was asked: %s", page.URL)
	}
	w.choose(ada)
	tok := orders.tokens(b)
	hers := orders.idClaims(tok)
	w.choose(grace)
	other := intranet.idClaims(intranet.tokens(b))
	if hers["sub"] != ada || other["sub"] != grace || hers["sid"] == other["sid"] {
		t.Errorf("orders got %v, the intranet %v", hers, other)
	}
	if len(w.person(grace).Consents) != 1 || len(w.person(ada).Consents) != 1 {
		t.Error("a consent is in somebody else's record")
	}
	// What ends with one of them leaves the other's alone.
	b.Get(logoutURL("id_token_hint", intranet.tokens(b).Extra("id_token").(string)))
	if status, answer := orders.refresh(tok.RefreshToken); status != 200 {
		t.Errorf("grace signed out, and ada's tokens are dead: %d %v", status, answer)
	}
	before := w.signedIn()
	if sub := intranet.idClaims(intranet.tokens(b))["sub"]; sub != ada || w.signedIn() != before {
		t.Errorf("only ada is there now, and %v came back", sub)
	}
}

func TestPromptNoneWithSeveralAccountsGoesOnWithTheOneTheApplicationHas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.both()
	app := w.rp("orders")
	none := func(what, want string, more ...string) {
		t.Helper()
		q := app.back(b.Get(app.authURL(append(more, "prompt", "none")...)))
		got := q.Get("error")
		if got == "" {
			tok, err := app.exchange(q.Get("code"))
			must(w, err)
			got = app.idClaims(tok)["sub"].(string)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	none("an application that knows nobody here", "account_selection_required")
	w.choose(ada)
	app.tokens(b)
	none("ada chose, grace is at work", ada)
	w.choose(grace)
	app.tokens(b)
	none("then grace chose", grace)
	hint := func(who string) string { w.choose(who); return app.tokens(b).Extra("id_token").(string) }
	none("ada's id_token_hint", ada, "id_token_hint", hint(ada))
	none("grace's", grace, "id_token_hint", hint(grace))
	none("ada's login_hint", ada, "login_hint", "ADA")
	none("her mail address", ada, "login_hint", "countess@example.org")
	none("a hint at nobody", grace, "login_hint", "x@example.org")
	none("too long ago", "login_required", "login_hint", "ada", "max_age", "0")
	must(w, w.sessions.EndAll(t.Context(), grace))
	none("grace is out", ada)
	must(w, w.sessions.EndAll(t.Context(), ada))
	none("both are out", "login_required")
}

func TestAHintPicksASignedInAccountWithoutAPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.both()
	app := w.rp("orders")
	w.choose(ada)
	hint := app.tokens(b).Extra("id_token").(string)
	w.choose("nobody")
	before := w.signedIn()
	for what, more := range map[string][]string{
		"id_token_hint": {"id_token_hint", hint}, "login_hint": {"login_hint", "ada"}, "a mail address": {"login_hint", "ada@example.org"},
		"young enough": {"id_token_hint", hint, "max_age", "100"},
	} {
		if sub := app.idClaims(app.tokens(b, more...))["sub"]; sub != ada || w.signedIn() != before {
			t.Errorf("%s: %v came back after %d sign-ins", what, sub, w.signedIn()-before)
		}
	}
	w.later(101 * time.Second)
	page := b.Get(app.authURL("id_token_hint", hint, "max_age", "100"))
	if page.Text("h1") != "Sign in" || page.Text("#login") != "ada" || page.Text("#again") != "true" {
		t.Errorf("too long ago: %s", page.Text("body"))
	}
	must(w, w.sessions.EndAll(t.Context(), ada))
	if page = b.Get(app.authURL("id_token_hint", hint)); page.Text("h1") != "Sign in" || page.Text("#login") != "ada" {
		t.Errorf("ada is out: %s", page.Text("body"))
	}
	w.set(ada, "accept")
	if sub := app.idClaims(app.tokens(b, "id_token_hint", hint))["sub"]; sub != ada {
		t.Errorf("%v came back", sub)
	}
}

func TestSelectAccountAsksAlsoTheOnlyOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	w.choose("nobody")
	app.code(b) // nobody is known: the sign-in page
	if page := b.Get(app.authURL("prompt", "select_account")); page.Text("h1") != "Accounts" {
		t.Errorf("nobody was asked: %s", page.URL)
	}
	before := w.signedIn()
	w.choose(ada)
	if app.code(b, "prompt", "select_account"); w.signedIn() != before {
		t.Error("whoever chose who is signed in had to sign in again")
	}
	if app.code(b, "prompt", "select_account login"); w.signedIn() != before+1 {
		t.Errorf("%d sign-ins after prompt=select_account login", w.signedIn()-before)
	}
	if q := app.back(b.Get(app.authURL("prompt", "none select_account"))); q.Get("error") != "invalid_request" {
		t.Errorf("with none: %v", q)
	}
}

func TestPromptLoginRenewsTheChosenAccountOrTakesAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.both()
	app := w.rp("orders")
	w.choose(ada)
	page := b.Get(app.authURL("prompt", "login"))
	if page.Text("h1") != "Sign in" || page.Text("#login") != "ada" || page.Text("#again") != "true" {
		t.Fatalf("after ada was chosen: %s %s", page.URL, page.Text("body"))
	}
	w.later(2 * time.Second)
	for _, who := range []string{ada, grace} { // as whom they sign in, whoever was chosen
		w.set(who, "accept")
		id := app.idClaims(app.tokens(b, "prompt", "login"))
		if id["sub"] != who || id["auth_time"] != float64(w.now().Unix()) {
			t.Errorf("%v came back, signed in at %v", id["sub"], id["auth_time"])
		}
	}
	if n := len(w.person(ada).Sessions) + len(w.person(grace).Sessions); n != 2 {
		t.Errorf("there are %d sessions", n)
	}
}

func TestConsentIsGivenByWhoeverWasChosenEvenIfAnotherIsAtWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.both()
	w.set("", "")
	w.choose(ada)
	app := w.rp("orders", "email")
	page := b.Get(app.authURL())
	if page.Text("h1") != "Consent" || !page.Says("ada@example.org") {
		t.Fatalf("the page shows %s", page.Text("body"))
	}
	w.set("", "accept")
	if sub := app.idClaims(app.tokens(b))["sub"]; sub != ada {
		t.Errorf("%v came back", sub)
	}
	// Her session ends while the page is open: she is asked who she is, and grace is not taken for her.
	w.set("", "")
	if page = b.Get(app.authURL("prompt", "consent")); page.Text("h1") != "Consent" {
		t.Fatalf("at %s", page.URL)
	}
	must(w, w.sessions.EndAll(t.Context(), ada))
	w.choose("nobody")
	if page = b.Get(page.URL.RequestURI()); page.Text("h1") != "Accounts" && page.Text("h1") != "Sign in" {
		t.Errorf("at %s: %s", page.URL, page.Text("body"))
	}
}

func TestAChoiceIsGoodForOneRequestAndCannotBeMadeUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.both()
	w.choose(ada)
	app := w.rp("orders")
	app.code(b)
	w.choose("nobody")
	if page := b.Get(app.authURL()); page.Text("h1") != "Accounts" {
		t.Errorf("nobody was asked the second time: %s", page.URL)
	}
	for _, path := range []string{"/", "/profile?resume=x", "/oauth/authorize", "/oauth/authorize?resume=x"} {
		if got, err := w.provider.Choose(path, "x"); got != path || err != nil {
			t.Errorf("%s became %s, %v", path, got, err)
		}
	}
	for _, more := range [][]string{{"account", session.Handle(ada)}, {"c", session.Handle(ada)}} {
		if page := b.Get(app.authURL(more...)); page.Text("h1") != "Accounts" {
			t.Errorf("%v chose", more)
		}
	}
}

func TestSeveralAccountsCostTwoReadsForTheOneThatIsChosen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.both()
	app := w.rp("orders")
	w.choose(ada)
	hint := app.tokens(b).Extra("id_token").(string)
	app.code(b)
	w.people.counted()
	w.store.Counts()
	app.code(b, "id_token_hint", hint)
	if n := w.people.counted(); n != 1 {
		t.Errorf("%d entries were read", n)
	}
	if c := w.store.Counts(); c.Get != 1 || c.Change+c.Create+c.Delete+c.List != 0 {
		t.Errorf("the store did %+v", c)
	}
}

func TestLogoutEndsTheAccountThatTheHintNamesAndAsksWithoutOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(nil))
	b := w.both()
	app := w.rp("orders")
	w.choose(ada)
	hint := hintOf(t, app, b)
	page := b.Get(logoutURL("id_token_hint", hint, "post_logout_redirect_uri", gone))
	if page.URL.String() != gone || len(w.person(ada).Sessions) != 0 || len(w.person(grace).Sessions) != 1 {
		t.Fatalf("at %s; ada has %d sessions, grace %d", page.URL, len(w.person(ada).Sessions), len(w.person(grace).Sessions))
	}
	w.set(ada, "accept")
	b.Get("/signin")
	page = b.Get(logoutURL("client_id", "orders"))
	if page.Find("input[type=radio]").Length() != 3 || page.Find("#account-1").AttrOr("value", "") != session.Handle(ada) || !page.Has("#account-1[checked]") {
		t.Fatalf("who is asked: %s", page.Text("main"))
	}
	page = page.Submit("main form", "account", session.Handle(grace))
	if len(w.person(ada).Sessions) != 1 || len(w.person(grace).Sessions) != 0 || !page.Says("Ada Lovelace") || !page.Has("#accounts") {
		t.Errorf("grace was chosen: ada has %d sessions, grace %d: %s", len(w.person(ada).Sessions), len(w.person(grace).Sessions), page.Text("main"))
	}
	w.set(grace, "accept")
	b.Get("/signin")
	page = b.Get("/oauth/logout").Submit("main form", "account", "all")
	if len(w.person(ada).Sessions)+len(w.person(grace).Sessions) != 0 || page.Has("#accounts") || !page.Says("You are signed out") {
		t.Errorf("all were chosen: %s", page.Text("main"))
	}
	b.Get("/signin")
	if page = b.Get("/oauth/logout?bye=made-up"); page.URL.Path != "/signout" {
		t.Errorf("whoever is signed in is told otherwise at %s", page.URL)
	}
}

func TestOneLogoutOfSeveralAccountsTellsEachApplicationOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(func(c *rp.Client) { c.FrontChannelLogoutURI = "https://orders.example.org/" + c.ID + "/out" }))
	b := w.both()
	app := w.rp("orders")
	sids := map[string]bool{}
	for _, who := range []string{ada, grace} {
		w.choose(who)
		sids[app.idClaims(app.tokens(b))["sid"].(string)] = true
	}
	page := b.Get("/oauth/logout").Submit("main form", "account", "all")
	for sid := range sids {
		if !page.Has(`iframe[src$="sid=` + sid + `"]`) {
			t.Errorf("the application does not hear of %s", sid)
		}
	}
	if page.Find("iframe").Length() != 2 {
		t.Errorf("%d frames", page.Find("iframe").Length())
	}
}
