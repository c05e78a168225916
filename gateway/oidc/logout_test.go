package oidc_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap"
)

const gone = "https://orders.example.org/gone?shop=1"

// withLogout registers at the clients orders and intranet what they say about signing out.
func withLogout(edit func(*rp.Client)) option {
	return func(d *oidc.Deps) {
		d.Clients = slices.Clone(d.Clients)
		for i := range d.Clients[:2] {
			d.Clients[i].PostLogoutRedirectURIs = []string{gone}
			if edit != nil {
				edit(&d.Clients[i])
			}
		}
	}
}

func hintOf(t *testing.T, app *relyingParty, b *webtest.Browser) string {
	t.Helper()
	hint, _ := app.tokens(b).Extra("id_token").(string)
	return hint
}

func logoutURL(values ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(values); i += 2 {
		q.Set(values[i], values[i+1])
	}
	return "/oauth/logout?" + q.Encode()
}

// stillIn tells whether the browser is signed in: prompt=none asks nobody.
func stillIn(app *relyingParty, b *webtest.Browser) bool {
	app.w.t.Helper()
	q := app.back(b.Get(app.authURL("prompt", "none")))
	if !q.Has("code") && q.Get("error") != "login_required" {
		app.w.t.Fatalf("prompt=none: %v", q)
	}
	return q.Has("code")
}

func TestRPInitiatedLogoutGoesBackToTheApplicationWithItsState(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(nil))
	app := w.rp("orders")
	for _, state := range []string{"", "a b&c"} {
		for _, method := range []string{"GET", "POST"} {
			b := w.browser()
			hint := hintOf(t, app, b)
			values := []string{"id_token_hint", hint, "post_logout_redirect_uri", gone, "state", state}
			if state == "" {
				values = values[:4]
			}
			w.store.Counts()
			var page *webtest.Page
			if method == "GET" {
				page = b.Get(logoutURL(values...))
			} else {
				page = b.Post("/oauth/logout", values...)
			}
			want := gone
			if state != "" {
				want += "&" + url.Values{"state": {state}}.Encode()
			}
			if page.URL.String() != want {
				t.Errorf("%s: the browser is at %s, want %s", method, page.URL, want)
			}
			w.store.Expect(t, method+": signing out", statetest.Counts{Get: 1, Change: 1})
			if stillIn(app, b) {
				t.Errorf("%s: the browser is still signed in", method)
			}
		}
	}
	if !w.audited(audit.SignOut) {
		t.Error("no audit line")
	}
}

func TestRPInitiatedLogoutTakesHintsThatExpiredOrWereSignedByAnOldKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(nil))
	app, b := w.rp("orders"), w.browser()
	hint := hintOf(t, app, b)
	w.later(48 * time.Hour)
	_, err := keys.Rotate(t.Context(), w.store, webtest.Keyring(t), w.now())
	must(w, err)
	w.later(2 * time.Hour)
	if kid := func(token string) string {
		signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
		must(w, err)
		return signed.Signatures[0].Header.KeyID
	}; kid(hint) == kid(hintOf(t, app, w.browser())) {
		t.Fatal("the new key is not in use")
	}
	if page := b.Get(logoutURL("client_id", "orders", "id_token_hint", hint, "post_logout_redirect_uri", gone)); page.URL.String() != gone {
		t.Errorf("an expired hint: the browser is at %s", page.URL)
	}
}

// TestRPInitiatedLogoutNeverRedirectsWhereItShouldNot walks everything that is wrong with a request. Where the hint is not one for this client and session, the person
// is asked first.
func TestRPInitiatedLogoutNeverRedirectsWhereItShouldNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(nil))
	app := w.rp("orders")
	foreign := newWorld(t, withLogout(nil))
	foreignHint := hintOf(t, foreign.rp("orders"), foreign.browser())
	for name, c := range map[string]struct {
		values []string
		asked  bool
	}{
		"another post_logout_redirect_uri": {[]string{"id_token_hint", "own", "post_logout_redirect_uri", "https://evil.example.org/"}, false},
		"an added query":                   {[]string{"id_token_hint", "own", "post_logout_redirect_uri", gone + "&x=1"}, false},
		"another path":                     {[]string{"id_token_hint", "own", "post_logout_redirect_uri", "https://orders.example.org/gone/"}, false},
		"a script":                         {[]string{"id_token_hint", "own", "post_logout_redirect_uri", "javascript:alert(1)"}, false},
		"no post_logout_redirect_uri":      {[]string{"id_token_hint", "own"}, false},
		"no hint":                          {[]string{"client_id", "orders", "post_logout_redirect_uri", gone}, true},
		"a modified hint":                  {[]string{"client_id", "orders", "id_token_hint", "modified", "post_logout_redirect_uri", gone}, true},
		"a hint of another provider":       {[]string{"client_id", "orders", "id_token_hint", foreignHint, "post_logout_redirect_uri", gone}, true},
		"a hint for another client":        {[]string{"client_id", "intranet", "id_token_hint", "own", "post_logout_redirect_uri", gone}, true},
		"an unknown client":                {[]string{"client_id", "nobody", "id_token_hint", "own", "post_logout_redirect_uri", gone}, true},
		"no parameters":                    {nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := w.browser()
			own := hintOf(t, app, b)
			for i, v := range c.values {
				switch v {
				case "own":
					c.values[i] = own
				case "modified":
					c.values[i] = own[:len(own)-8] + "AAAAAAAA"
				}
			}
			page := b.Get(logoutURL(c.values...))
			if c.asked {
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
		})
	}
}

