package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/browsertest"
	"github.com/wicketgate/wicketgate/gateway/web"
)

// TestAPostLeadsToTheApplicationInARealBrowser goes from a form under our policy to an application that redirects once more, to a third
// origin. With a plain redirect Chromium stays on the form and says nothing; see Kit.Leave.
func TestAPostLeadsToTheApplicationInARealBrowser(t *testing.T) {
	t.Parallel()
	browser := browsertest.Open(t)
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<title>shop</title>Welcome to the shop")
	}))
	t.Cleanup(shop.Close)
	app := httptest.NewServer(http.RedirectHandler(shop.URL+"/home", http.StatusSeeOther))
	t.Cleanup(app.Close)
	var s *site
	form := func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "text/html")
		_, err := io.WriteString(w, `<form method="post" action="/signin"><button id="submit">Sign in</button></form>`)
		return err
	}
	s = open(t, web.Options{}, map[string]web.Handler{
		"GET /signin":  form,
		"POST /signin": func(w http.ResponseWriter, r *http.Request) error { return s.kit.Leave(w, r, "/authorize") },
		"GET /authorize": func(w http.ResponseWriter, r *http.Request) error {
			return s.kit.Leave(w, r, app.URL+"/callback?code=x")
		},
	})
	for name, look := range map[string]browsertest.Look{"with scripts": {}, "without": {NoScript: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tab := browser.Tab(t, look)
			tab.Go(s.URL + "/signin")
			tab.Click("#submit")
			tab.WaitForURL(strings.TrimPrefix(shop.URL, "http://") + "/home")
			tab.WaitForText("Welcome to the shop")
			if problems := strings.Join(tab.Problems(), "\n"); strings.Contains(problems, "Content Security Policy") {
				t.Errorf("the browser complains: %s", problems)
			}
		})
	}
}
