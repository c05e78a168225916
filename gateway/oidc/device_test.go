package oidc_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap"
)

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// withTV adds a public client for devices, and one that keeps a secret.
func withTV(d *oidc.Deps) {
	d.Clients = append(d.Clients,
		rp.Client{ID: "tv", Name: "Television", Grants: []string{deviceGrant, "refresh_token"}},
		rp.Client{ID: "printer", Name: "Printer", Grants: []string{deviceGrant}, Secrets: []string{rp.DigestSecret(secret)}},
	)
}

// device is a device that waits.
type device struct {
	w          *world
	code, user string
}

func (w *world) device(scope string) *device {
	w.t.Helper()
	status, got := w.post("/oauth/device_authorization", "", "client_id", "tv", "scope", scope)
	d := &device{w: w}
	d.code, _ = got["device_code"].(string)
	d.user, _ = got["user_code"].(string)
	if status != http.StatusOK || d.code == "" || len(d.user) != 9 || got["interval"] != 5.0 || got["expires_in"] != 600.0 ||
		got["verification_uri"] != w.server.URL+"/device" || got["verification_uri_complete"] != w.server.URL+"/device?user_code="+d.user {
		w.t.Fatalf("device authorization: %d %v", status, got)
	}
	return d
}

// poll asks as often as a device may.
func (d *device) poll(form ...string) (int, map[string]any) {
	d.w.later(5 * time.Second)
	return d.w.post("/oauth/token", "", append([]string{"grant_type", deviceGrant, "client_id", "tv", "device_code", d.code}, form...)...)
}

// answer is what somebody does in their browser.
func (d *device) answer(who, typed string, yes bool) error {
	d.w.t.Helper()
	visit, q, err := d.question(who, typed)
	if err != nil {
		return err
	}
	if q.UserCode != d.user || q.App.Name != "Television" || visit.User.ID != who {
		d.w.t.Errorf("the question is %+v", q)
	}
	return d.w.provider.DecideDevice(request(d.w.t.Context()), q, yes)
}

func (d *device) question(who, typed string) (*session.Visit, *oidc.Question, error) {
	d.w.t.Helper()
	visit := d.w.visit(who)
	sealed, err := d.w.provider.FindDevice(d.w.t.Context(), visit, typed)
	if err != nil {
		return nil, nil, err
	}
	q, err := d.w.provider.DeviceQuestion(request(d.w.t.Context()), visit, sealed)
	return visit, q, err
}

// idClaims checks the ID token of a response as the television would, and returns its claims.
func (w *world) idClaims(response map[string]any) map[string]any {
	w.t.Helper()
	text, _ := response["id_token"].(string)
	token, err := w.rp("tv").provider.Verifier(&gooidc.Config{ClientID: "tv", Now: w.now}).Verify(w.t.Context(), text)
	must(w, err)
	claims := map[string]any{}
	must(w, token.Claims(&claims))
	return claims
}

func request(ctx context.Context) *http.Request {
	r, _ := http.NewRequestWithContext(ctx, http.MethodPost, "/device/confirm", nil)
	return r
}

// visit signs somebody in and reads what is known of them.
func (w *world) visit(who string) *session.Visit {
	w.t.Helper()
	w.set(who, "accept")
	b := w.browser()
	w.rp("intranet").code(b)
	u, err := w.directory.Get(w.t.Context(), ldapmap.Ref{ID: who})
	must(w, err)
	record := w.person(who)
	kept := record.Sessions[len(record.Sessions)-1]
	return &session.Visit{Session: kept, User: u, Record: record}
}

