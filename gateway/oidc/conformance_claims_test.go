package oidc_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// The tests of this file are what a conformance run checks of claims asked for by name, of signed userinfo and of acr, and what OpenID Connect Core 5.5 says beside that.

func TestBasicAnEssentialClaimIsToldAtUserinfo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders")
	tok := app.tokens(w.browser(), "claims", `{"userinfo":{"name":{"essential":true}}}`)
	if _, got := w.userinfo(tok.AccessToken); !reflect.DeepEqual(got, map[string]any{"sub": ada, "name": "Ada Lovelace"}) {
		t.Errorf("%v", got)
	}
	if id := app.idClaims(tok); id["name"] != nil {
		t.Errorf("the ID token has it too: %v", id)
	}
}

func TestClaimsGoWhereTheyWereAskedForAlsoAfterARefresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders", "email", "offline_access")
	tok := app.tokens(w.browser(), "claims", `{"userinfo":{"given_name":null,"email":null},"id_token":{"email":{"essential":true},"phone_number_verified":null,"address":null,"nonsense":null}}`)
	check := func(when string, id map[string]any, access string) {
		t.Helper()
		if id["email"] != "ada@example.org" || id["email_verified"] != false || id["phone_number_verified"] != false || id["phone_number"] != nil || id["given_name"] != nil ||
			!reflect.DeepEqual(id["address"], map[string]any{"locality": "London", "country": "GB"}) {
			t.Errorf("%s: the ID token says %v", when, id)
		}
		if _, got := w.userinfo(access); !reflect.DeepEqual(got, map[string]any{"sub": ada, "given_name": "Ada", "email": "ada@example.org", "email_verified": false}) {
			t.Errorf("%s: userinfo says %v", when, got)
		}
	}
	check("at first", app.idClaims(tok), tok.AccessToken)
	for _, when := range []string{"after a refresh", "after another"} {
		_, again := app.refresh(tok.RefreshToken)
		check(when, app.claimsOf(again["id_token"].(string)), again["access_token"].(string))
		tok.RefreshToken = again["refresh_token"].(string)
	}
}

func TestClaimsAreTakenFromPushedRequestsAndRequestObjectsAndThroughTheBrowser(t *testing.T) {
	t.Parallel()
	w, keys := signing(t, nil)
	const asked = `{"id_token":{"given_name":{"essential":true}}}`
	var object1 any
	if err := json.Unmarshal([]byte(asked), &object1); err != nil {
		t.Fatal(err)
	}
	b, app, front := w.browser(), w.rp("signer"), w.rp("front")
	for how, code := range map[string]string{
		"pushed":           app.pushed(b, "claims", asked).Get("code"),
		"a request object": app.code(b, "request", object(t, keys["ES256"], map[string]any{"claims": object1}, "")),
	} {
		tok, err := app.exchange(code)
		must(w, err)
		if id := app.idClaims(tok); id["given_name"] != "Ada" {
			t.Errorf("%s: %v", how, id)
		}
	}
	for _, kind := range []string{"id_token", "id_token token", "code id_token"} {
		got := front.fragment(b.Get(front.authURL("response_type", kind, "claims", asked)))
		if id := front.claimsOf(got.Get("id_token")); id["given_name"] != "Ada" || id["name"] != nil {
			t.Errorf("%s: %v", kind, id)
		}
	}
}

func TestAClientSeesByNameNoMoreThanItMaySeeByScope(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *oidc.Deps) {
		d.Clients = append(d.Clients, rp.Client{ID: "narrow", RedirectURIs: []string{callback}, Secrets: []string{rp.DigestSecret(secret)}, Scope: "openid email"})
	})
	app := w.rp("narrow")
	tok := app.tokens(w.browser(), "claims", `{"userinfo":{"phone_number":{"essential":true},"phone_number_verified":null,"email":null},"id_token":{"groups":null,"address":null}}`)
	if _, got := w.userinfo(tok.AccessToken); !reflect.DeepEqual(got, map[string]any{"sub": ada, "email": "ada@example.org", "email_verified": false}) {
		t.Errorf("userinfo: %v", got)
	}
	if id := app.idClaims(tok); id["groups"] != nil || id["address"] != nil {
		t.Errorf("the ID token: %v", id)
	}
	if c, _ := w.person(ada).Consent("narrow"); !reflect.DeepEqual(c.Claims, []string{"email"}) {
		t.Errorf("consent was asked for %v", c.Claims)
	}
}

