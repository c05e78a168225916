package memdir

import (
	"slices"
	"strings"
)

// attribute is one attribute description of an entry with its values and their normal forms, side by side.
type attribute struct {
	typ     *attributeType
	options string // lower case, sorted, each after a semicolon; "" for none
	vals    []string
	norms   []string
}

func (a attribute) desc() string { return a.typ.name + a.options }

func (a attribute) index(norm string) int { return slices.Index(a.norms, norm) }

// entry never changes once it is in the tree: writers clone, change the clone and put it in place, so that a
// search may keep reading the old one.
type entry struct {
	dn    dn
	attrs []attribute
}

// clone copies the list of attributes; the values of each are shared until set replaces them.
func (e *entry) clone() *entry {
	return &entry{dn: e.dn, attrs: slices.Clone(e.attrs)}
}

func (e *entry) find(t *attributeType, options string) int {
	return slices.IndexFunc(e.attrs, func(a attribute) bool { return a.typ == t && a.options == options })
}

// get returns the attribute without options.
func (e *entry) get(t *attributeType) attribute {
	if i := e.find(t, ""); i >= 0 {
		return e.attrs[i]
	}
	return attribute{typ: t}
}

// first is the first value, or "".
func (e *entry) first(t *attributeType) string {
	if a := e.get(t); len(a.vals) > 0 {
		return a.vals[0]
	}
	return ""
}

// set replaces an attribute; without values it goes away.
func (e *entry) set(a attribute) {
	i := e.find(a.typ, a.options)
	switch {
	case len(a.vals) == 0 && i >= 0:
		e.attrs = slices.Delete(slices.Clone(e.attrs), i, i+1)
	case len(a.vals) == 0:
	case i >= 0:
		e.attrs[i] = a
	default:
		e.attrs = append(e.attrs, a)
	}
}

// with returns a copy of a that has one value more.
func (a attribute) with(val, norm string) attribute {
	a.vals = append(slices.Clip(slices.Clone(a.vals)), val)
	a.norms = append(slices.Clip(slices.Clone(a.norms)), norm)
	return a
}

// at returns a copy of a without the value at i.
func (a attribute) withoutAt(i int) attribute {
	a.vals = slices.Delete(slices.Clone(a.vals), i, i+1)
	a.norms = slices.Delete(slices.Clone(a.norms), i, i+1)
	return a
}

// describe splits an attribute description (RFC 4512 2.5): "cn;lang-fr" is cn with ";lang-fr". The transfer option
// ";binary" says nothing about the attribute and is dropped.
func (s *schema) describe(desc string) (t *attributeType, options string, err error) {
	base, rest, hasOptions := strings.Cut(desc, ";")
	if t = s.attribute(base); t == nil {
		return nil, "", fail(UndefinedAttributeType, "%.100s: attribute type undefined", desc)
	}
	if !hasOptions {
		return t, "", nil
	}
	var opts []string
	for o := range strings.SplitSeq(strings.ToLower(rest), ";") {
		if o == "" || strings.Trim(o, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return nil, "", fail(UndefinedAttributeType, "%.100s: attribute option is not readable", desc)
		}
		if o != "binary" {
			opts = append(opts, o)
		}
	}
	slices.Sort(opts)
	for _, o := range slices.Compact(opts) {
		options += ";" + o
	}
	return t, options, nil
}

// hasOptions reports whether options (of an entry's attribute) include all of want.
func hasOptions(options, want string) bool {
	if want == "" {
		return true
	}
	have := strings.Split(options, ";")
	for o := range strings.SplitSeq(want[1:], ";") {
		if !slices.Contains(have, o) {
			return false
		}
	}
	return true
}

// build checks the syntax of values and normalises them. A value given twice is attributeOrValueExists.
func (s *schema) build(t *attributeType, options string, values []string) (attribute, error) {
	a := attribute{typ: t, options: options, vals: make([]string, 0, len(values)), norms: make([]string, 0, len(values))}
	seen := make(map[string]bool, len(values))
	for i, v := range values {
		norm, err := s.check(t, v)
		if err != nil {
			return a, fail(InvalidAttributeSyntax, "%s: value #%d invalid per syntax", t.name, i)
		}
		if seen[norm] {
			return a, fail(AttributeOrValueExists, "%s: value #%d provided more than once", t.name, i)
		}
		seen[norm] = true
		a.vals, a.norms = append(a.vals, v), append(a.norms, norm)
	}
	return a, nil
}

// check returns the normal form of a value that is valid in the syntax of t.
func (s *schema) check(t *attributeType, v string) (string, error) {
	if t.syntax.dn {
		r := t.equality
		if r == nil || !r.dn {
			r = ruleByName("distinguishedNameMatch")
		}
		norm, err := s.applyRule(r, v)
		if err == nil && (t.equality == nil || !t.equality.dn) {
			return s.normalForm(t, v)
		}
		return norm, err
	}
	if !t.syntax.valid(v) {
		return "", errNotInSyntax
	}
	return s.normalForm(t, v)
}
