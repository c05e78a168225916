package profile

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/mailproof"
	"github.com/wicketgate/wicketgate/gateway/ticket"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// withoutUnproven splits what a person typed into what may be written now and the mail addresses that are new: those wait until a link sent to
// them is used. An old address that was taken away goes at once if another old one stays; else it goes when the first new one is
// confirmed, so that nobody is ever without an address that works.
func (f *Flow) withoutUnproven(old, typed *ldapmap.User) (*ldapmap.User, []mailproof.Change) {
	now, wanted := old.All(ldapmap.Emails), typed.All(ldapmap.Emails)
	var kept []string
	var changes []mailproof.Change
	for _, address := range wanted {
		if slices.ContainsFunc(now, func(o string) bool { return strings.EqualFold(o, address) }) {
			kept = append(kept, address)
		} else {
			changes = append(changes, mailproof.Change{Add: address})
		}
	}
	if len(kept) == 0 && len(changes) > 0 {
		changes[0].Drop = slices.Clone(now)
		kept = slices.Clone(now)
	}
	if len(changes) == 0 {
		return typed, nil
	}
	split := typed.Clone()
	split.Set(ldapmap.Emails, kept...)
	return split, changes
}

// checkMails refuses what would leave somebody who can reset their password by mail without any address, and new addresses where no mail
// can prove them.
func (f *Flow) checkMails(old, typed *ldapmap.User) i18n.Message {
	if f.Mail.Enabled() {
		if old.Get(ldapmap.Emails) != "" && typed.Get(ldapmap.Emails) == "" {
			return i18n.M("Please leave one address: without it you could not get back in if you forgot your password. Write the new one in its place.")
		}
		return i18n.Message{}
	}
	if _, unproven := f.withoutUnproven(old, typed); len(unproven) > 0 {
		return i18n.M("A new address has to be confirmed by a mail, and no mails are sent from here. Please ask whoever looks after accounts.")
	}
	return i18n.Message{}
}

// askMails sends the links that confirm new addresses, and remembers those that were sent. What else was changed stands already, so a mail that cannot be
// sent is told beside it.
func (f *Flow) askMails(w http.ResponseWriter, r *http.Request, v *visit.Visitor, changes []mailproof.Change) {
	waiting := f.waiting(r, v.User.ID)
	for _, change := range changes {
		switch err := f.Proof.Ask(r.Context(), r, v.User, change, f.Kit.Locale(r)); {
		case err == nil:
			waiting = append(without(waiting, change.Add), f.pendingOf(change))
			f.Kit.Flash(w, r, templates.FlashNotice, i18n.M("We have sent a link to %s. The address is used once you have opened it.", change.Add))
		case fault.Is(err, fault.Throttled):
			f.Kit.Flash(w, r, templates.FlashProblem, i18n.M("We have sent too many mails for you already. Please try %s again later.", change.Add))
		default:
			f.Kit.Flash(w, r, templates.FlashProblem, i18n.M("We could not send a mail to %s. Please try again later.", change.Add))
		}
	}
	if len(changes) > 0 {
		f.keep(w, v, waiting)
	}
}

// opened is a confirmation link with the person it is for.
type opened struct {
	ticket ticket.Ticket
	user   *ldapmap.User
	change mailproof.Change
}

func (f *Flow) open(ctx context.Context, token string) (*opened, error) {
	t, err := f.Proof.Tickets.Open(ticket.MailChange, token)
	if err != nil {
		return nil, err
	}
	o := &opened{ticket: t}
	if err := t.Decode(&o.change); err != nil {
		return nil, err
	}
	if o.user, err = f.People.Get(ctx, t.Ref); err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil, ticket.ErrChanged
		}
		return nil, err
	}
	if err := t.Check(o.user); err != nil {
		return nil, err
	}
	return o, f.Proof.Tickets.Unspent(ctx, t)
}

// askConfirm shows a button: mail scanners open links, and only a person presses buttons.
func (f *Flow) askConfirm(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get(ticket.Param)
	o, err := f.open(r.Context(), token)
	if err != nil {
		return visit.RefuseLink(f.Kit, f.Audit, w, r, err, "/profile")
	}
	return f.Kit.Page(w, r, http.StatusOK, templates.MailConfirmPage{
		Action: mailproof.Path, Hidden: []templates.Hidden{{Name: ticket.Param, Value: token}},
		Address: o.change.Add, Name: o.user.DisplayName(), Login: o.user.Get(ldapmap.Username),
	})
}

func (f *Flow) confirm(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	o, err := f.open(r.Context(), form.Get(ticket.Param))
	if err != nil {
		return visit.RefuseLink(f.Kit, f.Audit, w, r, err, "/profile")
	}
	// The link is spent first: of two that press at once, one goes on. If the directory then refuses, the link is given back.
	if err := f.Proof.Tickets.Spend(r.Context(), o.ticket); err != nil {
		return visit.RefuseLink(f.Kit, f.Audit, w, r, err, "/profile")
	}
	before := o.user.All(ldapmap.Emails)
	if err := f.apply(r.Context(), o); err != nil {
		return errors.Join(err, f.Proof.Tickets.Restore(context.WithoutCancel(r.Context()), o.ticket))
	}
	f.Audit.Event(r.Context(), f.event(r, audit.MailChanged, o.user, audit.Event{Mail: audit.MaskMail(o.change.Add)}))
	page := templates.MailConfirmedPage{Address: o.change.Add, Continue: "/profile"}
	for _, address := range before {
		err := f.Mail.Send(r.Context(), address, f.locale(o.user, r), templates.MailChangedNotice{
			Name: o.user.DisplayName(), Login: o.user.Get(ldapmap.Username), New: audit.MaskMail(o.change.Add), At: f.Kit.Now(),
		})
		if err != nil {
			page.Notes = append(page.Notes, i18n.M("We could not send a notice to your other address %s.", address))
		}
	}
	return f.Kit.Page(w, r, http.StatusOK, page)
}

func (f *Flow) apply(ctx context.Context, o *opened) error {
	wanted := o.user.Clone()
	kept := slices.DeleteFunc(slices.Clone(o.user.All(ldapmap.Emails)), func(a string) bool {
		return slices.Contains(o.change.Drop, a) || strings.EqualFold(a, o.change.Add)
	})
	wanted.Set(ldapmap.Emails, append(kept, o.change.Add)...)
	if slices.Equal(wanted.All(ldapmap.Emails), o.user.All(ldapmap.Emails)) {
		return nil
	}
	_, err := f.People.Update(ctx, o.user, wanted)
	return err
}

// locale is the language of a mail to somebody: their own, else that of the browser at hand.
func (f *Flow) locale(u *ldapmap.User, r *http.Request) *i18n.Locale {
	if own := u.Get(ldapmap.Language); own != "" {
		return f.Bundle.Match(own)
	}
	return f.Kit.Locale(r)
}
