package lab_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/lab"
)

// wrongOrders are, for each path, orders that cannot be done, with a word of the reason.
func wrongOrders(gateway string) map[string]map[string]string {
	request := gateway + "/oauth/authorize?response_type=code&client_id=app&scope=openid&redirect_uri="
	somebody := map[string]string{`{}`: "who?", `{"username": "nobody"}`: `"nobody"`, `{"username": "a\u0000b"}`: "nobody is called", `{"name": "jane"}`: `unknown field "name"`}
	return map[string]map[string]string{
		"/users": {
			``: "EOF", `username`: "invalid character", `[]`: "cannot unmarshal array", `{"username": 1}`: "cannot unmarshal number", `{"usrname": "x"}`: "usrname",
			`{"username": "x"}{}`: "follows", `{"username": "` + strings.Repeat("x", 1<<20) + `"}`: "too large",
			`{}`: "username", `{"username": "jane"}`: `"jane" already`, `{"username": "ann", "groups": [""]}`: "groups", `{"username": "ann", "sub": "1"}`: "sub",
			`{"username": "ann", "fields": {"favourite_colour": ["red"]}}`: "favourite_colour", `{"username": "ann", "fields": {"language": ["no language"]}}`: "language",
		},
		"/users/lock": somebody, "/users/unlock": somebody, "/users/delete": somebody, "/sign-out": somebody,
		"/users/password": {`{}`: "who?", `{"username": "nobody", "password": "a good password"}`: `"nobody"`},
		"/groups": {
			`{}`: "name", `{"name": "crew"}`: "members", `{"name": "crew", "members": ["nobody"]}`: `"nobody"`, `{"name": "crew", "members": [""]}`: `""`,
		},
		"/groups/remove-members": {`{"name": "none", "members": ["jane"]}`: `"none"`, `{"name": "crew", "members": ["nobody"]}`: `"nobody"`, `{"name": "crew"}`: "members", `{"members": ["jane"]}`: "name"},
		"/clients": {
			`{}`: "client_id", `{"client_id": "x"}`: "redirect_uris", `{"client_id": "X Y", "redirect_uris": ["https://x.example/"]}`: "client_id",
			`{"client_id": "app", "redirect_uris": ["https://x.example/"]}`:                                                                        `"app" already`,
			`{"client_id": "x", "redirect_uris": ["https://x.example/"], "public": true, "client_secret": "s"}`:                                    "public",
			`{"client_id": "x", "redirect_uris": ["https://x.example/"], "jwks": "no keys"}`:                                                       "jwks",
			`{"client_id": "x", "redirect_uris": ["https://x.example/"], "token_endpoint_auth_method": "guess"}`:                                   "token_endpoint_auth_method",
			`{"client_id": "x", "redirect_uris": ["https://x.example/"], "token_endpoint_auth_method": "client_secret_jwt", "client_secret": "s"}`: "client_secret",
			`{"client_id": "x", "redirect_uris": ["https://x.example/#fragment"]}`:                                                                 "redirect_uris",
			`{"client_id": "x", "redirect_uris": ["https://x.example/"], "secret_sha256": ["00"]}`:                                                 "secret_sha256",
			`{"client_id": "x", "redirect_uris": ["https://x.example/"], "id_token_signed_response_alg": "none"}`:                                  "id_token_signed_response_alg",
			`{"client_id": "x", "redirect_uris": ["https://x.example/"], "backchannel_logout_uri": "http://elsewhere.example/x"}`:                  "backchannel_logout_uri",
		},
		"/sign-in": {`{}`: "who?", `{"username": "jane", "password": "wrong"}`: "not let through", `{"username": "nobody"}`: "not let through", `{"user": "jane"}`: `unknown field "user"`},
		"/authorize": {
			`{"username": "jane"}`: "url", `{"username": "jane", "url": "https://elsewhere.example/"}`: "not an address of the gateway",
			`{"username": "jane", "url": "` + gateway + `/profile"}`:                         "did not go back",
			`{"username": "jane", "url": "` + gateway + `/\u007f"}`:                          "invalid control character",
			`{"url": "` + gateway + `/profile"}`:                                             "username",
			`{"username": "jane", "url": "` + request + `https://wrong.ex/"}`:                "not let through",
			`{"cookies": [{"name": "x"}], "url": "` + gateway + `/profile"}`:                 "username",
			`{"username": "jane", "deny": "yes", "url": "` + request + `x"}`:                 "cannot unmarshal string",
			`{"username": "jane", "password": "wrong", "url": "` + request + callback + `"}`: "not let through",
		},
		"/tokens": {
			`{"username": "jane", "client_id": "none"}`: `"none"`, `{"client_id": "app"}`: "username", `{"username": "jane", "client_id": "key"}`: "signs to prove itself",
			`{"username": "jane", "client_id": "app", "deny": true}`: "access_denied",
		},
		"/revoke":  {`{"username": "nobody", "client_id": "app"}`: `"nobody"`, `{"username": "jane", "client_id": "other"}`: `"other"`, `{"client_id": "app"}`: "who?"},
		"/advance": {`{"seconds": -1}`: "seconds", `{"seconds": 9999999999}`: "seconds", `{"seconds": 1.5}`: "seconds", `{"seconds": "1"}`: "cannot unmarshal string"},
		"/mails":   {`{"at_least": -1}`: "at_least", `{"at_least": 201}`: "at_least", `{"from": "x"}`: "from"},
		"/reset":   {`{"x": 1}`: "x", `null null`: "follows"},
	}
}

func TestWrongOrdersAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.people()
	w.must("/clients", `{"client_id": "key", "redirect_uris": ["`+callback+`"], "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example.org/keys"}`)
	w.must("/users/password", `{"username": "joe", "password": "another battery"}`)
	wrong := wrongOrders(w.URL)
	for _, o := range w.Orders() {
		if len(wrong[o.Path]) == 0 {
			t.Errorf("nobody tries a wrong order for %s", o.Path)
		}
		for order, want := range wrong[o.Path] {
			status, answer := w.order(o.Path, order)
			reason, _ := answer["error"].(string)
			if status != 400 || !strings.Contains(reason, want) || len(reason) > 1200 {
				t.Errorf("%s %.100s: status %d: %q, want a word about %q", o.Path, order, status, reason, want)
			}
		}
	}
}

func TestPagesInABrowserCannotGiveOrders(t *testing.T) {
	t.Parallel()
	w := open(t)
	for name, c := range map[string]struct {
		method, path, host string
		headers            map[string]string
		status             int
	}{
		"a form":                   {headers: map[string]string{"Content-Type": "text/plain"}, status: 415},
		"nothing said of its kind": {headers: map[string]string{"Content-Type": ""}, status: 415},
		"another name":             {host: "rebound.example", status: 403},
		"another address":          {host: "192.0.2.1:80", status: 403},
		"a page":                   {headers: map[string]string{"Origin": "https://page.example"}, status: 403},
		"a file":                   {headers: map[string]string{"Origin": "null"}, status: 403},
		"the gateway's own page":   {headers: map[string]string{"Origin": w.URL}, status: 403},
		"a page that asks first":   {method: "OPTIONS", headers: map[string]string{"Origin": "https://page.example"}, status: 403},
		"a link":                   {method: "GET", status: 405},
		"a wrong path":             {path: "/user", status: 404},
		"its own name":             {host: "localhost:1", status: 200},
		"its own address":          {host: "[::1]:1", status: 200},
		"JSON with its characters": {headers: map[string]string{"Content-Type": "application/json; charset=utf-8"}, status: 200},
	} {
		method, path := c.method, c.path
		if method == "" {
			method = "POST"
		}
		if path == "" {
			path = "/advance"
		}
		r, err := http.NewRequestWithContext(t.Context(), method, w.control+path, strings.NewReader(`{"seconds": 1}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = c.host
		r.Header.Set("Content-Type", "application/json")
		for name, value := range c.headers {
			r.Header.Set(name, value)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var answer map[string]any
		if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
			t.Errorf("%s: the answer is no JSON: %v", name, err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.status || (answer["error"] == nil) != (c.status == 200) || resp.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: status %d, want %d: %v", name, resp.StatusCode, c.status, answer)
		}
	}
}

func TestOrdersChangeWhatTheySay(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.people()
	ann := w.must("/users", `{"username": "ann", "given_name": "Ann", "fields": {"language": ["fr"]}}`)
	if ann["password"] != "ann-password" || ann["mail"] != "ann@example.org" || ann["sub"] == "" {
		t.Errorf("ann is %v", ann)
	}
	if c := w.must("/clients", `{"client_id": "shop", "redirect_uris": ["`+callback+`"], "always_refresh": true}`); c["client_secret"] == "" {
		t.Errorf("the shop is %v", c)
	}
	if c := w.must("/clients", `{"client_id": "signs", "redirect_uris": ["`+callback+`"], "token_endpoint_auth_method": "client_secret_jwt"}`); c["client_secret"] == "" {
		t.Errorf("who signs with a secret is %v", c)
	}
	w.must("/groups", `{"name": "crew", "members": ["ann"]}`)
	w.must("/groups/remove-members", `{"name": "crew", "members": ["ann", "joe"]}`)
	get := `{"username": "ann", "client_id": "shop", "scope": "openid"}`
	w.must("/tokens", get)
	w.must("/users/lock", `{"username": "ann"}`)
	if status, answer := w.order("/tokens", get); status != 400 {
		t.Errorf("locked: %v", answer)
	}
	w.must("/users/unlock", `{"username": "ann"}`)
	w.must("/tokens", get)
	w.must("/revoke", `{"username": "ann", "client_id": "shop"}`)
	if status, _ := w.order("/revoke", `{"username": "ann", "client_id": "shop"}`); status != 400 {
		t.Error("taken back twice")
	}
	w.must("/users/password", `{"username": "joe", "password": "a better battery"}`)
	w.must("/sign-in", `{"username": "joe"}`)
	w.must("/sign-out", `{"username": "joe"}`)
	w.must("/users/delete", `{"username": "ann"}`)
	if status, _ := w.order("/users/lock", `{"username": "ann"}`); status != 400 {
		t.Error("ann is still there")
	}
	if lab.Overlay("a: 1\nb:\n  - 2\n", "b: 3\nc: 4\n") != "a: 1\nb: 3\nc: 4\n" {
		t.Error("the parts of a configuration are not replaced")
	}
}

func TestASessionGoesOn(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.people()
	cookies, err := json.Marshal(w.must("/sign-in", `{"username": "jane"}`)["cookies"])
	if err != nil {
		t.Fatal(err)
	}
	request := w.URL + "/oauth/authorize?response_type=code&client_id=app&scope=openid&state=s&prompt=none&redirect_uri=" + callback
	if _, answer := w.authorize(`"cookies": `+string(cookies), request); answer["parameters"].(map[string]any)["error"] != "consent_required" {
		t.Errorf("signed in: %v", answer)
	}
	if _, answer := w.authorize(`"username": ""`, request); answer["parameters"].(map[string]any)["error"] != "login_required" {
		t.Errorf("nobody: %v", answer)
	}
	_, answer := w.authorize(`"username": "jane"`, strings.Replace(request, "prompt=none", "response_mode=form_post", 1))
	if answer["posted"] != true || answer["location"] != callback || answer["parameters"].(map[string]any)["state"] != "s" {
		t.Errorf("a form: %v", answer)
	}
}