func TestAClaimsParameterThatCannotBeReadIsToldToTheApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders"), w.browser()
	many := strings.TrimSuffix(strings.Repeat(`"c%":null,`, 51), ",")
	for i := range 51 {
		many = strings.Replace(many, "%", string(rune('a'+i/26))+string(rune('a'+i%26)), 1)
	}
	for why, bad := range map[string]string{
		"no JSON object":      `name`,
		"it is no JSON":       `["name"]`,
		"behind its end":      `{} {}`,
		"stands twice":        `{"userinfo":{"name":null},"userinfo":{}}`,
		"name stands twice":   `{"userinfo":{"name":null,"name":null}}`,
		"userinfo: it is no":  `{"userinfo":["name"]}`,
		"id_token: acr: it":   `{"id_token":{"acr":"1"}}`,
		"neither true nor":    `{"id_token":{"acr":{"essential":"yes"}}}`,
		"values is no list":   `{"id_token":{"acr":{"values":"1"}}}`,
		"values is no list o": `{"id_token":{"acr":{"values":[]}}}`,
		"51 claims":           `{"id_token":{` + many + `}}`,
		"a name is too long":  `{"id_token":{"` + strings.Repeat("x", 101) + `":null}}`,
		"3001 bytes":          `{"x":"` + strings.Repeat("x", 2993) + `"}`,
	} {
		q := app.back(b.Get(app.authURL("claims", bad)))
		if q.Get("error") != "invalid_request" || !strings.Contains(q.Get("error_description"), why) || q.Get("state") != "state-of-the-app" {
			t.Errorf("%s: %v", why, q)
		}
	}
	for _, fine := range []string{`{}`, `{"userinfo":null}`, `{"other":{"x":1}}`, `{"userinfo":{"name":{"essential":false,"purpose":"x","value":null},"":null}}`, ` {"id_token":{}} `} {
		app.code(b, "claims", fine)
	}
	if q := app.back(b.Get(app.authURL("claims", "{}") + "&claims=" + url.QueryEscape("{}"))); q.Get("error") != "invalid_request" {
		t.Errorf("twice: %v", q)
	}
	if q := app.back(b.Get(app.authURL("scope", "email", "claims", "nonsense"))); q.Get("code") == "" {
		t.Errorf("in a request that is not one of OpenID Connect: %v", q)
	}
}

func TestAnEssentialAcrThatCannotBeMetFailsAndAWishDoesNot(t *testing.T) {
	t.Parallel()
	const want = `{"id_token":{"acr":{"essential":%,"values":["mfa","phr"]}}}`
	essential, wish := strings.Replace(want, "%", "true", 1), strings.Replace(want, "%", "false", 1)
	for name, known := range map[string][]string{"nothing is known": nil, "it is known": {"pwd", "mfa"}, "others are known": {"pwd"}} {
		w := newWorld(t, func(d *oidc.Deps) { d.ACRValues = known })
		app, b := w.rp("orders"), w.browser()
		app.code(b)
		before := w.signedIn()
		if q := app.back(b.Get(app.authURL("claims", essential))); q.Get("error") != "unmet_authentication_requirements" || q.Get("state") == "" {
			t.Errorf("%s: %v", name, q)
		}
		if n := w.signedIn() - before; n != map[string]int{"it is known": 1}[name] { // to sign in again can help there alone
			t.Errorf("%s: the sign-in page was shown %d times", name, n)
		}
		none := map[string]string{"it is known": "login_required"}[name]
		if none == "" {
			none = "unmet_authentication_requirements"
		}
		if q := app.back(b.Get(app.authURL("claims", essential, "prompt", "none"))); q.Get("error") != none {
			t.Errorf("%s, prompt=none: %v", name, q)
		}
		for _, fine := range [][]string{
			{"claims", wish}, {"acr_values", "mfa phr"}, {"claims", `{"id_token":{"acr":{"essential":true}}}`}, {"claims", `{"id_token":{"acr":{"essential":true,"value":"pwd"}}}`},
			{"claims", `{"id_token":{"acr":{"essential":true,"values":["mfa","\u0070wd"]}}}`}, {"claims", `{"userinfo":{"acr":{"essential":true,"value":"mfa"}}}`},
		} {
			if id := app.idClaims(app.tokens(b, fine...)); id["acr"] != "pwd" {
				t.Errorf("%s, %v: acr %v", name, fine, id["acr"])
			}
		}
	}
}

