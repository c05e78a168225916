package consents

import (
	"net/http"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// list shows the applications that the person lets in.
func (f *Flow) list(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	apps, err := f.Provider.Applications(r, v.Visit)
	if err != nil {
		return err
	}
	loc := f.Kit.Locale(r)
	page := templates.ApplicationsPage{Revoke: PathApplications, Now: f.Kit.Now()}
	for _, a := range apps {
		shown := templates.Consented{ID: a.ID, Name: a.ID, Since: a.When, LastUsed: a.LastUsed, Trusted: a.Trusted}
		if a.App != nil {
			shown.Name, shown.Logo, shown.URL = a.App.DisplayName(), a.App.Logo, a.App.LoginAddress(f.Provider.Issuer)
		}
		for _, s := range a.Scopes {
			if s != oidc.ScopeOpenID { // every application has that one
				shown.Scopes = append(shown.Scopes, f.label(s, loc))
			}
		}
		for _, c := range a.Claims {
			shown.Scopes = append(shown.Scopes, f.claim(a.App, c, loc))
		}
		page.Apps = append(page.Apps, shown)
	}
	return f.Kit.Page(w, r, http.StatusOK, page)
}

// takeBack ends what an application may do. Its tokens are dead when the page says so.
func (f *Flow) takeBack(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	name, err := f.Provider.RevokeApplication(r, v.Visit, form.Get("client"))
	if err != nil {
		return err
	}
	f.Kit.Flash(w, r, templates.FlashDone, i18n.M("%s may not know anything about you any more.", name))
	return f.Kit.SeeOther(w, r, PathApplications)
}
