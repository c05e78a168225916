package ldapmap

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// template is "{givenName} {sn}", parsed: texts and attributes in turn.
type template struct {
	source string
	parts  []templatePart
}

type templatePart struct {
	text      string // or
	attribute string
}

// parseTemplate parses text with attributes in braces. A text without braces is a constant.
func parseTemplate(source string) (*template, error) {
	t := &template{source: source}
	for rest := source; rest != ""; {
		open := strings.IndexAny(rest, "{}")
		if open < 0 {
			t.parts = append(t.parts, templatePart{text: rest})
			break
		}
		if rest[open] == '}' {
			return nil, fmt.Errorf("a brace is closed that was not opened")
		}
		if open > 0 {
			t.parts = append(t.parts, templatePart{text: rest[:open]})
		}
		rest = rest[open+1:]
		end := strings.IndexByte(rest, '}')
		if end < 0 {
			return nil, fmt.Errorf("a brace is not closed")
		}
		name := rest[:end]
		if !isAttribute(name) {
			return nil, fmt.Errorf("%q is not an attribute", clip(name))
		}
		t.parts = append(t.parts, templatePart{attribute: name})
		rest = rest[end+1:]
	}
	return t, nil
}

func (t *template) attributes() []string {
	var names []string
	for _, p := range t.parts {
		if p.attribute != "" && !slices.Contains(names, p.attribute) {
			names = append(names, p.attribute)
		}
	}
	return names
}

// fill puts the values in; ok is false if the template has attributes and none of them has a value. Spaces that stand around a missing value go.
func (t *template) fill(value func(attribute string) string) (text string, ok bool) {
	var b strings.Builder
	missing, present := false, false
	for _, p := range t.parts {
		if p.attribute == "" {
			b.WriteString(p.text)
			continue
		}
		v := value(p.attribute)
		if v == "" {
			missing = true
		} else {
			present = true
		}
		b.WriteString(v)
	}
	if missing && !present {
		return "", false
	}
	text = b.String()
	if missing {
		text = strings.Join(strings.Fields(text), " ")
	}
	return text, text != ""
}

// patternPart takes a part of a value.
type patternPart struct{ *regexp.Regexp }

func (p patternPart) part(v string) (string, bool) {
	m := p.FindStringSubmatch(v)
	switch {
	case m == nil:
		return "", false
	case len(m) > 1:
		return m[1], m[1] != ""
	}
	return m[0], m[0] != ""
}

// isAttribute tells whether s is an attribute description: a type with options (RFC 4512 2.5).
func isAttribute(s string) bool {
	name, options, has := strings.Cut(s, ";")
	if !isDescriptor(name) {
		return false
	}
	if !has {
		return true
	}
	for o := range strings.SplitSeq(options, ";") {
		if o == "" || len(o) > 64 {
			return false
		}
		for i := range len(o) {
			c := o[i]
			if !(c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-') {
				return false
			}
		}
	}
	return true
}
