package gateway_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/wicketgate/wicketgate/gateway/housetest"
)

// app is an application that signs people in, made of the libraries that real ones use.
type app struct {
	*oauth2.Config
	g        *housetest.Gateway
	provider *gooidc.Provider
	verifier string
}

// newApp discovers the provider and warms it up: the signing keys are made at the first start.
func newApp(t *testing.T, g *housetest.Gateway, id string, scopes ...string) *app {
	t.Helper()
	provider, err := gooidc.NewProvider(t.Context(), g.URL)
	if err != nil {
		t.Fatalf("discovery: %v", err)
	}
	if status, _ := call(t, "GET", g.URL+"/oauth/jwks", "", nil); status != 200 {
		t.Fatalf("the keys: status %d", status)
	}
	return &app{g: g, provider: provider, verifier: oauth2.GenerateVerifier(), Config: &oauth2.Config{
		ClientID: id, ClientSecret: housetest.AppSecret, RedirectURL: housetest.AppCallback,
		Scopes: append([]string{"openid"}, scopes...), Endpoint: provider.Endpoint(),
	}}
}

// address is where the application sends the browser.
func (a *app) address() string {
	return a.AuthCodeURL("the state", gooidc.Nonce("the nonce"), oauth2.S256ChallengeOption(a.verifier))
}

// code is what the browser brings back.
func (a *app) code(t *testing.T, page *housetest.Page) string {
	t.Helper()
	q := page.URL.Query()
	if !strings.HasPrefix(page.URL.String(), housetest.AppCallback) || q.Get("code") == "" || q.Get("state") != "the state" {
		t.Fatalf("the browser is at %s with status %d: %s", page.URL, page.Status, page.Text("main"))
	}
	return q.Get("code")
}

// signOn takes a browser that is signed in through the consent page, if there is one, and back.
func (a *app) signOn(t *testing.T, b *housetest.Browser) string {
	t.Helper()
	page := b.Get(a.address())
	if page.Has("#accept") {
		page = page.Submit("main form", "decision", "accept")
	}
	return a.code(t, page)
}

func (a *app) exchange(t *testing.T, code string) *oauth2.Token {
	t.Helper()
	token, err := a.Exchange(t.Context(), code, oauth2.VerifierOption(a.verifier))
	if err != nil {
		t.Fatalf("redeeming the code: %v", err)
	}
	return token
}

// redeem posts the code as exchange does, and returns what came back instead of failing.
func (a *app) redeem(t *testing.T, code string) (int, map[string]any) {
	t.Helper()
	return a.token(t, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {a.RedirectURL}, "code_verifier": {a.verifier},
	})
}

func (a *app) refresh(t *testing.T, token string) (int, map[string]any) {
	t.Helper()
	return a.token(t, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
}

func (a *app) token(t *testing.T, form url.Values) (int, map[string]any) {
	t.Helper()
	form.Set("client_id", a.ClientID)
	form.Set("client_secret", a.ClientSecret)
	return call(t, "POST", a.g.URL+"/oauth/token", "", form)
}

func (a *app) userinfo(t *testing.T, token string) (int, map[string]any) {
	t.Helper()
	return call(t, "GET", a.g.URL+"/oauth/userinfo", "Bearer "+token, nil)
}

// call asks as a program does, and reads JSON.
func call(t *testing.T, method, address, authorization string, form url.Values) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	resp := send(t, r)
	defer resp.Body.Close() //nolint:errcheck // only read
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer := map[string]any{}
	if len(raw) > 0 && json.Unmarshal(raw, &answer) != nil {
		answer["text"] = string(raw)
	}
	return resp.StatusCode, answer
}

// send sends one request and follows nothing.
func send(t *testing.T, r *http.Request) *http.Response {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}
