package oidc_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/registration"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

const pathRegister = "/oauth/register"

// registering lets applications register themselves.
func registering(mode registration.Mode, more ...func(*registration.Config)) option {
	return func(d *oidc.Deps) {
		d.Registration.Mode = mode
		for _, m := range more {
			m(&d.Registration)
		}
	}
}

// atIssuer is a provider of the internet: it goes to nothing inside.
func atIssuer(issuer string) option { return func(d *oidc.Deps) { d.Issuer = issuer } }

// tell sends JSON.
func (w *world) tell(method, path, authorization string, said any) (int, map[string]any) {
	w.t.Helper()
	text, ok := said.(string)
	if !ok {
		raw, err := json.Marshal(said)
		must(w, err)
		text = string(raw)
	}
	return w.answer(w.sendAs("application/json", method, path, authorization, text))
}

// registered registers an application that says this of itself, and its redirect URI.
func (w *world) registered(said map[string]any) map[string]any {
	w.t.Helper()
	if said["redirect_uris"] == nil {
		said["redirect_uris"] = []string{callback}
	}
	status, got := w.tell("POST", pathRegister, "", said)
	if status != http.StatusCreated {
		w.t.Fatalf("registering %v: %d %v", said, status, got)
	}
	return got
}

// own is the address at which an application manages itself, and the token for it.
func (w *world) own(got map[string]any) (path, authorization string) {
	w.t.Helper()
	path, ok := strings.CutPrefix(fmt.Sprint(got["registration_client_uri"]), w.server.URL)
	if !ok {
		w.t.Fatalf("it manages itself at %v", got["registration_client_uri"])
	}
	return path, bearer(fmt.Sprint(got["registration_access_token"]))
}

// invitation is one that works so often within the next hour.
func (w *world) invitation(uses int) string {
	w.t.Helper()
	token, id, err := registration.Invite(webtest.Keyring(w.t), w.server.URL, uses, w.now().Add(time.Hour), w.now())
	if err != nil || id == "" {
		w.t.Fatal(err)
	}
	return token
}

func TestNobodyRegistersWhereThatIsOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if resp := w.sendAs("application/json", "POST", pathRegister, "", `{"redirect_uris":["https://a.example.org/cb"]}`); resp.StatusCode != http.StatusNotFound {
		t.Errorf("status %d", resp.StatusCode)
	}
	if _, meta := w.do("GET", "/.well-known/openid-configuration", "", ""); meta["registration_endpoint"] != nil {
		t.Error("discovery has the address")
	}
	on := newWorld(t, registering(registration.Token))
	if _, meta := on.do("GET", "/.well-known/openid-configuration", "", ""); meta["registration_endpoint"] != on.server.URL+pathRegister {
		t.Errorf("discovery: %v", meta["registration_endpoint"])
	}
}

