package oidc_test

import (
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

// push sends the application's request to the provider and returns where the browser has to go.
func (a *relyingParty) push(more ...string) string {
	a.w.t.Helper()
	status, got := a.w.post("/oauth/par", a.basic(), a.params(more...)...)
	uri, _ := got["request_uri"].(string)
	if status != 201 || uri == "" || got["expires_in"] != float64(90) {
		a.w.t.Fatalf("pushing a request: %d %v", status, got)
	}
	return "/oauth/authorize?client_id=" + a.ClientID + "&request_uri=" + url.QueryEscape(uri)
}

func (a *relyingParty) pushed(b *webtest.Browser, more ...string) url.Values {
	a.w.t.Helper()
	return a.back(b.Get(a.push(more...)))
}

// params are the parameters of an authorization request.
func (a *relyingParty) params(more ...string) []string {
	u, _ := url.Parse(a.authURL(more...))
	var out []string
	for name, v := range u.Query() {
		out = append(out, name, v[0])
	}
	return out
}

func TestAPushedRequestWorksOnceForItsClientAndNotForLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everyType)
	app, b := w.rp("orders"), w.browser()
	to := app.push()
	other := "/oauth/authorize?client_id=front&request_uri=" + url.QueryEscape(urlParam(to, "request_uri"))
	if page := b.Get(other); page.Status != 400 || !page.Says("another client") {
		t.Errorf("another client's: %d %s", page.Status, page.Text("main"))
	}
	// What else stands in the address counts for nothing, and the other client has spoilt nothing.
	q := app.back(b.Get(to + "&state=planted&redirect_uri=https%3A%2F%2Fevil.example.org"))
	if _, err := app.exchange(q.Get("code")); err != nil || q.Get("state") != "state-of-the-app" {
		t.Errorf("%v, %v", q, err)
	}
	if page := b.Get(to); page.Status != 400 || !page.Says("used before") {
		t.Errorf("a second time: %d %s", page.Status, page.Text("main"))
	}
	late := app.push()
	w.later(91 * time.Second)
	for _, address := range []string{late, late + "0", "/oauth/authorize?client_id=orders&request_uri=urn:ietf:params:oauth:request_uri:x"} {
		if page := b.Get(address); page.Status != 400 || !page.Says("expired") {
			t.Errorf("%s: %d %s", address, page.Status, page.Text("main"))
		}
	}
	// A sign-in on the way takes its time without harm.
	w.set("", "accept")
	fresh := w.browser()
	page := fresh.Get(app.push())
	w.later(5 * time.Minute)
	w.set(ada, "accept")
	if q := app.back(fresh.Get(w.kit.OpenReturn(page.URL.Query().Get("continue")).Path)); q.Get("code") == "" {
		t.Errorf("after a slow sign-in: %v", q)
	}
}

func urlParam(address, name string) string {
	u, _ := url.Parse(address)
	return u.Query().Get(name)
}

func TestAPushedRequestIsCheckedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders")
	for name, c := range map[string]struct {
		auth  string
		more  []string
		code  int
		wrong string
	}{
		"a wrong secret":          {basic("orders", "x"), nil, 401, "invalid_client"},
		"nobody":                  {"", []string{"client_id", ""}, 401, "invalid_client"},
		"a foreign redirect_uri":  {app.basic(), []string{"redirect_uri", "https://evil.example.org"}, 400, "invalid_request"},
		"a request_uri in it":     {app.basic(), []string{"request_uri", "urn:x"}, 400, "invalid_request"},
		"an unsigned object":      {app.basic(), []string{"request", "eyJhbGciOiJub25lIn0.e30."}, 400, "invalid_request_object"},
		"an unknown type":         {app.basic(), []string{"response_type", "x"}, 400, "unsupported_response_type"},
		"two clients":             {app.basic(), []string{"client_id", "front"}, 400, "invalid_request"},
		"no scope":                {app.basic(), []string{"scope", ""}, 400, "invalid_scope"},
		"a prompt nobody knows":   {app.basic(), []string{"prompt", "dance"}, 400, "invalid_request"},
		"more than can be passed": {app.basic(), []string{"state", string(make([]byte, 5000))}, 400, "invalid_request"},
	} {
		if status, got := w.post("/oauth/par", c.auth, app.params(c.more...)...); status != c.code || got["error"] != c.wrong {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
}

func TestAClientThatHasToPushCannotDoWithout(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *oidc.Deps) { d.Clients[0].RequirePushed = true })
	app, b := w.rp("orders"), w.browser()
	if q := app.back(b.Get(app.authURL())); q.Get("error") != "invalid_request" {
		t.Errorf("without pushing: %v", q)
	}
	if q := app.pushed(b); q.Get("code") == "" {
		t.Errorf("pushed: %v", q)
	}
}

// TestOfManyBrowsersWithOnePushedRequestOneGoesOn would fail if the request were read first and deleted later.
func TestOfManyBrowsersWithOnePushedRequestOneGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("intranet")
	for range 20 {
		to := app.push()
		var wg sync.WaitGroup
		var mu sync.Mutex
		statuses := map[int]int{}
		for range 16 {
			wg.Go(func() {
				resp := w.send("GET", to, "", "")
				resp.Body.Close()
				mu.Lock()
				defer mu.Unlock()
				statuses[resp.StatusCode]++
			})
		}
		wg.Wait()
		if statuses[303] != 1 || statuses[400] != 15 {
			t.Fatalf("statuses %v", statuses)
		}
	}
}

func TestWhatPushingAndTokensThroughTheBrowserCost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everyType)
	app, b := w.rp("front"), w.browser()
	app.code(b)
	w.store.Counts()
	to := app.push()
	w.store.Expect(t, "pushing a request", statetest.Counts{Create: 1})
	app.back(b.Get(to))
	w.store.Expect(t, "coming with it: the request, the person's record, and the request is gone", statetest.Counts{Get: 2, Delete: 1})
	app.fragment(b.Get(app.authURL("response_type", "id_token")))
	w.store.Expect(t, "an ID token through the browser", statetest.Counts{Get: 1})
	app.fragment(b.Get(app.authURL("response_type", "id_token token")))
	w.store.Expect(t, "an access token through the browser", statetest.Counts{Get: 1, Change: 1})
}

func TestAPushedRequestIsNotForReadersOfTheDirectory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	uri := urlParam(w.rp("orders").push("login_hint", "ada@example.org"), "request_uri")
	err := w.store.List(t.Context(), state.Pending, func(r state.Record) bool {
		if text := r.ID + strings.Join(r.Values, " "); strings.Contains(text, "ada") || strings.Contains(text, uri[len(uri)-64:]) {
			t.Errorf("it can be read: %s", text)
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
}
