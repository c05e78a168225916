package oidc_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
)

// The resources of the tests.
const (
	stock = "https://stock.example.org/api" // for some applications, with scopes of its own
	post  = "imaps://mail.example.org"      // for every application; wants short-lived JWTs with the groups in them
	plain = "urn:example:plain"             // for some, without scopes
)

// apis are three resources, those who look after them, and an application that has tokens for itself.
func apis(d *oidc.Deps) {
	d.Resources = []rp.Resource{
		{URI: stock, Name: "Stock", Clients: []string{"orders", "front", "robot", "tv"}, Introspectors: []string{"stock-api"}, Scopes: []rp.ResourceScope{
			{Name: "stock.read", Label: map[string]string{"en": "See what is in stock", "fr": "Voir le stock"}}, {Name: "stock.write"},
		}},
		{URI: post, Name: "Mail", Clients: []string{"*"}, Introspectors: []string{"dovecot"}, Scopes: []rp.ResourceScope{{Name: "mail"}, {Name: "groups"}},
			AccessTokens: rp.AccessTokens{AccessTokenFormat: "jwt", AccessTokenAlg: "ES256"}, Lifetime: 5 * time.Minute},
		{URI: plain, Clients: []string{"orders", "robot"}, Introspectors: []string{"stock-api"}},
	}
	for _, id := range []string{"stock-api", "dovecot"} {
		d.Clients = append(d.Clients, rp.Client{ID: id, Grants: []string{"client_credentials"}, Secrets: []string{rp.DigestSecret(secret)}})
	}
	d.Clients = append(d.Clients, rp.Client{ID: "robot", Grants: []string{"client_credentials"}, Secrets: []string{rp.DigestSecret(secret)}, Scope: "stock.read mail other"})
}

// ask introspects, and returns the audience and scopes that a client is told; nil if the token is not active for it.
func (w *world) ask(client, token string) (aud any, scope string) {
	w.t.Helper()
	status, got := w.post("/oauth/introspect", basic(client, secret), "token", token)
	if status != 200 {
		w.t.Fatalf("%s introspects: %d %v", client, status, got)
	}
	if got["active"] != true {
		return nil, ""
	}
	scope, _ = got["scope"].(string)
	return got["aud"], scope
}

func list(v any) []string {
	var words []string
	many, _ := v.([]any)
	for _, one := range many {
		words = append(words, one.(string))
	}
	return words
}

func TestATokenIsMeantForTheResourceThatWasAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apis)
	app := w.rp("orders", "email", "stock.read", "mail", "offline_access")
	code := app.code(w.browser(), "resource", stock)
	w.store.Counts()
	w.people.counted()
	status, got := app.redeem(code)
	w.store.Expect(t, "a code for a resource", statetest.Counts{Change: 1})
	if n := w.people.counted(); status != 200 || n != 1 || got["scope"] != "stock.read" || got["id_token"] == nil {
		t.Fatalf("%d %v, %d reads of people", status, got, n)
	}
	if id := app.claimsOf(got["id_token"].(string)); id["aud"] != "orders" || id["sub"] != ada {
		t.Errorf("the ID token: %v", id)
	}
	token := got["access_token"].(string)
	w.store.Counts()
	if status, got := w.userinfo(token); status != 401 || got["error"] != "invalid_token" {
		t.Errorf("userinfo: %d %v", status, got)
	}
	w.store.Expect(t, "a token for somebody else at userinfo", statetest.Counts{})
	for _, who := range []string{"stock-api", "api"} {
		if aud, scope := w.ask(who, token); aud != stock || scope != "stock.read" {
			t.Errorf("%s is told %v %q", who, aud, scope)
		}
	}
	// Another resource, and the refresh token, which is meant for no resource.
	for client, token := range map[string]string{"dovecot": token, "stock-api": got["refresh_token"].(string)} {
		if aud, _ := w.ask(client, token); aud != nil {
			t.Errorf("%s may know of a token that is not meant for it: %v", client, aud)
		}
	}
	if status, got := w.post("/oauth/introspect", basic("orders", secret), "token", token); status != 400 || got["error"] != "unauthorized_client" {
		t.Errorf("an application that looks after nothing: %d %v", status, got)
	}
	if _, refreshed := app.refresh(got["refresh_token"].(string)); refreshed["scope"] != "stock.read" {
		t.Errorf("after a refresh: %v", refreshed)
	} else if aud, _ := w.ask("stock-api", refreshed["access_token"].(string)); aud != stock {
		t.Errorf("after a refresh: %v", aud)
	}
	if status, _ := w.post("/oauth/revoke", app.basic(), "token", token); status != 200 {
		t.Errorf("revocation: %d", status)
	}
	if aud, _ := w.ask("stock-api", token); aud != nil {
		t.Error("it is active after it was revoked")
	}
	// With the provider itself among them, userinfo works.
	app = w.rp("orders", "email", "stock.read")
	status, got = app.redeem(app.code(w.browser(), "resource", w.server.URL))
	if info, _ := w.userinfo(got["access_token"].(string)); status != 200 || info != 200 || got["scope"] != "openid email" {
		t.Errorf("for the provider by name: %d %v, userinfo %d", status, got, info)
	}
}