func TestWhatAnApplicationDoesNotSayHasTheDefaultsOfTheSpecification(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	got := w.registered(map[string]any{"an_unknown_name": map[string]any{"x": 1}, "client_uri": nil, "client_id": "mine", "trusted": true, "secret_sha256": []string{"x"}, "may_introspect": true})
	for name, want := range map[string]any{
		"token_endpoint_auth_method": "client_secret_basic", "grant_types": "[authorization_code]", "response_types": "[code]", "application_type": "web",
		"id_token_signed_response_alg": "RS256", "scope": "openid profile email offline_access", "client_secret_expires_at": "0", "client_id_issued_at": fmt.Sprint(float64(w.now().Unix())),
		"redirect_uris": "[" + callback + "]", "client_uri": "<nil>", "trusted": "<nil>", "may_introspect": "<nil>", "secret_sha256": "<nil>", "an_unknown_name": "<nil>", "self": "<nil>", "revision": "<nil>",
	} {
		if fmt.Sprint(got[name]) != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	id, secret := fmt.Sprint(got["client_id"]), fmt.Sprint(got["client_secret"])
	if !strings.HasPrefix(id, "app-") || len(id) != 30 || len(secret) != 43 {
		t.Errorf("id %q, secret %q", id, secret)
	}
	e, err := w.provider.Registry().Get(t.Context(), id)
	if err != nil || e.Client.Trusted || e.Client.MayIntrospect || !e.Client.Self.Open {
		t.Errorf("%+v %v", e.Client, err)
	}
	// No reader of the directory can be the application, or change it.
	record, err := w.store.Get(t.Context(), state.Path{Kind: state.Clients, ID: id})
	if err != nil || strings.Contains(fmt.Sprint(record.Values), secret) || strings.Contains(fmt.Sprint(record.Values), fmt.Sprint(got["registration_access_token"])) {
		t.Errorf("%v %v", record, err)
	}
	if !w.audited("client_registered") || strings.Contains(w.audit.String(), secret) {
		t.Errorf("the audit log: %s", w.audit)
	}
}

func TestAnInvitationWorksSoOftenAndNotOnceMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Token))
	good := map[string]any{"redirect_uris": []string{callback}}
	for authorization, want := range map[string]string{"": "invalid_request", bearer("made-up"): "invalid_token", bearer(strings.Repeat("A", 5000)): "invalid_token", "Basic eDp5": "invalid_request"} {
		w.store.Counts()
		resp := w.sendAs("application/json", "POST", pathRegister, authorization, `{}`)
		challenge := resp.Header.Get("WWW-Authenticate")
		if status, got := w.answer(resp); status != 401 || got["error"] != want || !strings.HasPrefix(challenge, "Bearer ") {
			t.Errorf("%.20q: %d %v %s", authorization, status, got, challenge)
		}
		w.store.Expect(t, "a made-up invitation", statetest.Counts{})
	}
	// A mistake uses nothing up, and neither does a directory that is away.
	once := bearer(w.invitation(1))
	if status, got := w.tell("POST", pathRegister, once, map[string]any{}); status != 400 {
		t.Errorf("a mistake: %d %v", status, got)
	}
	w.store.Before = func(verb string, p state.Path) error {
		if verb == "create" && p.Kind == state.Clients {
			return fault.Wrap(fault.Unavailable, errors.New("connection refused"))
		}
		return nil
	}
	if status, got := w.tell("POST", pathRegister, once, good); status != 503 || got["error"] != "temporarily_unavailable" {
		t.Errorf("while the directory is away: %d %v", status, got)
	}
	w.store.Before = nil
	status, got := w.tell("POST", pathRegister, once, good)
	if status != 201 {
		t.Fatalf("the first: %d %v", status, got)
	}
	if e, err := w.provider.Registry().Get(t.Context(), fmt.Sprint(got["client_id"])); err != nil || e.Client.Self.Open {
		t.Errorf("one that was invited: %+v %v", e.Client, err)
	}
	if status, got := w.tell("POST", pathRegister, once, good); status != 401 || got["error"] != "invalid_token" {
		t.Errorf("the second: %d %v", status, got)
	}
	// Three uses, and sixteen at once, of two replicas.
	other := newWorld(t, registering(registration.Token), func(d *oidc.Deps) {
		d.Store, d.Records, d.Issuer = w.store, state.NewRecords(w.store, w.now), w.server.URL
	})
	thrice := bearer(w.invitation(3))
	var mu sync.Mutex
	statuses := map[int]int{}
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			status, _ := []*world{w, other}[i%2].tell("POST", pathRegister, thrice, good)
			mu.Lock()
			defer mu.Unlock()
			statuses[status]++
		})
	}
	all.Wait()
	if statuses[201] != 3 || statuses[401] != 13 {
		t.Errorf("%v", statuses)
	}
	late, withdrawn := bearer(w.invitation(2)), w.invitation(5)
	if _, err := registration.Withdraw(t.Context(), webtest.Keyring(t), w.server.URL, withdrawn, w.records); err != nil {
		t.Error(err)
	}
	if status, got := w.tell("POST", pathRegister, bearer(withdrawn), good); status != 401 {
		t.Errorf("one that was withdrawn: %d %v", status, got)
	}
	if _, err := registration.Withdraw(t.Context(), webtest.Keyring(t), w.server.URL, "made-up", w.records); !fault.Is(err, fault.Invalid) {
		t.Errorf("withdrawing nothing: %v", err)
	}
	w.later(time.Hour)
	if status, got := w.tell("POST", pathRegister, late, good); status != 401 {
		t.Errorf("one that has expired: %d %v", status, got)
	}
}

