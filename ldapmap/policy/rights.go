package policy

import (
	"slices"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// Rights is what one person may do: the sum of the rules that apply to them. It is a small value, made for each request; the zero
// value grants nothing.
type Rights struct {
	policy *Policy
	rules  uint64 // bits of policy.rules
	can    uint32 // bits of policy.abilities
}

// For returns the rights of a person who is in the groups. A nil person is a stranger, who has the rights of anonymous rules alone.
func (p *Policy) For(u *ldapmap.User, groups []ldapmap.Group) Rights {
	rights := Rights{policy: p}
	for i := range p.rules {
		r := &p.rules[i]
		for j := range r.who {
			if r.who[j].matches(u, groups) {
				rights.rules |= 1 << i
				rights.can |= r.can
				break
			}
		}
	}
	return rights
}

// EverybodyWrites tells whether a rule lets everybody who has signed in write the field of their account.
func (p *Policy) EverybodyWrites(field string) bool {
	return slices.ContainsFunc(p.rules, func(r rule) bool {
		return r.write.has(field) && slices.ContainsFunc(r.who, func(m Match) bool {
			return !m.Anonymous && m.Group == "" && len(m.Field) == 0 && m.Person == "" && m.Below == ""
		})
	})
}

// NeedsGroups tells whether any rule asks for a group: if not, For needs none, and a search can be saved.
func (p *Policy) NeedsGroups() bool {
	return slices.ContainsFunc(p.rules, func(r rule) bool {
		return slices.ContainsFunc(r.who, func(m Match) bool { return m.Group != "" })
	})
}

// Can tells whether the person may do this.
func (r Rights) Can(a Ability) bool {
	if r.policy == nil {
		return false
	}
	bit := slices.Index(r.policy.abilities, a)
	return bit >= 0 && r.can&(1<<bit) != 0
}

// Read tells whether the person may read the field.
func (r Rights) Read(field string) bool {
	return r.any(func(rule *rule) bool { return rule.read.has(field) || rule.write.has(field) })
}

// Write tells whether the person may write the field, as far as policy goes: a field that is ReadOnly in the mapping cannot be written by anybody.
func (r Rights) Write(field string) bool {
	return r.any(func(rule *rule) bool { return rule.write.has(field) })
}

// Rules names the rules that apply, for administrators and the audit log.
func (r Rights) Rules() []string {
	var names []string
	r.any(func(rule *rule) bool {
		names = append(names, rule.name)
		return false
	})
	return names
}

func (r Rights) any(f func(*rule) bool) bool {
	for i := 0; r.rules>>i != 0; i++ {
		if r.rules&(1<<i) != 0 && f(&r.policy.rules[i]) {
			return true
		}
	}
	return false
}

// matches tells whether everything the condition says holds for the person.
func (m *Match) matches(u *ldapmap.User, groups []ldapmap.Group) bool {
	if u == nil || m.Anonymous {
		return u == nil && m.Anonymous
	}
	if m.Group != "" && !slices.ContainsFunc(groups, func(g ldapmap.Group) bool {
		return strings.EqualFold(g.Name, m.Group) || g.DN != "" && strings.Contains(m.Group, "=") && ldapmap.SameDN(g.DN, m.Group)
	}) {
		return false
	}
	for field, want := range m.Field {
		values := u.All(field)
		if want == "*" && len(values) > 0 {
			continue
		}
		if !slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, want) }) {
			return false
		}
	}
	if m.Person != "" && !strings.EqualFold(u.Get(ldapmap.Username), m.Person) && (!strings.Contains(m.Person, "=") || !ldapmap.SameDN(u.DN, m.Person)) {
		return false
	}
	return m.Below == "" || below(u.DN, m.Below)
}

func below(dn, base string) bool {
	d, err := ldapmap.ParseDN(dn)
	if err != nil {
		return false
	}
	b, err := ldapmap.ParseDN(base)
	return err == nil && d.Below(b)
}
