package ldapmap

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// NewEntry makes the entry of a new person: classes, fields, derived attributes and those that every new entry gets. Errors: Invalid, naming
// the field; Denied if the configuration does not say how entries are made.
func (m *Mapping) NewEntry(draft *User) (*Entry, error) {
	if !m.CanCreate() {
		return nil, fault.New(fault.Denied, "users.object_classes and users.rdn are not configured: no entries are made")
	}
	if err := m.mapped(draft); err != nil {
		return nil, err
	}
	d := &diff{entry: &Entry{}}
	for _, r := range m.rules {
		values := draft.All(r.field.Name)
		switch {
		case len(values) == 0 && r.field.Required && !m.madeOnCreate(r):
			return nil, fault.Say(fault.Invalid, r.field.Name, "This is needed.")
		case len(values) == 0 || r.bit != 0 || m.derived(r):
			continue // bits come with on_create, and what is derived is derived
		case r.field.ReadOnly:
			return nil, fault.Say(fault.Invalid, r.field.Name, "This cannot be changed here.")
		}
		if err := d.field(r, nil, values); err != nil {
			return nil, err
		}
	}
	m.deriveInto(d)
	m.createInto(d)
	d.of("objectClass").add = slices.Clone(m.spec.ObjectClasses)
	return m.named(d)
}

// createInto adds what every new entry gets and no field gave. A template may use another's result.
func (m *Mapping) createInto(d *diff) {
	for range 2 {
		for _, made := range m.onCreate {
			if len(d.after(made.attribute)) > 0 {
				continue
			}
			for _, t := range made.templates {
				if text, ok := t.fill(func(a string) string { return first(d.after(a)) }); ok {
					c := d.of(made.attribute)
					c.add = append(c.add, text)
				}
			}
		}
	}
}

// named computes the DN and collects the attributes.
func (m *Mapping) named(d *diff) (*Entry, error) {
	rdn := RDN{}
	for _, a := range m.spec.RDN {
		value := first(d.after(a))
		if value == "" {
			return nil, fault.Say(fault.Invalid, m.FieldOf(a), "This is needed.")
		}
		rdn = append(rdn, AVA{a, value})
	}
	e := &Entry{DN: append(DN{rdn}, m.newBase...).String()}
	slices.SortStableFunc(d.changes, func(a, b *attributeChange) int {
		return strings.Compare(order(a.name), order(b.name))
	})
	for _, c := range d.changes {
		if len(c.add) > 0 {
			e.Attributes = append(e.Attributes, Attribute{c.name, c.add})
		}
	}
	return e, nil
}

// Namesake is e under another name, for when somebody else has the first: with the user name in brackets. ok is false where people type the name of
// the entry themselves, since they have to choose another.
func (m *Mapping) Namesake(e *Entry, draft *User) (other *Entry, ok bool) {
	dn, err := ParseDN(e.DN)
	username := draft.Get(Username)
	if err != nil || len(dn) == 0 || len(dn.RDN()) != 1 || username == "" || m.FieldOf(dn.RDN()[0].Attribute) != "" {
		return nil, false
	}
	was := dn.RDN()[0]
	name := AVA{was.Attribute, fit(was.Value, " ("+username+")")}
	other = &Entry{DN: append(DN{RDN{name}}, dn.Parent()...).String(), Attributes: slices.Clone(e.Attributes)}
	for i, a := range other.Attributes {
		if strings.EqualFold(a.Name, was.Attribute) {
			other.Attributes[i].Values = []string{name.Value}
		}
	}
	return other, true
}

// fit puts an end to a name, which has 64 characters at most (RFC 4519 gives no bound; ub-common-name of X.520 and Active Directory do).
func fit(name, end string) string {
	room := max(64-utf8.RuneCountInString(end), 1)
	if runes := []rune(name); len(runes) > room {
		name = string(runes[:room])
	}
	return name + end
}

// order puts the object classes first, as people write entries.
func order(attribute string) string {
	if strings.EqualFold(attribute, "objectClass") {
		return ""
	}
	return strings.ToLower(attribute)
}

func (m *Mapping) derived(r *rule) bool { return madeBy(m.derive, r) }

func (m *Mapping) madeOnCreate(r *rule) bool { return madeBy(m.onCreate, r) || madeBy(m.derive, r) }

func madeBy(all []made, r *rule) bool {
	return slices.ContainsFunc(all, func(d made) bool {
		return slices.ContainsFunc(r.attributes, func(a string) bool { return strings.EqualFold(a, d.attribute) })
	})
}
