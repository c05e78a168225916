package password

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// after does what follows every new password: other devices and applications are signed out, and a mail says what happened. It returns
// what could not be done, for the page: the password is changed whatever happens here.
func (f *Flow) after(ctx context.Context, r *http.Request, user *ldapmap.User, partial *ldapmap.Partial) (notes []i18n.Message, signedOut bool) {
	signedOut = true
	if partial != nil {
		f.Kit.Note(r, partial)
		notes = append(notes, i18n.M("Not every system has got the new password yet. If something still wants the old one, tell whoever looks after accounts."))
	}
	if err := f.Sessions.EndAll(ctx, user.ID); err != nil {
		f.Kit.Note(r, fmt.Errorf("ending the sessions of other devices: %w", err))
		notes = append(notes, i18n.M("Your other devices could not be signed out. Sign out there, or change the password again later."))
		signedOut = false
	}
	f.notify(ctx, r, user)
	return notes, signedOut
}

// notify tells the person by mail, at every address, since one of them may be in other hands. There is nothing the reader of the
// page could do about a mail that fails: the administrators see it.
func (f *Flow) notify(ctx context.Context, r *http.Request, user *ldapmap.User) {
	if !f.Mail.Enabled() {
		return
	}
	notice := templates.PasswordChangedMail{
		Name: user.DisplayName(), Login: user.Get(ldapmap.Username), At: f.Kit.Now(), Forgot: f.Kit.Link("/password/forgot"),
	}
	for _, to := range firstFew(user.All(ldapmap.Emails)) {
		if err := f.Mail.Send(ctx, to, f.Kit.LocaleOf(r, user.Get(ldapmap.Language)), notice); err != nil {
			f.Kit.Note(r, fmt.Errorf("mailing that the password was changed: %w", err))
		}
	}
}

// changed is the audit line of a new password, which says so if not all of it was done.
func changed(r *http.Request, action audit.Action, user *ldapmap.User, partial *ldapmap.Partial) audit.Event {
	e := event(r, action, user)
	if partial != nil {
		e.Detail = "only in part: " + partial.Error()
	}
	return e
}

// firstFew bounds the mails of one account, and leaves out doubles.
func firstFew(addresses []string) []string {
	seen := map[string]bool{}
	var few []string
	for _, a := range addresses {
		if key := strings.ToLower(a); !seen[key] && len(few) < maxAddresses {
			seen[key] = true
			few = append(few, a)
		}
	}
	return few
}
