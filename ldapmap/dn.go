package ldapmap

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// DN is a parsed distinguished name (RFC 4514), the entry's own RDN first. The empty DN is the root.
type DN []RDN

// RDN is a relative distinguished name: one attribute with its value, or several.
type RDN []AVA

// AVA is one attribute and raw value of an RDN.
type AVA struct{ Attribute, Value string }

// The bounds of what ParseDN accepts.
const (
	maxDN     = 8 << 10 // bytes
	maxDNRDNs = 128
)

// ParseDN parses the string form of RFC 4514 3; spaces around separators, which RFC 2253 2.4 still allowed, are accepted. Errors say where.
func ParseDN(text string) (DN, error) {
	if len(text) > maxDN {
		return nil, fmt.Errorf("a DN of %d bytes is too long", len(text))
	}
	p := dnParser{text: text}
	p.spaces()
	if p.done() {
		return DN{}, nil
	}
	var dn DN
	rdn := RDN{}
	for {
		ava, err := p.ava()
		if err != nil {
			return nil, fmt.Errorf("position %d of the DN: %w", p.at+1, err)
		}
		rdn = append(rdn, ava)
		if p.done() {
			return append(dn, rdn), nil
		}
		separator := p.text[p.at]
		p.at++
		if separator != '+' {
			dn = append(dn, rdn)
			rdn = RDN{}
			if len(dn) > maxDNRDNs {
				return nil, fmt.Errorf("a DN with more than %d parts", maxDNRDNs)
			}
		}
	}
}

type dnParser struct {
	text string
	at   int
}

func (p *dnParser) done() bool { return p.at >= len(p.text) }

func (p *dnParser) spaces() {
	for !p.done() && p.text[p.at] == ' ' {
		p.at++
	}
}

// ava parses one attribute=value and stops at the separator or the end.
func (p *dnParser) ava() (AVA, error) {
	p.spaces()
	start := p.at
	for !p.done() && p.text[p.at] != '=' && p.text[p.at] != ' ' {
		p.at++
	}
	name := p.text[start:p.at]
	p.spaces()
	if p.done() || p.text[p.at] != '=' {
		return AVA{}, fmt.Errorf("an attribute and \"=\" are wanted")
	}
	if !isDescriptor(name) {
		p.at = start
		return AVA{}, fmt.Errorf("%q is not an attribute", clip(name))
	}
	p.at++
	p.spaces()
	if !p.done() && p.text[p.at] == '#' {
		v, err := p.hexValue()
		return AVA{name, v}, err
	}
	v, err := p.stringValue()
	return AVA{name, v}, err
}

// stringValue parses RFC 4514's string, whose special characters are escaped by a backslash.
func (p *dnParser) stringValue() (string, error) {
	var b strings.Builder
	trim := 0 // length up to the last character that is not a plain space
	for ; !p.done(); p.at++ {
		c := p.text[p.at]
		switch c {
		case ',', '+', ';':
			return p.value(b.String()[:trim])
		case '"', '<', '>', 0:
			return "", fmt.Errorf("%q has to be escaped", c)
		case '\\':
			n, v, ok := unescapeDN(p.text[p.at+1:])
			if !ok {
				return "", fmt.Errorf("a backslash needs a special character or two hex digits after it")
			}
			b.WriteByte(v)
			p.at += n
			trim = b.Len()
		default:
			b.WriteByte(c)
			if c != ' ' {
				trim = b.Len()
			}
		}
	}
	return p.value(b.String()[:trim])
}

func (p *dnParser) value(v string) (string, error) {
	if !utf8.ValidString(v) {
		return "", fmt.Errorf("the value is not UTF-8")
	}
	return v, nil
}

// unescapeDN reads what follows a backslash: how many bytes it takes and which byte it stands for.
func unescapeDN(s string) (n int, v byte, ok bool) {
	if s == "" {
		return 0, 0, false
	}
	if strings.IndexByte(` "#+,;<=>\`, s[0]) >= 0 {
		return 1, s[0], true
	}
	if len(s) >= 2 {
		if b, err := hex.DecodeString(s[:2]); err == nil {
			return 2, b[0], true
		}
	}
	return 0, 0, false
}

// hexValue parses "#" and the BER encoding in hex; the value is the content of a string type, as go-ldap and servers take it.
func (p *dnParser) hexValue() (string, error) {
	start := p.at + 1
	for !p.done() && strings.IndexByte(",+; ", p.text[p.at]) < 0 {
		p.at++
	}
	ber, err := hex.DecodeString(p.text[start:p.at])
	if err != nil {
		return "", fmt.Errorf("hex digits are wanted after #")
	}
	p.spaces()
	if !p.done() && strings.IndexByte(",+;", p.text[p.at]) < 0 {
		return "", fmt.Errorf("a separator is wanted after a value in hex")
	}
	// Only short definite lengths: nobody writes longer ones by hand.
	if len(ber) < 2 || ber[1] >= 0x80 || int(ber[1]) != len(ber)-2 {
		return "", fmt.Errorf("the value in hex is not BER of at most 127 bytes")
	}
	return string(ber[2:]), nil
}

// isDescriptor tells whether s is an attribute type: a short name or an OID (RFC 4512 1.4).
func isDescriptor(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	letters := s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z'
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
		case letters && (c|0x20 >= 'a' && c|0x20 <= 'z' || c == '-'):
		case !letters && c == '.' && i > 0 && s[i-1] != '.' && i < len(s)-1:
		default:
			return false
		}
	}
	return true
}

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
