package gateway_test

import (
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// budget is what a step may cost the directory.
type budget struct{ searches, binds, writes int }

// spend runs a step and holds it to its budget.
func spend(t *testing.T, g *housetest.Gateway, step string, allowed budget, act func()) {
	t.Helper()
	c := g.Counts(act)
	if c.Search > allowed.searches || c.Bind > allowed.binds || c.Writes() > allowed.writes || c.Compare+c.Extended > 0 {
		t.Errorf("%s costs %+v; it may cost %+v", step, c, allowed)
	}
}

func TestWhatEachStepOfASignOnCostsTheDirectory(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s})
		a := newApp(t, g, housetest.AppID, "profile", "email", "offline_access")
		// The first sign-on of somebody makes their record and asks for consent; connections are opened.
		a.exchange(t, a.signOn(t, g.SignIn(t, "ada")))

		b := g.Browser(t)
		var page *housetest.Page
		spend(t, g, "the sign-in page", budget{}, func() { page = b.Get("/signin") })
		spend(t, g, "typing a login", budget{}, func() { page = page.Submit("main form", "login", "ada") })
		// One search and one record; then the entry and the record once more for the page.
		spend(t, g, "the password, and the page that follows", budget{searches: 4, binds: 1, writes: 1}, func() {
			page = page.Submit("main form", "password", "ada-password")
		})
		if page.Status != 200 || page.URL.Path != "/" {
			t.Fatalf("status %d at %s", page.Status, page.URL)
		}
		var code string
		spend(t, g, "authorize, with session and consent", budget{searches: 3}, func() { code = a.code(t, b.Get(a.address())) })
		token := a.exchange(t, a.code(t, b.Get(a.address())))
		spend(t, g, "a code", budget{searches: 2, writes: 1}, func() {
			if status, answer := a.redeem(t, code); status != 200 {
				t.Errorf("status %d: %v", status, answer)
			}
		})
		spend(t, g, "userinfo", budget{searches: 2}, func() {
			if status, _ := a.userinfo(t, token.AccessToken); status != 200 {
				t.Errorf("status %d", status)
			}
		})
		spend(t, g, "a refresh", budget{searches: 2, writes: 1}, func() {
			if status, answer := a.refresh(t, token.RefreshToken); status != 200 {
				t.Errorf("status %d: %v", status, answer)
			}
		})
		forged := func(token string) string { return token[:len(token)-8] + "AAAAAAAA" }
		spend(t, g, "forged tokens, codes, links and cookies", budget{}, func() {
			for _, bad := range []string{forged(token.AccessToken), "x", "", strings.Repeat("A", 3000)} {
				if status, _ := a.userinfo(t, bad); status != 401 {
					t.Errorf("userinfo with %.10q: status %d", bad, status)
				}
			}
			for _, bad := range []string{forged(token.RefreshToken), "x"} {
				if status, _ := a.refresh(t, bad); status != 400 {
					t.Errorf("refresh with %.10q: status %d", bad, status)
				}
			}
			for _, bad := range []string{forged(code), "x"} {
				if status, _ := a.redeem(t, bad); status != 400 {
					t.Errorf("a code %.10q: status %d", bad, status)
				}
			}
			for _, path := range []string{"/join?t=x", "/password/reset?t=x", "/password/first?t=x", "/profile/confirm?t=x"} {
				if page := g.Browser(t).Get(path); page.Status != 400 {
					t.Errorf("%s: status %d", path, page.Status)
				}
			}
			stranger := g.Browser(t)
			for _, c := range b.Cookies() {
				stranger.Header.Add("Cookie", c.Name+"="+forged(c.Value+"aaaaaaaa"))
			}
			if page := stranger.Get("/profile"); page.URL.Path != "/signin" {
				t.Errorf("forged cookies lead to %s", page.URL)
			}
		})
		spend(t, g, "pages for nobody in particular", budget{}, func() {
			for _, path := range []string{"/signin", "/password/forgot", "/healthz", "/.well-known/openid-configuration", "/oauth/jwks", "/static/nothing", "/nowhere"} {
				g.Browser(t).Get(path)
			}
		})
	})
}

func TestASignInCostsOneSearchOneBindAndOneRecord(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s})
		g.SignIn(t, "lee")
		g.SignIn(t, "ada")
		page := g.Browser(t).Get("/signin").Submit("main form", "login", "lee")
		form := append(housetest.Hidden(page, "main form"), "login", "lee", "password", "lee-password")
		c := g.Counts(func() {
			// The answer alone, without the page that it leads to.
			if status := answer(t, g.URL+"/signin/password", form...); status != 200 {
				t.Errorf("status %d", status)
			}
		})
		// The search and the record; the bind; the session value.
		if c.Search != 2 || c.Bind != 1 || c.Writes() > 1 || c.Compare+c.Extended > 0 {
			t.Errorf("the password costs %+v", c)
		}
	})
}
