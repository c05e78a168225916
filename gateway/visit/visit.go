// Package visit answers, for every page behind the sign-in: who is here, and what may they do?
//
// A flow wraps its handlers with Door.SignedIn or Door.Can. Whoever is not signed in goes to the sign-in page and comes back; whoever may not
// is told so. What the handler gets is a Visitor: the session, the person as the directory has them now, and their rights. It
// also dresses the page: name and photo in the header, with those who are signed in in this browser beside them, the person's language, and a navigation of what
// they can go to.
//
// It brings together gateway/session (is this cookie still good?), ldapmap (who is that?) and ldapmap/policy (what may they do?), and is
// used by the flows of selfservice.
package visit

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
)

// Visitor is a person who is signed in.
type Visitor struct {
	*session.Visit
	Groups []ldapmap.Group
	Rights policy.Rights
}

// Handler is a web.Handler for people who are signed in.
type Handler func(w http.ResponseWriter, r *http.Request, v *Visitor) error

// Door lets people in to the pages behind the sign-in.
type Door struct {
	Kit      *web.Kit
	Sessions *session.Manager
	People   ldapmap.People
	Policy   *policy.Policy
	Log      *slog.Logger
}

// SignedIn lets everybody in who is signed in.
func (d *Door) SignedIn(h Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := d.Visitor(r.Context(), r)
		if err != nil {
			return err
		}
		if v == nil {
			return d.toSignIn(w, r)
		}
		// What cannot be noted now is noted at the next page; it is no reason to keep anybody out.
		if err := d.Sessions.Touch(w, r, v.Visit); err != nil {
			d.Log.WarnContext(r.Context(), "noting that a session is in use failed", "error", err)
		}
		d.dress(r, v)
		return h(w, r, v)
	}
}

// Can lets those in who have the ability; to others it says that they may not.
func (d *Door) Can(ability policy.Ability, h Handler) web.Handler {
	return d.SignedIn(func(w http.ResponseWriter, r *http.Request, v *Visitor) error {
		if !v.Rights.Can(ability) {
			return fault.New(fault.Denied, "%s is not allowed to: %s", v.User.ID, ability)
		}
		return h(w, r, v)
	})
}

// Visitor says who is signed in: nil if nobody is. Cost: one read of the entry and one of the record, and one search for groups where entries do not
// tell them.
func (d *Door) Visitor(ctx context.Context, r *http.Request) (*Visitor, error) {
	visit, err := d.Sessions.Load(ctx, r)
	return d.visitor(ctx, visit, err)
}

// VisitorOf is Visitor for another session of this browser than the one at work.
func (d *Door) VisitorOf(ctx context.Context, r *http.Request, session string) (*Visitor, error) {
	visit, err := d.Sessions.LoadSession(ctx, r, session)
	return d.visitor(ctx, visit, err)
}

func (d *Door) visitor(ctx context.Context, visit *session.Visit, err error) (*Visitor, error) {
	if err != nil || visit == nil {
		return nil, err
	}
	groups, err := d.People.Groups(ctx, visit.User)
	if err != nil {
		return nil, err
	}
	return &Visitor{Visit: visit, Groups: groups, Rights: d.Policy.For(visit.User, groups)}, nil
}

// toSignIn leads to the sign-in page and back. What was posted is not carried along: it may be long, and was meant by somebody whose
// session has ended.
func (d *Door) toSignIn(w http.ResponseWriter, r *http.Request) error {
	address, err := d.signIn(r)
	if err != nil {
		return err
	}
	return d.Kit.SeeOther(w, r, address)
}

// backTo is the page to come back to. Of a posted form that is the page that it stood on, since its own address may take nothing but posts; the
// Referer says which (our pages ask browsers to send it within the site).
func backTo(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return r.URL.RequestURI()
	}
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host || web.CheckLocal(u.RequestURI()) != nil {
		return "/"
	}
	return u.RequestURI()
}
