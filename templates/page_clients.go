package templates

import "github.com/wicketgate/wicketgate/templates/i18n"

// ClientsPage lists the registered applications for those who look after them.
type ClientsPage struct {
	Clients []ClientLine
	// Recipes are the kinds of applications that can be added.
	Recipes []ClientRecipe
}

// Template implements Page.
func (ClientsPage) Template() string { return "clients/list" }

// ClientLine is an application in the list.
type ClientLine struct {
	ID, Name, Logo string
	// URL is where its own page is.
	URL string
	// Fixed applications stand in the configuration file.
	Fixed bool
	// Loosened tells that it goes beyond what every application may.
	Loosened bool
	// Broken is why its record cannot be read; empty: it can.
	Broken string
}

// ClientRecipe leads to the form for a kind of application.
type ClientRecipe struct {
	Name, URL string
}

// ClientNewPage registers an application.
type ClientNewPage struct {
	// Kind is the application's name: "Nextcloud"; empty for any other.
	Kind string
	Form Form
}

// Template implements Page.
func (ClientNewPage) Template() string { return "clients/new" }

// Summary lists the problems of the page.
func (p ClientNewPage) Summary() []Problem { return p.Form.Summary() }

// ClientPage shows one application.
type ClientPage struct {
	ID, Name string
	// Fixed applications stand in the configuration file and have no forms.
	Fixed bool
	// Secret was just made; it is shown on this page and never again.
	Secret string
	// HasSecret is false for public applications.
	HasSecret bool
	Issuer    string
	Redirects []string
	// Loosened are the points in which it goes beyond what every application may.
	Loosened []i18n.Message
	// Paste is what to paste into the application named Kind; empty: nothing is known.
	Paste, Kind string
	// Recipes lead to the same page with a text to paste.
	Recipes []ClientRecipe
	Form    Form
	// Rotate and Remove are where those forms post to; empty: no form.
	Rotate, Remove string
	// Wrong says what is wrong with the name that was typed to remove it.
	Wrong i18n.Message
	Back  string
}

// Template implements Page.
func (ClientPage) Template() string { return "clients/show" }

// Summary lists the problems of the page.
func (p ClientPage) Summary() []Problem {
	return append(p.Form.Summary(), summary("typed", p.Wrong)...)
}
