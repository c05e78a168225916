package signin

import (
	"fmt"
	"net/http"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/templates"
)

// askSignOut asks, since a link must not sign anybody out. To whoever is not signed in it says goodbye.
func (f *Flow) askSignOut(w http.ResponseWriter, r *http.Request) error {
	to := f.Kit.ReturnTo(w, r)
	current, err := f.Sessions.Current(r)
	if err != nil {
		return fmt.Errorf("looking for a session to end: %w", err)
	}
	if current == nil {
		return f.Kit.Page(w, r, http.StatusOK, templates.SignedOutPage{
			SignIn: address(r, "/signin", ""), Return: to.App.URL, ReturnName: to.App.Name,
		})
	}
	return f.Kit.Page(w, r, http.StatusOK, templates.SignOutPage{Action: "/signout", Hidden: web.Hidden(r), Cancel: to.Path})
}

// signOut ends the session and goes back to the page, which then says goodbye.
func (f *Flow) signOut(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	current, err := f.Sessions.Current(r)
	if err != nil {
		return fmt.Errorf("looking for a session to end: %w", err)
	}
	if f.SignOut != nil {
		next, err := f.SignOut(w, r)
		if err != nil {
			f.Kit.Note(r, err)
			return f.Kit.Page(w, r, http.StatusServiceUnavailable, web.HalfSignedOut())
		}
		if next == "" {
			next = address(r, "/signout", "")
		}
		return f.Kit.SeeOther(w, r, next)
	}
	if err := f.Sessions.End(w, r); err != nil {
		// The cookie is gone all the same. To post again would find nothing to end and say that all is well.
		f.Kit.Note(r, fmt.Errorf("signing out: %w", err))
		return f.Kit.Page(w, r, http.StatusServiceUnavailable, web.HalfSignedOut())
	}
	if current != nil {
		web.SetPerson(r, current.Ref.ID)
		f.Audit.Event(r.Context(), audit.Event{Action: audit.SignOut, Person: current.Ref.ID, IP: web.ClientIP(r), RequestID: web.RequestID(r)})
	}
	return f.Kit.SeeOther(w, r, address(r, "/signout", ""))
}
