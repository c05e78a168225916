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
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// changing is somebody on the change page: signed in, or handed over by the sign-in page because the password was right but will not do.
type changing struct {
	login string
	step  string // the handover as it came; "" for somebody who came by themselves
	hand  authn.Handover
	user  *ldapmap.User // known when a session says who is there; else read when the form is sent
	visit *visit.Visitor
}

// askChange shows the page. For somebody handed over it reads nothing.
func (f *Flow) askChange(w http.ResponseWriter, r *http.Request) error {
	return f.forChanging(w, r, r.URL.Query(), func(c changing) error {
		return f.changePage(w, r, http.StatusOK, c, templates.ChangePage{})
	})
}

// takeChange changes the password, by a bind as the person with the current one.
func (f *Flow) takeChange(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	return f.forChanging(w, r, form, func(c changing) error { return f.change(w, r, c, form.Get("current"), form.Get("new")) })
}

// forChanging finds out who wants to change a password: by the handover in values, else by the session. Nobody goes to the sign-in page.
func (f *Flow) forChanging(w http.ResponseWriter, r *http.Request, values url.Values, next func(changing) error) error {
	if step := values.Get(authn.StepParam); step != "" {
		if hand, err := authn.OpenHandover(f.Sealer, step, f.Kit.Now()); err == nil {
			f.Kit.ReturnTo(w, r)
			return next(changing{login: hand.Login, step: step, hand: hand})
		}
	}
	return f.Door.Can(policy.EditSelf, func(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
		f.Kit.ReturnTo(w, r)
		return next(changing{login: v.User.Get(ldapmap.Username), user: v.User, visit: v})
	})(w, r)
}

func (f *Flow) changePage(w http.ResponseWriter, r *http.Request, status int, c changing, page templates.ChangePage) error {
	to := f.Kit.OpenReturn(web.ContinueValue(r))
	page.Action, page.Login, page.Hidden = "/password", c.login, web.Hidden(r)
	page.Rules, page.Strength = f.Rules.Shown(), "/password/strength"
	if c.step != "" {
		page.Hidden = append(page.Hidden, templates.Hidden{Name: authn.StepParam, Value: c.step})
	}
	switch c.hand.Reason {
	case authn.ReasonMust:
		page.Reason = templates.ChangeMust
	case authn.ReasonExpired:
		page.Reason = templates.ChangeExpired
	case authn.ReasonExpiring:
		page.Reason, page.DaysLeft, page.Later = templates.ChangeExpiring, c.hand.DaysLeft, to.Path
	default:
		page.Cancel = to.Path
	}
	return f.Kit.Page(w, r, status, page)
}

func (f *Flow) change(w http.ResponseWriter, r *http.Request, c changing, current, password string) error {
	ctx := r.Context()
	if c.user == nil {
		user, err := f.People.Get(ctx, c.hand.Ref())
		if fault.Is(err, fault.NotFound) {
			return f.Kit.SeeOther(w, r, web.WithContinue("/signin", web.ContinueValue(r)))
		}
		if err != nil {
			return fmt.Errorf("looking for who changes a password: %w", err)
		}
		c.user = user
		web.SetPerson(r, user.ID)
	}
	page := templates.ChangePage{Problems: f.Rules.Check(password, passwords.About(c.user)...)}
	if current == "" {
		page.CurrentError = i18n.M("Type your current password.")
	} else if current == password {
		page.Problems = []i18n.Message{i18n.M("It is the same as the current one.")}
	}
	if len(page.Problems) > 0 || !page.CurrentError.IsZero() {
		return f.changePage(w, r, http.StatusUnprocessableEntity, c, page)
	}
	done, err := f.Auth.Attempt(c.user, web.ClientAddr(r))
	if err != nil {
		return fmt.Errorf("changing a password: %w", err)
	}
	// From here on a browser that goes away must not leave things half done.
	ctx = context.WithoutCancel(ctx)
	err = f.People.ChangePassword(ctx, c.user, current, password)
	var partial *ldapmap.Partial
	if err != nil && !errors.As(err, &partial) {
		field, problem, ok := refusal(err)
		e := event(r, audit.PasswordChangeFailed, c.user)
		e.Detail = err.Error()
		f.Audit.Event(ctx, e)
		switch {
		case ok && field == "current":
			done(authn.WrongGuess)
			page.CurrentError = problem
		case ok:
			done(authn.Void)
			page.Problems = []i18n.Message{problem}
		default:
			done(authn.Void)
			return fmt.Errorf("changing a password: %w", err)
		}
		return f.changePage(w, r, http.StatusUnprocessableEntity, c, page)
	}
	done(authn.Right)
	f.Audit.Event(ctx, changed(r, audit.PasswordChanged, c.user, partial))
	notes, _ := f.after(ctx, r, c.user, partial)
	notes = append(notes, f.resume(ctx, w, r, c)...)
	return f.Kit.Page(w, r, http.StatusOK, templates.ChangedPage{Continue: f.onward(r), Notes: notes})
}

// resume signs the person in: with the session they had, made anew because the old one ended with the old password, or with their first.
func (f *Flow) resume(ctx context.Context, w http.ResponseWriter, r *http.Request, c changing) []i18n.Message {
	opts := session.Opts{AMR: []string{authn.AMRPassword}, ACR: authn.ACRPassword, Remember: c.hand.Remember}
	if c.visit != nil {
		opts = session.Opts{AMR: c.visit.Session.AMR, ACR: c.visit.Session.ACR, Remember: c.visit.Remember}
	}
	fresh, err := f.People.Get(ctx, c.user.Ref)
	if err == nil {
		err = f.Sessions.Start(w, r, fresh, opts)
	}
	if err != nil {
		f.Kit.Note(r, fmt.Errorf("signing in after a change of password: %w", err))
		return []i18n.Message{i18n.M("You have to sign in again with the new password.")}
	}
	if c.hand.Reason == authn.ReasonMust || c.hand.Reason == authn.ReasonExpired {
		f.Audit.Event(ctx, event(r, audit.SignIn, c.user)) // the sign-in page only wrote that the password would not do
	}
	return nil
}

// onward is where to go after a change: where the sign-in was meant to lead, else home.
func (f *Flow) onward(r *http.Request) string { return f.Kit.OpenReturn(web.ContinueValue(r)).Path }

// refusal takes the words of the directory's refusal and the field they are about. Denied is one too: the form stays, so that what it says
// can be read beside it.
func refusal(err error) (field string, words i18n.Message, ok bool) {
	switch fault.CodeOf(err) {
	case fault.Invalid, fault.Denied, fault.Conflict:
	default:
		return "", i18n.Message{}, false
	}
	if e, said := fault.WordsOf(err); said {
		return e.Field, i18n.M(e.Words, e.Args...), true
	}
	return "", i18n.M("The directory does not accept this password. Ask whoever looks after accounts."), true
}
