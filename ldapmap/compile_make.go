package ldapmap

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// made is an attribute that is written without being a field.
type made struct {
	attribute string
	templates []*template // its values
	stamp     string      // or, beside a password: days, seconds, filetime, nt_hash
}

// stamps are the words of with_password that are not templates.
func stamps() []string { return []string{"days", "seconds", "filetime", "nt_hash"} }

// makes compiles on_create, derive, with_password, and what new entries need.
func (c *compiler) makes() {
	s := &c.m.spec
	c.m.onCreate = c.made("users.on_create", s.OnCreate)
	for _, attribute := range slices.Sorted(maps.Keys(s.Derive)) {
		path := "users.derive." + attribute
		c.attribute(path, attribute)
		t, err := parseTemplate(s.Derive[attribute])
		if err != nil || len(t.attributes()) == 0 {
			c.add(path, s.Derive[attribute], "a template such as {givenName} {sn}")
			continue
		}
		for _, source := range t.attributes() {
			for other := range s.Derive {
				if strings.EqualFold(source, other) {
					c.add(path, s.Derive[attribute], "a template over attributes that are not derived themselves")
				}
			}
		}
		c.m.derive = append(c.m.derive, made{attribute: attribute, templates: []*template{t}})
	}
	// A field whose attribute is derived would be overwritten at the next change: nobody writes it.
	for i, r := range c.m.rules {
		for _, d := range c.m.derive {
			if slices.ContainsFunc(r.attributes, func(a string) bool { return strings.EqualFold(a, d.attribute) }) {
				r.field.ReadOnly = true
				c.m.fields[i].ReadOnly = true
			}
		}
	}
	for _, attribute := range slices.Sorted(maps.Keys(s.WithPassword)) {
		path, what := "users.with_password."+attribute, s.WithPassword[attribute]
		c.attribute(path, attribute)
		d := made{attribute: attribute}
		switch constant, quoted := strings.CutPrefix(what, "'"); {
		case quoted && strings.HasSuffix(constant, "'") && len(constant) > 1:
			d.templates = []*template{{source: what, parts: []templatePart{{text: constant[:len(constant)-1]}}}}
		case slices.Contains(stamps(), what):
			d.stamp = what
		default:
			c.add(path, what, list(stamps())+", or a constant in single quotes", didYouMean(what, stamps()))
		}
		c.m.password = append(c.m.password, d)
	}
	for i, a := range s.RDN {
		path := indexed("users.rdn", i, len(s.RDN))
		c.attribute(path, a)
		if !c.writable(a) {
			c.add(path, a, "an attribute that a new entry gets from a field, from on_create or from derive")
		}
	}
	for i, class := range s.ObjectClasses {
		if !isDescriptor(class) {
			c.add(indexed("users.object_classes", i, len(s.ObjectClasses)), class, "an object class such as inetOrgPerson")
		}
	}
}

func (c *compiler) made(path string, attributes map[string]Strings) []made {
	var all []made
	for _, attribute := range slices.Sorted(maps.Keys(attributes)) {
		at := path + "." + attribute
		c.attribute(at, attribute)
		d := made{attribute: attribute}
		for _, v := range attributes[attribute] {
			t, err := parseTemplate(v)
			if err != nil || v == "" {
				c.add(at, v, "a constant, or a template such as /home/{uid}")
				continue
			}
			d.templates = append(d.templates, t)
		}
		all = append(all, d)
	}
	return all
}

// writable tells whether a new entry gets the attribute.
func (c *compiler) writable(attribute string) bool {
	if _, ok := c.writers[strings.ToLower(attribute)]; ok {
		return true
	}
	for _, all := range [][]made{c.m.onCreate, c.m.derive} {
		if slices.ContainsFunc(all, func(d made) bool { return strings.EqualFold(d.attribute, attribute) }) {
			return true
		}
	}
	return false
}

// logins compiles by which fields people are found.
func (c *compiler) logins() {
	s := &c.m.spec
	if len(s.Login) == 0 {
		s.Login = Strings{Username}
	}
	if len(s.Search) == 0 {
		for _, name := range []string{Username, Name, Emails} {
			if r, ok := c.m.byName[name]; ok && r.searchable() {
				s.Search = append(s.Search, name)
			}
		}
	}
	c.m.login = c.searchable("users.login", s.Login)
	c.m.search = c.searchable("users.search", s.Search)
}

func (c *compiler) searchable(path string, names []string) []*rule {
	var rules []*rule
	for i, name := range names {
		at := indexed(path, i, len(names))
		r, ok := c.m.byName[name]
		switch {
		case !ok:
			known := slices.Sorted(maps.Keys(c.m.byName))
			c.add(at, name, "a field of users.attributes", didYouMean(name, known))
		case !r.searchable():
			c.add(at, name, "a field that is an attribute as it is", fmt.Sprintf("%s is made by a template, a pattern or a translation", name))
		default:
			rules = append(rules, r)
		}
	}
	return rules
}

// searchable tells whether a value that a person types can be looked for.
func (r *rule) searchable() bool {
	return r.template == nil && r.pattern == nil && len(r.values) == 0 && r.bit == 0 && !r.codec.binary
}

// attributes lists what to ask the server for.
func (c *compiler) attributes() {
	var all []string
	add := func(names ...string) {
		for _, n := range names {
			if n != "" && !slices.ContainsFunc(all, func(o string) bool { return strings.EqualFold(o, n) }) {
				all = append(all, n)
			}
		}
	}
	for _, r := range c.m.rules {
		add(r.attributes...)
		add(r.verifiedBy)
		if r.template != nil {
			add(r.template.attributes()...)
		}
	}
	for _, d := range c.m.derive {
		add(d.attribute)
		add(d.templates[0].attributes()...)
	}
	add(c.m.spec.ID, c.m.spec.MemberOf)
	for _, kind := range c.m.account {
		add(kind.attributes...)
	}
	if c.m.groups != nil {
		add(c.m.groups.spec.Primary)
		if strings.EqualFold(c.m.groups.spec.Primary, primaryGroupID) {
			add("objectSid")
		}
	}
	if len(c.m.password) > 0 || slices.ContainsFunc(c.m.account, func(k accountKind) bool { return k.class != "" }) {
		add("objectClass")
	}
	add("userPassword")
	add(changeTime)
	c.m.attributes = all
}
