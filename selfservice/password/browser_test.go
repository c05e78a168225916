package password_test

import (
	"testing"

	"github.com/wicketgate/wicketgate/gateway/browsertest"
	"github.com/wicketgate/wicketgate/gateway/web/worldtest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// TestChangingAPasswordInARealBrowser signs in, watches the meter while typing, and changes the password, with and without scripts.
func TestChangingAPasswordInARealBrowser(t *testing.T) {
	t.Parallel()
	browser := browsertest.Open(t)
	for name, look := range map[string]browsertest.Look{"with scripts": {}, "without": {NoScript: true, Width: 360}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, worldtest.Options{Server: ldaptest.Memdir(t, ldaptest.Options{})})
			w.Mux.Handle("GET /static/", worldtest.Static(t))
			tab := browser.Tab(t, look)
			tab.Go(w.URL + "/signin?continue=%2Fpassword")
			tab.Fill("#login", "grace")
			tab.Click("#submit")
			tab.Fill("#password", "grace-password")
			tab.Click("#submit")
			tab.WaitForURL("/password")
			tab.Fill("#current", "grace-password")
			if !look.NoScript {
				tab.Fill("#password", "password1")
				tab.WaitForText("It is too easy to guess.")
				browsertest.Eval[string](tab, `document.querySelector("#password").value = ""`)
			}
			tab.Fill("#password", "seven green umbrellas")
			if !look.NoScript {
				tab.WaitForText("Good.")
			}
			tab.Click("main #submit")
			tab.WaitForText("Your password is changed")
			if problems := tab.Problems(); len(problems) > 0 {
				t.Errorf("the browser complains: %q", problems)
			}
		})
	}
}