func TestADeviceWithoutAKeyboardSignsSomebodyIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withTV)
	d := w.device("openid email offline_access nonsense")
	if status, got := d.poll(); status != http.StatusBadRequest || got["error"] != "authorization_pending" {
		t.Fatalf("before anybody agreed: %d %v", status, got)
	}
	// People type it in lower case, without the dash, with spaces.
	must(w, d.answer(grace, " "+strings.ToLower(strings.ReplaceAll(d.user, "-", ""))+" ", true))
	status, got := d.poll()
	if status != http.StatusOK || got["refresh_token"] == nil || got["scope"] != "openid email offline_access" {
		t.Fatalf("after somebody agreed: %d %v", status, got)
	}
	if id := w.idClaims(got); id["sub"] != grace || id["auth_time"] == nil || id["sid"] != nil {
		t.Errorf("the ID token is %v", id)
	}
	if status, claims := w.do("GET", "/oauth/userinfo", bearer(got["access_token"].(string)), ""); status != 200 || claims["sub"] != grace {
		t.Errorf("userinfo: %d %v", status, claims)
	}
	if status, got := w.post("/oauth/token", "", "grant_type", "refresh_token", "client_id", "tv", "refresh_token", got["refresh_token"].(string)); status != 200 {
		t.Errorf("refresh: %d %v", status, got)
	}
	if status, got := d.poll(); status != 400 || got["error"] != "expired_token" {
		t.Errorf("asked again: %d %v", status, got)
	}
	if c, ok := w.person(grace).Consent("tv"); !ok || c.Trusted {
		t.Errorf("the consent is %+v, %t", c, ok)
	}
	if !w.audited(audit.ConsentGiven) || !w.audited(audit.TokenIssued) {
		t.Error("nothing in the audit log")
	}
}

func TestADeviceHearsWhyItGetsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withTV)
	refused := w.device("openid")
	must(w, refused.answer(ada, refused.user, false))
	if err := refused.answer(ada, refused.user, true); err == nil {
		t.Error("a no was turned into a yes")
	}
	if status, got := refused.poll(); status != 400 || got["error"] != "access_denied" {
		t.Errorf("after no: %d %v", status, got)
	}
	if status, got := refused.poll(); status != 400 || got["error"] != "expired_token" {
		t.Errorf("after the no was told: %d %v", status, got)
	}
	if c, ok := w.person(ada).Consent("tv"); ok {
		t.Errorf("a no is kept as %+v", c)
	}

	d := w.device("openid")
	if status, _ := d.poll(); status != 400 {
		t.Fatal("not pending")
	}
	if status, got := w.post("/oauth/token", "", "grant_type", deviceGrant, "client_id", "tv", "device_code", d.code); status != 400 || got["error"] != "slow_down" {
		t.Errorf("asked at once again: %d %v", status, got)
	}
	for name, c := range map[string]struct {
		auth string
		form []string
		want string
	}{
		"no code":         {"", []string{"client_id", "tv"}, "invalid_request"},
		"forged code":     {"", []string{"client_id", "tv", "device_code", d.code[:len(d.code)-4] + "AAAA"}, "invalid_grant"},
		"another client":  {basic("printer", secret), []string{"device_code", d.code}, "invalid_grant"},
		"not for devices": {basic("orders", secret), []string{"device_code", d.code}, "unauthorized_client"},
		"wrong secret":    {basic("printer", "wrong"), []string{"device_code", d.code}, "invalid_client"},
	} {
		w.store.Counts()
		if _, got := w.post("/oauth/token", c.auth, append(c.form, "grant_type", deviceGrant)...); got["error"] != c.want {
			t.Errorf("%s: %v", name, got)
		}
		w.store.Expect(t, name, statetest.Counts{})
	}
	w.later(15 * time.Minute)
	if status, got := d.poll(); status != 400 || got["error"] != "expired_token" {
		t.Errorf("a quarter of an hour later: %d %v", status, got)
	}
	if err := d.answer(ada, d.user, true); err == nil {
		t.Error("a code that has expired was answered")
	}
	for name, c := range map[string]struct {
		auth string
		form []string
		want string
	}{
		"nobody":          {"", []string{"scope", "openid"}, "invalid_client"},
		"not for devices": {basic("orders", secret), []string{"scope", "openid"}, "unauthorized_client"},
		"no scope":        {"", []string{"client_id", "tv"}, "invalid_scope"},
		"unknown scope":   {"", []string{"client_id", "tv", "scope", "nonsense"}, "invalid_scope"},
		"secret missing":  {"", []string{"client_id", "printer", "scope", "openid"}, "invalid_client"},
	} {
		if _, got := w.post("/oauth/device_authorization", c.auth, c.form...); got["error"] != c.want {
			t.Errorf("asking for a code, %s: %v", name, got)
		}
	}
}

