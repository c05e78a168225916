package ldapmap

import (
	"slices"
	"strconv"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// diff collects what changes in an entry, attribute by attribute.
type diff struct {
	entry   *Entry
	changes []*attributeChange
}

// attributeChange is the raw values that go and come; with replace they are all that will be there.
type attributeChange struct {
	name     string
	del, add []string
	replace  bool
}

func (d *diff) of(attribute string) *attributeChange {
	for _, c := range d.changes {
		if strings.EqualFold(c.name, attribute) {
			return c
		}
	}
	c := &attributeChange{name: attribute}
	d.changes = append(d.changes, c)
	return c
}

// after returns the values of the attribute as they will be.
func (d *diff) after(attribute string) []string {
	values := slices.Clone(valuesOf(d.entry, attribute))
	for _, c := range d.changes {
		if strings.EqualFold(c.name, attribute) {
			if c.replace {
				return c.add
			}
			values = slices.DeleteFunc(values, func(v string) bool { return slices.Contains(c.del, v) })
			values = append(slices.Clone(c.add), values...)
		}
	}
	return values
}

// field notes the change of one field.
func (d *diff) field(r *rule, was, is []string) error {
	if r.bit != 0 {
		return d.flag(r, first(is))
	}
	if r.codec.binary {
		return d.binary(r, was, is)
	}
	read := r.read(d.entry)
	for _, s := range read {
		if s.attribute != "" && slices.Contains(was, s.value) && !slices.Contains(is, s.value) {
			c := d.of(s.attribute)
			c.del = append(c.del, s.raw)
		}
	}
	for i, v := range is {
		if slices.Contains(was, v) || v == r.def {
			continue
		}
		raw, err := r.encode(v)
		if err != nil {
			return err
		}
		target := d.target(r, read, was, is, i)
		if target == "" {
			return fault.Say(fault.Invalid, r.field.Name, "These are too many values: at most %d can be kept.", len(r.attributes))
		}
		c := d.of(target)
		c.add = append(c.add, raw)
	}
	return nil
}

// target finds the attribute for the new value is[i]: where the value stood that it takes the place of, else the first with room.
func (d *diff) target(r *rule, read []spelt, was, is []string, i int) string {
	if i < len(was) && !slices.Contains(is, was[i]) {
		for _, s := range read {
			if s.value == was[i] && s.attribute != "" {
				return s.attribute
			}
		}
	}
	if r.first {
		for _, s := range read {
			if s.attribute != "" {
				return s.attribute
			}
		}
	}
	if !r.oneEach {
		return r.attributes[0]
	}
	for _, a := range r.attributes {
		if len(d.after(a)) == 0 {
			return a
		}
	}
	return ""
}

// binary replaces values that cannot be compared; those that the field does not show stay.
func (d *diff) binary(r *rule, was, is []string) error {
	attribute := r.attributes[0]
	c := d.of(attribute)
	c.replace = true
	c.del = nil
	for _, v := range is {
		raw := v
		if !slices.Contains(was, v) {
			var err error
			if raw, err = r.encode(v); err != nil {
				return err
			}
		}
		c.add = append(c.add, raw)
	}
	for _, raw := range valuesOf(d.entry, attribute) {
		v, ok := r.decode(raw)
		if !ok || !slices.Contains(was, v) {
			c.add = append(c.add, raw)
		}
	}
	return nil
}

// flag sets one bit and leaves the others; several bits of one attribute make one change.
func (d *diff) flag(r *rule, is string) error {
	attribute := r.attributes[0]
	raw := first(d.after(attribute))
	flags, ok := parseFlags(raw)
	if !ok {
		return fault.New(fault.Internal, "%s of %s is no number", attribute, d.entry.DN)
	}
	if (is == "true") != r.unset {
		flags |= r.bit
	} else {
		flags &^= r.bit
	}
	text := strconv.FormatUint(uint64(flags), 10)
	if strings.HasPrefix(raw, "-") {
		text = strconv.FormatInt(int64(int32(flags)), 10)
	}
	c := d.of(attribute)
	if len(c.del) == 0 {
		c.del = []string{raw}
	}
	c.add = []string{text}
	return nil
}

// deriveInto keeps the derived attributes in step with their sources.
func (m *Mapping) deriveInto(d *diff) {
	for _, made := range m.derive {
		t := made.templates[0]
		if !slices.ContainsFunc(t.attributes(), func(a string) bool {
			return !slices.Equal(d.after(a), valuesOf(d.entry, a))
		}) {
			continue
		}
		was, _ := t.fill(func(a string) string { return first(valuesOf(d.entry, a)) })
		is, ok := t.fill(func(a string) string { return first(d.after(a)) })
		there := valuesOf(d.entry, made.attribute)
		if ok && slices.Contains(there, is) {
			continue
		}
		c := d.of(made.attribute)
		switch at := slices.IndexFunc(there, func(v string) bool { return foldValue(v) == foldValue(was) }); {
		case at >= 0:
			c.del = append(c.del, there[at])
		case len(there) > 0:
			c.del = append(c.del, there[0])
		}
		if ok {
			c.add = append(c.add, is)
		}
	}
}

// rename finds the new RDN if a value of the old one goes. The rename itself then deletes the old value and adds the new one.
func (m *Mapping) rename(d *diff) (string, error) {
	dn, err := ParseDN(d.entry.DN)
	if err != nil || len(dn) == 0 {
		return "", fault.New(fault.Internal, "the directory returned a DN that is none: %v", err)
	}
	rdn := slices.Clone(dn.RDN())
	changed := false
	for i, ava := range rdn {
		for _, c := range d.changes {
			if !strings.EqualFold(c.name, ava.Attribute) || c.replace {
				continue
			}
			at := slices.IndexFunc(c.del, func(v string) bool { return foldValue(v) == foldValue(ava.Value) })
			if at < 0 {
				continue
			}
			c.del = slices.Delete(c.del, at, at+1)
			left := d.after(c.name)
			if len(c.add) == 0 {
				left = slices.DeleteFunc(left, func(v string) bool { return foldValue(v) == foldValue(ava.Value) })
			}
			if len(left) == 0 {
				return "", fault.Say(fault.Invalid, m.FieldOf(c.name), "This is needed.")
			}
			rdn[i].Value = left[0]
			if len(c.add) > 0 {
				c.add = c.add[1:]
			}
			changed = true
		}
	}
	if !changed {
		return "", nil
	}
	return rdn.String(), nil
}

// mods writes the changes as the fewest modifications, deletions first so that single-valued attributes have room.
func (d *diff) mods() []Mod {
	var mods []Mod
	for _, c := range d.changes {
		if c.replace {
			mods = append(mods, Mod{ModReplace, c.name, c.add})
			continue
		}
		var del, add []string
		for _, v := range c.del {
			if !slices.Contains(c.add, v) {
				del = append(del, v)
			}
		}
		for _, v := range c.add {
			if !slices.Contains(c.del, v) {
				add = append(add, v)
			}
		}
		if len(del) > 0 {
			mods = append(mods, Mod{ModDelete, c.name, del})
		}
		if len(add) > 0 {
			mods = append(mods, Mod{ModAdd, c.name, add})
		}
	}
	return mods
}

// FieldOf names the field that an attribute belongs to, or "".
func (m *Mapping) FieldOf(attribute string) string {
	for _, r := range m.rules {
		if slices.ContainsFunc(r.attributes, func(a string) bool { return strings.EqualFold(a, attribute) }) {
			return r.field.Name
		}
	}
	return ""
}
