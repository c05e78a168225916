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
	"github.com/wicketgate/wicketgate/gateway/ticket"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

const passwordInput = "password"

// lookAgain bounds the question whether an entry was made after all.
const lookAgain = 5 * time.Second

// guest is an invitation that was opened.
type guest struct {
	token  string
	ticket ticket.Ticket
	invitation
	user *ldapmap.User // as the inviter filled it in
}

func (f *Flow) open(ctx context.Context, token string) (*guest, error) {
	t, err := f.Tickets.Open(ticket.Invitation, token)
	if err != nil {
		return nil, err
	}
	g := &guest{token: token, ticket: t, user: ldapmap.NewUser(ldapmap.Ref{})}
	if err := t.Decode(&g.invitation); err != nil {
		return nil, err
	}
	for name, values := range g.Fields {
		g.user.Set(name, values...)
	}
	return g, f.Tickets.Unspent(ctx, t)
}

// complete says what the invited person is asked: everything an account has, but for what the inviter locked.
func (f *Flow) complete(g *guest) fields.Set {
	set := fields.Set{Fields: f.asked(), Write: everything, Locked: g.Locked, Languages: f.languages(), AskRequired: true}
	// The address that the link went to is proven; without mail no other can be.
	if (g.Mailed != "" || !f.Mail.Enabled()) && !slices.Contains(set.Locked, ldapmap.Emails) {
		set.Locked = append(slices.Clone(set.Locked), ldapmap.Emails)
	}
	for i := range set.Fields {
		switch set.Fields[i].Name {
		case ldapmap.Username:
			set.Fields[i].Required = true
		case ldapmap.Name:
			// First and last name are asked, and most mappings make the full name of them; where not, the directory's refusal says so.
			set.Fields[i].Required = false
		}
	}
	return set
}

func (f *Flow) show(w http.ResponseWriter, r *http.Request) error {
	g, err := f.open(r.Context(), r.URL.Query().Get(ticket.Param))
	if err != nil {
		return visit.RefuseLink(f.Kit, f.Audit, w, r, err, "")
	}
	if g.user.Get(ldapmap.Language) == "" {
		g.user.Set(ldapmap.Language, f.Kit.Locale(r).Tag())
	}
	return f.page(w, r, g, http.StatusOK, g.user, nil)
}

func (f *Flow) page(w http.ResponseWriter, r *http.Request, g *guest, status int, shown *ldapmap.User, problems fields.Problems) error {
	loc := f.Kit.Locale(r)
	form := f.complete(g).Form(shown, loc)
	form.Sections = append(form.Sections, templates.Section{Title: loc.T("Password"), Fields: []templates.Field{{
		Name: passwordInput, Label: loc.T("Choose a password"), Widget: templates.WidgetPassword, Required: true, Autocomplete: "new-password",
		Rules: f.Rules, Strength: f.StrengthURL,
	}}})
	form.Action, form.Submit = "/join", i18n.M("Create my account")
	form.Hidden = append(form.Hidden, templates.Hidden{Name: ticket.Param, Value: g.token})
	problems.Mark(&form)
	return f.Kit.Page(w, r, status, templates.AcceptPage{Form: form, InvitedBy: g.ByName, Expires: g.ticket.Expires})
}

func (f *Flow) accept(w http.ResponseWriter, r *http.Request) error {
	defer fields.Discard(r)
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	g, err := f.open(r.Context(), form.Get(ticket.Param))
	if err != nil {
		return visit.RefuseLink(f.Kit, f.Audit, w, r, err, "")
	}
	typed, problems, err := f.complete(g).Read(r, g.user)
	if err != nil {
		return err
	}
	password := form.Get(passwordInput)
	if wrong := f.CheckPassword(password, typed); len(wrong) > 0 {
		problems[passwordInput] = wrong[0]
	}
	// The directory knows whether a user name is taken, but not that a name which is somebody's mail address would keep both out.
	if login := typed.Get(ldapmap.Username); len(problems) == 0 {
		taken, err := f.taken(r.Context(), login)
		if err != nil {
			return err
		}
		if taken {
			problems[ldapmap.Username] = i18n.M("This user name is taken.")
		}
	}
	if len(problems) > 0 {
		return f.page(w, r, g, http.StatusUnprocessableEntity, typed, problems)
	}
	return f.create(w, r, g, typed, password)
}

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
