package visit

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

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
	web.SetLayout(r, func(l *templates.Layout) {
		l.Viewer = &templates.Viewer{Name: v.User.DisplayName(), Photo: PhotoURL(v.User), SignOut: "/signout", Profile: "/profile"}
		l.Nav = nav(v.Rights, r.URL.Path)
	})
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
	photo := u.Get(ldapmap.Photo)
	if photo == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(photo))
	return "/profile/photo/" + hex.EncodeToString(sum[:8])
}
