package ldapmap

import (
	"slices"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Change is what turns one version of a person's entry into another: a rename first, if the RDN changes, then one Modify.
type Change struct {
	NewRDN string // empty: no rename; the old RDN's values are deleted by it
	Mods   []Mod
}

// Empty tells whether there is nothing to do.
func (c Change) Empty() bool { return c.NewRDN == "" && len(c.Mods) == 0 }

// Change finds the smallest change from old, as it was read, to new. Values go and come one by one: those that others added meanwhile, and those that are no
// field's, stay. Errors: Invalid, naming the field; Internal if old did not come from a directory.
func (m *Mapping) Change(old, new *User) (Change, error) {
	if old.entry == nil {
		return Change{}, fault.New(fault.Internal, "changing a person who was not read from the directory")
	}
	if err := m.mapped(new); err != nil {
		return Change{}, err
	}
	d := &diff{entry: old.entry}
	for _, r := range m.rules {
		was, is := old.All(r.field.Name), new.All(r.field.Name)
		if sameSet(was, is) {
			continue
		}
		if r.field.ReadOnly {
			return Change{}, fault.Say(fault.Invalid, r.field.Name, "This cannot be changed here.")
		}
		if len(is) == 0 && r.field.Required {
			return Change{}, fault.Say(fault.Invalid, r.field.Name, "This is needed.")
		}
		if err := d.field(r, was, is); err != nil {
			return Change{}, err
		}
	}
	m.deriveInto(d)
	rename, err := m.rename(d)
	if err != nil {
		return Change{}, err
	}
	return Change{NewRDN: rename, Mods: d.mods()}, nil
}

// mapped refuses values that nobody would keep.
func (m *Mapping) mapped(u *User) error {
	for _, name := range u.Fields() {
		if _, ok := m.byName[name]; !ok {
			return fault.Say(fault.Invalid, name, "This cannot be kept in the directory.")
		}
	}
	return nil
}

func sameSet(a, b []string) bool {
	in := func(s []string) func(string) bool { return func(v string) bool { return !slices.Contains(s, v) } }
	return !slices.ContainsFunc(a, in(b)) && !slices.ContainsFunc(b, in(a))
}
