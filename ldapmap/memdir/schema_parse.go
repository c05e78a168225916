package memdir

import (
	"fmt"
	"strings"
)

// definition is one parsed description of RFC 4512 4.1: the numeric OID and its keywords, upper case.
type definition struct {
	oid    string
	fields map[string][]string
	text   string
}

func (d definition) one(key string) string {
	if v := d.fields[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (d definition) has(key string) bool { _, ok := d.fields[key]; return ok }

func (d definition) name() string {
	if n := d.one("NAME"); n != "" {
		return n
	}
	return d.oid
}

// schemaFlags are the keywords that take no value.
var schemaFlags = map[string]bool{"OBSOLETE": true, "SINGLE-VALUE": true, "COLLECTIVE": true,
	"NO-USER-MODIFICATION": true, "ABSTRACT": true, "STRUCTURAL": true, "AUXILIARY": true}

// parseDefinition reads "( oid KEYWORD value ... )".
func parseDefinition(text string) (definition, error) {
	tokens, err := schemaTokens(text)
	if err != nil {
		return definition{}, err
	}
	if len(tokens) < 3 || tokens[0] != "(" || tokens[len(tokens)-1] != ")" {
		return definition{}, fmt.Errorf("definition is not in brackets: %.60s", text)
	}
	tokens = tokens[1 : len(tokens)-1]
	d := definition{oid: tokens[0], fields: map[string][]string{}, text: text}
	for i := 1; i < len(tokens); {
		key := strings.ToUpper(tokens[i])
		i++
		if schemaFlags[key] {
			d.fields[key] = nil
			continue
		}
		if i >= len(tokens) {
			return d, fmt.Errorf("%s without a value in %.60s", key, text)
		}
		if tokens[i] != "(" {
			d.fields[key] = []string{unquote(tokens[i])}
			i++
			continue
		}
		for i++; i < len(tokens) && tokens[i] != ")"; i++ {
			if tokens[i] != "$" {
				d.fields[key] = append(d.fields[key], unquote(tokens[i]))
			}
		}
		i++
	}
	return d, nil
}

func unquote(s string) string { return strings.Trim(s, "'") }

func schemaTokens(text string) ([]string, error) {
	var out []string
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case ' ', '\t', '\r', '\n':
			i++
		case '(', ')', '$':
			out = append(out, string(c))
			i++
		case '\'':
			end := strings.IndexByte(text[i+1:], '\'')
			if end < 0 {
				return nil, fmt.Errorf("quote without an end in %.60s", text)
			}
			out = append(out, text[i:i+end+2])
			i += end + 2
		default:
			end := strings.IndexAny(text[i:], " \t\r\n()$'")
			if end < 0 {
				end = len(text) - i
			}
			out = append(out, text[i:i+end])
			i += end
		}
	}
	return out, nil
}
