package ldapmap

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxDN is how many bytes of a DN ParseDN accepts.
const MaxDN = 8 << 10

const maxDNRDNs = 128

// ParseDN parses the string form of RFC 4514 3; spaces around separators, which RFC 2253 2.4 still allowed, are accepted. Errors say where.
func ParseDN(text string) (DN, error) {
	if len(text) > MaxDN {
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