func TestWhoeverIsNotSignedInGetsTheSignedOutPageOrGoesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(nil))
	app, b := w.rp("orders"), w.browser()
	hint := hintOf(t, app, b)
	b.Forget()
	if page := b.Get("/oauth/logout"); page.Status != 200 || !page.Says("You are signed out") {
		t.Errorf("no parameters: %d %s", page.Status, page.Text("h1"))
	}
	if page := b.Get(logoutURL("id_token_hint", hint, "post_logout_redirect_uri", gone)); page.URL.String() != gone {
		t.Errorf("with a hint: %s", page.URL)
	}
	page := b.Get(logoutURL("client_id", "orders", "post_logout_redirect_uri", gone))
	if !page.Has(`a[href="` + gone + `"]`) {
		t.Errorf("there is no way back to the application: %s", page.Text("main"))
	}
	if page := b.Get("/oauth/logout?bye=made-up"); page.Status != 200 || page.Has("iframe") {
		t.Errorf("a made-up page: %d", page.Status)
	}
	if page := b.Get("/oauth/logout?ui_locales=fr&logout_hint=ada"); page.Status != 200 || !page.Has("html[lang=fr]") {
		t.Errorf("ui_locales: %s", page.URL)
	}
	if page := b.Get("/oauth/logout?resume=x"); page.Status != 400 && page.Status != 422 {
		t.Errorf("a made-up request: %d", page.Status)
	}
	if page := b.Get("/oauth/logout?state=" + strings.Repeat("x", 7000)); page.Status != 400 && page.Status != 422 {
		t.Errorf("a request that is too long: %d", page.Status)
	}
}

func TestSomebodyElsesHintHasToBeConfirmed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(nil))
	app := w.rp("orders")
	hint := hintOf(t, app, w.browser())
	w.set(grace, "accept")
	b := w.browser()
	app.tokens(b)
	page := b.Get(logoutURL("id_token_hint", hint, "post_logout_redirect_uri", gone))
	if !page.Says("Sign out?") || !stillIn(app, b) {
		t.Errorf("Grace was signed out by a token of Ada's: %s", page.URL)
	}
}

func TestTheConfirmationCannotComeFromAnotherSite(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(nil))
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+"/oauth/logout/confirm", nil)
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("answered %d", resp.StatusCode)
	}
}

func TestWhenTheRecordsCannotBeReachedNobodyIsToldThatTheyAreSignedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(nil))
	app, b := w.rp("orders"), w.browser()
	hint := hintOf(t, app, b)
	w.store.Before = func(string, state.Path) error { return errors.New("the store is away") }
	page := b.Get(logoutURL("id_token_hint", hint, "post_logout_redirect_uri", gone))
	if page.Status != 503 || page.Says("You are signed out") {
		t.Errorf("%d %s", page.Status, page.Text("h1"))
	}
}

