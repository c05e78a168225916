package templates

import (
	"time"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

// ErrorPage is shown for every error. Problem makes one for a status; a handler may replace its words.
type ErrorPage struct {
	// Status is the HTTP status.
	Status int
	// Title is what happened, Message what it means, Advice what to do.
	Title, Message, Advice i18n.Message
	// Retry leads to the page again; empty: no link.
	Retry string
	// Home leads to where one can go on; "/" when empty.
	Home string
	// Kept is the form that could not be handled; "try again" posts it once more.
	Kept *KeptForm
	// Wait is how long to wait before trying again (429, 503); 0: unknown.
	Wait time.Duration
}

// Template implements Page.
func (ErrorPage) Template() string { return "errors/error" }

// KeptForm is a posted form to be posted again. It must not hold a password: the page is not for keeping them.
type KeptForm struct {
	Action string
	Fields []Hidden
	// FileLost is true if a file was sent too: no page can hold it, so the person is told.
	FileLost bool
}

// OAuthErrorPage is for the mistakes of applications: the person cannot mend them, so the details for the developer are folded away.
type OAuthErrorPage struct {
	// App is the application's name; empty when it is not known.
	App string
	// Code and Description are those of RFC 6749 4.1.2.1.
	Code, Description string
	// Hint says how the developer could mend it.
	Hint string
	// Details are further facts, such as the redirect URI that was sent.
	Details []Detail
	Home    string
}

// Template implements Page.
func (OAuthErrorPage) Template() string { return "errors/oauth" }

// Detail is a named fact.
type Detail struct {
	Label, Value string
}
