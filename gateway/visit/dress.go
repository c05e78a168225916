package visit

import (
	"net/http"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// dress puts the person into the page's header, and what they can go to into its navigation.
func (d *Door) dress(r *http.Request, v *Visitor) {
	web.SetPerson(r, v.User.ID)
	if language := v.User.Get(ldapmap.Language); language != "" {
		web.SetLanguage(r, language)
	}
	others := others(Known(d.Sessions.Accounts(r)), session.Handle(v.User.ID))
	web.SetLayout(r, func(l *templates.Layout) {
		l.Nav = nav(v.Rights, r.URL.Path)
		l.Viewer = &templates.Viewer{
			Name: v.User.DisplayName(), Photo: PhotoURL(v.User), SignOut: "/signout", Profile: "/profile",
			Others: others, Accounts: PathAccounts, Here: "/",
		}
		switch r.URL.Path {
		case "/profile", "/applications", "/sessions": // whoever goes on as somebody else sees it of them
			l.Viewer.Here = r.URL.Path
		}
	})
}

// others are those who are signed in, but for one.
func others(known []templates.KnownAccount, but string) []templates.KnownAccount {
	var others []templates.KnownAccount
	for _, a := range known {
		if a.Live && a.Handle != but {
			others = append(others, a)
		}
	}
	return others
}

func nav(rights policy.Rights, path string) []templates.NavItem {
	items := []templates.NavItem{{Label: i18n.M("Home"), URL: "/"}, {Label: i18n.M("Profile"), URL: "/profile"}}
	if rights.Can(policy.UseOIDC) {
		items = append(items, templates.NavItem{Label: i18n.M("Applications"), URL: "/applications"})
	}
	if rights.Can(policy.Invite) {
		items = append(items, templates.NavItem{Label: i18n.M("Invite"), URL: "/invite"})
	}
	if rights.Can(policy.SeeStatus) {
		items = append(items, templates.NavItem{Label: i18n.M("Administration"), URL: "/admin/status"})
	} else if rights.Can(policy.ManageClients) {
		items = append(items, templates.NavItem{Label: i18n.M("Administration"), URL: "/admin/clients"})
	}
	for i := range items {
		u := items[i].URL
		items[i].Current = path == u || strings.HasPrefix(u, "/admin/") && strings.HasPrefix(path, "/admin/") || u != "/" && strings.HasPrefix(path, u+"/")
	}
	return items
}

// PhotoURL is the address of the person's own photo: it changes with the photo, so that browsers may keep it. Empty if there is none.
func PhotoURL(u *ldapmap.User) string {
	name := session.PhotoName(u)
	if name == "" {
		return ""
	}
	return "/profile/photo/" + name
}

// WritePhoto answers with somebody's photo. It was made by us, from nobody knows what before us: the type is fixed and never guessed.
func WritePhoto(w http.ResponseWriter, u *ldapmap.User) {
	h := w.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	_, _ = w.Write([]byte(u.Get(ldapmap.Photo))) // a browser that went away is no failure of ours
}
