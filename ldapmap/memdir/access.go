package memdir

import (
	"fmt"
	"slices"
	"strings"
)

// Level is how much a rule grants; each includes those before it, but for WriteOnly.
type Level int

// WriteOnly is slapd's "=xw": it grants Auth and Write and nothing between, as fits whoever sets passwords.
const WriteOnly Level = -1

// The levels of slapd.access(5). Manage also frees a password reset from the policy's checks.
const (
	None Level = iota
	Auth
	Compare
	Search
	Read
	Write
	Manage
)

// Scope says which entries a rule or a search covers, seen from a base.
type Scope int

// The scopes of RFC 4511 4.5.1.2, and slapd's "children": below the base, without it.
const (
	ScopeBase Scope = iota
	ScopeOne
	ScopeSubtree
	ScopeChildren
)

// Who is a kind of client.
type Who int

// Anyone includes anonymous clients. IsDN, BelowDN (including the DN itself), InGroup (member or uniqueMember) and
// NamedIn (the client's DN is a value of the attribute of the entry) use By.Name.
const (
	Anyone Who = iota
	Anonymous
	Users
	Self
	IsDN
	BelowDN
	InGroup
	NamedIn
)

// By grants a level to clients.
type By struct {
	Who   Who
	Name  string
	Level Level
}

// Rule is one access rule in the spirit of slapd's olcAccess. Of all rules the first that covers entry and attribute
// decides; in it the first By that fits the client does; nobody fitting means None. The pseudo attributes "entry"
// (needed to see, add, delete and rename) and "children" (of the parent: to add and delete below it) may be named.
// The root DN is above all rules.
type Rule struct {
	Base  string   // "" is everything, then Scope is not looked at
	Scope Scope    // from Base
	Attrs []string // none: every attribute, "entry" and "children"
	By    []By
}

// DefaultAccess lets everybody read everything but passwords, people change their own password, and only the root DN write.
func DefaultAccess() []Rule {
	return []Rule{
		{Attrs: []string{"userPassword"}, By: []By{{Who: Self, Level: WriteOnly}, {Who: Anonymous, Level: Auth}}},
		{Attrs: []string{"pwdHistory"}},
		{By: []By{{Who: Anyone, Level: Read}}},
	}
}

type compiledBy struct {
	By
	name dn
	attr *attributeType
}

type compiledRule struct {
	base  dn
	scope Scope
	attrs []string // keys of attribute types, and pseudo attributes
	by    []compiledBy
}

func compileRules(s *schema, rules []Rule) ([]compiledRule, error) {
	out := make([]compiledRule, 0, len(rules))
	for i, r := range rules {
		c := compiledRule{scope: r.Scope}
		var err error
		if c.base, err = s.parseDN(r.Base); err != nil {
			return nil, fmt.Errorf("memdir: access rule %d: %q is not a DN", i, r.Base)
		}
		for _, a := range r.Attrs {
			key := strings.ToLower(a)
			if key != "entry" && key != "children" {
				t := s.attribute(a)
				if t == nil {
					return nil, fmt.Errorf("memdir: access rule %d: unknown attribute %q", i, a)
				}
				key = t.key
			}
			c.attrs = append(c.attrs, key)
		}
		for _, b := range r.By {
			cb := compiledBy{By: b}
			switch b.Who {
			case IsDN, BelowDN, InGroup:
				if cb.name, err = s.parseDN(b.Name); err != nil || cb.name.isRoot() {
					return nil, fmt.Errorf("memdir: access rule %d: %q is not a DN", i, b.Name)
				}
			case NamedIn:
				if cb.attr = s.attribute(b.Name); cb.attr == nil {
					return nil, fmt.Errorf("memdir: access rule %d: unknown attribute %q", i, b.Name)
				}
			}
			c.by = append(c.by, cb)
		}
		out = append(out, c)
	}
	return out, nil
}

func (r *compiledRule) covers(name dn, attr string) bool {
	if len(r.attrs) > 0 && !slices.Contains(r.attrs, attr) {
		return false
	}
	return r.base.isRoot() || inScope(name, r.base, r.scope)
}

func inScope(name, base dn, scope Scope) bool {
	above := len(name.keys) - len(base.keys)
	switch scope {
	case ScopeBase:
		return above == 0 && name.key == base.key
	case ScopeOne:
		return above == 1 && name.under(base)
	case ScopeChildren:
		return above > 0 && name.under(base)
	default:
		return name.under(base)
	}
}

func (d *directory) fits(b *compiledBy, who dn, e *entry) bool {
	switch b.Who {
	case Anyone:
		return true
	case Anonymous:
		return who.isRoot()
	case Users:
		return !who.isRoot()
	case Self:
		return !who.isRoot() && who.key == e.dn.key
	case IsDN:
		return who.key == b.name.key
	case BelowDN:
		return who.under(b.name)
	case InGroup:
		return slices.ContainsFunc(d.groupsOf(who.key), func(g *node) bool { return g.e.dn.key == b.name.key })
	case NamedIn:
		return !who.isRoot() && e.get(b.attr).index(who.key) >= 0
	}
	return false
}

func (l Level) grants(want Level) bool {
	if l == WriteOnly {
		return want == Auth || want == Write
	}
	return l >= want
}

// allowed decides by the rules; attr is the key of an attribute type, "entry" or "children".
func (d *directory) allowed(s *session, e *entry, attr string, want Level) bool {
	if s.admin {
		return true
	}
	for i := range d.access {
		r := &d.access[i]
		if !r.covers(e.dn, attr) {
			continue
		}
		for j := range r.by {
			if d.fits(&r.by[j], s.dn, e) {
				return r.by[j].Level.grants(want)
			}
		}
		return false
	}
	return false
}

// demand is allowed as an error. Somebody who may not even see the entry is told that there is none.
func (d *directory) demand(s *session, e *entry, attr string, want Level) error {
	if d.allowed(s, e, attr, want) {
		return nil
	}
	if !d.allowed(s, e, "entry", Read) {
		return &Result{Code: NoSuchObject}
	}
	return fail(InsufficientAccessRights, "no %s access to %s", levelNames[want], attr)
}

var levelNames = map[Level]string{None: "none", Auth: "auth", Compare: "compare", Search: "search", Read: "read",
	Write: "write", Manage: "manage"}