func TestASubAmongTheClaimsIsWhoHasToBeSignedIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, knownBy("by-username", rp.Subject{SubjectField: "username"}))
	for id, name := range map[string]string{"orders": ada, "by-username": "ada"} {
		app, b := w.rp(id), w.browser()
		w.set(ada, "accept")
		for _, list := range []string{"id_token", "userinfo"} {
			herself := `{"` + list + `":{"sub":{"value":"` + name + `"}}}`
			app.code(b, "claims", herself)
			if q := app.back(b.Get(app.authURL("claims", `{"`+list+`":{"sub":{"values":["x","`+name+`"]}}}`, "prompt", "none"))); q.Get("code") == "" {
				t.Errorf("%s, she herself, among others: %v", id, q)
			}
			other := `{"` + list + `":{"sub":{"value":"grace"}}}`
			if q := app.back(b.Get(app.authURL("claims", other, "prompt", "none"))); q.Get("error") != "login_required" {
				t.Errorf("%s, somebody else, prompt=none: %v", id, q)
			}
			if q := app.back(b.Get(app.authURL("claims", other))); q.Get("error") != "login_required" {
				t.Errorf("%s, she signs in once more: %v", id, q)
			}
		}
	}
}

func TestUserinfoIsSignedForWhoRegisteredForThat(t *testing.T) {
	t.Parallel()
	for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
		w := newWorld(t, func(d *oidc.Deps) {
			d.Clients = append(d.Clients, rp.Client{ID: "signed", RedirectURIs: []string{callback}, Secrets: []string{rp.DigestSecret(secret)}, Trusted: true, UserinfoAlg: alg})
		})
		app := w.rp("signed", "email")
		tok := app.tokens(w.browser())
		resp := w.send("GET", "/oauth/userinfo", bearer(tok.AccessToken), "")
		body := readAll(t, resp)
		signed, err := jose.ParseSignedCompact(body, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
		if err != nil || resp.Header.Get("Content-Type") != "application/jwt" || resp.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%s: %v %v: %s", alg, err, resp.Header, body)
		}
		var set jose.JSONWebKeySet
		fetch(t, w, "/oauth/jwks", &set)
		payload, err := signed.Verify(set)
		must(w, err)
		var got map[string]any
		must(w, json.Unmarshal(payload, &got))
		if want := map[string]any{"iss": w.server.URL, "aud": "signed", "sub": ada, "email": "ada@example.org", "email_verified": false}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v", alg, got)
		}
		if resp := w.send("GET", "/oauth/userinfo", bearer("x"), ""); resp.StatusCode != 401 || resp.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: an error is %d %v", alg, resp.StatusCode, resp.Header)
		}
		if _, err := app.provider.UserInfo(t.Context(), app.TokenSource(t.Context(), tok)); err != nil { // go-oidc checks the signature
			t.Errorf("%s: go-oidc refuses it: %v", alg, err)
		}
	}
}

func readAll(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
