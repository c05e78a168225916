package templates

import (
	"time"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

// InvitePage invites somebody. Everything is in the form. Button: #submit.
type InvitePage struct {
	Form     Form
	Lifetime time.Duration // Of the invitation.
}

// Template implements Page.
func (InvitePage) Template() string { return "join/invite" }

// InvitedPage shows the result: where the mail went, or the link to copy (#link).
type InvitedPage struct {
	// Mailed is the address the invitation is on its way to; empty: it was not mailed.
	Mailed string
	// Link is shown to be copied; empty: it is not shown.
	Link    string
	Name    string
	Expires time.Time
	// Another leads to the form again.
	Another string
}

// Template implements Page.
func (InvitedPage) Template() string { return "join/invited" }

// AcceptPage is where an invitation leads: complete the account. The form holds locked fields and the password. Button: #submit.
type AcceptPage struct {
	Form      Form
	InvitedBy string
	Expires   time.Time
}

// Template implements Page.
func (AcceptPage) Template() string { return "join/accept" }

// WelcomePage says that the account is there.
type WelcomePage struct {
	Name, Login string
	Continue    string
	Notes       []i18n.Message
}

// Template implements Page.
func (WelcomePage) Template() string { return "join/welcome" }
