package oidc_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

// everyType are clients that registered for everything, one for each algorithm of ID tokens; the client of RS256 is "front".
func everyType(d *oidc.Deps) {
	for id, alg := range map[string]string{"front": "", "front-es": "ES256", "front-ed": "EdDSA"} {
		d.Clients = append(d.Clients, rp.Client{
			ID: id, Name: "Front", RedirectURIs: []string{callback, "org.example.app:/callback"}, Secrets: []string{rp.DigestSecret(secret)}, IDTokenAlg: alg,
			Grants:        []string{"authorization_code", "refresh_token", "implicit"},
			ResponseTypes: []string{"code", "id_token", "id_token token", "token", "code id_token", "code token", "code id_token token"},
		})
	}
}

// fragment is what came back behind the '#'.
func (a *relyingParty) fragment(page *webtest.Page) url.Values {
	a.w.t.Helper()
	if q := a.back(page); len(q) > 0 {
		a.w.t.Fatalf("something came back in the query: %v", q)
	}
	values, err := url.ParseQuery(page.URL.Fragment)
	if err != nil {
		a.w.t.Fatal(err)
	}
	return values
}

// claimsOf verifies an ID token that came through the browser.
func (a *relyingParty) claimsOf(text string) map[string]any {
	a.w.t.Helper()
	id, err := a.provider.Verifier(a.verifying()).Verify(a.w.t.Context(), text)
	if err != nil {
		a.w.t.Fatalf("go-oidc refuses the ID token: %v", err)
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		a.w.t.Fatal(err)
	}
	return claims
}

func half(alg, text string) string {
	if alg == "EdDSA" {
		sum := sha512.Sum512([]byte(text))
		return base64.RawURLEncoding.EncodeToString(sum[:32])
	}
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func TestEachResponseTypeBringsWhatItSaysWithItsHashes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everyType)
	b := w.browser()
	for id, alg := range map[string]string{"front": "RS256", "front-es": "ES256", "front-ed": "EdDSA"} {
		for _, kind := range []string{"id_token", "id_token token", "token id_token", "token", "code id_token", "id_token code", "code token", "code id_token token"} {
			app := w.rp(id, "email")
			got := app.fragment(b.Get(app.authURL("response_type", kind)))
			words := strings.Fields(kind)
			has := map[string]bool{"code": got.Has("code"), "token": got.Has("access_token"), "id_token": got.Has("id_token")}
			for word, there := range has {
				if there != slices.Contains(words, word) {
					t.Fatalf("%s %s brings %v", id, kind, got)
				}
			}
			if got.Get("iss") != w.server.URL || got.Get("state") != "state-of-the-app" || got.Has("refresh_token") {
				t.Errorf("%s %s: %v", id, kind, got)
			}
			if has["token"] {
				status, info := w.userinfo(got.Get("access_token"))
				if status != 200 || info["email"] == nil || got.Get("token_type") != "Bearer" || got.Get("expires_in") != "3600" || got.Get("scope") != "openid email" {
					t.Errorf("%s %s: the access token is answered %d %v, and came with %v", id, kind, status, info, got)
				}
			}
			if has["id_token"] {
				claims := app.claimsOf(got.Get("id_token"))
				for claim, of := range map[string]string{"at_hash": "access_token", "c_hash": "code"} {
					want := any(nil)
					if got.Has(of) {
						want = half(alg, got.Get(of))
					}
					if claims[claim] != want {
						t.Errorf("%s %s: %s is %v, want %v", id, kind, claim, claims[claim], want)
					}
				}
				// Only where nothing else would tell them are the claims in the ID token (OpenID Connect Core 5.4).
				if (claims["email"] != nil) != (kind == "id_token") || claims["nonce"] != app.nonce || claims["sub"] != ada {
					t.Errorf("%s %s: claims %v", id, kind, claims)
				}
			}
			if has["code"] {
				if tok, err := app.exchange(got.Get("code")); err != nil {
					t.Errorf("%s %s: %v", id, kind, err)
				} else if app.idClaims(tok)["sub"] != ada {
					t.Errorf("%s %s: another person comes from the code", id, kind)
				}
			}
		}
	}
}

func TestTokensThroughTheBrowserAreForClientsThatAskedForThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everyType)
	b, app := w.browser(), w.rp("orders")
	for _, kind := range []string{"id_token", "token", "id_token token", "code id_token"} {
		if got := app.fragment(b.Get(app.authURL("response_type", kind))); got.Get("error") != "unsupported_response_type" || got.Get("iss") != w.server.URL || got.Get("state") == "" {
			t.Errorf("%s: %v", kind, got)
		}
	}
	for _, wrong := range []rp.Client{
		{ID: "x", RedirectURIs: []string{callback}, ResponseTypes: []string{"id_token"}},
		{ID: "x", RedirectURIs: []string{callback}, ResponseTypes: []string{"dance"}},
		{ID: "x", RedirectURIs: []string{callback}, ResponseTypes: []string{"code code"}},
		{ID: "x", RedirectURIs: []string{callback}, ResponseTypes: []string{"code"}, Grants: []string{"implicit"}},
		{ID: "x", ResponseTypes: []string{"id_token"}, Grants: []string{"implicit"}},
	} {
		if len(wrong.Check()) == 0 {
			t.Errorf("%+v can be registered", wrong)
		}
	}
}

