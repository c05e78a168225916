package fields

import (
	"slices"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Set says which fields a form has and what may be done with them.
type Set struct {
	// Fields in the order of the mapping's table.
	Fields []ldapmap.Field
	// Write tells which of them can be filled in; the others are shown as text, or not at all if they are empty.
	Write func(field string) bool
	// Locked fields were decided by somebody else: shown as such, never read from the form.
	Locked []string
	// Languages are the choices for a language field.
	Languages []templates.Option
	// PhotoURL is where the present photo can be seen; empty: there is none.
	PhotoURL string
	// AskRequired makes required fields required also where the person has no value yet; a profile page that would refuse every
	// change because of one old gap leaves it false.
	AskRequired bool
	// Present is the person as the directory has them now. With it the form remembers what it showed, and Read notices what somebody
	// else changed in between.
	Present *ldapmap.User
}

func (s Set) writable(f ldapmap.Field) bool {
	return !f.ReadOnly && !s.locked(f.Name) && s.Write(f.Name)
}

func (s Set) locked(name string) bool { return slices.Contains(s.Locked, name) }

// required tells whether the person must fill the field in: one who has always lived without need not start today.
func (s Set) required(f ldapmap.Field, u *ldapmap.User) bool {
	return f.Required && (s.AskRequired || u.Get(f.Name) != "")
}

// Form lays the fields out in sections, filled with the person's values, in the reader's language.
func (s Set) Form(u *ldapmap.User, loc *i18n.Locale) templates.Form {
	form := templates.Form{Sections: s.sections(u, loc)}
	if s.Present != nil {
		form.Hidden = append(form.Hidden, templates.Hidden{Name: seenInput, Value: s.seen(s.Present)})
	}
	for _, f := range s.Fields {
		if s.writable(f) && boxes(f) {
			form.Hidden = append(form.Hidden, templates.Hidden{Name: f.Name + shownMark, Value: "1"})
		}
	}
	return form
}

// shownMark ends the name of a hidden input that says that a field of boxes was on the form: unticked boxes send nothing.
const shownMark = "_shown"

func boxes(f ldapmap.Field) bool {
	return f.Widget == ldapmap.WidgetCheckbox || f.Widget == ldapmap.WidgetChoices || f.Widget == ldapmap.WidgetRadio
}

func (s Set) sections(u *ldapmap.User, loc *i18n.Locale) []templates.Section {
	var sections []templates.Section
	for _, section := range ldapmap.Sections() {
		out := templates.Section{Title: loc.T(section.Label())}
		for _, f := range s.Fields {
			if f.Section != section || !s.writable(f) && u.Get(f.Name) == "" {
				continue
			}
			field := s.field(f, u, loc)
			if group := len(out.Fields) - 1; f.Of != "" && group >= 0 && out.Fields[group].Name == f.Of+"_parts" {
				out.Fields[group].Parts = append(out.Fields[group].Parts, field)
				continue
			} else if f.Of != "" {
				field = templates.Field{Name: f.Of + "_parts", Label: loc.T("Postal address"), Widget: templates.WidgetAddress, Parts: []templates.Field{field}}
			}
			out.Fields = append(out.Fields, field)
		}
		if len(out.Fields) > 0 {
			sections = append(sections, out)
		}
	}
	return sections
}

func (s Set) field(f ldapmap.Field, u *ldapmap.User, loc *i18n.Locale) templates.Field {
	out := templates.Field{
		Name: f.Name, Label: f.Label.In(loc.Tag(), loc.T), Hint: f.Hint.In(loc.Tag(), loc.T),
		Widget: templates.Widget(f.Widget), Multiple: f.Many && f.Widget != ldapmap.WidgetChoices,
		Required: s.required(f, u), Autocomplete: f.Autocomplete, MaxLength: f.MaxLength,
		Locked: s.locked(f.Name), ReadOnly: !s.writable(f),
	}
	if f.Type == ldapmap.TypePhoto {
		out.Value, out.MaxLength = s.PhotoURL, 0
		return out
	}
	if out.ReadOnly {
		if values := shown(f, u.All(f.Name), loc); len(values) == 1 {
			out.Value = values[0]
		} else {
			out.Values = values
		}
		return out
	}
	out.Value, out.Values = u.Get(f.Name), u.All(f.Name)
	if f.Type == ldapmap.TypeBool {
		out.Value = map[string]string{"true": "1"}[out.Value]
	}
	if out.Options = s.options(f, u, loc); len(out.Options) > 0 {
		out.MaxLength = 0 // of what is typed; here nothing is
	}
	return out
}

// options are the choices of a field. A value that the directory holds and the configuration does not know stays choosable: a
// person who changes their phone number must not lose it.
func (s Set) options(f ldapmap.Field, u *ldapmap.User, loc *i18n.Locale) []templates.Option {
	var options []templates.Option
	if f.Widget == ldapmap.WidgetLanguage {
		options = slices.Clone(s.Languages)
	}
	for _, c := range f.Choices {
		options = append(options, templates.Option{Value: c.Value, Label: c.Label.In(loc.Tag(), loc.T)})
	}
	if len(options) == 0 {
		return nil
	}
	for _, v := range u.All(f.Name) {
		if !slices.ContainsFunc(options, func(o templates.Option) bool { return o.Value == v }) {
			options = append(options, templates.Option{Value: v, Label: v})
		}
	}
	if !f.Many && !s.required(f, u) && f.Widget == ldapmap.WidgetRadio { // a select has an empty choice of its own
		options = slices.Insert(options, 0, templates.Option{Label: loc.T("No answer")})
	}
	return options
}

// shown writes values for reading.
func shown(f ldapmap.Field, values []string, loc *i18n.Locale) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		switch f.Type {
		case ldapmap.TypeBool:
			v = map[string]string{"true": loc.T("Yes"), "false": loc.T("No")}[v]
		case ldapmap.TypeDate:
			if day, err := time.Parse(time.DateOnly, v); err == nil {
				v = loc.Date(day)
			}
		case ldapmap.TypeTime:
			if at, err := time.Parse(time.RFC3339, v); err == nil {
				v = loc.DateTime(at)
			}
		case ldapmap.TypePerson:
			v = commonName(v)
		}
		for _, c := range f.Choices {
			if c.Value == v {
				v = c.Label.In(loc.Tag(), loc.T)
			}
		}
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// commonName is the value of a DN's first part: good enough to name another person without reading their entry.
func commonName(text string) string {
	dn, err := ldapmap.ParseDN(text)
	if err != nil || len(dn) == 0 {
		return text
	}
	return dn.RDN()[0].Value
}
