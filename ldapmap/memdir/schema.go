package memdir

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed schema/core.schema
var coreSchema string

// attributeType is an attribute type with everything inherited from its supertypes filled in.
type attributeType struct {
	oid, name   string
	key         string // lower-case name: identity in entries and indexes
	sup         *attributeType
	syntax      *syntax
	equality    *rule
	ordering    *rule
	substr      *rule
	single      bool
	noUser      bool
	operational bool
	hasSubtypes bool // then an index over the type alone does not tell everything
}

// is reports whether t is super or one of its subtypes.
func (t *attributeType) is(super *attributeType) bool {
	for ; t != nil; t = t.sup {
		if t == super {
			return true
		}
	}
	return false
}

type classKind int

const (
	structural classKind = iota
	auxiliary
	abstract
)

type objectClass struct {
	oid, name string
	kind      classKind
	sups      []*objectClass
	must, may []*attributeType
}

// is reports whether c is super or inherits from it.
func (c *objectClass) is(super *objectClass) bool {
	if c == super {
		return true
	}
	for _, s := range c.sups {
		if s.is(super) {
			return true
		}
	}
	return false
}

// schema is immutable once built.
type schema struct {
	attributes map[string]*attributeType // by lower-case name and by OID
	classes    map[string]*objectClass
	lines      map[string][]string // published values of cn=Subschema by attribute, in order of definition
}

func (s *schema) attribute(name string) *attributeType { return s.attributes[strings.ToLower(name)] }
func (s *schema) class(name string) *objectClass       { return s.classes[strings.ToLower(name)] }

// mustAttribute is for names that core.schema defines.
func (s *schema) mustAttribute(name string) *attributeType {
	t := s.attribute(name)
	if t == nil {
		panic("memdir: core schema lacks " + name)
	}
	return t
}

// buildSchema reads core.schema and then the extra definitions, which look like "attributeTypes: ( ... )" or
// "objectClasses: ( ... )"; slapd's olc spelling is accepted too, so that schema files can be pasted.
func buildSchema(extra string) (*schema, error) {
	s := &schema{attributes: map[string]*attributeType{}, classes: map[string]*objectClass{}, lines: map[string][]string{}}
	if err := s.load(coreSchema, "core schema"); err != nil {
		return nil, err
	}
	if err := s.load(extra, "Options.Schema"); err != nil {
		return nil, err
	}
	return s, nil
}

// load adds definitions; those of attribute types first, since classes name them. Continuation lines start with a blank.
func (s *schema) load(text, source string) error {
	type line struct {
		number int
		text   string
	}
	var lines []line
	for i, l := range strings.Split(text, "\n") {
		l = strings.TrimRight(l, "\r")
		if n := len(lines); n > 0 && l != "" && (l[0] == ' ' || l[0] == '\t') {
			lines[n-1].text += " " + strings.TrimSpace(l)
			continue
		}
		if l = strings.TrimSpace(l); l != "" && l[0] != '#' {
			lines = append(lines, line{i + 1, l})
		}
	}
	for _, pass := range []string{"ldapsyntaxes", "matchingrules", "attributetypes", "objectclasses"} {
		for _, l := range lines {
			key, value, ok := strings.Cut(l.text, ":")
			key = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(key)), "olc")
			switch {
			case !ok:
				return fmt.Errorf("%s, line %d: want \"attributeTypes: ( ... )\" or \"objectClasses: ( ... )\"", source, l.number)
			case key == "dn" || key == "objectclass" || key == "cn":
				continue // the head of an olcSchemaConfig record
			case key != "ldapsyntaxes" && key != "matchingrules" && key != "attributetypes" && key != "objectclasses":
				return fmt.Errorf("%s, line %d: %q is not a kind of definition", source, l.number, key)
			case key != pass:
				continue
			}
			d, err := parseDefinition(stripOrder(strings.TrimSpace(value)))
			if err == nil {
				err = s.define(key, d)
			}
			if err != nil {
				return fmt.Errorf("%s, line %d: %w", source, l.number, err)
			}
		}
	}
	return nil
}

// stripOrder drops the {n} that slapd puts before values of cn=config.
func stripOrder(v string) string {
	if strings.HasPrefix(v, "{") {
		if _, rest, ok := strings.Cut(v, "}"); ok {
			return rest
		}
	}
	return v
}

func (s *schema) define(kind string, d definition) error {
	names := map[string]string{"ldapsyntaxes": "ldapSyntaxes", "matchingrules": "matchingRules",
		"attributetypes": "attributeTypes", "objectclasses": "objectClasses"}
	s.lines[names[kind]] = append(s.lines[names[kind]], d.text)
	switch kind {
	case "attributetypes":
		return s.defineAttribute(d)
	case "objectclasses":
		return s.defineClass(d)
	}
	return nil
}

func (s *schema) defineAttribute(d definition) error {
	t := &attributeType{oid: d.oid, name: d.name(), key: strings.ToLower(d.name()),
		single: d.has("SINGLE-VALUE"), noUser: d.has("NO-USER-MODIFICATION")}
	t.operational = d.has("USAGE") && !strings.EqualFold(d.one("USAGE"), "userApplications")
	if sup := d.one("SUP"); sup != "" {
		if t.sup = s.attribute(sup); t.sup == nil {
			return fmt.Errorf("attribute %s: unknown supertype %s", t.name, sup)
		}
		t.sup.hasSubtypes = true
		t.syntax, t.equality, t.ordering, t.substr = t.sup.syntax, t.sup.equality, t.sup.ordering, t.sup.substr
	}
	if oid, _, _ := strings.Cut(d.one("SYNTAX"), "{"); oid != "" {
		t.syntax = syntaxByOID(oid)
	}
	if t.syntax == nil {
		return fmt.Errorf("attribute %s: neither SYNTAX nor SUP", t.name)
	}
	for key, field := range map[string]**rule{"EQUALITY": &t.equality, "ORDERING": &t.ordering, "SUBSTR": &t.substr} {
		if n := d.one(key); n != "" {
			if *field = ruleByName(n); *field == nil {
				return fmt.Errorf("attribute %s: unknown matching rule %s", t.name, n)
			}
		}
	}
	for _, n := range append([]string{d.oid}, d.fields["NAME"]...) {
		if _, ok := s.attributes[strings.ToLower(n)]; ok {
			return fmt.Errorf("attribute %s is defined twice", n)
		}
		s.attributes[strings.ToLower(n)] = t
	}
	return nil
}

func (s *schema) defineClass(d definition) error {
	c := &objectClass{oid: d.oid, name: d.name()}
	switch {
	case d.has("AUXILIARY"):
		c.kind = auxiliary
	case d.has("ABSTRACT"):
		c.kind = abstract
	}
	for _, n := range d.fields["SUP"] {
		sup := s.class(n)
		if sup == nil {
			return fmt.Errorf("class %s: unknown superclass %s", c.name, n)
		}
		c.sups = append(c.sups, sup)
	}
	for key, list := range map[string]*[]*attributeType{"MUST": &c.must, "MAY": &c.may} {
		for _, n := range d.fields[key] {
			t := s.attribute(n)
			if t == nil {
				return fmt.Errorf("class %s: unknown attribute %s", c.name, n)
			}
			*list = append(*list, t)
		}
	}
	for _, n := range append([]string{d.oid}, d.fields["NAME"]...) {
		if _, ok := s.classes[strings.ToLower(n)]; ok {
			return fmt.Errorf("class %s is defined twice", n)
		}
		s.classes[strings.ToLower(n)] = c
	}
	return nil
}
