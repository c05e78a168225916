package gatewaytest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/wicketgate/wicketgate/gateway/gatewaytest"
)

// shop is an application that signs people in, and says who they are.
type shop struct {
	*httptest.Server
	g      *gatewaytest.Gateway
	config oauth2.Config
}

func openShop(t *testing.T, g *gatewaytest.Gateway, change func(*gatewaytest.Client)) *shop {
	t.Helper()
	s := &shop{g: g}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	c := gatewaytest.Client{ID: "shop", RedirectURIs: []string{s.URL + "/callback"}}
	if change != nil {
		change(&c)
	}
	c = g.AddClient(t, c)
	provider, err := gooidc.NewProvider(t.Context(), g.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.config = oauth2.Config{
		ClientID: c.ID, ClientSecret: c.Secret, Endpoint: provider.Endpoint(), RedirectURL: s.URL + "/callback", Scopes: []string{"openid", "groups", "offline_access"},
	}
	return s
}

// ServeHTTP has no state and no PKCE: it is not what an application should look like.
func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/callback" {
		http.Redirect(w, r, s.config.AuthCodeURL("s"), http.StatusFound)
		return
	}
	_ = json.NewEncoder(w).Encode(r.FormValue("code") != "" && r.FormValue("state") == "s")
}

func (s *shop) refresh(t *testing.T, tokens gatewaytest.Tokens) error {
	t.Helper()
	_, err := s.config.TokenSource(t.Context(), &oauth2.Token{RefreshToken: tokens.RefreshToken}).Token()
	return err
}

func (s *shop) userinfo(t *testing.T, access string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.g.URL+"/oauth/userinfo", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+access)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body(t, resp)
}

func start(t *testing.T, options ...gatewaytest.Option) *gatewaytest.Gateway {
	t.Helper()
	g := gatewaytest.Start(t, options...)
	g.AddUser(t, gatewaytest.User{Username: "ada", Groups: []string{"crew", "shopkeepers"}})
	return g
}

func TestABrowserGoesThroughTheApplication(t *testing.T) {
	t.Parallel()
	g := start(t)
	s := openShop(t, g, nil)
	for name, b := range map[string]*http.Client{"signed in on the way": g.Browser(t, "ada"), "signed in before": g.SignIn(t, "ada")} {
		for range 2 {
			resp, err := b.Get(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			if got := body(t, resp); got != "true\n" || resp.Request.URL.Path != "/callback" {
				t.Errorf("%s: at %s: %s", name, resp.Request.URL, got)
			}
		}
	}
	resp, err := g.Browser(t, "").Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	if got := body(t, resp); resp.Request.URL.Path != "/signin" || !strings.Contains(got, `id="login"`) {
		t.Errorf("nobody is at %s: %s", resp.Request.URL, got)
	}
}

func TestAFormThatIsPostedToTheApplicationArrives(t *testing.T) {
	t.Parallel()
	g := start(t)
	s := openShop(t, g, nil)
	posted := s.config.AuthCodeURL("s", oauth2.SetAuthURLParam("response_mode", "form_post"))
	resp, err := g.Browser(t, "ada").Get(posted)
	if err != nil {
		t.Fatal(err)
	}
	if got := body(t, resp); got != "true\n" {
		t.Errorf("at %s: %s", resp.Request.URL, got)
	}
	if said := failure(t, func(t testing.TB) { g.Authorize(t, posted, "ada") }); !strings.Contains(said, "form_post") {
		t.Errorf("a redirect that is none: %q", said)
	}
}

func TestADeviceIsLetIn(t *testing.T) {
	t.Parallel()
	g := start(t)
	g.AddClient(t, gatewaytest.Client{ID: "tv", Public: true, Grants: []string{"urn:ietf:params:oauth:grant-type:device_code"}})
	tv := oauth2.Config{ClientID: "tv", Scopes: []string{"openid"}, Endpoint: oauth2.Endpoint{DeviceAuthURL: g.URL + "/oauth/device_authorization"}}
	shown, err := tv.DeviceAuth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	resp, err := g.Browser(t, "ada").Get(shown.VerificationURIComplete)
	if err != nil {
		t.Fatal(err)
	}
	page := body(t, resp)
	if resp, err = http.PostForm(g.URL+"/oauth/token", url.Values{ // the library would wait before it asks
		"client_id": {"tv"}, "device_code": {shown.DeviceCode}, "grant_type": {"urn:ietf:params:oauth:grant-type:device_code"},
	}); err != nil {
		t.Fatal(err)
	}
	if got := body(t, resp); !strings.Contains(got, `"access_token"`) {
		t.Errorf("%s, after %s", got, page)
	}
}

func TestOneSignInIsEnoughForTwoApplications(t *testing.T) {
	t.Parallel()
	g := start(t)
	s := openShop(t, g, nil)
	ada := g.SignIn(t, "ada")
	silent := s.config.AuthCodeURL("s", oauth2.SetAuthURLParam("prompt", "none"))
	for _, step := range []struct{ what, address, want string }{
		{"before she agreed", silent, "consent_required"}, {"asked", s.config.AuthCodeURL("s"), ""}, {"afterwards", silent, ""},
	} {
		if q := g.AuthorizeIn(t, ada, step.address).Query(); q.Get("error") != step.want || q.Has("code") != (step.want == "") {
			t.Errorf("%s: %v", step.what, q)
		}
	}
	if q := g.Authorize(t, silent, "ada").Query(); q.Get("error") != "login_required" {
		t.Errorf("in another browser: %v", q)
	}
}

// TestTokensDie has every way in which an administrator, a person or time ends them.
func TestTokensDie(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end     func(t *testing.T, g *gatewaytest.Gateway)
		refresh bool // is still good
	}{
		"later":               {func(t *testing.T, g *gatewaytest.Gateway) { g.Advance(t, 2*time.Hour) }, true},
		"much later":          {func(t *testing.T, g *gatewaytest.Gateway) { g.Advance(t, 400*24*time.Hour) }, false},
		"locked":              {func(t *testing.T, g *gatewaytest.Gateway) { g.LockUser(t, "ada") }, false},
		"deleted":             {func(t *testing.T, g *gatewaytest.Gateway) { g.DeleteUser(t, "ada") }, false},
		"another password":    {func(t *testing.T, g *gatewaytest.Gateway) { g.SetPassword(t, "ada", "quite another password") }, false},
		"revoked":             {func(t *testing.T, g *gatewaytest.Gateway) { g.Revoke(t, "ada", "shop") }, false},
		"signed out anywhere": {func(t *testing.T, g *gatewaytest.Gateway) { g.SignOutEverywhere(t, "ada") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := start(t)
			s := openShop(t, g, nil)
			tokens := g.Tokens(t, "shop", "ada", "openid", "offline_access")
			if status, text := s.userinfo(t, tokens.AccessToken); status != 200 || !strings.Contains(text, `"sub"`) {
				t.Fatalf("userinfo answers %d: %s", status, text)
			}
			c.end(t, g)
			if status, _ := s.userinfo(t, tokens.AccessToken); status != 401 {
				t.Errorf("userinfo answers %d", status)
			}
			if err := s.refresh(t, tokens); (err == nil) != c.refresh {
				t.Errorf("the refresh: %v", err)
			}
		})
	}
}

