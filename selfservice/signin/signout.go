package signin

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// askSignOut asks, since a link must not sign anybody out. To whoever is not signed in it says goodbye.
func (f *Flow) askSignOut(w http.ResponseWriter, r *http.Request) error {
	to := f.Kit.ReturnTo(w, r)
	live := f.live(r)
	if len(live) == 0 {
		return f.Kit.Page(w, r, http.StatusOK, templates.SignedOutPage{
			SignIn: address(r, "/signin", ""), Return: to.App.URL, ReturnName: to.App.Name,
		})
	}
	page := templates.SignOutPage{Action: "/signout", Hidden: web.Hidden(r), Cancel: to.Path, Name: live[0].Name}
	if len(live) > 1 {
		page.Accounts, page.Name = visit.Known(live), ""
	}
	return f.Kit.Page(w, r, http.StatusOK, page)
}

// live are those who are signed in in this browser, as far as the cookie can tell.
func (f *Flow) live(r *http.Request) []session.Account {
	return slices.DeleteFunc(f.Sessions.Accounts(r), func(a session.Account) bool { return !a.Live })
}

// signOut signs out whoever is at work, or whom the form chose, and goes back to the page, which then says goodbye; if others are signed in in this
// browser still, to where one of them is chosen.
func (f *Flow) signOut(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	accounts := f.Sessions.Accounts(r)
	ids := session.Chosen(accounts, form.Get("account"))
	next, err := f.end(w, r, ids)
	if err != nil {
		// The cookie is gone all the same. To post again would find nothing to end and say that all is well.
		f.Kit.Note(r, err)
		return f.Kit.Page(w, r, http.StatusServiceUnavailable, web.HalfSignedOut())
	}
	if next == "" && len(f.live(r)) > 0 {
		for _, a := range accounts {
			if len(ids) == 1 && a.ID == ids[0] && a.Called() != "" {
				f.Kit.Flash(w, r, templates.FlashDone, i18n.M("%s is signed out.", a.Called()))
			}
		}
		next = address(r, visit.PathAccounts, "")
	}
	if next == "" {
		next = address(r, "/signout", "")
	}
	return f.Kit.SeeOther(w, r, next)
}

func (f *Flow) end(w http.ResponseWriter, r *http.Request, ids []string) (next string, err error) {
	if f.SignOut != nil {
		return f.SignOut(w, r, ids...)
	}
	accounts := f.Sessions.Accounts(r)
	if err := f.Sessions.EndSessions(w, r, ids...); err != nil {
		return "", fmt.Errorf("signing out: %w", err)
	}
	for _, a := range accounts {
		if slices.Contains(ids, a.ID) {
			web.SetPerson(r, a.Ref.ID)
			f.Audit.Event(r.Context(), audit.Event{Action: audit.SignOut, Person: a.Ref.ID, IP: web.ClientIP(r), RequestID: web.RequestID(r)})
		}
	}
	return "", nil
}
