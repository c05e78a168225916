package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/gatewaytest"
)

// open starts a gateway with two people in it, and the shop in front of it.
func open(t *testing.T) (*gatewaytest.Gateway, *httptest.Server) {
	t.Helper()
	g := gatewaytest.Start(t)
	g.AddUser(t, gatewaytest.User{Username: "ada", GivenName: "Ada", FamilyName: "Lovelace"})
	g.AddUser(t, gatewaytest.User{Username: "grace"})

	server := httptest.NewUnstartedServer(nil)
	self := "http://" + server.Listener.Addr().String()
	client := g.AddClient(t, gatewaytest.Client{ID: "shop", RedirectURIs: []string{self + "/callback"}})
	handler, err := newShop(t.Context(), g.URL, client.ID, client.Secret, self)
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = handler
	server.Start()
	t.Cleanup(server.Close)
	return g, server
}

// get opens a page of the shop, and returns what it says.
func get(t *testing.T, browser *http.Client, url string) (int, string) {
	t.Helper()
	resp, err := browser.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestSomebodySignsIn(t *testing.T) {
	t.Parallel()
	g, shop := open(t)
	status, page := get(t, g.Browser(t, "ada"), shop.URL)
	if status != http.StatusOK || !strings.Contains(page, "Hello Ada Lovelace") {
		t.Errorf("status %d: %s", status, page)
	}
}

func TestALockedPersonStaysOutside(t *testing.T) {
	t.Parallel()
	g, shop := open(t)
	g.LockUser(t, "ada")
	if _, page := get(t, g.Browser(t, "ada"), shop.URL); strings.Contains(page, "Hello") {
		t.Error(page)
	}
}

func TestACodeForAnotherSignInIsRefused(t *testing.T) {
	t.Parallel()
	g, shop := open(t)
	// Somebody begins to sign in, and sends Ada the end of it.
	nobody := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := nobody.Get(shop.URL + "/login")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	back := g.Authorize(t, resp.Header.Get("Location"), "grace")
	if status, page := get(t, g.Browser(t, "ada"), back.String()); status != http.StatusForbidden {
		t.Errorf("status %d: %s", status, page)
	}
}