func TestALockedPersonIsLetInAgain(t *testing.T) {
	t.Parallel()
	g := start(t)
	g.LockUser(t, "ada")
	if said := failure(t, func(t testing.TB) { g.SignIn(t, "ada") }); !strings.Contains(said, "not let through") {
		t.Errorf("locked: %q", said)
	}
	g.UnlockUser(t, "ada")
	g.SignIn(t, "ada")
	g.SetPassword(t, "ada", "quite another password")
	g.SignIn(t, "ada")
	g.SetPassword(t, "ada", "")
	g.SignIn(t, "ada")
}

func TestGroupsComeAndGo(t *testing.T) {
	t.Parallel()
	g := start(t)
	s := openShop(t, g, nil)
	g.AddUser(t, gatewaytest.User{Username: "grace"})
	g.AddGroup(t, "crew", "grace")
	g.AddGroup(t, "night shift", "ada", "grace")
	g.RemoveMembers(t, "shopkeepers", "ada")
	_, text := s.userinfo(t, g.Tokens(t, "shop", "ada", "openid", "groups").AccessToken)
	if !strings.Contains(text, `"groups":["crew","night shift"]`) {
		t.Errorf("userinfo says %s", text)
	}
}

func TestMailsAreReadInOrder(t *testing.T) {
	t.Parallel()
	g := start(t)
	forgot := func() {
		resp, err := http.PostForm(g.URL+"/password/forgot", url.Values{"login": {"ada"}})
		if err != nil {
			t.Fatal(err)
		}
		_ = body(t, resp)
	}
	forgot()
	first := g.Mail(t, "ada@example.org")
	g.Advance(t, time.Hour)
	forgot()
	if second := g.Mail(t, "ada@example.org"); first.Link("/password/reset") == "" || second.Link("/password/reset") == first.Link("/password/reset") || !strings.Contains(second.Text, g.URL) {
		t.Errorf("the mails have %q and %q", first.Links, second.Links)
	}
	if n := len(g.Mails("")); n != 2 || len(g.Mails("nobody@example.org")) != 0 || first.Link("no such link") != "" {
		t.Errorf("%d mails", n)
	}
}

func TestWhatTheDirectoryIsAskedIsCounted(t *testing.T) {
	t.Parallel()
	g := start(t)
	if got := g.Operations(func() { g.SignIn(t, "ada") }); got.Binds != 1 || got.Searches == 0 || got.Writes != 1 {
		t.Errorf("a sign-in costs %+v", got)
	}
	if got := g.Operations(func() {}); got != (gatewaytest.Operations{}) {
		t.Errorf("nothing costs %+v", got)
	}
}