func TestWhoeverMayNotHaveTokensGetsNoneByADevice(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(w *world){
		"locked":                func(w *world) { w.people.change(ada, func(u *ldapmap.User) { u.Account.Locked = true }) },
		"password changed":      func(w *world) { w.people.change(ada, func(u *ldapmap.User) { u.Account.Mark = "new" }) },
		"signed out everywhere": func(w *world) { must(w, w.records.RevokeAll(w.t.Context(), w.person(ada))) },
		"taken back":            func(w *world) { must(w, w.records.RevokeClient(w.t.Context(), w.person(ada), "tv")) },
	} {
		w := newWorld(t, withTV)
		d := w.device("openid")
		must(w, d.answer(ada, d.user, true))
		spoil(w)
		if status, got := d.poll(); status != 400 || got["error"] != "invalid_grant" {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
	w := newWorld(t, withTV, func(d *oidc.Deps) {
		d.MayUse = func(_ context.Context, _ *ldapmap.User, c *rp.Client) (bool, error) { return c.ID != "tv", nil }
	})
	d := w.device("openid")
	if err := d.answer(ada, d.user, true); err == nil {
		t.Error("somebody whom the policy forbids the application agreed to it")
	}
}

func TestUserCodesCannotBeGuessed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withTV)
	d, visit := w.device("openid"), w.visit(ada)
	for i := range 5 {
		if _, err := w.provider.FindDevice(t.Context(), visit, "BCDF-GHJ"+string("KLMNP"[i])); err == nil || err != oidc.ErrNoDevice {
			t.Fatalf("guess %d: %v", i, err)
		}
	}
	if _, err := w.provider.FindDevice(t.Context(), visit, d.user); err == nil || err == oidc.ErrNoDevice {
		t.Errorf("after five wrong codes: %v", err)
	}
	// Others are not kept from it.
	must(w, d.answer(grace, d.user, true))
	for _, odd := range []string{"", "short", "AEIO-UAEI", strings.Repeat("B", 100), "BCDF-GH\x00J", "ＢＣＤＦ-ＧＨＪＫ"} {
		w.store.Counts()
		if _, err := w.provider.FindDevice(t.Context(), visit, odd); err != oidc.ErrNoDevice {
			t.Errorf("%q: %v", odd, err)
		}
		w.store.Expect(t, odd, statetest.Counts{})
	}
	if _, err := w.provider.DeviceQuestion(request(t.Context()), visit, "made up"); err != oidc.ErrNoDevice {
		t.Errorf("a page that was made up: %v", err)
	}
}

func TestTwoPeopleAtOnceAnswerADeviceOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withTV)
	d := w.device("openid")
	_, mine, err := d.question(ada, d.user)
	must(w, err)
	_, theirs, err := d.question(grace, d.user)
	must(w, err)
	must(w, w.provider.DecideDevice(request(t.Context()), mine, true))
	if err := w.provider.DecideDevice(request(t.Context()), theirs, true); err != oidc.ErrNoDevice {
		t.Errorf("the second: %v", err)
	}
	if _, got := d.poll(); w.idClaims(got)["sub"] != ada {
		t.Errorf("signed in as %v", w.idClaims(got))
	}
}

func TestDevicesAskAtABoundedPace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withTV)
	for range 30 {
		w.device("openid")
	}
	if status, got := w.post("/oauth/device_authorization", "", "client_id", "tv", "scope", "openid"); status != http.StatusServiceUnavailable {
		t.Errorf("the 31st at once: %d %v", status, got)
	}
}
