package oidc_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// unavailable makes one verb of the store fail as if the directory were away.
func unavailable(verb string) func(string, state.Path) error {
	return func(v string, _ state.Path) error {
		if v == verb {
			return fault.Wrap(fault.Unavailable, errors.New("connection refused"))
		}
		return nil
	}
}

func TestAClientProvesItselfInTheWayItIsRegisteredFor(t *testing.T) {
	t.Parallel()
	odd := "s:/+ %é" // has to be form-encoded in the header (RFC 6749 2.3.1)
	one := func(id, method, secret string) rp.Client {
		return rp.Client{ID: id, AuthMethod: method, RedirectURIs: []string{callback}, Secrets: []string{rp.DigestSecret("older"), rp.DigestSecret(secret)}, Trusted: true}
	}
	w := newWorld(t, func(d *oidc.Deps) {
		d.Clients = append(d.Clients, one("basic", "client_secret_basic", odd), one("post", "client_secret_post", odd), one("either", "", odd))
	})
	b := w.browser()
	for _, c := range []struct {
		name, id, auth string
		form           []string
		status         int
		err            string
	}{
		{"header", "basic", basic("basic", odd), nil, 200, ""},
		{"header with the id in the body too", "basic", basic("basic", odd), []string{"client_id", "basic"}, 200, ""},
		{"the older secret", "basic", basic("basic", "older"), nil, 200, ""},
		{"body", "post", "", []string{"client_id", "post", "client_secret", odd}, 200, ""},
		{"either: header", "either", basic("either", odd), nil, 200, ""},
		{"either: body", "either", "", []string{"client_id", "either", "client_secret", odd}, 200, ""},
		{"header for a body client", "post", basic("post", odd), nil, 401, "invalid_client"},
		{"body for a header client", "basic", "", []string{"client_id", "basic", "client_secret", odd}, 401, "invalid_client"},
		{"both ways", "either", basic("either", odd), []string{"client_secret", odd}, 400, "invalid_request"},
		{"two clients", "either", basic("either", odd), []string{"client_id", "post"}, 400, "invalid_request"},
		{"a wrong secret", "either", basic("either", odd+"x"), nil, 401, "invalid_client"},
		{"no secret", "either", "", []string{"client_id", "either"}, 401, "invalid_client"},
		{"an empty secret", "either", basic("either", ""), nil, 401, "invalid_client"},
		{"nobody", "either", "", nil, 401, "invalid_client"},
		{"somebody unknown", "either", basic("unknown", odd), nil, 401, "invalid_client"},
		{"a bearer token", "either", "Bearer x", []string{"client_id", "either", "client_secret", odd}, 401, "invalid_client"},
		{"half an escape", "either", "Basic ZWl0aGVyOiV4", nil, 401, "invalid_client"},
		{"an assertion", "either", "", []string{"client_id", "either", "client_assertion_type", "x", "client_assertion", "y"}, 401, "invalid_client"},
		{"a parameter twice", "either", basic("either", odd), []string{"scope", "a", "scope", "b"}, 400, "invalid_request"},
		{"a secret for a client without one", "desktop", "", []string{"client_id", "desktop", "client_secret", "x"}, 401, "invalid_client"},
	} {
		app := w.rp(c.id)
		form := append([]string{"grant_type", "authorization_code", "code", app.code(b), "redirect_uri", app.RedirectURL, "code_verifier", app.verifier}, c.form...)
		status, answer := w.post("/oauth/token", c.auth, form...)
		if got, _ := answer["error"].(string); status != c.status || got != c.err {
			t.Errorf("%s: %d %v, want %d %s", c.name, status, answer, c.status, c.err)
		}
	}
	if !w.audited(audit.ClientAuthFailed) || strings.Contains(w.audit.String(), "s:/+") {
		t.Error("failures are not audited, or secrets are")
	}
	app := w.rp("either", "offline_access")
	app.ClientSecret = odd
	resp := w.send("POST", "/oauth/token", basic("either", "wrong"), "grant_type=refresh_token&refresh_token="+app.tokens(b).RefreshToken)
	resp.Body.Close()
	if resp.StatusCode != 401 || !strings.HasPrefix(resp.Header.Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("RFC 6749 5.2 wants a challenge: %d %q", resp.StatusCode, resp.Header.Get("WWW-Authenticate"))
	}
}

func TestARegisteredClientWorksOnEveryReplicaAndItsEndIsSoonKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := &rp.Client{ID: "wiki", Name: "Wiki", RedirectURIs: []string{callback}, Secrets: []string{rp.DigestSecret(secret)}, Trusted: true}
	if err := w.provider.Register(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	if err := w.provider.Register(t.Context(), client); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second of that id: %v", err)
	}
	app, b := w.rp("wiki", "offline_access"), w.browser()
	w.store.Counts()
	tok := app.tokens(b)
	if got := w.store.Counts().Get; got > 6 {
		t.Errorf("%d reads for one sign-on", got)
	}
	must(w, w.store.Delete(t.Context(), state.Path{Kind: state.Clients, ID: "wiki"})) // by another replica
	w.later(11 * time.Second)
	if status, answer := app.refresh(tok.RefreshToken); status != 401 || answer["error"] != "invalid_client" {
		t.Errorf("after its end: %d %v", status, answer)
	}
	if page := b.Get(app.authURL()); page.Status != 400 {
		t.Errorf("after its end: %d at %s", page.Status, page.URL)
	}
}

func TestUnregisteringTakesEffectHereAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(w, w.provider.Register(t.Context(), &rp.Client{ID: "wiki", RedirectURIs: []string{callback}, Secrets: []string{rp.DigestSecret(secret)}, Trusted: true}))
	app, b := w.rp("wiki"), w.browser()
	app.code(b)
	must(w, w.provider.Unregister(t.Context(), "wiki"))
	if page := b.Get(app.authURL()); page.Status != 400 {
		t.Errorf("%d at %s", page.Status, page.URL)
	}
	if err := w.provider.Unregister(t.Context(), "wiki"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a second time: %v", err)
	}
	if err := w.provider.Unregister(t.Context(), "orders"); !fault.Is(err, fault.Denied) {
		t.Errorf("one of the configuration: %v", err)
	}
	if err := w.provider.Register(t.Context(), &rp.Client{ID: "orders", RedirectURIs: []string{callback}}); !fault.Is(err, fault.Conflict) {
		t.Errorf("one of the configuration's id: %v", err)
	}
	if err := w.provider.Register(t.Context(), &rp.Client{ID: "Wiki"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a wrong one: %v", err)
	}
}

func TestABrokenClientRecordIsNoClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for id, value := range map[string]string{
		"no-json": "a {", "no-redirect": `a {"secret_sha256":["` + rp.DigestSecret(secret) + `"]}`, "evil": `a {"redirect_uris":["javascript:alert(1)"]}`, "used-only": "u0000 1",
	} {
		must(w, w.store.Create(t.Context(), state.Record{Path: state.Path{Kind: state.Clients, ID: id}, Values: []string{value}}))
		if page := w.browser().Get(w.rp("orders").authURL("client_id", id)); page.Status != http.StatusInternalServerError {
			t.Errorf("%s: %d at %s", id, page.Status, page.URL)
		}
	}
}

func TestClientsThatCannotBeReadAreNotTakenForUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.store.Before = unavailable("get")
	if page := w.browser().Get(w.rp("orders").authURL("client_id", "wiki")); page.Status != http.StatusServiceUnavailable {
		t.Errorf("authorize: %d at %s", page.Status, page.URL)
	}
}

func TestAllMistakesOfTheConfiguredClientsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	deps := oidc.Deps{Issuer: "https://id.example.org", Keyring: otherKeyring(t), Store: &statetest.Memory{}, People: newFolk(), Records: state.NewRecords(&statetest.Memory{}, nil),
		Kit: newWorld(t).kit, Sessions: later{},
		Clients: []rp.Client{
			{ID: "Upper"}, {ID: "twice", RedirectURIs: []string{callback}}, {ID: "twice", RedirectURIs: []string{callback}},
			{ID: "bad", RedirectURIs: []string{"http://example.org/", "/relative", callback + "#x", "custom:/x", "https://*.example.org/", "https://u:p@example.org/", "https:///x", ":"},
				Secrets: []string{"not-a-digest"}, AuthMethod: "private_key_jwt", IDTokenAlg: "HS256", Grants: []string{"password", "authorization_code"},
				ResponseTypes: []string{"token"}, URL: "ftp://x", Logo: "https://example.org/logo.png"},
			{ID: "none", AuthMethod: "none", Secrets: []string{rp.DigestSecret("x")}, RedirectURIs: []string{callback}},
			{ID: "basic", AuthMethod: "client_secret_basic", RedirectURIs: []string{callback}, MayIntrospect: true},
		}}
	_, err := oidc.New(deps)
	if err == nil {
		t.Fatal("all of it was taken")
	}
	for _, want := range []string{"client_id", "two of that id", ": http://example.org/: ", "/relative", "#x", "custom:/x", "*.example.org", "u:p@", "https:///x is", "SHA-256", "private_key_jwt",
		"HS256", "password", "token", "client_uri", "logo_uri", "none does not go", "needs a secret", "may_introspect"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing is said of %s:\n%v", want, err)
		}
	}
	deps.Clients = nil
	for _, issuer := range []string{"", "id.example.org", "http://id.example.org", "https://id.example.org/", "https://id.example.org?x", "https://u@id.example.org"} {
		if deps.Issuer = issuer; issuer != "https://id.example.org" {
			if _, err := oidc.New(deps); err == nil {
				t.Errorf("the issuer %q was taken", issuer)
			}
		}
	}
	if _, err := oidc.New(oidc.Deps{Issuer: "https://id.example.org"}); err == nil {
		t.Error("a provider without parts was made")
	}
}
