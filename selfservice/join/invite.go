package join

import (
	"context"
	"net/http"
	"slices"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/fields"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"

	"github.com/wicketgate/wicketgate/gateway/ticket"
)

// The names of the form's inputs that are no fields of a person.
const (
	lockInput   = "lock"
	groupsInput = "in_groups"
	noteInput   = "note"
	wayInput    = "way"
	byMail      = "mail"
	byLink      = "link"
	maxNote     = 500 // characters
)

// draft is the form of an invitation as it was typed.
type draft struct {
	user   *ldapmap.User
	locked []string
	groups []string
	note   string
	way    string
}

// prefill says which fields the inviter can fill in: never a photo, and nothing is required, since the invited person completes it.
func (f *Flow) prefill() fields.Set {
	set := fields.Set{Write: everything, Languages: f.languages()}
	for _, field := range f.asked() {
		if field.Type == ldapmap.TypePhoto {
			continue
		}
		field.Required = false
		if field.Name == ldapmap.Emails {
			field.Many = false
		}
		set.Fields = append(set.Fields, field)
	}
	return set
}

func (f *Flow) ask(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	way := byMail
	if !f.Mail.Enabled() {
		way = byLink
	}
	return f.askPage(w, r, v, http.StatusOK, &draft{user: ldapmap.NewUser(ldapmap.Ref{}), locked: []string{ldapmap.Username}, way: way}, nil)
}

func (f *Flow) askPage(w http.ResponseWriter, r *http.Request, v *visit.Visitor, status int, d *draft, problems fields.Problems) error {
	loc := f.Kit.Locale(r)
	form := f.prefill().Form(d.user, loc)
	groups, err := f.offered(r.Context(), v)
	if err != nil {
		return err
	}
	var locks, in []templates.Option
	for _, field := range f.prefill().Fields {
		locks = append(locks, templates.Option{Value: field.Name, Label: field.Label.In(loc.Tag(), loc.T)})
	}
	for _, g := range groups {
		label := g.DisplayName
		if label == "" {
			label = g.Name
		}
		in = append(in, templates.Option{Value: g.Name, Label: label, Hint: g.Description})
	}
	more := templates.Section{Title: loc.T("The invitation"), Fields: []templates.Field{
		{Name: lockInput, Label: loc.T("What the person may not change"), Hint: loc.T("Only what you have filled in above is locked."),
			Widget: templates.WidgetChoices, Options: locks, Values: d.locked},
	}}
	if len(in) > 0 {
		more.Fields = append(more.Fields, templates.Field{Name: groupsInput, Label: loc.T("Groups to join"), Widget: templates.WidgetChoices, Options: in, Values: d.groups})
	}
	more.Fields = append(more.Fields,
		templates.Field{Name: wayInput, Label: loc.T("How the invitation gets there"), Widget: templates.WidgetRadio, Required: true, Value: d.way, Options: []templates.Option{
			{Value: byMail, Label: loc.T("By mail, to the address above"), Disabled: !f.Mail.Enabled()},
			{Value: byLink, Label: loc.T("As a link that I pass on myself")},
		}},
		templates.Field{Name: noteInput, Label: loc.T("A personal word"), Hint: loc.T("It stands in the mail."), Widget: templates.WidgetTextArea, Value: d.note, MaxLength: maxNote},
	)
	form.Sections = append(form.Sections, more)
	form.Action, form.Submit, form.Cancel = "/invite", i18n.M("Make the invitation"), "/"
	problems.Mark(&form)
	return f.Kit.Page(w, r, status, templates.InvitePage{Form: form, Lifetime: f.Lasts})
}

// offered are the groups that can be chosen: those of the configuration; without one, all for whoever manages groups, and for others those that
// they own. To invite must not be a way to give rights away.
func (f *Flow) offered(ctx context.Context, v *visit.Visitor) ([]ldapmap.Group, error) {
	groups, err := f.People.FindGroups(ctx, f.Groups, maxGroups)
	if err != nil || len(f.Groups) > 0 || v.Rights.Can(policy.ManageGroups) {
		return groups, err
	}
	return slices.DeleteFunc(groups, func(g ldapmap.Group) bool {
		return !slices.ContainsFunc(g.Owners, func(dn string) bool { return ldapmap.SameDN(dn, v.User.DN) })
	}), nil
}

