package oidc_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

func TestATokenOfAnApplicationIsMeantForTheResourceThatNamesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apis)
	get := func(more ...string) (int, map[string]any) {
		return w.post("/oauth/token", basic("robot", secret), append([]string{"grant_type", "client_credentials"}, more...)...)
	}
	for name, c := range map[string]struct {
		form     []string
		audience any
		scope    string
	}{
		"by resource":              {[]string{"resource", stock}, stock, "stock.read"},
		"by scope":                 {[]string{"scope", "stock.read"}, stock, "stock.read"},
		"with a scope of no other": {[]string{"scope", "other"}, w.server.URL, "other"},
		"one without scopes":       {[]string{"resource", plain}, plain, ""},
		"everything":               {nil, []any{stock, w.server.URL}, "stock.read other"}, // "mail" names nobody, and is not for tokens without a person
		"two":                      {[]string{"resource", stock, "resource", plain}, []any{stock, plain}, "stock.read"},
	} {
		status, got := get(c.form...)
		if scope, _ := got["scope"].(string); status != 200 || scope != c.scope {
			t.Errorf("%s: %d %v", name, status, got)
			continue
		}
		if aud, scope := w.ask("api", got["access_token"].(string)); scope != c.scope || !slices.Equal(list(aud), list(c.audience)) || list(aud) == nil && aud != c.audience {
			t.Errorf("%s: meant for %v: %s", name, aud, scope)
		}
	}
	for name, c := range map[string]struct{ form, err string }{
		"named by no resource": {"resource " + post, "invalid_target"}, "unknown": {"resource https://x.example.org", "invalid_target"}, "a scope of such": {"scope mail", "invalid_scope"},
	} {
		if status, got := get(strings.Fields(c.form)...); status != 400 || got["error"] != c.err {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
}

func TestPeopleAreAskedWhichResourceAnApplicationMayUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apis)
	w.set(ada, "")
	app, b := w.rp("orders", "email", "stock.read"), w.browser()
	page := b.Get(app.authURL("resource", stock))
	if page.Text("li.api") != "Stock new true: See what is in stock" || !page.Has("#email") || page.Has("#stock\\.read") {
		t.Errorf("the question: %s", page.Text("body"))
	}
	w.set(ada, "accept")
	app.code(b, "resource", stock)
	w.set(ada, "")
	app.code(b, "resource", stock) // remembered
	app = w.rp("orders", "email", "stock.read", "stock.write")
	if page := b.Get(app.authURL("resource", stock)); page.Text("li.api") != "Stock new true: See what is in stock stock.write" || page.Text("#again") != "true" {
		t.Errorf("for more of it: %s", page.Text("body"))
	}
	app = w.rp("orders", "email")
	if page := b.Get(app.authURL("resource", plain)); page.Text("li.api") != plain+" new true:" {
		t.Errorf("for one without scopes: %s", page.Text("body"))
	}
	app.code(b) // none of them
	c, _ := w.person(ada).Consent("orders")
	if !slices.Equal(c.Scopes, []string{"openid", "email", "stock.read", stock}) {
		t.Errorf("remembered: %v", c.Scopes)
	}
	if api, scope := w.provider.Resource("stock.read"); api == nil || api.Name != "Stock" || scope.Label["fr"] != "Voir le stock" {
		t.Errorf("the words for it: %v %v", api, scope)
	}
	if api, scope := w.provider.Resource(stock); api == nil || scope != nil {
		t.Errorf("the words for the resource: %v %v", api, scope)
	}
	if api, _ := w.provider.Resource("groups"); api != nil {
		t.Errorf("groups tell of a person: %v", api)
	}
}

func TestADeviceGetsATokenForAResource(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withTV, apis)
	if status, got := w.post("/oauth/device_authorization", "", "client_id", "tv", "scope", "openid", "resource", plain); status != 400 || got["error"] != "invalid_target" {
		t.Errorf("one that it may not ask for: %d %v", status, got)
	}
	status, got := w.post("/oauth/device_authorization", "", "client_id", "tv", "scope", "openid stock.read", "resource", stock)
	if status != 200 {
		t.Fatalf("%d %v", status, got)
	}
	d := &device{w: w, code: got["device_code"].(string), user: got["user_code"].(string)}
	must(w, d.answer(ada, d.user, true))
	if c, _ := w.person(ada).Consent("tv"); !slices.Equal(c.Scopes, []string{"openid", "stock.read", stock}) {
		t.Errorf("remembered: %v", c.Scopes)
	}
	status, got = d.poll()
	if status != 200 || got["scope"] != "stock.read" {
		t.Fatalf("%d %v", status, got)
	}
	if aud, _ := w.ask("stock-api", got["access_token"].(string)); aud != stock {
		t.Errorf("meant for %v", aud)
	}
}

func TestAResourceMayStandInARequestObject(t *testing.T) {
	t.Parallel()
	key := appKey(t, jose.ES256)
	w := newWorld(t, apis, func(d *oidc.Deps) {
		d.Clients[0].JWKS = keySetOf(t, key) // orders
	})
	app := w.rp("orders", "stock.read")
	for _, both := range []any{stock, []string{stock, plain}} {
		text := object(t, key, map[string]any{"iss": "orders", "aud": w.server.URL, "resource": both, "scope": "openid stock.read"}, "")
		_, got := app.redeem(app.code(w.browser(), "request", text, "resource", post))
		aud, _ := w.ask("api", got["access_token"].(string))
		if one, single := both.(string); single && aud != one || !single && !slices.Equal(list(aud), []string{stock, plain}) {
			t.Errorf("%v: meant for %v", both, aud)
		}
	}
	text := object(t, key, map[string]any{"iss": "orders", "aud": w.server.URL, "resource": []any{7}}, "")
	if q := app.back(w.browser().Get(app.authURL("request", text))); q.Get("error") != "invalid_request_object" {
		t.Errorf("a number: %v", q)
	}
}

