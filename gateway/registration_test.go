package gateway_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// register registers an application at a gateway.
func register(t *testing.T, g *housetest.Gateway, method, address, token string, said map[string]any) (int, map[string]any) {
	t.Helper()
	body, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp := send(t, r)
	defer func() { _ = resp.Body.Close() }()
	var got map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil && resp.StatusCode != http.StatusNoContent {
		t.Fatal(err)
	}
	return resp.StatusCode, got
}

func TestAnApplicationThatRegisteredItselfSignsPeopleInAfterTheyWereWarned(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s, Config: "registration: {mode: open}\n"})
		at := g.URL + "/oauth/register"
		said := map[string]any{
			"client_name": "Sheets", "redirect_uris": []string{"https://sheets.example.org/cb"}, "policy_uri": "https://sheets.example.org/privacy", "tos_uri": "https://sheets.example.org/terms",
			"token_endpoint_auth_method": "none",
		}
		var status int
		var got map[string]any
		spend(t, g, "what is refused", budget{}, func() {
			if status, got = register(t, g, "POST", at, "", map[string]any{"client_name": "x"}); status != 400 || got["error"] != "invalid_redirect_uri" {
				t.Errorf("%d %v", status, got)
			}
		})
		spend(t, g, "registering", budget{searches: 1, writes: 1}, func() {
			if status, got = register(t, g, "POST", at, "", said); status != 201 {
				t.Fatalf("%d %v", status, got)
			}
		})
		id, own, token := fmt.Sprint(got["client_id"]), fmt.Sprint(got["registration_client_uri"]), fmt.Sprint(got["registration_access_token"])
		b := g.SignIn(t, "ada")
		authorize := "/oauth/authorize?response_type=code&scope=openid+email&redirect_uri=https%3A%2F%2Fsheets.example.org%2Fcb&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&client_id=" + id
		page := b.Get(authorize)
		if page.URL.Path != "/consent" || !page.Has("#unknown") || page.Text("#leads strong") != "sheets.example.org" || !page.Has("a[href='https://sheets.example.org/privacy']") || !page.Has("a[href='https://sheets.example.org/terms']") {
			t.Fatalf("at %s: %s", page.URL, page.Text("main"))
		}
		if page = page.Submit("main form", "decision", "accept"); !strings.HasPrefix(page.URL.String(), "https://sheets.example.org/cb?code=") {
			t.Errorf("at %s: %s", page.URL, page.Text("main"))
		}
		if page := b.Get("/admin/clients"); !page.Says("Sheets") {
			t.Errorf("administrators do not see it: %s", page.Text("main"))
		}
		said["client_id"], said["client_name"] = id, "Charts"
		spend(t, g, "changing itself", budget{searches: 2, writes: 1}, func() {
			if status, got = register(t, g, "PUT", own, token, said); status != 200 || got["client_name"] != "Charts" {
				t.Errorf("%d %v", status, got)
			}
		})
		spend(t, g, "somebody else's token", budget{}, func() {
			if status, got = register(t, g, "DELETE", own, token[:len(token)-4]+"AAAA", said); status != 401 {
				t.Errorf("%d %v", status, got)
			}
		})
		if status, got = register(t, g, "DELETE", own, token, nil); status != 204 {
			t.Errorf("%d %v", status, got)
		}
		if page := b.Get(authorize); page.Status != 400 {
			t.Errorf("after it removed itself: %d at %s", page.Status, page.URL)
		}
	})
}

func TestRegistrationsFromOneAddressComeEverMoreSlowly(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Config: "registration: {mode: open}\n"})
	for i := range 11 {
		status, got := register(t, g, "POST", g.URL+"/oauth/register", "", map[string]any{"redirect_uris": []string{"https://sheets.example.org/cb"}})
		if want := map[bool]int{true: 201, false: 429}[i < 10]; status != want {
			t.Errorf("number %d: %d %v", i+1, status, got)
		}
	}
}
