// Package admin has the pages for those who look after the service: how it is, and what its mails look like.
//
//	GET  /admin/status               is everything working, and since when not
//	GET  /admin/mails                every mail the service sends
//	GET  /admin/mails/{mail}         one of them with sample values (?in=fr for a language)
//	GET  /admin/mails/{mail}/html    its HTML part alone, for the frame on that page
//	POST /admin/mails/test           sends a test mail to oneself
//
// All of them need the ability to see the status.
package admin

import (
	"net/http"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/mail"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Flow has what the pages need.
type Flow struct {
	Kit    *web.Kit
	Door   *visit.Door
	Bundle *i18n.Bundle
	// Render makes a mail without sending it.
	Render interface {
		Mail(loc *i18n.Locale, mail templates.Mail) (templates.Rendered, error)
	}
	Mail  *mail.Mailer
	Audit *audit.Log
	// Checks looks at the parts of the service; it may ask the directory.
	Checks  func(r *http.Request) []templates.Check
	Version string
	Started time.Time
}

// Mount puts the pages in their places.
func (f *Flow) Mount(mux *http.ServeMux) {
	page := func(pattern string, h visit.Handler) {
		mux.Handle(pattern, f.Kit.Handle(f.Door.Can(policy.SeeStatus, h)))
	}
	page("GET /admin/status", f.status)
	page("GET /admin/mails", f.mails)
	page("POST /admin/mails/test", f.test)
	page("GET /admin/mails/{mail}", f.preview)
	page("GET /admin/mails/{mail}/html", f.previewHTML)
}

func (f *Flow) status(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	page := templates.StatusPage{Checks: f.Checks(r), Version: f.Version, Started: f.Started, Now: f.Kit.Now(), Mails: "/admin/mails"}
	if v.Rights.Can(policy.ManageClients) {
		page.Clients = "/admin/clients"
	}
	return f.Kit.Page(w, r, http.StatusOK, page)
}
