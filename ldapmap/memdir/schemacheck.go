package memdir

import (
	"slices"
	"strings"
)

// classesOf lists the classes of an entry; unknown names are left out.
func (d *directory) classesOf(e *entry) []*objectClass {
	var out []*objectClass
	for _, name := range e.get(d.known.objectClass).norms {
		if c := d.schema.class(name); c != nil {
			out = append(out, c)
		}
	}
	return out
}

// checkSchema holds an entry against RFC 4512 2.4: known classes, one chain of structural classes, every MUST
// there, nothing but MUST and MAY, single values single. It sets structuralObjectClass.
func (d *directory) checkSchema(e *entry) error {
	names := e.get(d.known.objectClass)
	if len(names.vals) == 0 {
		return fail(ObjectClassViolation, "no objectClass attribute")
	}
	classes := make([]*objectClass, 0, len(names.vals))
	for i, name := range names.vals {
		c := d.schema.class(name)
		if c == nil {
			return fail(InvalidAttributeSyntax, "objectClass: value #%d invalid per syntax", i)
		}
		classes = append(classes, c)
	}
	lowest, err := structuralClass(classes)
	if err != nil {
		return err
	}
	e.set(d.single(d.known.structuralObjectClass, lowest.name))

	must, may, extensible := map[*attributeType]*objectClass{}, map[*attributeType]bool{}, false
	seen := map[*objectClass]bool{}
	var collect func(c, listed *objectClass)
	collect = func(c, listed *objectClass) {
		if seen[c] {
			return
		}
		seen[c] = true
		extensible = extensible || c.name == "extensibleObject"
		for _, t := range c.must {
			if must[t] == nil {
				must[t] = listed
			}
		}
		for _, t := range c.may {
			may[t] = true
		}
		for _, s := range c.sups {
			collect(s, listed)
		}
	}
	for _, c := range classes {
		collect(c, c)
	}
	for t, c := range must {
		if !slices.ContainsFunc(e.attrs, func(a attribute) bool { return a.typ == t }) {
			return fail(ObjectClassViolation, "object class '%s' requires attribute '%s'", c.name, t.name)
		}
	}
	for _, a := range e.attrs {
		if a.typ.single && len(a.vals) > 1 {
			return fail(ConstraintViolation, "%s: multiple values provided", a.typ.name)
		}
		if len(a.vals) > d.opts.Limits.Values {
			return fail(AdminLimitExceeded, "%s: more than %d values", a.typ.name, d.opts.Limits.Values)
		}
		if !a.typ.operational && !extensible && must[a.typ] == nil && !may[a.typ] {
			return fail(ObjectClassViolation, "attribute '%s' not allowed", a.typ.name)
		}
	}
	return d.checkNaming(e)
}

// structuralClass finds the class that all other structural classes are superclasses of (RFC 4512 2.4.2).
func structuralClass(classes []*objectClass) (*objectClass, error) {
	var lowest *objectClass
	for _, c := range classes {
		switch {
		case c.kind != structural:
		case lowest == nil || c.is(lowest):
			lowest = c
		case !lowest.is(c):
			return nil, fail(ObjectClassViolation, "invalid structural object class chain (%s/%s)", lowest.name, c.name)
		}
	}
	if lowest == nil {
		return nil, fail(ObjectClassViolation, "no structural object class provided")
	}
	return lowest, nil
}

// checkNaming wants every value of the RDN in the entry.
func (d *directory) checkNaming(e *entry) error {
	for _, a := range e.dn.avas[0] {
		if e.get(a.typ).index(a.norm) < 0 {
			return fail(NamingViolation, "value of naming attribute '%s' is not present in entry", a.typ.name)
		}
	}
	return nil
}

// classMatches reports whether the entry belongs to a class, by name or OID, directly or through a subclass: slapd
// answers (objectClass=person) with inetOrgPerson entries that do not list person.
func (d *directory) classMatches(e *entry, assertion string) bool {
	want := d.schema.class(assertion)
	for i, name := range e.get(d.known.objectClass).norms {
		if name == assertion {
			return true
		}
		if want == nil {
			continue
		}
		if c := d.schema.class(e.get(d.known.objectClass).vals[i]); c != nil && c.is(want) {
			return true
		}
	}
	return strings.EqualFold(assertion, "top")
}
