package ldapmap

import (
	"fmt"
	"slices"
	"strings"
)

// syntaxes of RFC 4517 that tell a codec.
const (
	syntaxBoolean = "1.3.6.1.4.1.1466.115.121.1.7"
	syntaxDN      = "1.3.6.1.4.1.1466.115.121.1.12"
	syntaxTime    = "1.3.6.1.4.1.1466.115.121.1.24"
	syntaxJPEG    = "1.3.6.1.4.1.1466.115.121.1.28"
	syntaxInteger = "1.3.6.1.4.1.1466.115.121.1.27"
	syntaxPostal  = "1.3.6.1.4.1.1466.115.121.1.41"
	syntaxString  = "1.3.6.1.4.1.1466.115.121.1.15"
	syntaxIA5     = "1.3.6.1.4.1.1466.115.121.1.26"
)

// Check compares the mapping with a server's schema: what the server does not know, what does not fit, what new entries would lack.
func (m *Mapping) Check(s Schema) []Problem {
	c := checker{m: m, s: s}
	for _, r := range m.rules {
		c.rule(r)
	}
	c.known("users.id", m.spec.ID, true)
	if m.spec.MemberOf != "" {
		c.known("users.member_of", m.spec.MemberOf, true)
	}
	for _, d := range slices.Concat(m.onCreate, m.derive, m.password) {
		path := "users.with_password."
		switch {
		case madeIn(m.onCreate, d.attribute):
			path = "users.on_create."
		case madeIn(m.derive, d.attribute):
			path = "users.derive."
		}
		c.known(path+d.attribute, d.attribute, false)
	}
	c.classes()
	c.groups()
	return c.problems
}

type checker struct {
	problems
	m *Mapping
	s Schema
}

// known tells whether the server knows the attribute. One that the directory writes itself may be missing: then nothing is known of it.
func (c *checker) known(path, attribute string, optional bool) (AttributeType, bool) {
	a, ok := c.s.Attribute(base(attribute))
	switch {
	case ok:
	case optional:
		c.warn(path, attribute, "an attribute that this server has", "what it would tell is not known")
	default:
		c.add(path, attribute, "an attribute that this server has", "its schema does not define it")
	}
	return a, ok
}

func (c *checker) rule(r *rule) {
	path := "users.attributes." + r.field.Name
	for i, name := range r.attributes {
		a, ok := c.known(indexed(path, i, len(r.attributes)), name, r.field.ReadOnly)
		if !ok {
			continue
		}
		c.fits(path, name, r, a)
		if r.field.ReadOnly {
			continue
		}
		switch {
		case a.ReadOnly:
			c.warn(path, name, "an attribute that can be written", "add read_only: true")
		case a.Single && r.field.Many && len(r.attributes) == 1:
			c.warn(path, name, "an attribute with several values", "the server keeps one: add many: false")
		case a.Single && r.field.Many && !r.oneEach && len(r.attributes) > 1:
			c.warn(path, name, "one_each: true", "the server keeps one value in it")
		case a.Equality == "" && !r.codec.binary && c.tellsEquality():
			c.warn(path, name, "an attribute whose values can be compared", "the server has no equality rule for it, so a change may be refused")
		}
	}
	if r.template != nil {
		for _, name := range r.template.attributes() {
			c.known(path, name, false)
		}
	}
}

// tellsEquality: Active Directory's schema names no equality rules at all, which says nothing.
func (c *checker) tellsEquality() bool {
	cn, ok := c.s.Attribute("cn")
	return !ok || cn.Equality != ""
}

// fits compares the codec with the server's syntax.
func (c *checker) fits(path, name string, r *rule, a AttributeType) {
	if r.bit != 0 || len(r.values) > 0 || r.pattern != nil {
		return
	}
	want := map[string][]string{
		syntaxBoolean: {"boolean"}, syntaxDN: {"dn", "text"}, syntaxTime: {"generalized_time", "generalized_date"},
		syntaxJPEG: {"jpeg"}, syntaxInteger: {"integer", "days", "seconds", "filetime", "text"}, syntaxPostal: {"postal_address", "text"},
	}[a.Syntax]
	own := c.m.codecName(r)
	if want != nil && !slices.Contains(want, own) {
		c.add(path, own, fmt.Sprintf("the syntax that %s has on this server: %s", name, list(want)), "say so with syntax: or type:")
		return
	}
	text := a.Syntax == syntaxString || a.Syntax == syntaxIA5
	if text && r.codec.binary {
		c.add(path, name, "an attribute for binary data", "the server keeps text in it")
	}
}

