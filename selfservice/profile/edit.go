package profile

import (
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
)

func notFound(r *http.Request) error { return fault.New(fault.NotFound, "nothing at %s", r.URL.Path) }

// set says what of the person's own fields is shown and asked. The groups have a place of their own on the page, and
// when the entry was last written is of no use to anybody here.
func (f *Flow) set(v *visit.Visitor) fields.Set {
	mayEdit := v.Rights.Can(policy.EditSelf)
	set := fields.Set{
		Write:    func(name string) bool { return mayEdit && v.Rights.Write(name) },
		PhotoURL: visit.PhotoURL(v.User),
		Present:  v.User,
	}
	for _, field := range f.People.Mapping().Fields() {
		if field.Name != ldapmap.GroupsField && field.Name != ldapmap.UpdatedAt && v.Rights.Read(field.Name) {
			set.Fields = append(set.Fields, field)
		}
	}
	for _, loc := range f.Bundle.Locales() {
		set.Languages = append(set.Languages, templates.Option{Value: loc.Tag(), Label: loc.NativeName()})
	}
	return set
}

func (f *Flow) show(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	return f.page(w, r, v, http.StatusOK, v.User, nil)
}

func (f *Flow) page(w http.ResponseWriter, r *http.Request, v *visit.Visitor, status int, shown *ldapmap.User, problems fields.Problems) error {
	set, loc := f.set(v), f.Kit.Locale(r)
	form := set.Form(shown, loc)
	form.Action = "/profile"
	problems.Mark(&form)
	page := templates.ProfilePage{
		Form: form, Name: v.User.DisplayName(), Login: v.User.Get(ldapmap.Username), Photo: set.PhotoURL, Password: "/password",
		Pending: f.pending(r, v),
	}
	for _, field := range set.Fields {
		page.Writable = page.Writable || !field.ReadOnly && set.Write(field.Name)
	}
	if v.Rights.Read(ldapmap.GroupsField) {
		for _, g := range v.Groups {
			page.Groups = append(page.Groups, templates.Group{
				Name: groupName(g), Description: g.Description,
				Owner: slices.ContainsFunc(g.Owners, func(dn string) bool { return ldapmap.SameDN(dn, v.User.DN) }),
			})
		}
	}
	return f.Kit.Page(w, r, status, page)
}

func groupName(g ldapmap.Group) string {
	if g.DisplayName != "" {
		return g.DisplayName
	}
	return g.Name
}

func (f *Flow) save(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	defer fields.Discard(r)
	if _, err := web.Form(r); err != nil {
		return err
	}
	set := f.set(v)
	if !v.Rights.Can(policy.EditSelf) {
		return fault.New(fault.Denied, "%s may not change their own profile", v.User.ID)
	}
	typed, problems, err := set.Read(r, v.User)
	if err != nil {
		return err
	}
	if problem := f.checkMails(v.User, typed); !problem.IsZero() && problems[ldapmap.Emails].IsZero() {
		problems[ldapmap.Emails] = problem
	}
	if len(problems) > 0 {
		return f.page(w, r, v, http.StatusUnprocessableEntity, typed, problems)
	}
	wanted, unproven := f.withoutUnproven(v.User, typed)
	changed := changedFields(v.User, wanted)
	if len(changed) > 0 {
		if _, err := f.People.Update(r.Context(), v.User, wanted); err != nil {
			problems := fields.Problems{}
			if problems.Add(err) {
				return f.page(w, r, v, http.StatusUnprocessableEntity, typed, problems)
			}
			return err
		}
		f.Audit.Event(r.Context(), f.event(r, audit.ProfileChanged, v.User, audit.Event{Fields: changed}))
	}
	f.askMails(w, r, v, unproven)
	switch {
	case len(changed) > 0:
		f.Kit.Flash(w, r, templates.FlashDone, i18n.M("Your changes are saved."))
	case len(unproven) == 0:
		f.Kit.Flash(w, r, templates.FlashNotice, i18n.M("Nothing was changed."))
	}
	return f.Kit.SeeOther(w, r, "/profile")
}

func changedFields(old, new *ldapmap.User) []string {
	var names []string
	for _, name := range slices.Compact(slices.Sorted(slices.Values(append(old.Fields(), new.Fields()...)))) {
		if !slices.Equal(old.All(name), new.All(name)) {
			names = append(names, name)
		}
	}
	return names
}

// event fills in what every line of the audit log about the person has.
func (f *Flow) event(r *http.Request, action audit.Action, u *ldapmap.User, e audit.Event) audit.Event {
	e.Action, e.Person, e.Username = action, u.ID, u.Get(ldapmap.Username)
	e.IP, e.RequestID = web.ClientIP(r), web.RequestID(r)
	return e
}
