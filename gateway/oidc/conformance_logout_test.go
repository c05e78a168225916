package oidc_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/browsertest"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

// The tests of this file are the modules of the certification's logout profiles for providers, one for each, by what it checks. Third-party login is
// tried in conformance_dynamic_test.go, since it begins with a registration.

func TestLogoutDiscoveryNamesTheEndSessionEndpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var doc map[string]any
	fetch(t, w, "/.well-known/openid-configuration", &doc)
	if doc["end_session_endpoint"] != w.server.URL+"/oauth/logout" {
		t.Errorf("end_session_endpoint is %v", doc["end_session_endpoint"])
	}
}

// goesBack signs out as an application asks, by GET and by POST, and expects the browser there and nobody signed in.
func goesBack(t *testing.T, want string, more ...string) {
	t.Helper()
	w := newWorld(t, withLogout(nil))
	app := w.rp("orders")
	for _, method := range []string{"GET", "POST"} {
		b := w.browser()
		values := append([]string{"id_token_hint", hintOf(t, app, b), "post_logout_redirect_uri", gone}, more...)
		w.store.Counts()
		var page *webtest.Page
		if method == "GET" {
			page = b.Get(logoutURL(values...))
		} else {
			page = b.Post("/oauth/logout", values...)
		}
		if page.URL.String() != want {
			t.Errorf("%s: the browser is at %s, want %s", method, page.URL, want)
		}
		w.store.Expect(t, method+": signing out", statetest.Counts{Get: 1, Change: 1})
		if stillIn(app, b) {
			t.Errorf("%s: the browser is still signed in", method)
		}
	}
	if !w.audited(audit.SignOut) {
		t.Error("no audit line")
	}
}

func TestLogoutGoesBackWithTheState(t *testing.T) {
	t.Parallel()
	goesBack(t, gone+"&"+url.Values{"state": {"a b&c"}}.Encode(), "state", "a b&c")
}

func TestLogoutGoesBackWithoutAState(t *testing.T) {
	t.Parallel()
	goesBack(t, gone)
}

// staysHere signs out with a request after which nobody may be sent anywhere; "own" stands for an ID token of the session. Where nothing shows that an application asks for
// this session, the person is asked first.
func staysHere(t *testing.T, asked bool, values ...string) {
	t.Helper()
	w := newWorld(t, withLogout(nil))
	app, b := w.rp("orders"), w.browser()
	own := hintOf(t, app, b)
	for i, v := range values {
		switch v {
		case "own":
			values[i] = own
		case "modified":
			values[i] = own[:len(own)-8] + "AAAAAAAA"
		}
	}
	page := b.Get(logoutURL(values...))
	if asked {
		if !page.Says("Sign out?") || !stillIn(app, b) {
			t.Fatalf("nobody was asked: %s %s", page.URL, page.Text("h1"))
		}
		page = page.Submit("main form")
	}
	if page.URL.Host != strings.TrimPrefix(w.server.URL, "http://") || page.Status != 200 || !page.Says("You are signed out") {
		t.Errorf("the browser is at %s: %d %s", page.URL, page.Status, page.Text("h1"))
	}
	if stillIn(app, b) {
		t.Error("still signed in")
	}
}

func TestLogoutNeverRedirectsToABadPostLogoutRedirectURI(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"https://evil.example.org/", "https://orders.example.org/gone/", "javascript:alert(1)"} {
		staysHere(t, false, "id_token_hint", "own", "post_logout_redirect_uri", bad, "state", "s")
	}
}

func TestLogoutNeverRedirectsWithAQueryAddedToThePostLogoutRedirectURI(t *testing.T) {
	t.Parallel()
	staysHere(t, false, "id_token_hint", "own", "post_logout_redirect_uri", gone+"&foo=bar", "state", "s")
}

func TestLogoutNeverRedirectsWithAModifiedIDTokenHint(t *testing.T) {
	t.Parallel()
	staysHere(t, true, "id_token_hint", "modified", "post_logout_redirect_uri", gone, "state", "s")
	staysHere(t, true, "client_id", "orders", "id_token_hint", "modified", "post_logout_redirect_uri", gone, "state", "s")
}

func TestLogoutNeverRedirectsWithABadIDTokenHint(t *testing.T) {
	t.Parallel()
	foreign := newWorld(t, withLogout(nil)) // with the same keys
	hint := hintOf(t, foreign.rp("orders"), foreign.browser())
	staysHere(t, true, "client_id", "orders", "id_token_hint", hint, "post_logout_redirect_uri", gone, "state", "s")
	staysHere(t, true, "client_id", "intranet", "id_token_hint", "own", "post_logout_redirect_uri", gone, "state", "s")
	staysHere(t, true, "client_id", "nobody", "id_token_hint", "own", "post_logout_redirect_uri", gone, "state", "s")
}

func TestLogoutNeverRedirectsWithoutAnIDTokenHint(t *testing.T) {
	t.Parallel()
	staysHere(t, true, "post_logout_redirect_uri", gone, "state", "s")
	staysHere(t, true, "client_id", "orders", "post_logout_redirect_uri", gone, "state", "s")
}

