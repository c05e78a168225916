package ldapmap

import (
	"maps"
	"regexp"
	"slices"
)

// Compile checks a Spec and makes it ready for use. It returns all problems at once; the Mapping is nil if one of them is more than a warning.
// What only the server can tell is left to Mapping.Check.
func Compile(spec Spec) (*Mapping, []Problem) {
	c := compiler{m: &Mapping{spec: spec.Users, byName: map[string]*rule{}}, writers: map[string]string{}}
	c.places()
	c.rules()
	c.makes()
	c.logins()
	c.groups(spec)
	c.attributes()
	if Fatal(c.problems) {
		return nil, c.problems
	}
	return c.m, c.problems
}

type compiler struct {
	problems
	m *Mapping
	// writers tells which field writes an attribute; two must not, or the one would undo the other.
	writers map[string]string
}

// places compiles where people are.
func (c *compiler) places() {
	s := &c.m.spec
	if len(s.Base) == 0 {
		c.add("users.base", "", "the DN below which people are found is wanted, such as ou=people,dc=example,dc=org")
	}
	for i, b := range s.Base {
		if dn, ok := c.dn(indexed("users.base", i, len(s.Base)), b); ok {
			if slices.ContainsFunc(c.m.bases, func(o DN) bool { return dn.Below(o) || o.Below(dn) }) {
				c.add(indexed("users.base", i, len(s.Base)), b, "bases that do not lie in each other, or people would be found twice")
			}
			c.m.bases = append(c.m.bases, dn)
		}
	}
	if s.NewBase != "" {
		if dn, ok := c.dn("users.new_base", s.NewBase); ok {
			c.m.newBase = dn
			if !slices.ContainsFunc(c.m.bases, dn.Below) && len(c.m.bases) == len(s.Base) {
				c.add("users.new_base", s.NewBase, "a DN below users.base, or new people would never be found")
			}
		}
	} else if len(c.m.bases) > 0 {
		c.m.newBase = c.m.bases[0]
	}
	orElse(&s.Filter, "(objectClass=person)")
	c.m.filter = c.filter("users.filter", s.Filter)
	c.m.recovery = c.m.filter
	if s.RecoveryFilter != "" {
		c.m.recovery = c.filter("users.recovery_filter", s.RecoveryFilter)
	}
	orElse(&s.ID, "entryUUID")
	c.attribute("users.id", s.ID)
	if s.MemberOf != "" {
		c.attribute("users.member_of", s.MemberOf)
	}
	for i, name := range s.Account {
		kind, ok := accountKinds()[name]
		if !ok {
			known := slices.Sorted(maps.Keys(accountKinds()))
			c.add(indexed("users.account", i, len(s.Account)), name, list(known), didYouMean(name, known))
			continue
		}
		c.m.account = append(c.m.account, kind)
	}
}

// rules compiles the fields: the standard ones in the order of their table, then those of the configuration by name.
func (c *compiler) rules() {
	standard := StandardFields()
	var names, own []string
	for _, f := range standard {
		names = append(names, f.Name)
	}
	for name := range c.m.spec.Attributes {
		if !slices.Contains(names, name) {
			own = append(own, name)
		}
	}
	slices.Sort(own)
	for _, f := range standard {
		if r, ok := c.m.spec.Attributes[f.Name]; ok && f.Name != GroupsField && !r.isOff() {
			c.rule(f, r)
		}
	}
	for _, name := range own {
		r := c.m.spec.Attributes[name]
		path := "users.attributes." + name
		switch {
		case r.isOff():
		case name == "password" || name == "id":
			c.add(path, name, "a name that the program does not use itself")
		case !fieldName.MatchString(name):
			c.add(path, name, "a name of small letters, digits and underscores, a letter first")
		case len(r.Label) == 0:
			c.add(path, name, "a field that we know, or a label for a field of your own", didYouMean(name, names))
		default:
			f := Field{Name: name, Type: TypeText, Section: SectionMore, Custom: true, Scope: "profile", Claim: name}
			c.rule(f, r)
		}
	}
	if r, ok := c.m.spec.Attributes[GroupsField]; ok && !r.isOff() {
		c.add("users.attributes.groups", "", "groups are configured under directory.groups, not as an attribute")
	}
	if _, ok := c.m.byName[Username]; !ok && len(c.problems) == 0 {
		c.add("users.attributes.username", "", "the attribute with the name by which people sign in is wanted, such as uid")
	}
}

var fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
