package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// maxRules is how many rules fit the set of those that apply to a person.
const maxRules = 64

// Policy is a compiled list of rules. It never changes, so that everybody may use it at once.
type Policy struct {
	rules     []rule
	abilities []Ability // by bit
	// unmapped are the fields that the default rules name and a mapping need not have.
	lenient bool
}

// rule is a compiled RuleSpec.
type rule struct {
	name        string
	who         Who
	can         uint32 // bits of abilities
	read, write fields
}

// fields is a set of fields.
type fields struct {
	all   bool
	names map[string]struct{}
}

func (f fields) has(name string) bool {
	if f.all {
		return true
	}
	_, ok := f.names[name]
	return ok
}

// Compile checks the rules and makes them ready for use. Without any rule, those of Default apply, with no administrators. It returns all problems at
// once; the Policy is nil if there are any. The paths of problems start at "policy".
func Compile(specs []RuleSpec) (*Policy, []ldapmap.Problem) {
	p := &Policy{abilities: Abilities()}
	if len(specs) == 0 {
		specs, p.lenient = Default(""), true
	}
	var problems []ldapmap.Problem
	add := func(path, found, want, hint string) {
		problems = append(problems, ldapmap.Problem{Path: path, Found: found, Want: want, Hint: hint})
	}
	if len(specs) > maxRules {
		add("policy", fmt.Sprint(len(specs)), fmt.Sprintf("at most %d rules", maxRules), "several people can share one: for takes a list")
		return nil, problems
	}
	for i, s := range specs {
		path := fmt.Sprintf("policy[%d]", i)
		r := rule{name: s.Name, who: s.For, read: set(s.Read), write: set(s.Write)}
		if r.name == "" {
			r.name = path
		}
		if len(r.who) == 0 {
			r.who = Who{{}}
		}
		for j, m := range r.who {
			at := path + ".for"
			if len(r.who) > 1 {
				at = fmt.Sprintf("%s[%d]", at, j)
			}
			if m.Below != "" {
				if _, err := ldapmap.ParseDN(m.Below); err != nil {
					add(at+".below", m.Below, "a DN such as ou=staff,dc=example,dc=org", err.Error())
				}
			}
			if m.Anonymous && (len(s.Write) > 0 || len(s.Can) > 0) {
				add(path, "anonymous", "somebody who has signed in, since this rule lets them do or write something", "")
			}
		}
		for j, word := range s.Can {
			at := path + ".can"
			if len(s.Can) > 1 {
				at = fmt.Sprintf("%s[%d]", at, j)
			}
			bit := slices.Index(p.abilities, Ability(word))
			switch {
			case word == "*":
				r.can = 1<<len(p.abilities) - 1
			case bit < 0:
				words := make([]string, len(p.abilities))
				for k, a := range p.abilities {
					words[k] = string(a)
				}
				hint := ""
				if near := ldapmap.Nearest(word, words); near != "" {
					hint = fmt.Sprintf("did you mean %q?", near)
				}
				add(at, word, "one of "+strings.Join(words, ", ")+", or *", hint)
			default:
				r.can |= 1 << bit
			}
		}
		if r.can == 0 && len(s.Can) == 0 && len(s.Read) == 0 && len(s.Write) == 0 {
			add(path, "", "a rule that grants something is wanted: can, read or write", "")
		}
		p.rules = append(p.rules, r)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return p, nil
}

func set(names []string) fields {
	f := fields{names: make(map[string]struct{}, len(names))}
	for _, n := range names {
		if n == "*" {
			f.all = true
		}
		f.names[n] = struct{}{}
	}
	return f
}

// Check compares the rules with the mapping: fields that nobody mapped, fields to be written that cannot be, groups where there are none.
func (p *Policy) Check(m *ldapmap.Mapping) []ldapmap.Problem {
	if p.lenient {
		return nil
	}
	var problems []ldapmap.Problem
	var known []string
	for _, f := range m.Fields() {
		known = append(known, f.Name)
	}
	for i, r := range p.rules {
		path := fmt.Sprintf("policy[%d]", i)
		check := func(at, name string, writing bool) {
			f, mapped := m.Field(name)
			_, standard := ldapmap.StandardField(name)
			switch {
			case name == "*":
			case !mapped:
				hint := ""
				if near := ldapmap.Nearest(name, known); near != "" {
					hint = fmt.Sprintf("did you mean %q?", near)
				}
				problems = append(problems, ldapmap.Problem{Path: at, Found: name, Want: "a field of directory.users.attributes", Hint: hint, Warning: standard})
			case writing && f.ReadOnly:
				problems = append(problems, ldapmap.Problem{Path: at, Found: name, Want: "a field that can be written",
					Hint: "it is computed by the directory or by its rule", Warning: true})
			}
		}
		for _, name := range slices.Sorted(maps.Keys(r.read.names)) {
			check(path+".read", name, false)
		}
		for _, name := range slices.Sorted(maps.Keys(r.write.names)) {
			check(path+".write", name, true)
		}
		for _, w := range r.who {
			for _, name := range slices.Sorted(maps.Keys(w.Field)) {
				check(path+".for.field", name, false)
			}
			if w.Group != "" && !m.HasGroups() {
				problems = append(problems, ldapmap.Problem{Path: path + ".for.group", Found: w.Group, Want: "directory.groups with a base, or this rule is for nobody"})
			}
		}
	}
	return problems
}
