package directory

import (
	"fmt"
	"strconv"
	"strings"
)

// Bounds of a schema: the largest known, Active Directory's, has some 4,000 definitions, and a class of 6 KB.
const (
	maxDefinitions = 50_000
	maxDefinition  = 256 << 10
)

// ParseSchema reads the values of attributeTypes and objectClasses of a subschema entry (RFC 4512 4.1.1 and 4.1.2). A definition that cannot be
// read is reported and left out.
func ParseSchema(attributeTypes, objectClasses []string) (*Schema, []error) {
	s := &Schema{attributes: map[string]*AttributeType{}, classes: map[string]*ObjectClass{}}
	var problems []error
	if n := len(attributeTypes) + len(objectClasses); n > maxDefinitions {
		return s, []error{fmt.Errorf("the schema has %d definitions, more than %d are not read", n, maxDefinitions)}
	}
	for _, text := range attributeTypes {
		a, err := parseAttributeType(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("attribute type %.60q: %w", clean(text), err))
			continue
		}
		for _, n := range append([]string{a.OID}, a.Names...) {
			s.attributes[strings.ToLower(n)] = a
		}
	}
	for _, text := range objectClasses {
		c, err := parseObjectClass(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("object class %.60q: %w", clean(text), err))
			continue
		}
		for _, n := range append([]string{c.OID}, c.Names...) {
			s.classes[strings.ToLower(n)] = c
		}
	}
	s.inherit()
	return s, problems
}

func parseAttributeType(text string) (*AttributeType, error) {
	a := &AttributeType{Usage: "userApplications"}
	return a, parseDefinition(text, &a.OID, func(key string, r *reader) {
		switch key {
		case "NAME":
			a.Names = r.strings()
		case "DESC":
			a.Desc = r.one()
		case "OBSOLETE":
			a.Obsolete = true
		case "SUP":
			a.Sup = r.one()
		case "EQUALITY":
			a.Equality = r.one()
		case "ORDERING":
			a.Ordering = r.one()
		case "SUBSTR":
			a.Substr = r.one()
		case "SYNTAX":
			a.Syntax, a.Length = noidlen(r.one())
		case "SINGLE-VALUE":
			a.SingleValue = true
		case "COLLECTIVE":
		case "NO-USER-MODIFICATION":
			a.NoUserModification = true
		case "USAGE":
			a.Usage = r.one()
		default:
			r.extension(key)
		}
	})
}

func parseObjectClass(text string) (*ObjectClass, error) {
	c := &ObjectClass{Kind: Structural}
	return c, parseDefinition(text, &c.OID, func(key string, r *reader) {
		switch key {
		case "NAME":
			c.Names = r.strings()
		case "DESC":
			c.Desc = r.one()
		case "OBSOLETE":
			c.Obsolete = true
		case "SUP":
			c.Sup = r.strings()
		case "STRUCTURAL":
			c.Kind = Structural
		case "AUXILIARY":
			c.Kind = Auxiliary
		case "ABSTRACT":
			c.Kind = Abstract
		case "MUST":
			c.Must = r.strings()
		case "MAY":
			c.May = r.strings()
		default:
			r.extension(key)
		}
	})
}

// noidlen splits "1.2.3{64}" (RFC 4512 1.4). Some servers put the OID in quotes, which the reader has taken off.
func noidlen(s string) (oid string, length int) {
	oid, rest, ok := strings.Cut(s, "{")
	if ok {
		length, _ = strconv.Atoi(strings.TrimSuffix(rest, "}"))
	}
	return oid, max(length, 0)
}

// parseDefinition reads "( oid KEY ... )" and calls field for each key.
func parseDefinition(text string, oid *string, field func(key string, r *reader)) error {
	if len(text) > maxDefinition {
		return fmt.Errorf("%d bytes are too many", len(text))
	}
	r := &reader{rest: text}
	if r.next() != "(" {
		return fmt.Errorf("it does not begin with a parenthesis")
	}
	if *oid = r.next(); *oid == "" || *oid == "(" || *oid == ")" {
		return fmt.Errorf("it has no object identifier")
	}
	for r.err == nil {
		key := r.next()
		switch {
		case key == ")":
			if strings.TrimSpace(r.rest) != "" {
				return fmt.Errorf("something stands behind the end: %.20q", r.rest)
			}
			return nil
		case key == "" && r.err == nil:
			return fmt.Errorf("its closing parenthesis is missing")
		}
		field(strings.ToUpper(key), r)
	}
	return r.err
}

// reader cuts a definition into words: parentheses, quoted strings and runs of anything else but space, dollar and parentheses.
type reader struct {
	rest   string
	quoted bool // whether the last word stood in quotes
	err    error
}

func (r *reader) fail(format string, args ...any) string {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	return ""
}

// next returns the next word; empty at the end of the text.
func (r *reader) next() string {
	r.rest = strings.TrimLeft(r.rest, " \t\r\n$")
	r.quoted = false
	if r.rest == "" {
		return ""
	}
	switch r.rest[0] {
	case '(', ')':
		w := r.rest[:1]
		r.rest = r.rest[1:]
		return w
	case '\'':
		r.quoted = true
		w, rest, ok := strings.Cut(r.rest[1:], "'")
		if !ok {
			return r.fail("a quote is not closed")
		}
		r.rest = rest
		return unescapeQ(w)
	}
	end := strings.IndexAny(r.rest, " \t\r\n$()'")
	if end < 0 {
		end = len(r.rest)
	}
	w := r.rest[:end]
	r.rest = r.rest[end:]
	return w
}

// unescapeQ undoes the escapes of a qdstring: \27 and \5C (RFC 4512 1.4).
func unescapeQ(s string) string {
	return strings.NewReplacer(`\27`, `'`, `\5C`, `\`, `\5c`, `\`).Replace(s)
}

// one reads a single word.
func (r *reader) one() string {
	w := r.next()
	if !r.quoted && (w == "" || w == "(" || w == ")") {
		return r.fail("a value is missing")
	}
	return w
}

// strings reads a word or a list in parentheses.
func (r *reader) strings() []string {
	w := r.next()
	if r.quoted || w != "(" {
		if !r.quoted && (w == "" || w == ")") {
			r.fail("a value is missing")
			return nil
		}
		return []string{w}
	}
	var all []string
	for r.err == nil {
		w := r.next()
		switch {
		case !r.quoted && w == ")":
			return all
		case !r.quoted && (w == "" || w == "("):
			r.fail("a list is not closed")
		default:
			all = append(all, w)
		}
	}
	return nil
}

// extension skips the value of an "X-..." key; any other unknown key is an error, since what follows it cannot be told.
func (r *reader) extension(key string) {
	if !strings.HasPrefix(key, "X-") {
		r.fail("%.30q is no part of a definition", key)
		return
	}
	r.strings()
}
