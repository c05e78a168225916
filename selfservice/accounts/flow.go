// Package accounts has the page where somebody chooses as whom to go on, among the accounts that their browser knows.
//
//	GET  /accounts                          the cards (?edit=1: to remove one); where to go on travels along as web.ReturnTo
//	POST /accounts                          account: goes on as this one, with a password only if the session is over; remove: out of this browser
//	GET  /accounts/photo/{handle}/{name}    the photo of somebody who is signed in in this browser
//
// The page is drawn from the cookie alone and says nothing that it does not know: whether a session still holds is looked up when it is chosen. Whoever is signed out
// stands there only if they once asked to stay signed in (gateway/session), and without their photo.
//
// The flow is mounted by gateway. It imports gateway/{authn,session,visit,web}, ldapmap and templates.
package accounts

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Path is where the cards are.
const Path = visit.PathAccounts

// The names of what is posted: a handle.
const (
	fieldAccount = "account"
	fieldRemove  = "remove"
)

// Flow has what the pages need. All fields are required.
type Flow struct {
	Kit      *web.Kit
	Door     *visit.Door
	Sessions *session.Manager
	Sealer   authn.Sealer
	// Choose tells the request at the address, if it is one of an application, which session was chosen, and returns the address to go on with.
	Choose func(path, session string) (string, error)
	// SignOut ends sessions of this browser and says where it has to go, if applications are to be signed out through it; it writes the audit lines too.
	SignOut func(w http.ResponseWriter, r *http.Request, sessions ...string) (next string, err error)
}

// Mount adds the routes.
func (f *Flow) Mount(mux *http.ServeMux) {
	mux.Handle("GET /accounts", f.Kit.Handle(f.show))
	mux.Handle("POST /accounts", f.Kit.Handle(f.take))
	mux.Handle("GET /accounts/photo/{handle}/{name}", f.Kit.Handle(f.photo))
}

// show draws the cards. No read of the directory.
func (f *Flow) show(w http.ResponseWriter, r *http.Request) error {
	f.Kit.ReturnTo(w, r)
	here := web.WithContinue(Path, web.ContinueValue(r))
	page := templates.AccountsPage{
		Action: Path, Hidden: web.Hidden(r), Accounts: visit.Known(f.Sessions.Accounts(r)), Another: web.WithContinue("/signin", web.ContinueValue(r)), Edit: here,
	}
	if page.Removing = r.URL.Query().Get("edit") != ""; !page.Removing {
		page.Edit = web.WithContinue(Path+"?edit=1", web.ContinueValue(r))
	}
	return f.Kit.Page(w, r, http.StatusOK, page)
}

func (f *Flow) take(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	to := f.Kit.ReturnTo(w, r)
	if handle := form.Get(fieldRemove); handle != "" {
		return f.remove(w, r, handle)
	}
	a, ok := f.find(r, form.Get(fieldAccount))
	if !ok { // it has gone meanwhile, in another window
		return f.Kit.SeeOther(w, r, web.WithContinue(Path, web.ContinueValue(r)))
	}
	web.SetPerson(r, a.Ref.ID)
	v, err := f.Sessions.LoadSession(r.Context(), r, a.ID)
	switch {
	case err != nil:
		return err
	case v == nil:
		return f.signIn(w, r, a)
	}
	if _, err := f.Sessions.Work(w, r, a.ID); err != nil {
		return err
	}
	path, err := f.Choose(to.Path, a.ID)
	if err != nil {
		return err
	}
	return f.Kit.Leave(w, r, path)
}

// signIn asks for the password of somebody whose session is over.
func (f *Flow) signIn(w http.ResponseWriter, r *http.Request, a session.Account) error {
	if err := f.Sessions.Left(w, r, a.ID); err != nil {
		return err
	}
	page := "/signin"
	if a.Login != "" {
		who, err := authn.SealLogin(f.Sealer, a.Login, f.Kit.Now())
		if err != nil {
			return fmt.Errorf("sealing the login: %w", err)
		}
		page = "/signin/password?" + authn.WhoParam + "=" + url.QueryEscape(who)
	}
	return f.Kit.SeeOther(w, r, web.WithContinue(page, web.ContinueValue(r)))
}

// remove signs somebody out here and forgets them.
func (f *Flow) remove(w http.ResponseWriter, r *http.Request, handle string) error {
	back := web.WithContinue(Path, web.ContinueValue(r))
	a, ok := f.find(r, handle)
	if !ok {
		return f.Kit.SeeOther(w, r, back)
	}
	web.SetPerson(r, a.Ref.ID)
	next := ""
	if a.ID != "" {
		var err error
		if next, err = f.SignOut(w, r, a.ID); err != nil {
			f.Kit.Note(r, err)
			return f.Kit.Page(w, r, http.StatusServiceUnavailable, web.HalfSignedOut())
		}
	}
	if err := f.Sessions.Forget(w, r, handle); err != nil {
		return err
	}
	if next != "" {
		return f.Kit.SeeOther(w, r, next)
	}
	if a.Called() != "" {
		f.Kit.Flash(w, r, templates.FlashDone, i18n.M("%s is removed from this browser.", a.Called()))
	}
	return f.Kit.SeeOther(w, r, back)
}

func (f *Flow) find(r *http.Request, handle string) (session.Account, bool) {
	for _, a := range f.Sessions.Accounts(r) {
		if a.Handle == handle {
			return a, true
		}
	}
	return session.Account{}, false
}

// photo shows the photo of somebody who is signed in here, whether or not they are at work.
func (f *Flow) photo(w http.ResponseWriter, r *http.Request) error {
	a, _ := f.find(r, r.PathValue("handle"))
	v, err := f.Door.VisitorOf(r.Context(), r, a.ID)
	if err != nil {
		return err
	}
	if v == nil || session.PhotoName(v.User) != r.PathValue("name") || !v.Rights.Read(ldapmap.Photo) {
		return fault.New(fault.NotFound, "nobody who is signed in here has the photo %s", r.URL.Path)
	}
	visit.WritePhoto(w, v.User)
	return nil
}
