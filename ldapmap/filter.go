package ldapmap

import (
	"strings"
)

// Filter is a search filter as a tree. Values in it are raw; String is the only place in the program that escapes them
// (RFC 4515 3), so that nothing is escaped twice or not at all. Filters that administrators write in the configuration
// become a tree through ParseFilter.
type Filter interface {
	// String gives the RFC 4515 text, escaped.
	String() string
	filter()
}

// The kinds of filter (RFC 4511 4.5.1.7).
type (
	// And is true if all its parts are; an empty And is always true (RFC 4526).
	And []Filter
	// Or is true if one of its parts is; an empty Or is never true (RFC 4526).
	Or []Filter
	// Not is true if its part is false.
	Not struct{ Filter Filter }
	// Equal compares by the attribute's equality rule.
	Equal struct{ Attribute, Value string }
	// Present is true if the attribute has a value.
	Present struct{ Attribute string }
	// Contains, StartsWith and EndsWith match a part of a value.
	Contains   struct{ Attribute, Value string }
	StartsWith struct{ Attribute, Value string }
	EndsWith   struct{ Attribute, Value string }
	// GreaterOrEqual and LessOrEqual compare by the attribute's ordering rule.
	GreaterOrEqual struct{ Attribute, Value string }
	LessOrEqual    struct{ Attribute, Value string }
	// Substrings matches several parts of a value in their order; empty Initial or Final leave that end open.
	Substrings struct {
		Attribute, Initial string
		Any                []string
		Final              string
	}
	// Approximate compares by the server's idea of likeness.
	Approximate struct{ Attribute, Value string }
	// Matching uses a named matching rule, as Active Directory's bit rules need. DN also matches the parts of the entry's DN.
	// Attribute or Rule may be empty, not both.
	Matching struct {
		Attribute, Rule, Value string
		DN                     bool
	}
)

func (And) filter()            {}
func (Or) filter()             {}
func (Not) filter()            {}
func (Equal) filter()          {}
func (Present) filter()        {}
func (Contains) filter()       {}
func (StartsWith) filter()     {}
func (EndsWith) filter()       {}
func (GreaterOrEqual) filter() {}
func (LessOrEqual) filter()    {}
func (Matching) filter()       {}
func (Substrings) filter()     {}
func (Approximate) filter()    {}

func join(op string, parts []Filter) string {
	var b strings.Builder
	b.WriteString("(" + op)
	for _, p := range parts {
		b.WriteString(p.String())
	}
	b.WriteByte(')')
	return b.String()
}

func (f And) String() string            { return join("&", f) }
func (f Or) String() string             { return join("|", f) }
func (f Not) String() string            { return "(!" + f.Filter.String() + ")" }
func (f Equal) String() string          { return "(" + f.Attribute + "=" + escape(f.Value) + ")" }
func (f Present) String() string        { return "(" + f.Attribute + "=*)" }
func (f Contains) String() string       { return substrings(f.Attribute, "", f.Value, "") }
func (f StartsWith) String() string     { return substrings(f.Attribute, f.Value, "", "") }
func (f EndsWith) String() string       { return substrings(f.Attribute, "", "", f.Value) }
func (f Approximate) String() string    { return "(" + f.Attribute + "~=" + escape(f.Value) + ")" }
func (f GreaterOrEqual) String() string { return "(" + f.Attribute + ">=" + escape(f.Value) + ")" }
func (f LessOrEqual) String() string    { return "(" + f.Attribute + "<=" + escape(f.Value) + ")" }
func (f Matching) String() string {
	dn, rule := "", ""
	if f.DN {
		dn = ":dn"
	}
	if f.Rule != "" {
		rule = ":" + f.Rule
	}
	return "(" + f.Attribute + dn + rule + ":=" + escape(f.Value) + ")"
}

func (f Substrings) String() string {
	any := make([]string, 0, len(f.Any))
	for _, v := range f.Any {
		if v != "" {
			any = append(any, escape(v))
		}
	}
	return substrings(f.Attribute, f.Initial, strings.Join(any, "*"), f.Final, true)
}

// substrings writes a match of parts; any is escaped already if the last argument says so. Without any part it asks for presence.
func substrings(attribute, initial, any, final string, escaped ...bool) string {
	if initial == "" && any == "" && final == "" {
		return Present{attribute}.String()
	}
	if any != "" {
		if len(escaped) == 0 {
			any = escape(any)
		}
		any += "*"
	}
	return "(" + attribute + "=" + escape(initial) + "*" + any + escape(final) + ")"
}

// escape writes a value as RFC 4515 3 asks: the special characters, NUL and everything that is not plain ASCII as \XX. Escaping
// more than is needed is allowed, and lets binary values (objectGUID) pass through every server and client unharmed.
func escape(v string) string {
	const hex = "0123456789abcdef"
	var b strings.Builder
	b.Grow(len(v) + 8)
	for i := 0; i < len(v); i++ {
		c := v[i]
		switch {
		case c == '(' || c == ')' || c == '*' || c == '\\' || c < 0x20 || c >= 0x7f:
			b.WriteByte('\\')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