// codecName finds the name of the rule's codec.
func (m *Mapping) codecName(r *rule) string {
	s := m.spec.Attributes[r.field.Name]
	if s.Syntax != "" {
		return s.Syntax
	}
	return codecOfAttribute(first(r.attributes), r.field.Type)
}

// classes checks that new entries would have what their classes demand, and that these permit what is written.
func (c *checker) classes() {
	m := c.m
	if !m.CanCreate() {
		return
	}
	var must, may []string
	structural := false
	for i, name := range m.spec.ObjectClasses {
		class, ok := c.s.Class(name)
		if !ok {
			c.add(indexed("users.object_classes", i, len(m.spec.ObjectClasses)), name, "an object class that this server has")
			return
		}
		structural = structural || class.Kind == "STRUCTURAL"
		must, may = append(must, class.Must...), append(may, class.May...)
	}
	if !structural {
		c.add("users.object_classes", strings.Join(m.spec.ObjectClasses, ", "), "a structural class among them, such as inetOrgPerson")
	}
	for _, attribute := range must {
		if strings.EqualFold(attribute, "objectClass") || c.gets(attribute) {
			continue
		}
		c.add("users.object_classes", "", fmt.Sprintf("%s is demanded by the classes of new people, and nothing gives it", attribute),
			"map a field to it, or add it to on_create or derive")
	}
	if len(may) == 0 {
		return
	}
	allowed := append(must, may...)
	for _, r := range m.rules {
		for i, a := range r.attributes {
			if !r.field.ReadOnly && !c.among(allowed, a) {
				c.warn(indexed("users.attributes."+r.field.Name, i, len(r.attributes)), a, "an attribute that the classes of new people permit",
					"add a class that has it to object_classes")
			}
		}
	}
}

// gets tells whether new entries get the attribute from a required field, from on_create or from derive.
func (c *checker) gets(attribute string) bool {
	for _, a := range c.synonyms(attribute) {
		if madeIn(c.m.onCreate, a) || madeIn(c.m.derive, a) ||
			slices.ContainsFunc(c.m.spec.RDN, func(o string) bool { return strings.EqualFold(o, a) }) {
			return true
		}
		for _, r := range c.m.rules {
			if r.field.Required && !r.field.ReadOnly && slices.ContainsFunc(r.attributes, func(o string) bool { return strings.EqualFold(o, a) }) {
				return true
			}
		}
	}
	return false
}

func (c *checker) among(names []string, attribute string) bool {
	return slices.ContainsFunc(c.synonyms(base(attribute)), func(a string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, a) })
	})
}

// synonyms are all names of an attribute: sn and surname.
func (c *checker) synonyms(attribute string) []string {
	names := []string{attribute}
	if a, ok := c.s.Attribute(attribute); ok {
		names = append(names, a.Names...)
	}
	return names
}

func madeIn(all []made, attribute string) bool {
	return slices.ContainsFunc(all, func(d made) bool { return strings.EqualFold(d.attribute, attribute) })
}

func (c *checker) groups() {
	g := c.m.groups
	if g == nil {
		return
	}
	for path, name := range map[string]string{"groups.name": g.spec.Name, "groups.member": g.spec.Member} {
		c.known(path, name, false)
	}
	for _, a := range []struct{ path, name string }{
		{"groups.id", g.spec.ID}, {"groups.display_name", g.spec.DisplayName}, {"groups.description", g.spec.Description},
		{"groups.owner", g.spec.Owner}, {"groups.primary", g.spec.Primary},
	} {
		if a.name != "" {
			c.known(a.path, a.name, true)
		}
	}
	for i, name := range g.spec.ObjectClasses {
		class, ok := c.s.Class(name)
		if !ok {
			c.add(indexed("groups.object_classes", i, len(g.spec.ObjectClasses)), name, "an object class that this server has")
			continue
		}
		if g.spec.Empty == string(EmptyAllow) && c.among(class.Must, g.spec.Member) {
			c.warn("groups.empty", "allow", "placeholder or delete", "a group of class "+name+" must have a member")
		}
	}
}