func TestInvitationsHaveBounds(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, c := range []struct {
		uses  int
		lasts time.Duration
	}{{0, time.Hour}, {101, time.Hour}, {1, 0}, {1, 91 * 24 * time.Hour}} {
		if _, _, err := registration.Invite(webtest.Keyring(t), "https://id.example.org", c.uses, now.Add(c.lasts), now); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestSpamFillsNeitherTheDirectoryNorAnybodysDay(t *testing.T) {
	t.Parallel()
	paced := map[string]int{}
	w := newWorld(t, registering(registration.Open, func(c *registration.Config) {
		c.Most = 4
		c.Pace = func(ip string) time.Duration {
			if paced[ip]++; paced[ip] > 3 {
				return 1500 * time.Millisecond
			}
			return 0
		}
	}))
	for range 3 {
		w.registered(map[string]any{})
	}
	// What is refused anyway is not counted.
	if status, _ := w.tell("POST", pathRegister, "", map[string]any{}); status != 400 || len(paced) != 1 || paced["127.0.0.1"] != 3 {
		t.Errorf("%d, counted %v", status, paced)
	}
	resp := w.sendAs("application/json", "POST", pathRegister, "", `{"redirect_uris":["https://a.example.org/cb"]}`)
	after := resp.Header.Get("Retry-After")
	if status, got := w.answer(resp); status != 429 || got["error"] != "temporarily_unavailable" || after != "2" {
		t.Errorf("the fourth from one address: %d %v, after %s", status, got, after)
	}
	// Whoever was invited does not wait, but there is an end.
	invited := bearer(w.invitation(3))
	if status, got := w.tell("POST", pathRegister, invited, map[string]any{"redirect_uris": []string{callback}}); status != 201 {
		t.Errorf("an invited one: %d %v", status, got)
	}
	status, got := w.tell("POST", pathRegister, invited, map[string]any{"redirect_uris": []string{callback}})
	if status != 503 || got["error"] != "temporarily_unavailable" {
		t.Errorf("one too many: %d %v", status, got)
	}
	// Those of other replicas count too, within a minute.
	other := newWorld(t, registering(registration.Token, func(c *registration.Config) { c.Most = 4 }), func(d *oidc.Deps) {
		d.Store, d.Records, d.Issuer = w.store, state.NewRecords(w.store, w.now), w.server.URL
	})
	if status, got = other.tell("POST", pathRegister, invited, map[string]any{"redirect_uris": []string{callback}}); status != 503 {
		t.Errorf("at another replica: %d %v", status, got)
	}
}

func TestScriptsOfOtherSitesMayRegisterAnApplicationSinceNoCookieCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	path, _ := w.own(w.registered(map[string]any{}))
	for _, at := range []string{pathRegister, path} {
		resp := w.send("OPTIONS", at, "", "")
		_ = resp.Body.Close()
		if h := resp.Header; resp.StatusCode != 204 || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Allow-Methods") != "GET, POST, PUT, DELETE" || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %d %v", at, resp.StatusCode, h)
		}
	}
	resp := w.sendAs("application/json", "POST", pathRegister, "", `{}`)
	if _, _ = w.answer(resp); resp.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%v", resp.Header)
	}
}
