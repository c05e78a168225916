package sample

import (
	"time"

	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

func signin(loc *i18n.Locale) []Named {
	out, street := outside(loc), street(loc)
	asked := templates.PasswordPage{Action: "/signin/password", Login: "zoe.lefevre", Other: "/signin", Forgot: "/password/forgotten", OfferStay: true,
		Hidden: []templates.Hidden{{Name: "r", Value: "sealed-request"}}}
	wrong, wait := asked, asked
	wrong.Error = i18n.M("That name and password do not belong together. Try again.")
	wait.Wait, wait.Retry = 90*time.Second, "/signin/password?login=zoe.lefevre"
	known := Known()
	return []Named{
		{"accounts", out, templates.AccountsPage{Action: "/accounts", Accounts: known, Another: "/signin", Edit: "/accounts?edit=1"}},
		{"accounts-edit", street, templates.AccountsPage{Action: "/accounts", Accounts: known, Edit: "/accounts", Removing: true}},
		{"accounts-none", street, templates.AccountsPage{Action: "/accounts", Another: "/signin"}},
		{"signin", out, templates.LoginPage{Action: "/signin", Forgot: "/password/forgotten", Register: "/join"}},
		{"signin-plain", street, templates.LoginPage{Action: "/signin", Forgot: "/password/forgotten", Login: "zoe.lefevre", Accounts: "/accounts"}},
		{"signin-error", street, templates.LoginPage{Action: "/signin", Hint: loc.T("For example zoe.lefevre"), Error: i18n.M("Type your user name or mail address."), Forgot: "/password/forgotten"}},
		{"signin-password", out, asked},
		{"signin-password-wrong", out, wrong},
		{"signin-password-wait", out, wait},
		{"signin-first", out, templates.FirstSignInPage{Login: "emile", Lifetime: 24 * time.Hour, Back: "/signin"}},
		{"signout", street, templates.SignOutPage{Action: "/signout", Name: "Zoé Lefèvre", Cancel: "/"}},
		{"signout-several", street, templates.SignOutPage{Action: "/signout", Accounts: known[:2], Cancel: "/"}},
		{"signedout-others", street, templates.SignedOutPage{SignIn: "/signin", Others: known[1:2], Accounts: "/accounts"}},
		{"signedout", street, templates.SignedOutPage{SignIn: "/signin", Return: "https://orders.example.org/", ReturnName: "Orders",
			Notes: []i18n.Message{i18n.M("%s could not be told. Close it yourself if others use this device.", "Calendar")}}},
	}
}

// Known are the accounts of a browser.
func Known() []templates.KnownAccount {
	return []templates.KnownAccount{
		{Handle: "1", Name: "Zoé Lefèvre", Login: "zoe.lefevre", Live: true, Current: true},
		{Handle: "2", Name: "Caisse du samedi", Login: "caisse", Live: true},
		{Handle: "3", Name: "Margaux Dubois-Chateaubriand de la Rochefoucauld", Login: "margaux.dubois@supercoop.example.org"},
		{Handle: "4", Login: "emile"},
	}
}

// Rules are those of a usual password policy.
func Rules() []i18n.Message {
	return []i18n.Message{i18n.M("at least %d characters", 12), i18n.M("something other than your name"), i18n.M("not one of the passwords that were found in leaks")}
}

func password(loc *i18n.Locale) []Named {
	out, street, in := outside(loc), street(loc), inside(loc, "")
	reset := templates.ResetPage{Action: "/password/reset", Name: "Zoé Lefèvre", Login: "zoe.lefevre", Rules: Rules(), Strength: "/password/strength"}
	refused := reset
	refused.Problems = []i18n.Message{i18n.M("Use %d characters or more.", 12), i18n.M("The directory did not take it: %s", i18n.Verbatim("Password is in history of old passwords"))}
	change := templates.ChangePage{Action: "/password", Login: "zoe.lefevre", Rules: Rules(), Strength: "/password/strength", Cancel: "/profile"}
	wrong, must, expiring := change, change, change
	wrong.CurrentError = i18n.M("That is not your current password.")
	must.Reason, must.Cancel, must.HideCurrent = templates.ChangeMust, "", true
	expiring.Reason, expiring.DaysLeft, expiring.Later, expiring.Cancel = templates.ChangeExpiring, 3, "/", ""
	pages := []Named{
		{"forgot", out, templates.ForgotPage{Action: "/password/forgotten", Login: "zoe.lefevre", Back: "/signin"}},
		{"forgot-sent", out, templates.ForgotSentPage{Login: "zoe.lefevre", Lifetime: time.Hour, Retry: "/password/forgotten", Back: "/signin"}},
		{"reset", street, reset},
		{"reset-refused", street, refused},
		{"reset-done", street, templates.ResetDonePage{Continue: "/", SignedOut: true}},
		{"change", in, change},
		{"change-wrong", in, wrong},
		{"change-must", out, must},
		{"change-expiring", out, expiring},
		{"changed", street, templates.ChangedPage{Continue: "/", Notes: []i18n.Message{i18n.M("The new password works here, but not yet in %s. It is told again every minute.", "Samba")}}},
	}
	for _, p := range []templates.LinkProblem{templates.LinkUsed, templates.LinkExpired, templates.LinkChanged, templates.LinkForeign, templates.LinkBroken} {
		page := templates.LinkProblemPage{Problem: p, Retry: "/password/forgotten", Home: "/signin"}
		if p == templates.LinkForeign {
			page.Retry = ""
		}
		pages = append(pages, Named{"link-" + string(p), street, page})
	}
	return pages
}

func errors(loc *i18n.Locale) []Named {
	street := street(loc)
	var pages []Named
	for _, status := range []int{400, 403, 404, 405, 413, 415, 422, 429, 500, 503} {
		page := templates.ErrorFor(status)
		switch status {
		case 429:
			page.Wait, page.Retry = 45*time.Second, "/signin"
		case 503:
			page.Kept = &templates.KeptForm{Action: "/profile", Fields: []templates.Hidden{{Name: "phone", Value: "05 56 00 00 01"}}}
		case 500:
			page.Retry = "/profile"
		}
		pages = append(pages, Named{"error-" + itoa(status), street, page})
	}
	pages = append(pages, Named{"form-post", street, templates.FormPostPage{
		Action: "https://orders.example.org/callback", App: "Orders", Fields: []templates.Hidden{{Name: "code", Value: "x"}, {Name: "iss", Value: "https://id.example.org"}},
	}})
	return append(pages, Named{"error-oauth", street, templates.OAuthErrorPage{
		App: "Orders", Code: "invalid_request", Description: "The 'redirect_uri' parameter does not match any of the registered ones.",
		Hint:    "Register this address for the client, or send one of those registered: https://orders.example.org/callback",
		Details: []templates.Detail{{Label: "client_id", Value: "orders"}, {Label: "redirect_uri", Value: "https://orders.example.org/calback"}},
	}})
}
