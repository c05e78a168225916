package visit

import (
	"net/http"

	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/templates"
)

// PathAccounts is the page where somebody chooses among the accounts that their browser knows.
const PathAccounts = "/accounts"

// Known are the accounts of a browser as pages show them.
func Known(accounts []session.Account) []templates.KnownAccount {
	known := make([]templates.KnownAccount, len(accounts))
	for i, a := range accounts {
		known[i] = templates.KnownAccount{Handle: a.Handle, Name: a.Name, Login: a.Login, Live: a.Live, Current: i == 0 && a.Live}
		if a.Live && a.Photo != "" {
			known[i].Photo = PathAccounts + "/photo/" + a.Handle + "/" + a.Photo
		}
	}
	return known
}

// SignInPage is where somebody goes who has to sign in, to come back to where to says: to the cards if the browser knows several accounts, else to the sign-in page,
// with the login of the only one filled in. No I/O.
func SignInPage(kit *web.Kit, accounts []session.Account, to web.ReturnTo) (string, error) {
	page := "/signin"
	switch {
	case len(accounts) > 1:
		page = PathAccounts
	case len(accounts) == 1 && to.Login == "":
		to.Login = accounts[0].Login
	}
	sealed, err := kit.SealReturn(to)
	return web.WithContinue(page, sealed), err
}

// signIn is SignInPage for the page that was asked for.
func (d *Door) signIn(r *http.Request) (string, error) {
	return SignInPage(d.Kit, d.Sessions.Accounts(r), web.ReturnTo{Path: backTo(r)})
}
