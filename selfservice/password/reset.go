package password

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/authn/passwords"
	"github.com/wicketgate/wicketgate/gateway/ticket"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
)

// openLink shows where a link from a mail leads. It spends nothing, since mail programs and virus scanners follow links too.
func (f *Flow) openLink(purpose ticket.Purpose) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		token := r.URL.Query().Get(ticket.Param)
		if token == "" && purpose == ticket.FirstPassword {
			return f.askFirst(w, r)
		}
		_, user, err := f.check(r.Context(), purpose, token)
		if err != nil {
			return f.refuseLink(w, r, err)
		}
		f.speak(r, user)
		return f.resetPage(w, r, http.StatusOK, purpose, token, user, templates.ResetPage{})
	}
}

// takeNew sets the new password.
//
// The link is spent before the password is set, so that of two posts at once, on any replicas, one gets through; and it is restored when nothing
// was set, so that a password which the directory refuses, or a directory that is away, costs nobody their link. If this process is killed
// between the two, the link is gone and a new one has to be asked for: the other order would let it be used twice. If it is not known whether the password was
// set, the link is restored too: the mark makes it useless if it was.
func (f *Flow) takeNew(purpose ticket.Purpose) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form, err := web.Form(r)
		if err != nil {
			return err
		}
		token := form.Get(ticket.Param)
		if token == "" && purpose == ticket.FirstPassword {
			return f.takeForgot(w, r)
		}
		link, user, err := f.check(r.Context(), purpose, token)
		if err != nil {
			return f.refuseLink(w, r, err)
		}
		f.speak(r, user)
		password := form.Get("new")
		page := templates.ResetPage{Problems: f.Rules.Check(password, passwords.About(user)...)}
		if len(page.Problems) > 0 {
			return f.resetPage(w, r, http.StatusUnprocessableEntity, purpose, token, user, page)
		}
		// From here on a browser that goes away must not leave things half done.
		ctx := context.WithoutCancel(r.Context())
		if err := f.Tickets.Spend(ctx, link); err != nil {
			return f.refuseLink(w, r, err)
		}
		err = f.People.SetPassword(ctx, user, password)
		var partial *ldapmap.Partial
		if err == nil || errors.As(err, &partial) {
			return f.resetDone(ctx, w, r, user, partial)
		}
		f.giveBack(ctx, r, link)
		e := event(r, audit.PasswordResetFailed, user)
		e.Detail = err.Error()
		f.Audit.Event(ctx, e)
		if _, problem, ok := refusal(err); ok {
			page.Problems = append(page.Problems, problem)
			return f.resetPage(w, r, http.StatusUnprocessableEntity, purpose, token, user, page)
		}
		return fmt.Errorf("setting a new password: %w", err)
	}
}

// check opens a link and finds whose it is: one read of the record and one of the entry. Errors: those of package ticket.
func (f *Flow) check(ctx context.Context, purpose ticket.Purpose, token string) (ticket.Ticket, *ldapmap.User, error) {
	link, err := f.Tickets.Open(purpose, token)
	if err != nil {
		return link, nil, err
	}
	if err := f.Tickets.Unspent(ctx, link); err != nil {
		return link, nil, err
	}
	user, err := f.People.Get(ctx, link.Ref)
	if fault.Is(err, fault.NotFound) {
		return link, nil, ticket.ErrChanged
	}
	if err != nil {
		return link, nil, fmt.Errorf("reading whose link it is: %w", err)
	}
	return link, user, link.Check(user)
}

func (f *Flow) refuseLink(w http.ResponseWriter, r *http.Request, err error) error {
	retry := ""
	if f.Mail.Enabled() {
		retry = "/password/forgot"
	}
	return visit.RefuseLink(f.Kit, f.Audit, w, r, err, retry)
}

// giveBack makes the link work again. If not even that can be done, the person needs a new one, and the page that asks for the password
// again will say so when it is sent.
func (f *Flow) giveBack(ctx context.Context, r *http.Request, link ticket.Ticket) {
	if err := f.Tickets.Restore(ctx, link); err != nil {
		f.Kit.Note(r, fmt.Errorf("giving a link back whose password was not set: %w", err))
	}
}

func (f *Flow) speak(r *http.Request, user *ldapmap.User) {
	web.SetPerson(r, user.ID)
	web.SetLanguage(r, user.Get(ldapmap.Language))
}

func (f *Flow) resetPage(w http.ResponseWriter, r *http.Request, status int, purpose ticket.Purpose, token string, user *ldapmap.User, page templates.ResetPage) error {
	page.Action = pathOf(purpose)
	page.Hidden = []templates.Hidden{{Name: ticket.Param, Value: token}}
	page.Name, page.Login = user.DisplayName(), user.Get(ldapmap.Username)
	page.First = purpose == ticket.FirstPassword
	page.Rules, page.Strength = f.Rules.Shown(), "/password/strength"
	return f.Kit.Page(w, r, status, page)
}

// resetDone says so. Nobody is signed in by a link: the next page asks for the new password, as it will ask for a second factor.
func (f *Flow) resetDone(ctx context.Context, w http.ResponseWriter, r *http.Request, user *ldapmap.User, partial *ldapmap.Partial) error {
	f.Audit.Event(ctx, changed(r, audit.PasswordReset, user, partial))
	notes, signedOut := f.after(ctx, r, user, partial)
	next := "/signin"
	if who, err := authn.SealLogin(f.Sealer, user.Get(ldapmap.Username), f.Kit.Now()); err == nil && who != "" {
		next = "/signin/password?" + authn.WhoParam + "=" + url.QueryEscape(who)
	}
	return f.Kit.Page(w, r, http.StatusOK, templates.ResetDonePage{Continue: next, SignedOut: signedOut, Notes: notes})
}