func TestAScopeTellsWhichResourceIsMeant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apis)
	app := w.rp("orders", "email", "groups", "mail")
	status, got := app.redeem(app.code(w.browser()))
	if status != 200 || got["scope"] != "openid email groups mail" || got["expires_in"] != float64(300) {
		t.Fatalf("%d %v", status, got)
	}
	token := got["access_token"].(string)
	typ, c := asAPI(t, w, jose.ES256, token)
	if typ != "at+jwt" || !slices.Equal(list(c["aud"]), []string{w.server.URL, post}) || !slices.Equal(list(c["groups"]), []string{"admins", "staff"}) || c["email"] != nil {
		t.Errorf("%s %v", typ, c)
	}
	if status, info := w.userinfo(token); status != 200 || info["email"] == nil {
		t.Errorf("userinfo: %d %v", status, info)
	}
	if aud, scope := w.ask("dovecot", token); !slices.Equal(list(aud), []string{w.server.URL, post}) || scope != "groups mail" {
		t.Errorf("the resource is told %v %q", aud, scope)
	}
	w.later(5 * time.Minute)
	if aud, _ := w.ask("dovecot", token); aud != nil {
		t.Error("it outlives what its resource allows")
	}
	// A scope of somebody who may ask for nothing there is left out, as any that there is not.
	app = w.rp("intranet", "stock.read")
	if _, got := app.redeem(app.code(w.browser())); got["scope"] != "openid" {
		t.Errorf("an application that may not ask for the stock: %v", got)
	}
	// Both know the scope groups; a token for the one has it, a token for the provider alone does not name the resource.
	app = w.rp("intranet", "groups")
	_, got = app.redeem(app.code(w.browser()))
	if aud, _ := w.ask("dovecot", got["access_token"].(string)); aud != nil {
		t.Error("the scope groups alone makes a token for the mail server")
	}
}

func TestATokenRequestMayNameSomeOfTheResources(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apis)
	app := w.rp("orders", "stock.read", "stock.write", "offline_access")
	request, _ := url.Parse(app.authURL("resource", stock))
	both := request.String() + "&" + url.Values{"resource": {plain}}.Encode()
	code := app.back(w.browser().Get(both)).Get("code")
	status, got := app.redeem(code, "resource", plain)
	if status != 200 || got["scope"] != nil && got["scope"] != "" {
		t.Fatalf("%d %v", status, got)
	}
	if aud, _ := w.ask("stock-api", got["access_token"].(string)); aud != plain {
		t.Errorf("meant for %v", aud)
	}
	refresh := got["refresh_token"].(string)
	if status, got := app.refresh(refresh, "resource", post); status != 400 || got["error"] != "invalid_target" {
		t.Errorf("one that was not granted: %d %v", status, got)
	}
	if status, got := app.refresh(refresh, "resource", stock, "scope", "stock.write"); status != 200 || got["scope"] != "stock.write" {
		t.Errorf("one of them, with less: %d %v", status, got)
	} else if aud, scope := w.ask("stock-api", got["access_token"].(string)); aud != stock || scope != "stock.write" {
		t.Errorf("meant for %v: %s", aud, scope)
	} else {
		refresh = got["refresh_token"].(string)
	}
	if _, got := app.refresh(refresh, "resource", ""); true {
		if aud, scope := w.ask("api", got["access_token"].(string)); !slices.Equal(list(aud), []string{stock, plain}) || scope != "stock.read stock.write" {
			t.Errorf("all of them: %v %s", aud, scope)
		}
	}
	// Two that want tokens of different forms are to be had one by one, and a request for both at once spoils nothing.
	app = w.rp("orders", "stock.read", "mail")
	code = app.code(w.browser())
	if status, got := app.redeem(code); status != 400 || got["error"] != "invalid_target" {
		t.Errorf("two forms in one: %d %v", status, got)
	}
	if status, got := app.redeem(code, "resource", post); status != 200 || strings.Count(got["access_token"].(string), ".") != 2 || got["scope"] != "mail" {
		t.Errorf("one of the two: %d %v", status, got)
	}
}

func TestAResourceThatCannotBeHadIsSaidToBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apis, everyType)
	many := url.Values{}
	for i := range 11 {
		many.Add("resource", "https://stock.example.org/"+string(rune('a'+i)))
	}
	for name, query := range map[string]string{
		"unknown": "resource=https://elsewhere.example.org", "a part of one": "resource=https://stock.example.org", "with a slash": "resource=" + url.QueryEscape(stock+"/"),
		"with a fragment": "resource=" + url.QueryEscape(stock+"#x"), "relative": "resource=/api", "many": many.Encode(), "two, one of them empty": "resource=&resource=" + url.QueryEscape(stock), "not its": "client_id=intranet&resource=" + url.QueryEscape(stock),
	} {
		app := w.rp("orders", "stock.read")
		address := app.authURL() + "&" + query
		if strings.HasPrefix(query, "client_id") {
			app = w.rp("intranet")
			address = app.authURL("resource", stock)
		}
		q := app.back(w.browser().Get(address))
		if q.Get("error") != "invalid_target" || q.Get("state") == "" || q.Get("iss") == "" {
			t.Errorf("%s, at the authorization endpoint: %v", name, q)
		}
		parsed, _ := url.Parse(address)
		if resp := w.send("POST", "/oauth/par", app.basic(), parsed.RawQuery); true {
			defer resp.Body.Close()
			var got map[string]any
			_ = json.NewDecoder(resp.Body).Decode(&got)
			if resp.StatusCode != 400 || got["error"] != "invalid_target" {
				t.Errorf("%s, pushed: %d %v", name, resp.StatusCode, got)
			}
		}
	}
	front := w.rp("front", "stock.read", "mail")
	if got := front.fragment(w.browser().Get(front.authURL("response_type", "code id_token token"))); got.Get("error") != "invalid_target" || got.Get("access_token") != "" {
		t.Errorf("two forms in one, through the browser: %v", got)
	}
	if got := front.fragment(w.browser().Get(front.authURL("response_type", "id_token token", "resource", stock))); got.Get("scope") != "stock.read" {
		t.Errorf("through the browser: %v", got)
	} else if aud, _ := w.ask("stock-api", got.Get("access_token")); aud != stock {
		t.Errorf("through the browser: meant for %v", aud)
	}
}
