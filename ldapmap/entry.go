package ldapmap

import "strings"

// Entry is a directory entry as the server returned it: the DN to the letter, and raw values by attribute description.
type Entry struct {
	DN         string
	Attributes []Attribute
}

// Attribute is an attribute description (with options, if any) and its raw values. A Go string holds the bytes of each value,
// whatever its syntax.
type Attribute struct {
	Name   string
	Values []string
}

// Values returns the values of the attribute, whose name is compared without case (RFC 4512 2.5). Options are part of the name:
// "cn" does not find "cn;lang-fr".
func (e *Entry) Values(name string) []string {
	for i := range e.Attributes {
		if strings.EqualFold(e.Attributes[i].Name, name) {
			return e.Attributes[i].Values
		}
	}
	return nil
}

// Value returns the first value of the attribute, or "". LDAP values have no order: use it for single-valued attributes.
func (e *Entry) Value(name string) string {
	if v := e.Values(name); len(v) > 0 {
		return v[0]
	}
	return ""
}

// Mod is one modification within a Modify (RFC 4511 4.6): Delete removes the given values, or the whole attribute if
// Values is empty; Add adds values; Replace sets them.
type Mod struct {
	Op     ModOp
	Name   string
	Values []string
}

// ModOp is the kind of a Mod.
type ModOp int

// The modifications of RFC 4511 4.6.
const (
	ModAdd ModOp = iota
	ModDelete
	ModReplace
)