// TestWhatIsTakenFromAResourceEndsWithTheNextToken changes the configuration between a sign-on and its refresh.
func TestWhatIsTakenFromAResourceEndsWithTheNextToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apis)
	app := w.rp("orders", "stock.read", "offline_access")
	_, one := app.redeem(app.code(w.browser(), "resource", stock))
	after := newWorld(t, apis, func(d *oidc.Deps) {
		d.Issuer, d.Store, d.Records, d.People = w.server.URL, w.store, w.records, w.people
		d.Resources[0].Clients = []string{"front"}
	})
	refresh := []string{"grant_type", "refresh_token", "refresh_token", one["refresh_token"].(string)}
	if status, got := after.post("/oauth/token", app.basic(), refresh...); status != 400 || got["error"] != "invalid_target" {
		t.Errorf("%d %v", status, got)
	}
	if status, got := w.post("/oauth/token", app.basic(), refresh...); status != 200 {
		t.Errorf("it is spoilt for the day when the application may again: %d %v", status, got)
	}
}

func TestMistakesInResourcesAreTold(t *testing.T) {
	t.Parallel()
	good := rp.Resource{URI: stock, Clients: []string{"orders"}}
	for want, change := range map[string]func(r *rp.Resource){
		"uri: The URI":                              func(r *rp.Resource) { r.URI = "" },
		"uri: stock is no URI":                      func(r *rp.Resource) { r.URI = "stock" },
		"uri: /stock is no URI":                     func(r *rp.Resource) { r.URI = "/stock" },
		"uri: https://x.example.org/#a is no URI":   func(r *rp.Resource) { r.URI = "https://x.example.org/#a" },
		"uri: https://x.example.org/a b is no URI":  func(r *rp.Resource) { r.URI = "https://x.example.org/a b" },
		"uri: https://u@x.example.org is no URI":    func(r *rp.Resource) { r.URI = "https://u@x.example.org" },
		"uri: This is longer than 512":              func(r *rp.Resource) { r.URI = "https://" + strings.Repeat("x", 512) },
		"uri: https://id.example.org is the public": func(r *rp.Resource) { r.URI = "https://id.example.org" },
		"uri: urn:x:y is a scope, too":              func(r *rp.Resource) { r.URI, r.Scopes = "urn:x:y", []rp.ResourceScope{{Name: "urn:x:y"}} },
		"name: This has characters":                 func(r *rp.Resource) { r.Name = "Stock\u202e" },
		"scopes: a\" has characters":                func(r *rp.Resource) { r.Scopes = []rp.ResourceScope{{Name: `a"`}} },
		"scopes:  has characters":                   func(r *rp.Resource) { r.Scopes = []rp.ResourceScope{{}} },
		"scopes: openid belongs":                    func(r *rp.Resource) { r.Scopes = []rp.ResourceScope{{Name: "openid"}} },
		"scopes: a belongs to another":              func(r *rp.Resource) { r.Scopes = []rp.ResourceScope{{Name: "a"}, {Name: "a"}} },
		"scopes: These are 51":                      func(r *rp.Resource) { r.Scopes = manyScopes(51) },
		"scopes: This is longer than 100": func(r *rp.Resource) {
			r.Scopes = []rp.ResourceScope{{Name: "a", Label: map[string]string{"": strings.Repeat("x", 101)}}}
		},
		"clients: Name the":                          func(r *rp.Resource) { r.Clients = nil },
		"clients: A B cannot be":                     func(r *rp.Resource) { r.Clients = []string{"A B"} },
		"introspected_by: * cannot be":               func(r *rp.Resource) { r.Introspectors = []string{"*"} },
		"access_token_format: x is not":              func(r *rp.Resource) { r.AccessTokenFormat = "x" },
		"access_token_lifetime: This is not a time":  func(r *rp.Resource) { r.Lifetime = time.Second },
		"access_token_lifetime: This is not a time ": func(r *rp.Resource) { r.Lifetime = 25 * time.Hour },
	} {
		r := good
		change(&r)
		wrong := rp.CheckResources([]rp.Resource{r}, "https://id.example.org", []string{"groups"})
		if len(wrong) != 1 || !strings.HasPrefix(wrong[0].Err.Error(), want) {
			t.Errorf("%s: %v", want, wrong)
		}
		if _, err := rp.NewResources([]rp.Resource{r}, "https://id.example.org", nil); err == nil {
			t.Errorf("%s: it is taken", want)
		}
	}
	twice := rp.CheckResources([]rp.Resource{good, good}, "https://id.example.org", nil)
	if len(twice) != 1 || twice[0].Index != 1 || !errors.As(twice[0].Err, new(*rp.Problem)) {
		t.Errorf("twice: %v", twice)
	}
	shared := []rp.Resource{good, {URI: plain, Clients: []string{"*"}, Scopes: []rp.ResourceScope{{Name: "groups"}}}}
	shared[0].Scopes = shared[1].Scopes
	if wrong := rp.CheckResources(shared, "https://id.example.org", []string{"groups"}); wrong != nil {
		t.Errorf("both may know the groups: %v", wrong)
	}
	loose := rp.Resource{Clients: []string{"*"}, AccessTokens: rp.AccessTokens{AccessTokenFormat: "jwt"}}
	if got := loose.Loosened(); len(got) != 2 || good.Loosened() != nil {
		t.Errorf("%v", got)
	}
}

func manyScopes(n int) []rp.ResourceScope {
	var all []rp.ResourceScope
	for i := range n {
		all = append(all, rp.ResourceScope{Name: strings.Repeat("x", i+1)})
	}
	return all
}
