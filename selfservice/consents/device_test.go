package consents_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/browsertest"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// television has a television ask for a code, and returns what it got.
func (w *world) television() (device, user string) {
	w.t.Helper()
	if _, err := w.provider.Registry().Get(w.t.Context(), "tv"); err != nil {
		ok(w.t, w.provider.Register(w.t.Context(), &rp.Client{ID: "tv", Name: "Television", Grants: []string{rp.GrantDevice}}))
	}
	var got struct {
		Device string `json:"device_code"`
		User   string `json:"user_code"`
	}
	w.post("/oauth/device_authorization", url.Values{"client_id": {"tv"}, "scope": {"openid email"}}, &got)
	return got.Device, got.User
}

// poll is what the television hears.
func (w *world) poll(device string) (token, problem string) {
	w.t.Helper()
	var got struct {
		Token string `json:"access_token"`
		Error string `json:"error"`
	}
	w.post("/oauth/token", url.Values{"client_id": {"tv"}, "grant_type": {rp.GrantDevice}, "device_code": {device}}, &got)
	return got.Token, got.Error
}

func (w *world) post(path string, form url.Values, into any) {
	w.t.Helper()
	resp, err := http.PostForm(w.server.URL+path, form)
	ok(w.t, err)
	defer func() { _ = resp.Body.Close() }()
	ok(w.t, json.NewDecoder(resp.Body).Decode(into))
}

func TestWhoeverTypesTheCodeOfATelevisionSignsItIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	device, user := w.television()
	b := w.browser("en")
	page := b.Get("/device?user_code=" + user)
	if page.Status != http.StatusOK || !page.Says("Sign in on another device") {
		t.Fatalf("%d %s", page.Status, page.Text("body"))
	}
	wrong := page.Submit("form[action='/device']", "user_code", "BCDF-GHJK")
	if wrong.Status != http.StatusUnprocessableEntity || !wrong.Says("No device waits for this code") {
		t.Errorf("a wrong code: %d %s", wrong.Status, wrong.Text("main"))
	}
	page = w.consent(page.Submit("form[action='/device']", "user_code", user))
	for _, words := range []string{"Television", user, "device in front of you", "ada@example.org", "Ada Lovelace"} {
		if !page.Says(words) {
			t.Errorf("the question does not say %q", words)
		}
	}
	if odd := page.Submit("form[action='/device/confirm']", "decision", "perhaps"); odd.Status != http.StatusBadRequest {
		t.Errorf("neither yes nor no: %d", odd.Status)
	}
	done := page.Submit("form[action='/device/confirm']", "decision", "accept")
	if done.Status != http.StatusOK || !done.Says("You can go back to the device") {
		t.Fatalf("after yes: %d %s", done.Status, done.Text("body"))
	}
	if token, problem := w.poll(device); token == "" {
		t.Errorf("the television gets %s", problem)
	}
	if again := page.Submit("form[action='/device/confirm']", "decision", "accept"); again.Status != http.StatusUnprocessableEntity {
		t.Errorf("answered twice: %d %s", again.Status, again.Text("main"))
	}
	if !b.Get("/applications").Says("Television") {
		t.Error("the television is not among the applications")
	}
}

func TestANoToATelevisionIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	device, user := w.television()
	w.signsIn("andre") // who speaks French
	page := w.consent(w.browser("en").Get("/device").Submit("form[action='/device']", "user_code", user))
	if done := page.Submit("form[action='/device/confirm']", "decision", "deny"); done.Status != http.StatusOK || !done.Says("n’est pas connecté") {
		t.Errorf("after no: %d %s", done.Status, done.Text("main"))
	}
	if token, problem := w.poll(device); token != "" || problem != "access_denied" {
		t.Errorf("the television gets %q %q", token, problem)
	}
}

func TestAQuestionIsForWhomItWasAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	device, user := w.television()
	b := w.browser("en")
	page := w.consent(b.Get("/device").Submit("form[action='/device']", "user_code", user))
	w.signsIn("andre")
	b.Get("/signin")
	if after := page.Submit("form[action='/device/confirm']", "decision", "accept"); after.URL.Path != "/device" {
		t.Errorf("somebody else's question was answered: %s %s", after.URL, after.Text("main"))
	}
	if token, problem := w.poll(device); token != "" || problem != "authorization_pending" {
		t.Errorf("the television gets %q %q", token, problem)
	}
	for _, address := range []string{"/device/confirm", "/device/confirm?resume=made-up"} {
		if page := b.Get(address); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", address, page.Status)
		}
	}
}

func TestACodeIsTypedInARealBrowser(t *testing.T) {
	t.Parallel()
	chromium := browsertest.Open(t)
	w := newWorld(t)
	for name, look := range map[string]browsertest.Look{"wide": {}, "phone without scripts, dark, French": {NoScript: true, Width: 390, Dark: true, Language: "fr"}} {
		device, user := w.television()
		tab := chromium.Tab(t, look)
		tab.Go(w.server.URL + "/device")
		tab.Fill("#user_code", user)
		tab.Shot("device " + name)
		tab.Click("#submit")
		tab.WaitFor("#accept")
		tab.Shot("device question " + name)
		tab.Click("#accept")
		tab.WaitFor("a#submit")
		if token, problem := w.poll(device); token == "" {
			t.Errorf("%s: the television gets %s", name, problem)
		}
		if problems := tab.Problems(); len(problems) > 0 {
			t.Errorf("%s: the browser complains: %q", name, problems)
		}
	}
}
