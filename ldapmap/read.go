package ldapmap

import (
	"slices"
	"strconv"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// User makes a person of an entry that was read with Attributes. Values that are not of their syntax are left out: they are not ours to
// show, nor to change. Errors: Internal if the entry has no stable id, which means that the service account may not read it.
func (m *Mapping) User(e *Entry) (*User, error) {
	id, err := idOf(e, m.spec.ID)
	if err != nil {
		return nil, err
	}
	u := NewUser(Ref{ID: id, DN: e.DN})
	u.entry = withoutPassword(e)
	u.Account = m.accountOf(e)
	for _, r := range m.rules {
		u.Set(r.field.Name, r.canonical(e)...)
	}
	if u.Get(Active) == "false" {
		u.Account.Disabled = true
	}
	return u, nil
}

// MemberOf returns the DNs in the entry's memberOf, as they were read with the person; ok is false if the mapping has no such attribute, or if it
// cannot tell all, since groups contain groups.
func (m *Mapping) MemberOf(u *User) (dns []string, ok bool) {
	if m.spec.MemberOf == "" || u.entry == nil || m.groups != nil && m.groups.nested() {
		return nil, false
	}
	return u.entry.Values(m.spec.MemberOf), true
}

// spelt is one value of a field and where it was read. A default has no attribute.
type spelt struct{ value, attribute, raw string }

// read finds the values of the field in an entry.
func (r *rule) read(e *Entry) []spelt {
	if r.template != nil {
		text, ok := r.template.fill(func(a string) string { return first(valuesOf(e, a)) })
		if text, ok = r.translate(text, ok); !ok {
			return nil
		}
		return []spelt{{value: text}}
	}
	var found []spelt
	for _, a := range r.attributes {
		for _, raw := range valuesOf(e, a) {
			v, ok := r.decode(raw)
			if ok && !slices.ContainsFunc(found, func(s spelt) bool { return s.value == v && s.attribute == a }) {
				found = append(found, spelt{v, a, raw})
			}
		}
		if r.first && len(found) > 0 {
			break
		}
	}
	if len(found) == 0 && r.def != "" {
		return []spelt{{value: r.def}}
	}
	return found
}

// canonical are the canonical values of the field: each once, and one alone if the field holds one.
func (r *rule) canonical(e *Entry) []string {
	var values []string
	for _, s := range r.read(e) {
		if !slices.Contains(values, s.value) {
			values = append(values, s.value)
		}
		if !r.field.Many {
			break
		}
	}
	return values
}

// decode makes a canonical value of a raw one; ok is false for what is none of ours.
func (r *rule) decode(raw string) (string, bool) {
	if r.bit != 0 {
		flags, ok := parseFlags(raw)
		return strconv.FormatBool((flags&r.bit != 0) != r.unset), ok
	}
	v, err := r.codec.decode(raw)
	return r.translate(v, err == nil)
}

// translate applies pattern and values.
func (r *rule) translate(v string, ok bool) (string, bool) {
	if ok && r.pattern != nil {
		v, ok = r.pattern.part(v)
	}
	if ok && len(r.values) > 0 {
		i := slices.IndexFunc(r.values, func(t Translation) bool { return strings.EqualFold(t.Directory, v) })
		if i < 0 {
			return "", false
		}
		v = r.values[i].Field
	}
	return v, ok
}

// encode makes the raw value of a canonical one. Bits are written elsewhere, together.
func (r *rule) encode(v string) (string, error) {
	if len(r.values) > 0 {
		i := slices.IndexFunc(r.values, func(t Translation) bool { return t.Field == v })
		if i < 0 {
			return "", fault.Say(fault.Invalid, r.field.Name, "Choose one of the values.")
		}
		return r.values[i].Directory, nil
	}
	raw, err := r.codec.encode(v)
	if err != nil {
		e := fault.New(fault.Invalid, "encoding a value: %w", err)
		e.Field = r.field.Name
		return "", e
	}
	return raw, nil
}

// parseFlags takes an integer of 32 bits, which Active Directory writes with a sign.
func parseFlags(raw string) (uint32, bool) {
	n, err := strconv.ParseInt(raw, 10, 64)
	if err != nil || n < -1<<31 || n >= 1<<32 {
		return 0, false
	}
	return uint32(n), true
}

// valuesOf are the values of an attribute, the one that names the entry first: values have no order, and that one is at least known.
func valuesOf(e *Entry, attribute string) []string {
	values := e.Values(attribute)
	if len(values) < 2 {
		return values
	}
	dn, err := ParseDN(e.DN)
	if err != nil {
		return values
	}
	for _, name := range dn.RDN().Values(attribute) {
		if i := slices.IndexFunc(values, func(v string) bool { return foldValue(v) == foldValue(name) }); i > 0 {
			sorted := append([]string{values[i]}, values[:i]...)
			return append(sorted, values[i+1:]...)
		}
	}
	return values
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func withoutPassword(e *Entry) *Entry {
	c := &Entry{DN: e.DN, Attributes: make([]Attribute, 0, len(e.Attributes))}
	for _, a := range e.Attributes {
		if !strings.EqualFold(base(a.Name), "userPassword") {
			c.Attributes = append(c.Attributes, a)
		}
	}
	return c
}

// idOf is the stable id as text.
func idOf(e *Entry, attribute string) (string, error) {
	raw := e.Value(attribute)
	if raw == "" {
		return "", fault.New(fault.Internal, "entry %s shows no %s: the service account needs the right to read it", e.DN, attribute)
	}
	if strings.EqualFold(attribute, "objectGUID") {
		id, err := decodeGUID(raw)
		return id, fault.Wrap(fault.Internal, err)
	}
	return strings.ToLower(raw), nil
}

// idFilter finds the entry with the id.
func idFilter(attribute, id string) (Filter, error) {
	if id == "" || len(id) > 256 {
		return nil, fault.New(fault.NotFound, "no stable id")
	}
	if strings.EqualFold(attribute, "objectGUID") {
		raw, err := encodeGUID(id)
		if err != nil {
			return nil, fault.Wrap(fault.NotFound, err)
		}
		id = raw
	}
	return Equal{attribute, id}, nil
}
