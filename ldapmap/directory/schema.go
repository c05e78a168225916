package directory

import "strings"

// Schema holds the attribute types and object classes that a server knows (RFC 4512 4.1).
type Schema struct {
	attributes map[string]*AttributeType // by each name and OID, in lower case
	classes    map[string]*ObjectClass
}

// AttributeType is a definition of RFC 4512 4.1.2, with what it inherits filled in.
type AttributeType struct {
	OID                string
	Names              []string
	Desc               string
	Sup                string
	Equality           string
	Ordering           string
	Substr             string
	Syntax             string // OID without the length bound
	Length             int    // the length bound in the definition; 0 for none
	SingleValue        bool
	NoUserModification bool
	Obsolete           bool
	Usage              string // userApplications if not said otherwise
}

// Operational tells whether the attribute is the server's own affair, so that it has to be asked for by name.
func (a *AttributeType) Operational() bool { return a.Usage != "userApplications" }

// Name returns the first name, or the OID if there is none.
func (a *AttributeType) Name() string { return firstName(a.Names, a.OID) }

// ObjectClass is a definition of RFC 4512 4.1.1, as it stands: Must and May do not hold what is inherited.
type ObjectClass struct {
	OID       string
	Names     []string
	Desc      string
	Sup       []string
	Kind      ClassKind
	Must, May []string
	Obsolete  bool
}

// Name returns the first name, or the OID if there is none.
func (c *ObjectClass) Name() string { return firstName(c.Names, c.OID) }

// ClassKind is the kind of an object class.
type ClassKind string

// The kinds of RFC 4512 2.4.
const (
	Structural ClassKind = "structural"
	Auxiliary  ClassKind = "auxiliary"
	Abstract   ClassKind = "abstract"
)

func firstName(names []string, oid string) string {
	if len(names) > 0 {
		return names[0]
	}
	return oid
}

// Attribute finds an attribute type by any of its names or its OID; options such as ";lang-fr" are not looked at.
func (s *Schema) Attribute(name string) (*AttributeType, bool) {
	name, _, _ = strings.Cut(name, ";")
	a, ok := s.attributes[strings.ToLower(name)]
	return a, ok
}

// Class finds an object class by any of its names or its OID.
func (s *Schema) Class(name string) (*ObjectClass, bool) {
	c, ok := s.classes[strings.ToLower(name)]
	return c, ok
}

// Allowed returns what an entry of these classes must and may have, with what the classes inherit. Names are spelt as the schema's
// first name, without repetition, in the order of the classes; must wins over may. Unknown classes add nothing.
func (s *Schema) Allowed(classes ...string) (must, may []string) {
	required, seen, visited := map[string]bool{}, map[string]bool{}, map[*ObjectClass]bool{}
	var walk func(name string, f func(*ObjectClass))
	walk = func(name string, f func(*ObjectClass)) {
		c, ok := s.Class(name)
		if !ok || visited[c] {
			return
		}
		visited[c] = true
		f(c)
		for _, sup := range c.Sup {
			walk(sup, f)
		}
	}
	each := func(f func(*ObjectClass)) {
		clear(visited)
		for _, name := range classes {
			walk(name, f)
		}
	}
	each(func(c *ObjectClass) {
		for _, a := range c.Must {
			if a = s.canonical(a); !required[a] {
				required[a] = true
				must = append(must, a)
			}
		}
	})
	each(func(c *ObjectClass) {
		for _, a := range c.May {
			if a = s.canonical(a); !required[a] && !seen[a] {
				seen[a] = true
				may = append(may, a)
			}
		}
	})
	return must, may
}

func (s *Schema) canonical(name string) string {
	if a, ok := s.Attribute(name); ok {
		return a.Name()
	}
	return name
}

// inherit fills in what attribute types take over from their superior (RFC 4512 4.1.2).
func (s *Schema) inherit() {
	done := map[*AttributeType]bool{}
	var fill func(a *AttributeType)
	fill = func(a *AttributeType) {
		if done[a] {
			return
		}
		done[a] = true // before going up, so that a circle ends
		sup, ok := s.Attribute(a.Sup)
		if !ok {
			return
		}
		fill(sup)
		def(&a.Equality, sup.Equality)
		def(&a.Ordering, sup.Ordering)
		def(&a.Substr, sup.Substr)
		if a.Syntax == "" {
			a.Syntax, a.Length = sup.Syntax, sup.Length
		}
	}
	for _, a := range s.attributes {
		fill(a)
	}
}
