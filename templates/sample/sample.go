package sample

import (
	"time"

	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Named is a page in one of its states. Name is stable and safe in an address.
type Named struct {
	Name   string
	Layout templates.Layout
	Page   templates.Page
}

// Moment is when the samples take place.
func Moment() time.Time { return time.Date(2026, 3, 1, 18, 5, 0, 0, time.UTC) }

// Pages is every page in every state worth looking at. loc says the words that come from the configuration.
func Pages(loc *i18n.Locale) []Named {
	var pages []Named
	for _, flow := range []func(*i18n.Locale) []Named{signin, password, profile, join, consents, errors, admin, clients} {
		pages = append(pages, flow(loc)...)
	}
	return pages
}

// Orders is the application of the samples; its logo is a carrot-coloured basket.
func Orders() templates.AppCard {
	return templates.AppCard{
		Name: "Orders", URL: "https://orders.example.org/", Policy: "https://orders.example.org/privacy", Terms: "https://orders.example.org/terms",
		Logo: "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Cpath fill='%23c8622b' d='M2 9h20l-2.500 11h-15z'/%3E%3Cpath fill='none' stroke='%23c8622b' stroke-width='2' d='M6 9l5-6M18 9l-5-6'/%3E%3C/svg%3E",
	}
}

func languages(loc *i18n.Locale) []templates.LanguageLink {
	return []templates.LanguageLink{
		{Tag: "en", Name: "English", URL: "?lang=en", Current: loc.Tag() == "en"},
		{Tag: "fr", Name: "français", URL: "?lang=fr", Current: loc.Tag() == "fr"},
	}
}

// outside is the layout of somebody who is not signed in and comes from an application.
func outside(loc *i18n.Locale) templates.Layout {
	app := Orders()
	return templates.Layout{Languages: languages(loc), App: &app, RequestID: "k7f3q9"}
}

// street is the same without application.
func street(loc *i18n.Locale) templates.Layout {
	return templates.Layout{Languages: languages(loc), RequestID: "k7f3q9"}
}

// inside is the layout of a signed-in person on the page of this path.
func inside(loc *i18n.Locale, current string) templates.Layout {
	l := street(loc)
	l.Viewer = &templates.Viewer{Name: "Zoé Lefèvre", SignOut: "/signout", Profile: "/profile"}
	if current == "/applications" {
		l.Viewer.Others, l.Viewer.Accounts, l.Viewer.Here = Known()[1:2], "/accounts", current
	}
	for _, item := range []templates.NavItem{
		{Label: i18n.M("Home"), URL: "/"}, {Label: i18n.M("Profile"), URL: "/profile"},
		{Label: i18n.M("Applications"), URL: "/applications"}, {Label: i18n.M("Invite"), URL: "/invite"}, {Label: i18n.M("Administration"), URL: "/admin"},
	} {
		item.Current = item.URL == current
		l.Nav = append(l.Nav, item)
	}
	return l
}
