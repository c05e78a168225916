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

func open(t *testing.T) *world {
	t.Helper()
	l, err := lab.Start(t.Context(), lab.Options{Version: "test"})
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

func TestResetForgetsEverybody(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.people()
	w.must("/advance", `{"seconds": 7200}`)
	w.must("/reset", `{}`)
	if status, answer := w.order("/sign-in", `{"username": "jane"}`); status != 400 {
		t.Errorf("jane is still there: %v", answer)
	}
	w.people()
	w.must("/sign-in", `{"username": "jane"}`)
}

func TestWrongOrdersAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.people()
	request := w.URL + "/oauth/authorize?response_type=code&client_id=app&scope=openid&redirect_uri="
	for name, order := range map[string][3]string{
		"no JSON":             {"/users", `username`, "invalid character"},
		"unknown field":       {"/users", `{"usrname": "x"}`, "usrname"},
		"two orders":          {"/users", `{"username": "x"}{}`, "follows"},
		"too much":            {"/users", `{"username": "` + strings.Repeat("x", 1<<20) + `"}`, "too large"},
		"nobody":              {"/users", `{}`, "username"},
		"taken":               {"/users", `{"username": "jane"}`, "jane"},
		"a group of no name":  {"/users", `{"username": "ann", "groups": [""]}`, "ann"},
		"no redirect URI":     {"/clients", `{"client_id": "x"}`, "redirect_uris"},
		"taken id":            {"/clients", `{"client_id": "app", "redirect_uris": ["https://x.example/"]}`, "app"},
		"who":                 {"/sign-in", `{}`, "username"},
		"wrong password":      {"/sign-in", `{"username": "jane", "password": "wrong"}`, "not let through"},
		"who, for a client":   {"/authorize", `{"url": "` + w.URL + `/"}`, "username"},
		"elsewhere":           {"/authorize", `{"username": "jane", "url": "https://elsewhere.example/"}`, "not an address of the gateway"},
		"no way back":         {"/authorize", `{"username": "jane", "url": "` + w.URL + `/profile"}`, "did not go back"},
		"a wrong redirect":    {"/authorize", `{"username": "jane", "url": "` + request + `https://wrong.example/"}`, "not let through"},
		"backwards":           {"/advance", `{"seconds": -1}`, "seconds"},
		"beyond all measure":  {"/advance", `{"seconds": 9999999999}`, "seconds"},
		"reset with an order": {"/reset", `{"x": 1}`, "x"},
	} {
		status, answer := w.order(order[0], order[1])
		reason, _ := answer["error"].(string)
		if status != 400 || !strings.Contains(reason, order[2]) {
			t.Errorf("%s: status %d: %q, want a word about %q", name, status, reason, order[2])
		}
	}
}

func TestPagesOfOtherSitesCannotGiveOrders(t *testing.T) {
	t.Parallel()
	w := open(t)
	for name, c := range map[string]struct {
		host, kind string
		status     int
	}{
		"a form":          {"", "text/plain", 415},
		"another name":    {"rebound.example", "application/json", 403},
		"another address": {"192.0.2.1:80", "application/json", 403},
		"its own name":    {"localhost:1", "application/json", 200},
	} {
		r, err := http.NewRequestWithContext(t.Context(), "POST", w.control+"/advance", strings.NewReader(`{"seconds": 1}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = c.host
		r.Header.Set("Content-Type", c.kind)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.status {
			t.Errorf("%s: status %d, want %d", name, resp.StatusCode, c.status)
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
