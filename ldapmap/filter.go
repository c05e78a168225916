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
	// Matching uses a named matching rule, as Active Directory's bit rules need.
	Matching struct{ Attribute, Rule, Value string }
	// Raw is a filter written by an administrator, kept to the letter; ParseFilter makes it, after checking its syntax.
	Raw struct{ text string }
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
func (Raw) filter()            {}

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
func (f Contains) String() string       { return "(" + f.Attribute + "=*" + escape(f.Value) + "*)" }
func (f StartsWith) String() string     { return "(" + f.Attribute + "=" + escape(f.Value) + "*)" }
func (f EndsWith) String() string       { return "(" + f.Attribute + "=*" + escape(f.Value) + ")" }
func (f GreaterOrEqual) String() string { return "(" + f.Attribute + ">=" + escape(f.Value) + ")" }
func (f LessOrEqual) String() string    { return "(" + f.Attribute + "<=" + escape(f.Value) + ")" }
func (f Matching) String() string {
	return "(" + f.Attribute + ":" + f.Rule + ":=" + escape(f.Value) + ")"
}
func (f Raw) String() string { return f.text }

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
