package password

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/ticket"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
)

// askForgot asks who forgot a password. What was typed on the sign-in page is filled in.
func (f *Flow) askForgot(w http.ResponseWriter, r *http.Request) error {
	f.Kit.ReturnTo(w, r)
	login := authn.OpenLogin(f.Sealer, r.URL.Query().Get(authn.WhoParam), f.Kit.Now())
	return f.forgotPage(w, r, http.StatusOK, templates.ForgotPage{Action: "/password/forgot", Login: login})
}

// askFirst is the same page for somebody who never had a password.
func (f *Flow) askFirst(w http.ResponseWriter, r *http.Request) error {
	f.Kit.ReturnTo(w, r)
	return f.forgotPage(w, r, http.StatusOK, templates.ForgotPage{Action: pathFirst})
}

func (f *Flow) forgotPage(w http.ResponseWriter, r *http.Request, status int, page templates.ForgotPage) error {
	if !f.Mail.Enabled() {
		return fault.Say(fault.NotFound, "", "Passwords cannot be reset by mail here. Ask whoever looks after accounts.")
	}
	loc := f.Kit.Locale(r)
	page.Hidden, page.Label, page.Hint = web.Hidden(r), web.Words(f.Label, loc), web.Words(f.Hint, loc)
	page.Back = web.WithContinue("/signin", web.ContinueValue(r))
	return f.Kit.Page(w, r, status, page)
}

// takeForgot sends links to whom the login or mail address names. The page is the same whether that is nobody, one or several: same words,
// same status, and at least the same time. Only a directory that does not answer is told, since then nothing was sent to anybody.
func (f *Flow) takeForgot(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f.Kit.ReturnTo(w, r)
	first := r.URL.Path == pathFirst
	login := strings.TrimSpace(form.Get("login"))
	if problem := authn.LoginProblem(login); !problem.IsZero() {
		if len(login) > authn.MaxLogin {
			login = ""
		}
		return f.forgotPage(w, r, http.StatusUnprocessableEntity, templates.ForgotPage{Action: r.URL.Path, Login: login, Error: problem})
	}
	if !f.Mail.Enabled() {
		return f.forgotPage(w, r, http.StatusOK, templates.ForgotPage{})
	}
	start := f.Kit.Now()
	if wait := f.Asks.Take(authn.AddressKey(web.ClientAddr(r))); wait > 0 {
		return fault.Wrap(fault.Throttled, &authn.Throttled{Wait: wait})
	}
	users, err := f.People.FindForRecovery(r.Context(), login, maxAccounts)
	if err != nil {
		return fmt.Errorf("looking for who forgot a password: %w", err)
	}
	if len(users) == 0 {
		e := event(r, audit.PasswordResetRequested, nil)
		e.Login, e.Outcome, e.Detail = login, audit.Failure, "no such login or mail address"
		f.Audit.Event(r.Context(), e)
	}
	for _, user := range users {
		f.sendLink(r, user, login)
	}
	if rest := f.Floor - f.Kit.Now().Sub(start); rest > 0 {
		f.Sleep(r.Context(), rest)
	}
	back := web.WithContinue("/signin", web.ContinueValue(r))
	if first {
		return f.Kit.Page(w, r, http.StatusOK, templates.FirstSignInPage{Login: login, Lifetime: f.FirstLasts, Back: back})
	}
	retry := web.WithContinue("/password/forgot", web.ContinueValue(r))
	return f.Kit.Page(w, r, http.StatusOK, templates.ForgotSentPage{Login: login, Lifetime: f.ResetLasts, Retry: retry, Back: back})
}

// sendLink mails one account its link, and writes down why if it does not.
func (f *Flow) sendLink(r *http.Request, user *ldapmap.User, typed string) {
	e := event(r, audit.PasswordResetRequested, user)
	e.Login = typed
	if err := f.tryLink(r.Context(), r, user, typed); err != nil {
		e.Outcome, e.Detail = audit.Failure, err.Error()
	}
	f.Audit.Event(r.Context(), e)
}

func (f *Flow) tryLink(ctx context.Context, r *http.Request, user *ldapmap.User, typed string) error {
	to := recipients(user, typed)
	switch {
	case len(to) == 0:
		return errors.New("the account has no mail address")
	case !user.Account.Active(f.Kit.Now()):
		return errors.New("the account is locked, switched off, ended or not yet valid")
	}
	if wait := f.Mails.Take(user.ID); wait > 0 {
		return fmt.Errorf("too many links were sent to this account, the next is allowed in %v", wait)
	}
	mail, err := f.linkMail(r, user)
	if err != nil {
		return err
	}
	loc := f.Kit.LocaleOf(r, user.Get(ldapmap.Language))
	for _, address := range to {
		if failed := f.Mail.Send(ctx, address, loc, mail); failed != nil {
			err = errors.Join(err, failed)
		}
	}
	return err
}

// linkMail makes the ticket, bound to the present password by its mark, and the mail around it.
func (f *Flow) linkMail(r *http.Request, user *ldapmap.User) (templates.Mail, error) {
	purpose, lasts := ticket.ResetPassword, f.ResetLasts
	if user.Account.NoPassword {
		purpose, lasts = ticket.FirstPassword, f.FirstLasts
	}
	link, expires, err := f.Tickets.Issue(purpose, pathOf(purpose), user.Ref, user.Account.LinkMark(), nil, lasts)
	if err != nil {
		return nil, fmt.Errorf("making a link: %w", err)
	}
	name, login := user.DisplayName(), user.Get(ldapmap.Username)
	if purpose == ticket.FirstPassword {
		return templates.FirstPasswordMail{Name: name, Login: login, Link: link, Expires: expires, Lifetime: lasts}, nil
	}
	return templates.ResetMail{Name: name, Login: login, Link: link, Expires: expires, Lifetime: lasts}, nil
}

// recipients are the account's addresses: the one that was typed, if it is one of them, else all.
func recipients(user *ldapmap.User, typed string) []string {
	for _, address := range user.All(ldapmap.Emails) {
		if strings.EqualFold(address, typed) {
			return []string{address}
		}
	}
	return firstFew(user.All(ldapmap.Emails))
}