func TestLogoutWithoutParametersShowsTheSignedOutPage(t *testing.T) {
	t.Parallel()
	staysHere(t, true)
}

func TestLogoutWithoutAPostLogoutRedirectURIShowsTheSignedOutPage(t *testing.T) {
	t.Parallel()
	staysHere(t, false, "id_token_hint", "own", "state", "s")
}

func TestLogoutWithAStateAloneShowsTheSignedOutPage(t *testing.T) {
	t.Parallel()
	staysHere(t, true, "state", "s")
}

func TestBackChannelLogoutTellsEveryApplicationOfTheSession(t *testing.T) {
	t.Parallel()
	l := listen(t)
	w := newWorld(t, backChannel(l))
	app, b := w.rp("orders"), w.browser()
	sid := app.idClaims(app.tokens(b))["sid"]
	app.tokens(b) // a second time: told once
	w.rp("intranet").tokens(b)
	w.rp("orders").tokens(w.browser()) // another session, which goes on
	hint := hintOf(t, app, b)
	b.Get(logoutURL("id_token_hint", hint))
	must(w, w.provider.Close(t.Context()))
	told, ids := map[any]bool{}, map[any]bool{}
	for range 2 {
		c := l.next(w)
		told[c["aud"]], ids[c["jti"]] = true, true
		events, _ := c["events"].(map[string]any)
		if _, ok := events["http://schemas.openid.net/event/backchannel-logout"].(map[string]any); !ok || c["iss"] != w.server.URL || c["sub"] != ada || c["sid"] != sid ||
			c["iat"] != float64(w.now().Unix()) || c["exp"] != float64(w.now().Add(2*time.Minute).Unix()) || c["nonce"] != nil {
			t.Errorf("the logout token says %v", c)
		}
	}
	if !told["orders"] || !told["intranet"] || len(ids) != 2 || len(l.tokens) != 0 {
		t.Errorf("told: %v, ids %v, left %d", told, ids, len(l.tokens))
	}
	if stillIn(app, b) {
		t.Error("prompt=none does not fail")
	}
	if !w.audited(audit.LogoutDelivered) {
		t.Error("no audit line")
	}
}

// TestFrontChannelLogoutClearsTheApplicationInARealBrowser is about what only a browser does: load the frame of another site, under our policy, with that site's cookies.
func TestFrontChannelLogoutClearsTheApplicationInARealBrowser(t *testing.T) {
	t.Parallel()
	chromium := browsertest.OpenLenient(t)
	for name, look := range map[string]browsertest.Look{"with scripts": {}, "without": {NoScript: true, Width: 390, Dark: true, Language: "fr"}} {
		shop, option := aShop(t)
		w := newWorld(t, option)
		shop.open(w)
		tab := chromium.Tab(t, look)
		tab.Go(shop.URL + "/login")
		tab.WaitForText("server true, browser true")
		sid, _, _ := shop.session()
		tab.Go(shop.URL + "/logout")
		tab.Shot("signedout-frontchannel " + name)
		tab.WaitForURL("state=bye")
		tab.WaitForText("server false, browser false")
		if told := shop.heard(); len(told) != 1 || told[0] != w.server.URL+" "+sid+" true" {
			t.Errorf("%s: the application was told %q", name, told)
		}
		if problems := tab.Problems(); len(problems) > 0 {
			t.Errorf("%s: the browser complains: %q", name, problems)
		}
	}
}

func TestSessionManagementTellsAnApplicationInARealBrowserWhenItsPersonIsGone(t *testing.T) {
	t.Parallel()
	chromium := browsertest.OpenLenient(t)
	shop, option := aShop(t)
	w := newWorld(t, option)
	shop.open(w)
	tab := chromium.Tab(t, browsertest.Look{})
	state := func(what, want string) {
		t.Helper()
		tab.Go(shop.URL + "/")
		tab.WaitForText("changed") // part of either answer
		if got := tab.Text("#state"); got != want {
			t.Errorf("%s: the frame says %q, want %q", what, got, want)
		}
	}
	tab.Go(shop.URL + "/login")
	tab.WaitForText("server true")
	_, hint, told := shop.session()
	state("signed in", "unchanged")
	w.set(grace, "accept")
	tab.Go(w.server.URL + "/signin")
	state("another account signed in too", "unchanged")
	for message, want := range map[string]string{
		"shop": "error", "shop x.y": "error", "": "error", "shop  ": "error",
		"other " + told: "changed", // another client's
		"shop " + strings.Repeat("0", 64) + told[64:]: "changed",
	} {
		got := browsertest.Eval[string](tab, `new Promise((done) => { addEventListener("message", (e) => done(e.data), { once: true }); ask(`+"`"+message+"`"+`) })`)
		if got != want {
			t.Errorf("%.30q is answered by %q, want %q", message, got, want)
		}
	}
	tab.Go(w.server.URL + logoutURL("id_token_hint", hint))
	tab.WaitForText("You are signed out")
	state("signed out", "changed")
	w.set(ada, "accept")
	w.choose(ada)
	tab.Go(w.server.URL + "/signin")
	state("signed in again, which the application does not know yet", "changed")
	tab.Go(shop.URL + "/login")
	tab.WaitForText("server true")
	state("and now it does", "unchanged")
}
