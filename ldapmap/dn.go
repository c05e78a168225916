package ldapmap

import (
	"fmt"
	"slices"
	"strings"
)

// DN is a parsed distinguished name (RFC 4514), the entry's own RDN first. The empty DN is the root.
type DN []RDN

// RDN is a relative distinguished name: one attribute with its value, or several.
type RDN []AVA

// AVA is one attribute and raw value of an RDN.
type AVA struct{ Attribute, Value string }

// String gives the RFC 4514 text, escaped.
func (d DN) String() string {
	parts := make([]string, len(d))
	for i, r := range d {
		parts[i] = r.String()
	}
	return strings.Join(parts, ",")
}

// String gives the RFC 4514 text, escaped.
func (r RDN) String() string {
	parts := make([]string, len(r))
	for i, a := range r {
		parts[i] = a.Attribute + "=" + EscapeDN(a.Value)
	}
	return strings.Join(parts, "+")
}

// EscapeDN escapes a value for a DN (RFC 4514 2.4).
func EscapeDN(v string) string {
	var b strings.Builder
	b.Grow(len(v) + 4)
	for i := range len(v) {
		c := v[i]
		switch {
		case strings.IndexByte(`"+,;<>\=`, c) >= 0,
			c == '#' && i == 0,
			c == ' ' && (i == 0 || i == len(v)-1):
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < 0x20 || c == 0x7f:
			fmt.Fprintf(&b, "\\%02x", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Values returns the raw values of the attribute in the RDN.
func (r RDN) Values(attribute string) []string {
	var values []string
	for _, a := range r {
		if strings.EqualFold(a.Attribute, attribute) {
			values = append(values, a.Value)
		}
	}
	return values
}

// RDN returns the entry's own RDN; nil for the root.
func (d DN) RDN() RDN {
	if len(d) == 0 {
		return nil
	}
	return d[0]
}

// Parent returns the DN of the entry above; the root's is the root.
func (d DN) Parent() DN {
	if len(d) == 0 {
		return d
	}
	return d[1:]
}

// Equal compares without case and without regard to runs of spaces, as the attributes that people are named by do.
func (d DN) Equal(o DN) bool { return slices.EqualFunc(d, o, RDN.Equal) }

// Equal compares as DN.Equal, in any order of the parts.
func (r RDN) Equal(o RDN) bool {
	return slices.Equal(r.folded(), o.folded())
}

// Below tells whether d is base or an entry below it.
func (d DN) Below(base DN) bool {
	return len(d) >= len(base) && d[len(d)-len(base):].Equal(base)
}

// Key is a text that is equal for equal DNs, for maps. It is no DN.
func (d DN) Key() string {
	var b strings.Builder
	for _, r := range d {
		b.WriteString(strings.Join(r.folded(), "\x01"))
		b.WriteByte(0)
	}
	return b.String()
}

func (r RDN) folded() []string {
	parts := make([]string, len(r))
	for i, a := range r {
		parts[i] = strings.ToLower(a.Attribute) + "=" + foldValue(a.Value)
	}
	slices.Sort(parts)
	return parts
}

// foldValue is caseIgnoreMatch's preparation in short (RFC 4518): lower case, runs of spaces as one, none at the ends.
func foldValue(v string) string { return strings.Join(strings.Fields(strings.ToLower(v)), " ") }

// SameDN compares two DNs in text form; texts that are no DNs are compared without case.
func SameDN(a, b string) bool {
	x, err := ParseDN(a)
	y, err2 := ParseDN(b)
	if err != nil || err2 != nil {
		return strings.EqualFold(a, b)
	}
	return x.Equal(y)
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
