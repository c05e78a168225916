package oidc_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/browsertest"
	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// TestFormPostReachesTheApplicationInARealBrowser is about the browser's own policy for forms: with scripts the form goes by itself, without by a button.
func TestFormPostReachesTheApplicationInARealBrowser(t *testing.T) {
	t.Parallel()
	chromium := browsertest.Open(t)
	shop := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.FormValue("code") != "" && r.FormValue("id_token") != "" && r.URL.RawQuery == "" {
			http.Redirect(rw, r, "/welcome", http.StatusSeeOther)
			return
		}
		rw.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(rw, "<title>Shop</title><link rel=icon href='data:,'><p>Welcome to "+r.URL.Path+"</p>")
	}))
	t.Cleanup(shop.Close)
	w := newWorld(t, everyType, func(d *oidc.Deps) {
		d.Clients = append(d.Clients, rp.Client{
			ID: "shop", Name: "Shop", RedirectURIs: []string{shop.URL + "/callback"}, Secrets: []string{rp.DigestSecret(secret)},
			Grants: []string{"authorization_code", "implicit"}, ResponseTypes: []string{"code id_token"},
		})
	})
	app := w.rp("shop")
	app.RedirectURL = shop.URL + "/callback"
	for name, look := range map[string]browsertest.Look{"with scripts": {}, "phone without scripts, dark, French": {NoScript: true, Width: 390, Dark: true, Language: "fr"}} {
		tab := chromium.Tab(t, look)
		tab.Go(w.server.URL + app.authURL("response_type", "code id_token", "response_mode", "form_post"))
		if look.NoScript {
			tab.WaitFor("#continue")
			tab.Shot("form_post " + name)
			tab.Click("#continue")
		}
		tab.WaitForText("Welcome to /welcome")
		if problems := tab.Problems(); len(problems) > 0 {
			t.Errorf("%s: the browser complains: %q", name, problems)
		}
	}
}
