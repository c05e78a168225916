package lab_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/wicketgate/wicketgate/gateway/lab"
)

// world is a lab with its control address.
type world struct {
	t *testing.T
	*lab.Lab
	control string
}

func open(t *testing.T) *world { t.Helper(); return openWith(t, lab.Options{Version: "test"}) }

func openWith(t *testing.T, o lab.Options) *world {
	t.Helper()
	l, err := lab.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	control := httptest.NewServer(l.Control())
	t.Cleanup(func() {
		control.Close()
		if err := l.Close(); err != nil {
			t.Errorf("ending the lab: %v", err)
		}
	})
	return &world{t, l, control.URL}
}

// order posts an order and returns what came back.
func (w *world) order(path, order string) (int, map[string]any) {
	w.t.Helper()
	resp, err := http.Post(w.control+path, "application/json", strings.NewReader(order))
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		w.t.Fatalf("%s: %v", path, err)
	}
	return resp.StatusCode, answer
}

func (w *world) must(path, order string) map[string]any {
	w.t.Helper()
	status, answer := w.order(path, order)
	if status != 200 {
		w.t.Fatalf("%s: status %d: %v", path, status, answer)
	}
	return answer
}

const callback = "https://app.example.org/callback"

func (w *world) people() {
	w.t.Helper()
	w.must("/users", `{"username": "jane", "given_name": "Jane", "family_name": "Doe", "groups": ["crew", "admins"]}`)
	w.must("/users", `{"username": "joe", "password": "correct horse battery", "mail": "joe@mail.example", "groups": ["crew"]}`)
	w.must("/clients", `{"client_id": "app", "client_secret": "a-secret-of-the-application-for-tests", "redirect_uris": ["`+callback+`"]}`)
}

func (w *world) authorize(visit string, address string) (int, map[string]any) {
	w.t.Helper()
	quoted, err := json.Marshal(address)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.order("/authorize", `{`+visit+`, "url": `+string(quoted)+`}`)
}

func TestAProgramSignsSomebodyInWithoutLookingAtAPage(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.people()
	provider, err := gooidc.NewProvider(t.Context(), w.URL)
	if err != nil {
		t.Fatal(err)
	}
	app := oauth2.Config{
		ClientID: "app", ClientSecret: "a-secret-of-the-application-for-tests", RedirectURL: callback, Endpoint: provider.Endpoint(),
		Scopes: []string{"openid", "profile", "groups", "offline_access"},
	}
	status, answer := w.authorize(`"username": "jane"`, app.AuthCodeURL("the state"))
	parameters, _ := answer["parameters"].(map[string]any)
	if status != 200 || parameters["state"] != "the state" || !strings.HasPrefix(answer["location"].(string), callback) {
		t.Fatalf("status %d: %v", status, answer)
	}
	token, err := app.Exchange(t.Context(), parameters["code"].(string))
	if err != nil {
		t.Fatal(err)
	}
	info, err := provider.UserInfo(t.Context(), oauth2.StaticTokenSource(token))
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Name   string
		Groups []string
	}
	if err := info.Claims(&claims); err != nil || claims.Name != "Jane Doe" || !slices.Contains(claims.Groups, "crew") {
		t.Errorf("userinfo says %+v, %v", claims, err)
	}
	w.must("/advance", `{"seconds": 7200}`)
	if _, err := provider.UserInfo(t.Context(), oauth2.StaticTokenSource(token)); err == nil {
		t.Error("two hours later the access token is still good")
	}
	if _, err := app.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token(); err != nil {
		t.Errorf("two hours later: %v", err)
	}
	status, answer = w.authorize(`"username": "joe", "password": "correct horse battery", "deny": true`, app.AuthCodeURL("s"))
	if parameters, _ := answer["parameters"].(map[string]any); status != 200 || parameters["error"] != "access_denied" {
		t.Errorf("saying no: status %d: %v", status, answer)
	}
}

func TestTheCookiesOfASignInWork(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.people()
	r, err := http.NewRequestWithContext(t.Context(), "GET", w.URL+"/profile", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range w.must("/sign-in", `{"username": "jane"}`)["cookies"].([]any) {
		r.AddCookie(&http.Cookie{Name: c.(map[string]any)["name"].(string), Value: c.(map[string]any)["value"].(string)})
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("the profile page answers %d", resp.StatusCode)
	}
}

func TestMailsAreRead(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.people()
	resp, err := http.PostForm(w.URL+"/password/forgot", url.Values{"login": {"joe"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	mails := w.must("/mails", `{"to": "joe@mail.example"}`)["mails"].([]any)
	if len(mails) != 1 || !strings.Contains(mails[0].(map[string]any)["text"].(string), w.URL) {
		t.Errorf("the inbox has %v", mails)
	}
}

func TestResetGoesBackToTheSeed(t *testing.T) {
	t.Parallel()
	w := openWith(t, lab.Options{Seed: lab.Seed{
		Users:   []lab.User{{Username: "ann"}, {Username: "bob", Groups: []string{"crew"}}},
		Groups:  []lab.Group{{Name: "crew", Members: []string{"ann"}}},
		Clients: []lab.Client{{ID: "shop", RedirectURIs: []string{callback}}},
	}})
	for range 2 {
		w.must("/sign-in", `{"username": "ann"}`)
		w.must("/tokens", `{"username": "bob", "client_id": "shop", "scope": "openid groups"}`)
		w.people()
		w.must("/users/delete", `{"username": "ann"}`)
		w.must("/advance", `{"seconds": 7200}`)
		w.must("/reset", `{}`)
		if status, answer := w.order("/sign-in", `{"username": "jane"}`); status != 400 {
			t.Errorf("jane is still there: %v", answer)
		}
	}
	if n := len(w.must("/mails", `{"at_least": 0}`)["mails"].([]any)); n != 0 {
		t.Errorf("%d mails are left", n)
	}
}

func TestAWrongStartIsAnErrorWithAReason(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]lab.Options{
		"wicketgate.yaml": {Config: "sesions: {idle: 1h}\n"},
		"username":        {Seed: lab.Seed{Users: []lab.User{{}}}},
		"members":         {Seed: lab.Seed{Groups: []lab.Group{{Name: "crew", Members: []string{"nobody"}}}}},
		"redirect_uris":   {Seed: lab.Seed{Clients: []lab.Client{{ID: "shop"}}}},
		"has no groups":   {Config: "directory: {urls: [\"${DIRECTORY}\"], bind_dn: \"cn=wicketgate,ou=services,dc=example,dc=org\", bind_password: \"${SERVICE}\", users: {base: \"ou=people,dc=example,dc=org\"}}\npolicy: []\n", Seed: lab.Seed{Users: []lab.User{{Username: "ann", Groups: []string{"crew"}}}}},
	} {
		l, err := lab.Start(t.Context(), o)
		if err == nil {
			_ = l.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want a word about %q", err, want)
		}
	}
}

func TestATakenPortIsAnError(t *testing.T) {
	t.Parallel()
	w := open(t)
	u, err := url.Parse(w.URL)
	if err != nil {
		t.Fatal(err)
	}
	var port int
	if err := json.Unmarshal([]byte(u.Port()), &port); err != nil {
		t.Fatal(err)
	}
	if _, err := lab.Start(t.Context(), lab.Options{Port: port}); err == nil {
		t.Error("two labs listen on one port")
	}
}
