// Package profile has the pages of one's own account.
//
//	GET  /                       where one arrives after signing in
//	GET  /profile                what is known of me, with a form for what I may change
//	POST /profile                changes it; a new mail address only after its owner has confirmed it
//	POST /profile/mail/resend    sends the link for a waiting address once more; /profile/mail/forget takes it off the page
//	GET  /profile/photo/{hash}   my photo; the address changes with the photo
//	GET  /profile/confirm        where the link of a confirmation mail leads: a button
//	POST /profile/confirm        the button
//
// Which fields there are is decided by the mapping, who may write them by the policy, and how they are asked by gateway/fields.
package profile

import (
	"net/http"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/fields"
	"github.com/wicketgate/wicketgate/gateway/mail"
	"github.com/wicketgate/wicketgate/gateway/mailproof"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Flow has what the pages need.
type Flow struct {
	Kit    *web.Kit
	Door   *visit.Door
	Bundle *i18n.Bundle
	People ldapmap.People
	Proof  *mailproof.Office
	Mail   *mail.Mailer
	Audit  *audit.Log
	// Sealer seals the reminder of addresses that wait for confirmation.
	Sealer web.Sealer
	// Apps are shown on the home page: applications one can go to.
	Apps func(r *http.Request, v *visit.Visitor) []templates.AppLink
}

// Mount puts the pages in their places.
func (f *Flow) Mount(mux *http.ServeMux) {
	page := func(pattern string, h visit.Handler, opts ...web.HandleOption) {
		mux.Handle(pattern, f.Kit.Handle(f.Door.SignedIn(h), opts...))
	}
	page("GET /{$}", f.home)
	page("GET /profile", f.show)
	page("POST /profile", f.save, web.MaxBody(fields.MaxUpload+64<<10))
	page("POST /profile/mail/resend", f.resend)
	page("POST /profile/mail/forget", f.forget)
	page("GET /profile/photo/{hash}", f.photo)
	// Whoever opens the link in a mail need not be signed in: on another device they often are not.
	mux.Handle("GET /profile/confirm", f.Kit.Handle(f.askConfirm))
	mux.Handle("POST /profile/confirm", f.Kit.Handle(f.confirm))
}

func (f *Flow) home(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	name := v.User.Get(ldapmap.GivenName)
	if name == "" {
		name = v.User.DisplayName()
	}
	page := templates.HomePage{Name: name, Profile: "/profile", Password: "/password", Sessions: "/sessions"}
	if v.Rights.Can(policy.UseOIDC) {
		page.Applications, page.Apps = "/applications", f.Apps(r, v)
	}
	if v.Rights.Can(policy.Invite) {
		page.Invite = "/invite"
	}
	if v.Rights.Can(policy.SeeStatus) {
		page.Admin = "/admin/status"
	} else if v.Rights.Can(policy.ManageClients) {
		page.Admin = "/admin/clients"
	}
	return f.Kit.Page(w, r, http.StatusOK, page)
}

// photo shows one's own photo.
func (f *Flow) photo(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	if url := visit.PhotoURL(v.User); url == "" || url != r.URL.Path || !v.Rights.Read(ldapmap.Photo) {
		return notFound(r)
	}
	visit.WritePhoto(w, v.User)
	return nil
}