func TestTheTimeIsTheGateways(t *testing.T) {
	t.Parallel()
	g := start(t)
	openShop(t, g, nil)
	g.Advance(t, 48*time.Hour)
	if ahead := time.Until(g.Now()); ahead < 47*time.Hour || ahead > 49*time.Hour {
		t.Errorf("it is %v ahead", ahead)
	}
	provider, err := gooidc.NewProvider(t.Context(), g.URL)
	if err != nil {
		t.Fatal(err)
	}
	raw := g.Tokens(t, "shop", "ada", "openid").IDToken
	if _, err := provider.Verifier(&gooidc.Config{ClientID: "shop", Now: g.Now}).Verify(t.Context(), raw); err != nil {
		t.Error(err)
	}
}

func TestEverySortOfApplicationGetsTokens(t *testing.T) {
	t.Parallel()
	g := start(t)
	for _, c := range []gatewaytest.Client{
		{ID: "public", Public: true}, {ID: "basic", AuthMethod: "client_secret_basic"}, {ID: "post", AuthMethod: "client_secret_post"},
		{ID: "pair", Metadata: map[string]any{"subject_type": "pairwise"}},
		{ID: "own", Secret: "a secret of one's own: 100 %"}, {ID: "careful", RequirePKCE: true, Trusted: true},
	} {
		c.RedirectURIs = []string{"https://shop.example/callback"}
		if c = g.AddClient(t, c); (c.Secret == "") != c.Public {
			t.Errorf("%s has the secret %q", c.ID, c.Secret)
		}
		if tokens := g.Tokens(t, c.ID, "ada", "openid"); tokens.IDToken == "" || tokens.ExpiresIn == 0 {
			t.Errorf("%s gets %+v", c.ID, tokens)
		}
	}
}

// TestWhatGoesWrongEndsTheTestWithTheReason has one mistake of each sort.
func TestWhatGoesWrongEndsTheTestWithTheReason(t *testing.T) {
	t.Parallel()
	g := start(t)
	s := openShop(t, g, nil)
	g.AddClient(t, gatewaytest.Client{ID: "small", RequirePushed: true, RedirectURIs: []string{"https://small.example/callback"}})
	g.Authorize(t, s.config.AuthCodeURL("s"), "ada")
	for want, act := range map[string]func(t testing.TB){
		"wanted":                   func(t testing.TB) { gatewaytest.Start(t, gatewaytest.WithConfig("tokens: {acess: 1m}")) },
		"a user needs one":         func(t testing.TB) { g.AddUser(t, gatewaytest.User{}) },
		"called \"ada\" already":   func(t testing.TB) { g.AddUser(t, gatewaytest.User{Username: "ada"}) },
		"redirect_uris":            func(t testing.TB) { g.AddClient(t, gatewaytest.Client{ID: "x"}) },
		"members: who?":            func(t testing.TB) { g.AddGroup(t, "empty") },
		"no group \"none\"":        func(t testing.TB) { g.RemoveMembers(t, "none", "ada") },
		"called \"joe\"":           func(t testing.TB) { g.LockUser(t, "joe") },
		"no application \"other\"": func(t testing.TB) { g.Revoke(t, "ada", "other") },
		"who?":                     func(t testing.TB) { g.SignIn(t, "") },
		"not an address of the":    func(t testing.TB) { g.Authorize(t, s.URL, "ada") },
		"nobody is signed in":      func(t testing.TB) { g.Authorize(t, s.config.AuthCodeURL("s"), "") },
		"unknown client": func(t testing.TB) {
			g.Authorize(t, strings.Replace(s.config.AuthCodeURL("s"), "client_id=shop", "client_id=x", 1), "ada")
		},
		"no application \"x\" was":    func(t testing.TB) { g.Tokens(t, "x", "ada") },
		"endpoint says":               func(t testing.TB) { g.Tokens(t, "small", "ada", "openid") },
		"nobody asked ada":            func(t testing.TB) { g.Deny(t, s.config.AuthCodeURL("s"), "ada") },
		"goes on by":                  func(t testing.TB) { g.Advance(t, -time.Second) },
		"waiting for mail 1 to \"no@": func(t testing.TB) { g.Mail(t, "no@example.org") },
	} {
		if said := failure(t, act); !strings.Contains(said, want) {
			t.Errorf("it says %q, want a word about %q", said, want)
		}
	}
}

// failing is a test that notes why it was ended.
type failing struct {
	*testing.T
	ctx  context.Context
	said string
}

var errEnded = errors.New("ended")

// Context bounds what waits for something that does not come.
func (f *failing) Context() context.Context { return f.ctx }

func (f *failing) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	panic(errEnded)
}

// failure returns the words with which act ends its test.
func failure(t *testing.T, act func(t testing.TB)) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	f := &failing{T: t, ctx: ctx}
	func() {
		defer func() {
			if r := recover(); r != nil && r != errEnded { //nolint:errorlint // it is the very value
				panic(r)
			}
		}()
		act(f)
	}()
	return f.said
}

func body(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
