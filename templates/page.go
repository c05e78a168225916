package templates

import (
	"time"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Page is one page with its data. The page structs of this package implement it.
type Page interface {
	// Template is the page's file below html/, without ".html": "signin/login".
	Template() string
}

// Layout is what surrounds a page, whatever the page is.
type Layout struct {
	// Viewer is who is signed in; nil when nobody is.
	Viewer *Viewer
	// Nav are the sections a signed-in person can go to.
	Nav []NavItem
	// App is the application on whose behalf somebody signs in. Its name and logo stand on every page until they are back there.
	App *AppCard
	// Flash are notices about what just happened; shown once, at the top of the page.
	Flash []Flash
	// Banner is a notice that stays while its cause does, such as a directory that cannot be written to.
	Banner i18n.Message
	// RequestID is shown on error pages, for whoever is asked for help.
	RequestID string
	// Languages is the language switch; nothing is shown for fewer than two.
	Languages []LanguageLink
	// Home is where the logo leads; "/" when empty.
	Home string
}

// Viewer is the signed-in person, as the header shows them.
type Viewer struct {
	Name string
	// Photo is an address on this site; without one the initials are shown.
	Photo string
	// Initials are made from the name when empty.
	Initials string
	// SignOut is where the sign-out button posts to.
	SignOut string
	// Profile is where the name leads.
	Profile string
	// Others are signed in in this browser too. Choosing one posts account (the handle) and continue (Here) to Accounts, which also lists them all.
	Others   []KnownAccount
	Accounts string
	Here     string
}

// NavItem is one entry of the main navigation.
type NavItem struct {
	Label   i18n.Message
	URL     string
	Current bool
}

// AppCard is an application as people know it.
type AppCard struct {
	Name string
	// Logo is an address on this site or a data: URL (the Content-Security-Policy allows no other); without one an initial is drawn.
	Logo string
	// URL leads back to the application. Empty: no link.
	URL string
	// Policy and Terms are the application's own pages, shown on the consent page.
	Policy, Terms string
}

// FlashKind says how a notice is meant. It is never told by colour alone.
type FlashKind string

// The kinds of notices.
const (
	FlashDone    FlashKind = "done"
	FlashNotice  FlashKind = "notice"
	FlashWarning FlashKind = "warning"
	FlashProblem FlashKind = "problem"
)

// Flash is a notice about what just happened.
type Flash struct {
	Kind    FlashKind
	Message i18n.Message
}

// LanguageLink is one language of the switch. The name is in the language itself.
type LanguageLink struct {
	Tag, Name, URL string
	Current        bool
}

// Hidden is a form field nobody sees.
type Hidden struct {
	Name, Value string
}

// Brand is what the configuration says about whose pages these are. A theme may say it too; the configuration wins.
type Brand struct {
	// Name is shown beside the logo and as the sender's name in mails: "Supercoop". "Wicketgate" when empty.
	Name string
	// URL is the configured public address, without a trailing slash; used in mails.
	URL string
	// HelpURL and HelpMail tell people where to ask. Either may be empty.
	HelpURL, HelpMail string
}

// view is what a template is executed with.
type view struct {
	Layout Layout
	Page   any
	Brand  Brand
	// Problems are those of the page's form, for the summary and the title.
	Problems []Problem
	Lang     string
	Dir      string
	Now      time.Time
}
