package ldapmap

import (
	"slices"
	"strings"
)

// groupMapping is a compiled GroupsSpec.
type groupMapping struct {
	spec        GroupsSpec
	bases       []DN
	newBase     DN
	filter      Filter
	placeholder DN
	onCreate    []made
}

// groups compiles how groups are spelt.
func (c *compiler) groups(all Spec) {
	s := all.Groups
	if len(s.Base) == 0 {
		if s.Filter != "" || s.Member != "" {
			return // a preset's defaults: groups are off without a base
		}
		return
	}
	g := &groupMapping{spec: s}
	for i, b := range s.Base {
		if dn, ok := c.dn(indexed("groups.base", i, len(s.Base)), b); ok {
			g.bases = append(g.bases, dn)
		}
	}
	if s.NewBase != "" {
		if dn, ok := c.dn("groups.new_base", s.NewBase); ok {
			g.newBase = dn
		}
	} else if len(g.bases) > 0 {
		g.newBase = g.bases[0]
	}
	orElse(&g.spec.Filter, "(objectClass=groupOfNames)")
	g.filter = c.filter("groups.filter", g.spec.Filter)
	orElse(&g.spec.ID, c.m.spec.ID)
	orElse(&g.spec.Name, "cn")
	orElse(&g.spec.Member, "member")
	orElse(&g.spec.MemberHolds, "dn")
	orElse(&g.spec.Empty, "allow")
	orElse(&g.spec.Nested, "no")
	for _, a := range []struct{ path, name string }{
		{"groups.id", s.ID}, {"groups.name", g.spec.Name}, {"groups.display_name", s.DisplayName}, {"groups.description", s.Description},
		{"groups.owner", s.Owner}, {"groups.member", g.spec.Member}, {"groups.primary", s.Primary},
	} {
		if a.name != "" {
			c.attribute(a.path, a.name)
		}
	}
	c.oneOf("groups.member_holds", g.spec.MemberHolds, "dn", "username")
	c.oneOf("groups.nested", g.spec.Nested, "no", nestedInChain)
	c.oneOf("groups.empty", g.spec.Empty, "allow", "placeholder", "delete")
	if g.spec.Empty == "placeholder" {
		if dn, ok := c.dn("groups.placeholder", s.Placeholder); ok {
			g.placeholder = dn
		}
	}
	for i, a := range s.RDN {
		c.attribute(indexed("groups.rdn", i, len(s.RDN)), a)
	}
	g.onCreate = c.made("groups.on_create", s.OnCreate)
	c.m.groups = g
	field, _ := StandardField(GroupsField)
	at := slices.IndexFunc(c.m.fields, func(f Field) bool { return f.Section == SectionSecurity || f.Section == SectionMore })
	if at < 0 {
		at = len(c.m.fields)
	}
	c.m.fields = slices.Insert(c.m.fields, at, field)
}

func (c *compiler) oneOf(path, found string, words ...string) {
	if !slices.Contains(words, found) {
		c.add(path, found, list(words), didYouMean(found, words))
	}
}

// HasGroups tells whether groups are configured.
func (m *Mapping) HasGroups() bool { return m.groups != nil }

// GroupBases returns where groups are looked for.
func (m *Mapping) GroupBases() []string {
	if m.groups == nil {
		return nil
	}
	return slices.Clone(m.groups.spec.Base)
}

// GroupAttributes returns the attributes to ask for when reading groups; members are not among them.
func (m *Mapping) GroupAttributes() []string {
	if m.groups == nil {
		return nil
	}
	s := m.groups.spec
	var all []string
	for _, a := range []string{s.ID, s.Name, s.DisplayName, s.Description, s.Owner} {
		if a != "" && !slices.ContainsFunc(all, func(o string) bool { return strings.EqualFold(a, o) }) {
			all = append(all, a)
		}
	}
	return all
}
