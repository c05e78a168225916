package oidc_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

// stateOf is what the answer has to say of a session to a client at an origin, with the salt that the answer chose.
func stateOf(got, client, origin, session string) string {
	_, salt, _ := strings.Cut(got, ".")
	sum := sha256.Sum256([]byte(client + " " + origin + " " + session + " " + salt))
	return hex.EncodeToString(sum[:]) + "." + salt
}

func TestTheSessionStateIsASaltedHashForTheClientAndItsOrigin(t *testing.T) {
	t.Parallel()
	const native = "org.example.orders:/callback"
	addresses := map[string]string{
		callback: "https://orders.example.org", "https://Orders.Example.org:443/callback": "https://orders.example.org",
		"http://localhost:8080/callback": "http://localhost:8080", "http://127.0.0.1:80/callback": "http://127.0.0.1", native: "",
	}
	w := newWorld(t, func(d *oidc.Deps) {
		c := rp.Client{ID: "many", Secrets: []string{rp.DigestSecret(secret)}, Trusted: true, Grants: []string{"authorization_code", "implicit"}, ResponseTypes: []string{"code", "code id_token"}}
		for address := range addresses {
			c.RedirectURIs = append(c.RedirectURIs, address)
		}
		d.Clients = append(d.Clients, c)
	})
	b, app := w.browser(), w.rp("many")
	answer := func(address string, more ...string) url.Values {
		t.Helper()
		app.RedirectURL = address
		page := b.Get(app.authURL(more...))
		if page.URL.Fragment != "" {
			q, _ := url.ParseQuery(page.URL.Fragment)
			return q
		}
		return page.URL.Query()
	}
	word := func() string { return session.BrowserState(w.person(ada).Sessions[0].ID) }
	for address, origin := range addresses {
		q := answer(address)
		got := q.Get("session_state")
		if origin == "" {
			if q.Has("session_state") || q.Get("code") == "" {
				t.Errorf("an application without a page is told %q", got)
			}
			continue
		}
		if len(got) != 97 || got != stateOf(got, "many", origin, word()) || strings.Contains(got, " ") {
			t.Errorf("%s is told %q", address, got)
		}
	}
	first := answer(callback).Get("session_state")
	if again := answer(callback).Get("session_state"); again == first {
		t.Error("the salt is the same twice")
	}
	if got := answer(callback, "response_type", "code id_token", "nonce", "n").Get("session_state"); got == "" || got != stateOf(got, "many", "https://orders.example.org", word()) {
		t.Errorf("in the fragment: %q", got)
	}
	if q := answer(callback, "scope", "profile"); q.Has("session_state") || q.Get("code") == "" {
		t.Errorf("plain OAuth is told %v", q)
	}
	if q := answer(callback, "prompt", "none", "max_age", "0"); q.Has("session_state") || q.Get("error") == "" {
		t.Errorf("an error tells %v", q)
	}
}

func TestTheFrameForApplicationsCanBeFramedByAllAndDoesNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	page := webtest.New(t, w.server.URL).Get("/oauth/check-session")
	h := page.Header
	script := page.Find("script").Text()
	sum := sha256.Sum256([]byte(script))
	want := "default-src 'none'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors *"
	if page.Status != 200 || h.Get("Content-Security-Policy") != want || h.Get("X-Frame-Options") != "" || h.Get("Set-Cookie") != "" ||
		h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("%d %v", page.Status, h)
	}
	for _, way := range []string{"fetch(", "XMLHttpRequest", "localStorage", "innerHTML", "eval(", `"*"`} {
		if strings.Contains(script, way) {
			t.Errorf("the script has %s", way)
		}
	}
	if page.Find("html").AttrOr("data-cookie", "") != w.sessions.StateCookie() || page.Text("body") != "" {
		t.Errorf("the page is %s", page.Body)
	}
}