func TestFrontChannelLogoutLoadsTheApplicationsWithIssAndSid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogout(func(c *rp.Client) { c.FrontChannelLogoutURI = "https://orders.example.org/" + c.ID + "/out?a=1" }))
	app, b := w.rp("orders"), w.browser()
	app.tokens(b)
	other := w.rp("intranet")
	tok := other.tokens(b)
	sid, _ := other.idClaims(tok)["sid"].(string)
	page := b.Get(logoutURL("id_token_hint", tok.Extra("id_token").(string), "post_logout_redirect_uri", gone, "state", "s"))
	for _, id := range []string{"orders", "intranet"} {
		want := "https://orders.example.org/" + id + "/out?a=1&" + url.Values{"iss": {w.server.URL}, "sid": {sid}}.Encode()
		if !page.Has(`iframe[src="` + want + `"]`) {
			t.Errorf("%s is not told: %s", id, want)
		}
	}
	if csp := page.Header.Get("Content-Security-Policy"); !strings.HasSuffix(csp, "; frame-src https://orders.example.org") {
		t.Errorf("the policy is %s", csp)
	}
	if got, want := page.Header.Get("Refresh"), "3; url="+gone+"&state=s"; got != want {
		t.Errorf("Refresh: %q, want %q", got, want)
	}
	if stillIn(app, b) {
		t.Error("still signed in")
	}
	w.later(10 * time.Minute)
	if page := b.Get(page.URL.RequestURI()); page.Has("iframe") || page.Header.Get("Refresh") != "" {
		t.Error("the page does it all again much later")
	}
}

// listener is an application with a back channel.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	status []int // answers to come; 200 when there is none
	tokens chan string
}

func listen(t *testing.T, status ...int) *listener {
	t.Helper()
	l := &listener{status: status, tokens: make(chan string, 100)}
	l.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		answer := http.StatusOK
		if len(l.status) > 0 {
			answer, l.status = l.status[0], l.status[1:]
		}
		l.mu.Unlock()
		rw.WriteHeader(answer)
		l.tokens <- r.PostFormValue("logout_token")
	}))
	t.Cleanup(l.Close)
	return l
}

// next waits for a logout token and returns its claims, verified with the published keys as an application does.
func (l *listener) next(w *world) map[string]any {
	w.t.Helper()
	var text string
	select {
	case text = <-l.tokens:
	case <-time.After(30 * time.Second):
		w.t.Fatal("no logout token came")
	}
	signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		w.t.Fatalf("the logout token: %v", err)
	}
	if typ := signed.Signatures[0].Header.ExtraHeaders["typ"]; typ != "logout+jwt" {
		w.t.Errorf("typ is %v", typ)
	}
	var set jose.JSONWebKeySet
	fetch(w.t, w, "/oauth/jwks", &set)
	payload, err := signed.Verify(set)
	if err != nil {
		w.t.Fatalf("the logout token's signature: %v", err)
	}
	claims := map[string]any{}
	if err := json.Unmarshal(payload, &claims); err != nil {
		w.t.Fatal(err)
	}
	return claims
}

func backChannel(l *listener) option {
	return withLogout(func(c *rp.Client) { c.BackChannelLogoutURI = l.URL + "/" + c.ID })
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

func TestBackChannelLogoutIsTriedAgain(t *testing.T) {
	t.Parallel()
	l := listen(t, 503)
	w := newWorld(t, backChannel(l))
	app, b := w.rp("orders"), w.browser()
	b.Get(logoutURL("id_token_hint", hintOf(t, app, b)))
	first, second := l.next(w), l.next(w)
	if first["jti"] == second["jti"] || first["sid"] != second["sid"] {
		t.Errorf("%v, then %v", first, second)
	}
	must(w, w.provider.Close(t.Context()))
	if !w.audited(audit.LogoutDelivered) || w.audited(audit.LogoutFailed) {
		t.Error("the audit line does not say delivered")
	}
}

func TestBackChannelLogoutThatIsRefusedIsWrittenDownAndNotRepeated(t *testing.T) {
	t.Parallel()
	l := listen(t, 400)
	w := newWorld(t, backChannel(l))
	app, b := w.rp("orders"), w.browser()
	b.Get(logoutURL("id_token_hint", hintOf(t, app, b)))
	must(w, w.provider.Close(t.Context()))
	if l.next(w); len(l.tokens) != 0 || !w.audited(audit.LogoutFailed) {
		t.Errorf("%d more; audit %s", len(l.tokens), w.audit)
	}
}

func TestBackChannelLogoutFollowsSignOutEverywhereAlsoLongAfterTheTokensExpired(t *testing.T) {
	t.Parallel()
	l := listen(t)
	w := newWorld(t, backChannel(l))
	app := w.rp("orders")
	sids := map[any]bool{}
	for range 2 {
		sids[app.idClaims(app.tokens(w.browser()))["sid"]] = true
	}
	w.later(30 * 24 * time.Hour)
	must(w, w.records.Tidy(t.Context(), w.person(ada)))
	must(w, w.sessions.EndAll(t.Context(), ada))
	for range 2 {
		delete(sids, l.next(w)["sid"])
	}
	if len(sids) != 0 {
		t.Errorf("never told of %v", sids)
	}
}

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