func TestWhatGoesWrongIsToldWhereTheAnswerWouldHaveBeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everyType)
	b, app := w.browser(), w.rp("front")
	for _, c := range []struct {
		more         []string
		where, wrong string
	}{
		{[]string{"response_type", "id_token", "nonce", ""}, "fragment", "invalid_request"},
		{[]string{"response_type", "code id_token token", "nonce", ""}, "fragment", "invalid_request"},
		{[]string{"response_type", "id_token", "scope", "email"}, "fragment", "invalid_request"},
		{[]string{"response_type", "id_token", "response_mode", "query"}, "fragment", "unsupported_response_mode"},
		{[]string{"response_type", "id_token", "response_mode", "jwt"}, "fragment", "unsupported_response_mode"},
		{[]string{"response_type", "code", "response_mode", "jwt"}, "query", "unsupported_response_mode"},
		{[]string{"response_type", "code", "response_mode", "fragment", "prompt", "none login"}, "fragment", "invalid_request"},
		{[]string{"response_type", "Code"}, "query", "unsupported_response_type"},
		{[]string{"response_type", "code code"}, "query", "unsupported_response_type"},
		{[]string{"response_type", "none"}, "query", "unsupported_response_type"},
		{[]string{"response_type", "id_token", "prompt", "none"}, "fragment", "login_required"},
	} {
		page := b.Get(app.authURL(c.more...))
		got := page.URL.Query()
		if c.where == "fragment" {
			got = app.fragment(page)
		}
		if got.Get("error") != c.wrong || got.Get("iss") != w.server.URL || got.Get("state") != "state-of-the-app" {
			t.Errorf("%v: %s", c.more, page.URL)
		}
	}
	// The code in a fragment; and without a nonce where no ID token comes back through the browser.
	app.fragment(b.Get(app.authURL("response_mode", "fragment")))
	if got := app.fragment(b.Get(app.authURL("response_type", "code token", "nonce", ""))); got.Get("access_token") == "" {
		t.Errorf("code token without nonce: %v", got)
	}
}

func TestFormPostComesAsAFormThatOnlyTheApplicationCanGet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everyType)
	b, app := w.browser(), w.rp("front")
	for _, kind := range []string{"code", "code id_token token"} {
		page := b.Get(app.authURL("response_type", kind, "response_mode", "form_post"))
		form := page.Find("form[data-go]")
		if action, _ := form.Attr("action"); action != callback || page.Status != 200 || page.Find("#continue").Length() != 1 {
			t.Fatalf("%s: %d %s", kind, page.Status, page.Text("body"))
		}
		value := func(name string) string { v, _ := form.Find("input[name=" + name + "]").Attr("value"); return v }
		if value("iss") != w.server.URL || value("state") != "state-of-the-app" {
			t.Errorf("%s: iss %q, state %q", kind, value("iss"), value("state"))
		}
		if _, err := app.exchange(value("code")); err != nil {
			t.Error(err)
		}
		if policy := page.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action https://orders.example.org ") || page.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers: %v", page.Header)
		}
	}
	page := b.Get(app.authURL("response_mode", "form_post", "prompt", "none login"))
	if v, _ := page.Find("input[name=error]").Attr("value"); v != "invalid_request" {
		t.Errorf("an error by form_post: %s", page.Text("body"))
	}
	app.RedirectURL = "org.example.app:/callback"
	resp := w.send("GET", app.authURL("response_mode", "form_post"), "", "")
	resp.Body.Close()
	if to := resp.Header.Get("Location"); !strings.HasPrefix(to, "org.example.app:/callback?error=unsupported_response_mode") && !strings.Contains(to, "error=unsupported_response_mode") {
		t.Errorf("a form for an app's own scheme: %d %s", resp.StatusCode, to)
	}
}

func TestTheFrontChannelTokenDiesWithTheConsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everyType)
	app := w.rp("front")
	token := app.fragment(w.browser().Get(app.authURL("response_type", "token"))).Get("access_token")
	if err := w.records.RevokeClient(t.Context(), w.person(ada), "front"); err != nil {
		t.Fatal(err)
	}
	if status, _ := w.userinfo(token); status != 401 {
		t.Errorf("userinfo answers %d after the consent was taken back", status)
	}
}
