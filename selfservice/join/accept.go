package join

import (
	"context"
	"net/http"
	"slices"

	"github.com/wicketgate/wicketgate/gateway/fields"
	"github.com/wicketgate/wicketgate/gateway/ticket"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

const passwordInput = "password"

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