func (f *Flow) invite(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	d := &draft{locked: form[lockInput], note: form.Get(noteInput), way: form.Get(wayInput)}
	var problems fields.Problems
	if d.user, problems, err = f.prefill().Read(r, ldapmap.NewUser(ldapmap.Ref{})); err != nil {
		return err
	}
	if err := f.checkDraft(r.Context(), v, d, form[groupsInput], problems); err != nil {
		return err
	}
	if len(problems) > 0 {
		return f.askPage(w, r, v, http.StatusUnprocessableEntity, d, problems)
	}
	return f.send(w, r, v, d)
}

func (f *Flow) checkDraft(ctx context.Context, v *visit.Visitor, d *draft, groups []string, problems fields.Problems) error {
	offered, err := f.offered(ctx, v)
	if err != nil {
		return err
	}
	for _, name := range groups {
		if slices.ContainsFunc(offered, func(g ldapmap.Group) bool { return g.Name == name }) {
			d.groups = append(d.groups, name)
		} else {
			problems[groupsInput] = i18n.M("Please choose one of the answers offered.")
		}
	}
	d.locked = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(d.locked))), func(name string) bool { return d.user.Get(name) == "" })
	if _, err := (ldapmap.Field{Name: noteInput, Type: ldapmap.TypeLines, MaxLength: maxNote}).Clean(d.note); err != nil {
		problems.Add(err)
	}
	switch {
	case d.way != byMail && d.way != byLink, d.way == byMail && !f.Mail.Enabled():
		problems[wayInput] = i18n.M("Please choose one of the answers offered.")
	case d.way == byMail && d.user.Get(ldapmap.Emails) == "":
		problems[ldapmap.Emails] = i18n.M("Please give the address that the invitation is sent to.")
	}
	if login := d.user.Get(ldapmap.Username); login != "" && len(problems) == 0 {
		if taken, err := f.taken(ctx, login); err != nil {
			return err
		} else if taken {
			problems[ldapmap.Username] = i18n.M("This user name is taken.")
		}
	}
	return nil
}

// taken tells whether somebody signs in with that name. Whoever may invite may know.
func (f *Flow) taken(ctx context.Context, login string) (bool, error) {
	_, err := f.People.FindByLogin(ctx, login)
	switch {
	case fault.Is(err, fault.NotFound):
		return false, nil
	case err == nil || fault.Is(err, fault.Conflict):
		return true, nil
	}
	return false, err
}

func (f *Flow) send(w http.ResponseWriter, r *http.Request, v *visit.Visitor, d *draft) error {
	inv := invitation{Fields: map[string][]string{}, Locked: d.locked, Groups: d.groups, By: v.User.ID, ByName: v.User.DisplayName()}
	for _, name := range d.user.Fields() {
		inv.Fields[name] = d.user.All(name)
	}
	if d.way == byMail {
		inv.Mailed = d.user.Get(ldapmap.Emails)
	}
	link, expires, err := f.Tickets.Issue(ticket.Invitation, "/join", ldapmap.Ref{}, "", inv, f.Lasts)
	if err != nil {
		return err
	}
	page := templates.InvitedPage{Name: d.user.DisplayName(), Expires: expires, Another: "/invite"}
	event := audit.Event{Action: audit.InvitationMade, Actor: v.User.ID, IP: web.ClientIP(r), RequestID: web.RequestID(r)}
	if inv.Mailed != "" {
		loc := f.Kit.Locale(r)
		if own := d.user.Get(ldapmap.Language); own != "" {
			loc = f.Bundle.Match(own)
		}
		err := f.Mail.Send(r.Context(), inv.Mailed, loc, templates.InvitationMail{
			Name: d.user.DisplayName(), Inviter: inv.ByName, Note: d.note, Link: link, Expires: expires, Lifetime: f.Lasts,
		})
		if err != nil {
			return err
		}
		event.Action, event.Mail = audit.InvitationSent, audit.MaskMail(inv.Mailed)
		page.Mailed = inv.Mailed
	} else {
		page.Link = link
	}
	f.Audit.Event(r.Context(), event)
	return f.Kit.Page(w, r, http.StatusOK, page)
}
