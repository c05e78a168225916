package ldapmap

import (
	"slices"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Group makes a group of an entry that was read with GroupAttributes.
func (m *Mapping) Group(e *Entry) (Group, error) {
	s := m.groups.spec
	id, err := idOf(e, s.ID)
	if err != nil {
		return Group{}, err
	}
	g := Group{ID: id, DN: e.DN, Name: first(valuesOf(e, s.Name))}
	if s.DisplayName != "" {
		g.DisplayName = e.Value(s.DisplayName)
	}
	if s.Description != "" {
		g.Description = e.Value(s.Description)
	}
	if s.Owner != "" {
		g.Owners = e.Values(s.Owner)
	}
	return g, nil
}

// GroupOfDN makes a group of a value of memberOf, without reading it: its name stands in its RDN. known is false if the RDN does not tell the name; ours is
// false if the DN is below no group base, such as the roles and rules that FreeIPA lists in memberOf too. Such a Group has no ID.
func (m *Mapping) GroupOfDN(text string) (g Group, known, ours bool) {
	dn, err := ParseDN(text)
	if err != nil || m.groups == nil || !slices.ContainsFunc(m.groups.bases, dn.Below) {
		return Group{}, false, false
	}
	names := dn.RDN().Values(m.groups.spec.Name)
	if len(names) == 0 {
		return Group{DN: text}, false, true
	}
	return Group{DN: text, Name: names[0]}, true, true
}

// GroupFilter says which entries are groups.
func (m *Mapping) GroupFilter() Filter { return m.groups.filter }

// MemberFilter finds the groups that a person is in: those that list the person, the primary group, and what contains these if groups.nested
// says so.
func (m *Mapping) MemberFilter(u *User) (Filter, error) {
	value, err := m.MemberValue(u)
	if err != nil {
		return nil, err
	}
	is := append(Or{m.groups.listing(value)}, m.groups.primary(u.entry)...)
	if len(is) == 1 {
		return And{m.groups.filter, is[0]}, nil
	}
	return And{m.groups.filter, is}, nil
}

// NamedFilter finds the groups with one of the names; without names, all groups.
func (m *Mapping) NamedFilter(names []string) Filter {
	if len(names) == 0 {
		return m.groups.filter
	}
	named := Or{}
	for _, n := range names {
		named = append(named, Equal{m.groups.spec.Name, n})
	}
	return And{m.groups.filter, named}
}

// MemberAttribute is the attribute of a group that lists its members.
func (m *Mapping) MemberAttribute() string { return m.groups.spec.Member }

// MemberValue is how a group lists the person: DN or user name. Errors: Invalid if a person without user name would be listed by it.
func (m *Mapping) MemberValue(u *User) (string, error) {
	if m.groups == nil {
		return "", fault.New(fault.Denied, "no groups are configured: groups.base")
	}
	if m.groups.spec.MemberHolds == "dn" {
		return u.DN, nil
	}
	name := u.Get(Username)
	if name == "" {
		return "", fault.Say(fault.Invalid, Username, "This is needed.")
	}
	return name, nil
}

// EmptyRule says what happens when the last member of a group leaves.
type EmptyRule string

// The rules of groups.empty.
const (
	EmptyAllow       EmptyRule = "allow"       // nothing: the class permits it
	EmptyPlaceholder EmptyRule = "placeholder" // the placeholder takes the place
	EmptyDelete      EmptyRule = "delete"      // the group goes
)

// EmptyGroups tells the rule for groups without members, and the placeholder's DN if it has one.
func (m *Mapping) EmptyGroups() (rule EmptyRule, placeholder string) {
	return EmptyRule(m.groups.spec.Empty), m.groups.placeholder.String()
}
