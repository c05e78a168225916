package join

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/fields"
	"github.com/wicketgate/wicketgate/gateway/mailproof"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// lookAgain bounds the question whether an entry was made after all.
const lookAgain = 5 * time.Second

// create spends the link first, so that one invitation makes one account whatever arrives at once, and gives it back if the directory
// refuses the entry.
func (f *Flow) create(w http.ResponseWriter, r *http.Request, g *guest, typed *ldapmap.User, password string) error {
	ctx := r.Context()
	if err := f.Tickets.Spend(ctx, g.ticket); err != nil {
		return visit.RefuseLink(f.Kit, f.Audit, w, r, err, "")
	}
	event := audit.Event{Action: audit.AccountCreated, Username: typed.Get(ldapmap.Username), Actor: g.By, IP: web.ClientIP(r), RequestID: web.RequestID(r)}
	created, unproven := f.withoutUnproven(g, typed)
	u, err := f.People.Create(ctx, created, password)
	var partial *ldapmap.Partial
	if err != nil && !(errors.As(err, &partial) && u != nil) {
		event.Action, event.Detail = audit.AccountCreateFailed, err.Error()
		f.Audit.Event(ctx, event)
		if partial == nil && f.unwritten(ctx, err, typed) {
			if failed := f.Tickets.Restore(context.WithoutCancel(ctx), g.ticket); failed != nil {
				err = errors.Join(err, failed)
			}
		}
		if partial != nil {
			return &fault.Error{Code: fault.Unavailable, Err: err,
				Words: "Your account was made, but not completed. Ask for a new password on the sign-in page, or tell whoever invited you."}
		}
		problems := fields.Problems{}
		if problems.Add(err) {
			return f.page(w, r, g, http.StatusUnprocessableEntity, typed, problems)
		}
		return err
	}
	event.Person = u.ID
	f.Audit.Event(ctx, event)
	page := templates.WelcomePage{Name: u.DisplayName(), Login: u.Get(ldapmap.Username), Continue: "/signin"}
	if partial != nil {
		page.Notes = append(page.Notes, i18n.M("Your account is there, but not everything about it could be written. Please tell whoever invited you."))
	}
	page.Notes = append(page.Notes, f.joinGroups(ctx, g, u)...)
	for _, address := range unproven {
		page.Notes = append(page.Notes, f.confirmMail(r, u, address))
	}
	return f.Kit.Page(w, r, http.StatusOK, page)
}

// unwritten tells that no entry was made, so that the link may be used once more without making a second one. After a refusal that is certain; where no
// answer came, the directory is asked whether the entry is there.
func (f *Flow) unwritten(ctx context.Context, err error, typed *ldapmap.User) bool {
	if !fault.Is(err, fault.Unavailable) {
		return true
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookAgain)
	defer cancel()
	taken, err := f.taken(ctx, typed.Get(ldapmap.Username))
	return err == nil && !taken
}

// withoutUnproven leaves out mail addresses that the person typed and nobody has proven: they are confirmed by a mail once the account
// is there. What the inviter gave is taken as it is.
func (f *Flow) withoutUnproven(g *guest, typed *ldapmap.User) (*ldapmap.User, []string) {
	proven, unproven := []string(nil), []string(nil)
	for _, address := range typed.All(ldapmap.Emails) {
		known := slices.ContainsFunc(g.user.All(ldapmap.Emails), func(o string) bool { return strings.EqualFold(o, address) })
		if known {
			proven = append(proven, address)
		} else {
			unproven = append(unproven, address)
		}
	}
	if len(unproven) == 0 {
		return typed, nil
	}
	split := typed.Clone()
	split.Set(ldapmap.Emails, proven...)
	return split, unproven
}

func (f *Flow) joinGroups(ctx context.Context, g *guest, u *ldapmap.User) []i18n.Message {
	if len(g.Groups) == 0 {
		return nil
	}
	var notes []i18n.Message
	groups, err := f.People.FindGroups(ctx, g.Groups, maxGroups)
	for _, name := range g.Groups {
		at := slices.IndexFunc(groups, func(gr ldapmap.Group) bool { return gr.Name == name })
		if err != nil || at < 0 {
			notes = append(notes, i18n.M("You could not be added to the group %s. Please tell whoever invited you.", name))
			continue
		}
		event := audit.Event{Action: audit.GroupMemberAdded, Person: u.ID, Actor: g.By, Group: name}
		if err := f.People.AddMember(ctx, groups[at], u); err != nil {
			event.Outcome, event.Detail = audit.Failure, err.Error()
			notes = append(notes, i18n.M("You could not be added to the group %s. Please tell whoever invited you.", name))
		}
		f.Audit.Event(ctx, event)
	}
	return notes
}

// confirmMail asks the owner of an address for a click, and says so.
func (f *Flow) confirmMail(r *http.Request, u *ldapmap.User, address string) i18n.Message {
	if err := f.Proof.Ask(r.Context(), r, u, mailproof.Change{Add: address}, f.Kit.Locale(r)); err != nil {
		return i18n.M("We could not send a link to %s. Add the address again on your profile.", address)
	}
	return i18n.M("We have sent a link to %s. The address is used once you have opened it.", address)
}
