package relyingparties_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/browsertest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// told is what an application shows of what it learned, as JSON in a <pre>.
type told struct {
	Error     string         `json:"error"` // why nobody was signed in; the code of RFC 6749 if it came from the gateway
	Bye       bool           `json:"bye"`   // somebody came back from signing out, with the state that they went with
	IDToken   map[string]any `json:"id_token"`
	Userinfo  map[string]any `json:"userinfo"`
	Access    string         `json:"access_token"`
	Refreshed struct {
		Access   string         `json:"access_token"`
		Userinfo map[string]any `json:"userinfo"`
	} `json:"refreshed"`
}

// TestApplicationsOfOthersSignPeopleIn makes the journey of each application, on each directory.
func TestApplicationsOfOthersSignPeopleIn(t *testing.T) {
	t.Parallel()
	browser := browsertest.Open(t)
	ldaptest.EachQuick(t, func(t *testing.T, directory *ldaptest.Server) {
		starts := map[string]start{"go-oidc": startGo, "authlib": startAuthlib, "openid-client": startOpenidClient}
		var apps []*app
		for name := range starts {
			apps = append(apps, newApp(t, name, "/callback"))
		}
		openGateway(t, directory, apps...)
		for _, a := range apps {
			t.Run(a.name, func(t *testing.T) { // one after the other: each is a process, and the browser is busy enough
				starts[a.name](t, a)
				a.journey(t, browser)
				a.refused(t, browser)
			})
		}
	})
}

// journey signs somebody in, and looks at everything the application learned.
func (a *app) journey(t *testing.T, browser *browsertest.Browser) {
	t.Helper()
	tab := browser.Tab(t, browsertest.Look{})
	tab.Go(a.URL + "/login")
	signIn(tab, "ada")
	tab.WaitFor("#accept")
	tab.Click("#accept")
	first := read(t, tab)
	first.check(t)

	tab.Go(a.URL + "/login") // signed in and agreed already: nobody is asked anything
	second := read(t, tab)
	second.check(t)
	if second.IDToken["sub"] != first.IDToken["sub"] || second.Access == first.Access {
		t.Errorf("coming back: %v instead of %v", second.IDToken["sub"], first.IDToken["sub"])
	}
	a.logout(t, tab)
}

// logout signs somebody out who is signed in, from the application (RP-Initiated Logout 1.0), and expects the gateway to know nobody afterwards.
func (a *app) logout(t *testing.T, tab *browsertest.Tab) {
	t.Helper()
	tab.Go(a.URL + "/login?prompt=none")
	read(t, tab).check(t)
	tab.Go(a.URL + "/logout")
	if got := read(t, tab); !got.Bye || !strings.HasPrefix(tab.URL(), a.bye) {
		t.Errorf("after signing out the browser is at %s, and the application understood %+v", tab.URL(), got)
	}
	tab.Go(a.URL + "/login?prompt=none")
	if got := read(t, tab); got.Error != "login_required" || got.Access != "" {
		t.Errorf("somebody is still signed in: the application understood %+v", got)
	}
}

// refused lets somebody else say no, and expects the application to be told so.
func (a *app) refused(t *testing.T, browser *browsertest.Browser) {
	t.Helper()
	tab := browser.Tab(t, browsertest.Look{NoScript: true})
	tab.Go(a.URL + "/login")
	signIn(tab, "grace")
	tab.WaitFor("#deny")
	tab.Click("#deny")
	if got := read(t, tab); got.Error != "access_denied" || got.Access != "" {
		t.Errorf("the application understood %+v", got)
	}
}

func signIn(tab *browsertest.Tab, login string) {
	tab.Fill("#login", login)
	tab.Click("#submit")
	tab.Fill("#password", login+"-password")
	tab.Click("#submit")
}

// read reads what the application shows.
func read(t *testing.T, tab *browsertest.Tab) told {
	t.Helper()
	tab.WaitFor("pre")
	text := browsertest.Eval[string](tab, `document.querySelector("pre").textContent`)
	var got told
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("at %s the application says %s", tab.URL(), text)
	}
	return got
}

// check expects Ada, who agreed to profile, email and staying known while she is away.
func (got told) check(t *testing.T) {
	t.Helper()
	if got.Error != "" {
		t.Fatalf("the application says %q", got.Error)
	}
	sub, _ := got.IDToken["sub"].(string)
	for where, claims := range map[string]map[string]any{"userinfo": got.Userinfo, "userinfo after the refresh": got.Refreshed.Userinfo} {
		if claims["sub"] != sub || sub == "" || claims["name"] != "Ada Lovelace" || claims["email"] != "ada@example.org" {
			t.Errorf("%s: %v, the ID token is about %q", where, claims, sub)
		}
	}
	if got.Access == "" || got.Refreshed.Access == "" || got.Refreshed.Access == got.Access {
		t.Errorf("the refresh changed the access token from %q to %q", got.Access, got.Refreshed.Access)
	}
}
