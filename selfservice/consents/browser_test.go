package consents_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/browsertest"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// TestYesLeadsToTheApplicationInARealBrowser is about what no other test sees: the browser's own ideas of which redirects may follow a posted form.
func TestYesLeadsToTheApplicationInARealBrowser(t *testing.T) {
	t.Parallel()
	chromium := browsertest.Open(t)
	w := newWorld(t)
	shop := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(rw, "<title>Shop</title><p>Welcome. "+r.FormValue("error")+"</p>")
	}))
	t.Cleanup(shop.Close)
	ok(t, w.provider.Register(t.Context(), &rp.Client{ID: "shop", Name: "Shop", RedirectURIs: []string{shop.URL + "/callback"}}))
	request := w.server.URL + "/oauth/authorize?" + url.Values{
		"client_id": {"shop"}, "redirect_uri": {shop.URL + "/callback"}, "response_type": {"code"}, "scope": {"openid profile email groups favourite_colour offline_access"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}.Encode()
	for name, look := range map[string]browsertest.Look{
		"wide": {}, "phone without scripts, dark, French": {NoScript: true, Width: 390, Dark: true, Language: "fr"},
	} {
		tab := chromium.Tab(t, look)
		tab.Go(request)
		tab.WaitFor("#accept")
		tab.Shot("consent " + name)
		tab.Click("#deny")
		tab.WaitForText("access_denied")
		tab.Go(request)
		tab.Click("#accept")
		tab.WaitForURL("code=")
		tab.WaitForText("Welcome.")
		tab.Go(w.server.URL + "/applications")
		tab.WaitForText("Shop")
		tab.Shot("applications " + name)
		tab.Click("details summary")
		tab.Click("details button")
		tab.WaitGone("input[value=shop]")
		if problems := tab.Problems(); len(problems) > 0 {
			t.Errorf("%s: the browser complains: %q", name, problems)
		}
	}
}
