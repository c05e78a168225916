package templates

import (
	"time"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

// LoginPage asks who signs in. Input: login (#login). Button: #submit.
type LoginPage struct {
	Action string
	Hidden []Hidden
	Login  string
	// Label and Hint come from the configuration; "User name or mail address" when empty.
	Label, Hint string
	Error       i18n.Message
	Forgot      string // Forgotten password; empty: no link.
	Register    string // Create an account; empty: no link.
	Accounts    string // Those whom this browser knows; empty: no link.
}

// Template implements Page.
func (LoginPage) Template() string { return "signin/login" }

// PasswordPage asks for the password. Inputs: password (#password), stay ("1"), and login, which nobody sees, for password managers.
// Button: #submit. It says nothing about whether the account exists: photo and name stay unknown until the password was right.
type PasswordPage struct {
	Action string
	Hidden []Hidden
	// Login is what was typed on the page before.
	Login string
	// Other is where "not you?" leads: back to LoginPage.
	Other  string
	Forgot string // Empty: no link.
	// OfferStay shows "stay signed in"; Stay ticks it.
	OfferStay, Stay bool
	Error           i18n.Message
	// Wait is how long nobody can try again; above zero the password cannot be typed and Retry leads to this page again.
	Wait  time.Duration
	Retry string
}

// Template implements Page.
func (PasswordPage) Template() string { return "signin/password" }

// FirstSignInPage says that a mail was sent to choose a first password. It is the same whether or not there is such an account.
type FirstSignInPage struct {
	Login    string
	Lifetime time.Duration // Of the link.
	Back     string
}

// Template implements Page.
func (FirstSignInPage) Template() string { return "signin/first" }

// SignOutPage asks before signing out. Button: #submit. With several Accounts the input account is a handle or "all".
type SignOutPage struct {
	Action string
	Hidden []Hidden
	Name   string
	// Accounts are those who are signed in, if there are several; the Current one is chosen.
	Accounts []KnownAccount
	// Cancel leads back; empty: home.
	Cancel string
}

// Template implements Page.
func (SignOutPage) Template() string { return "signin/signout" }

// SignedOutPage says goodbye.
type SignedOutPage struct {
	SignIn string
	// Return leads back to the application that asked, named ReturnName. Empty: no link.
	Return, ReturnName string
	// Frames are addresses of applications that sign the person out when they are loaded; the page must allow their origins in its frame-src.
	Frames []string
	// Others are signed in in this browser still; Accounts leads to where one of them is chosen.
	Others   []KnownAccount
	Accounts string
	// Notes say what could not be done, such as an application that could not be told.
	Notes []i18n.Message
}

// Template implements Page.
func (SignedOutPage) Template() string { return "signin/signedout" }
