// Package sessions has the pages about where one is signed in.
//
//	GET  /sessions              the browsers one is signed in with
//	POST /sessions              signs one of them out
//	GET  /sessions/everywhere   asks
//	POST /sessions/everywhere   signs out everywhere, here too
//
// Listing reads nothing beyond what a visit reads anyway; each end is one change. Applications with a back channel are told by whoever watches the records (gateway/oidc).
//
// The flow is mounted by gateway. It imports gateway/{audit,session,state,visit,web} and templates.
package sessions

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// The addresses of the flow.
const (
	PathSessions   = "/sessions"
	PathEverywhere = "/sessions/everywhere"
)

// Flow has what the pages need. All fields are required.
type Flow struct {
	Kit      *web.Kit
	Door     *visit.Door
	Records  *state.Records
	Sessions *session.Manager
	Audit    *audit.Log
}

// Mount adds the routes.
func (f *Flow) Mount(mux *http.ServeMux) {
	mux.Handle("GET "+PathSessions, f.Kit.Handle(f.Door.SignedIn(f.list)))
	mux.Handle("POST "+PathSessions, f.Kit.Handle(f.Door.SignedIn(f.end)))
	mux.Handle("GET "+PathEverywhere, f.Kit.Handle(f.Door.SignedIn(f.ask)))
	mux.Handle("POST "+PathEverywhere, f.Kit.Handle(f.Door.SignedIn(f.endAll)))
}

// list shows this browser first, and then the others, the latest first.
func (f *Flow) list(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	page := templates.SessionsPage{End: PathSessions, Everywhere: PathEverywhere}
	for _, s := range slices.Backward(v.Record.Sessions) {
		if _, alive := v.Record.Session(s.ID, f.Kit.Now()); !alive {
			continue
		}
		shown := templates.Session{ID: s.ID, Device: s.Device, Since: s.Made, Seen: s.Seen, Current: s.ID == v.Session.ID}
		if shown.Current {
			page.Sessions = slices.Insert(page.Sessions, 0, shown)
		} else {
			page.Sessions = append(page.Sessions, shown)
		}
	}
	return f.Kit.Page(w, r, http.StatusOK, page)
}

// end signs another browser out. One that is gone already is as good as ended.
func (f *Flow) end(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := f.Records.EndSession(r.Context(), v.Record, form.Get("session")); err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	f.note(r, v, audit.SignOut, "another browser")
	f.Kit.Flash(w, r, templates.FlashDone, i18n.M("The device is signed out."))
	return f.Kit.SeeOther(w, r, PathSessions)
}

func (f *Flow) ask(w http.ResponseWriter, r *http.Request, _ *visit.Visitor) error {
	return f.Kit.Page(w, r, http.StatusOK, templates.EverywherePage{Action: PathEverywhere, Cancel: PathSessions})
}

// endAll ends every session, grant and refresh token, and every code that is on its way.
func (f *Flow) endAll(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	if err := f.Records.RevokeAll(r.Context(), v.Record); err != nil {
		return fmt.Errorf("signing out everywhere: %w", err)
	}
	f.note(r, v, audit.SignedOutAll, "")
	if err := f.Sessions.Left(w, r, v.Session.ID); err != nil {
		return err
	}
	return f.Kit.SeeOther(w, r, "/signout") // which says goodbye to whoever is not signed in
}

func (f *Flow) note(r *http.Request, v *visit.Visitor, action audit.Action, detail string) {
	f.Audit.Event(r.Context(), audit.Event{
		Action: action, Person: v.User.ID, Username: v.User.Get(ldapmap.Username), IP: web.ClientIP(r), RequestID: web.RequestID(r), Detail: detail,
	})
}
