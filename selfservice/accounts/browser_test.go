package accounts_test

import (
	"testing"

	"github.com/wicketgate/wicketgate/gateway/browsertest"
	"github.com/wicketgate/wicketgate/gateway/housetest"
)

func TestSeveralAccountsInARealBrowser(t *testing.T) {
	t.Parallel()
	chromium := browsertest.Open(t)
	g := housetest.Start(t, housetest.Options{})
	for name, look := range map[string]browsertest.Look{
		"wide": {}, "phone": {Width: 390, Height: 780}, "phone without scripts, dark, French": {NoScript: true, Width: 390, Height: 780, Dark: true, Language: "fr"},
	} {
		tab := chromium.Tab(t, look)
		signIn := func(login string, stay bool) {
			tab.Fill("#login", login)
			tab.Click("#submit")
			tab.Fill("#password", login+"-password")
			if stay {
				tab.Click("#stay")
			}
			tab.Click("#submit")
		}
		tab.Go(g.URL + "/signin")
		signIn("grace", true)
		tab.WaitFor(".viewer")
		tab.Go(g.URL + "/accounts")
		tab.Click("#another")
		signIn("jane", false)
		tab.WaitFor(".others")
		tab.Shot("accounts-header " + name)
		tab.Go(g.URL + "/profile")
		tab.Click(".others button")
		tab.WaitForText("· grace")
		tab.Click(".others .all")
		tab.WaitFor("#account-2")
		tab.Shot("accounts-cards " + name)
		tab.Click("#account-2")
		tab.WaitFor(".doors")
		tab.Go(g.URL + "/signout")
		tab.WaitFor("#account-all")
		tab.Shot("accounts-signout " + name)
		tab.Click("#account-all")
		tab.Click("#submit")
		tab.WaitGone("#account-all")
		tab.Go(g.URL + "/signin")
		tab.Shot("accounts-signin " + name)
		tab.Click("#accounts")
		tab.WaitFor(".away")
		tab.Shot("accounts-known " + name)
		tab.Click("#account-1")
		tab.WaitFor("#password")
		tab.Go(g.URL + "/accounts")
		tab.Click("#edit")
		tab.WaitFor("#remove-1")
		tab.Shot("accounts-remove " + name)
		tab.Click("#remove-1")
		tab.WaitGone("#remove-1")
		tab.Shot("accounts-none " + name)
		if problems := tab.Problems(); len(problems) > 0 {
			t.Errorf("%s: the browser complains: %q", name, problems)
		}
	}
}
