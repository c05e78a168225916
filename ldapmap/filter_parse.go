package ldapmap

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// The bounds of what ParseFilter accepts.
const (
	maxFilter      = 8 << 10 // bytes
	maxFilterDepth = 32
)

// ParseFilter parses the text of a search filter (RFC 4515 3), as administrators write it in the configuration. The outer
// parentheses may be missing around a single comparison. Errors say where, and what was wanted.
func ParseFilter(text string) (Filter, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return nil, errors.New("the filter is empty")
	case len(text) > maxFilter:
		return nil, fmt.Errorf("a filter of %d bytes is too long", len(text))
	case text[0] != '(' && text[0] != '&' && text[0] != '|' && text[0] != '!':
		text = "(" + text + ")"
	}
	p := filterParser{text: text}
	f, err := p.filter(0)
	if err == nil && p.at < len(p.text) {
		err = fmt.Errorf("nothing more was expected, found %q", clip(p.text[p.at:]))
	}
	if err != nil {
		return nil, fmt.Errorf("position %d of the filter: %w", p.at+1, err)
	}
	return f, nil
}

type filterParser struct {
	text string
	at   int
}

func (p *filterParser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

// spaces skips what administrators put between the parts of a long filter; the RFC has none.
func (p *filterParser) spaces() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

func (p *filterParser) expect(c byte) error {
	if p.peek() != c || p.at >= len(p.text) {
		if p.at >= len(p.text) {
			return fmt.Errorf("%q is missing at the end", c)
		}
		return fmt.Errorf("%q is wanted, found %q", c, p.text[p.at])
	}
	p.at++
	return nil
}

func (p *filterParser) filter(depth int) (Filter, error) {
	if depth > maxFilterDepth {
		return nil, fmt.Errorf("more than %d levels of parentheses", maxFilterDepth)
	}
	if err := p.expect('('); err != nil {
		return nil, err
	}
	p.spaces()
	var f Filter
	var err error
	switch p.peek() {
	case '&', '|':
		op := p.peek()
		p.at++
		var parts []Filter
		if parts, err = p.list(depth); err != nil {
			return nil, err
		}
		if op == '&' {
			f = And(parts)
		} else {
			f = Or(parts)
		}
	case '!':
		p.at++
		p.spaces()
		var inner Filter
		if inner, err = p.filter(depth + 1); err != nil {
			return nil, err
		}
		p.spaces()
		f = Not{inner}
	default:
		if f, err = p.comparison(); err != nil {
			return nil, err
		}
	}
	return f, p.expect(')')
}

func (p *filterParser) list(depth int) ([]Filter, error) {
	parts := []Filter{}
	for p.spaces(); p.peek() == '('; p.spaces() {
		f, err := p.filter(depth + 1)
		if err != nil {
			return nil, err
		}
		parts = append(parts, f)
	}
	return parts, nil
}

// comparison parses attribute, operator and value up to the closing parenthesis, which it leaves.
func (p *filterParser) comparison() (Filter, error) {
	start := p.at
	for p.at < len(p.text) && strings.IndexByte("=<>~:()", p.text[p.at]) < 0 {
		p.at++
	}
	attribute := strings.TrimSpace(p.text[start:p.at])
	if p.peek() != ':' && !isAttribute(attribute) {
		p.at = start
		if attribute == "" {
			return nil, errors.New("an attribute is wanted")
		}
		return nil, fmt.Errorf("%q is not an attribute", clip(attribute))
	}
	op := p.peek()
	p.at++
	switch op {
	case '=':
		return p.equality(attribute)
	case '<', '>', '~':
		if err := p.expect('='); err != nil {
			return nil, err
		}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		switch op {
		case '<':
			return LessOrEqual{attribute, v}, nil
		case '>':
			return GreaterOrEqual{attribute, v}, nil
		default:
			return Approximate{attribute, v}, nil
		}
	case ':':
		return p.extensible(attribute)
	}
	p.at--
	return nil, fmt.Errorf("one of = <= >= ~= := is wanted after %q", clip(attribute))
}

// extensible parses what follows the first colon of attribute:dn:rule:=value.
func (p *filterParser) extensible(attribute string) (Filter, error) {
	end := strings.Index(p.text[p.at-1:], ":=")
	if end < 0 {
		return nil, errors.New(":= is wanted")
	}
	m := Matching{Attribute: attribute}
	start := p.at
	if end > 0 {
		words := strings.Split(p.text[p.at:p.at-1+end], ":")
		if strings.EqualFold(words[0], "dn") {
			m.DN = true
			words = words[1:]
		}
		if len(words) > 1 || len(words) == 1 && !isDescriptor(words[0]) {
			return nil, errors.New("a matching rule is wanted")
		}
		if len(words) == 1 {
			m.Rule = words[0]
		}
	}
	if m.Attribute == "" && m.Rule == "" || m.Attribute != "" && !isAttribute(m.Attribute) {
		return nil, errors.New("an attribute or a matching rule is wanted")
	}
	p.at = start - 1 + end + len(":=")
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	m.Value = v
	return m, nil
}

// equality parses what follows "=": a value, or parts with stars between.
func (p *filterParser) equality(attribute string) (Filter, error) {
	parts := []string{}
	for {
		v, err := p.part()
		if err != nil {
			return nil, err
		}
		parts = append(parts, v)
		if p.peek() != '*' {
			break
		}
		p.at++
	}
	last := len(parts) - 1
	if last == 0 {
		return Equal{attribute, parts[0]}, nil
	}
	s := Substrings{Attribute: attribute, Initial: parts[0], Final: parts[last]}
	for _, v := range parts[1:last] {
		if v == "" {
			return nil, errors.New("two stars stand side by side")
		}
		s.Any = append(s.Any, v)
	}
	switch {
	case s.Initial == "" && s.Final == "" && len(s.Any) == 0:
		return Present{attribute}, nil
	case s.Initial == "" && s.Final == "" && len(s.Any) == 1:
		return Contains{attribute, s.Any[0]}, nil
	case s.Final == "" && len(s.Any) == 0:
		return StartsWith{attribute, s.Initial}, nil
	case s.Initial == "" && len(s.Any) == 0:
		return EndsWith{attribute, s.Final}, nil
	}
	return s, nil
}

func (p *filterParser) value() (string, error) {
	v, err := p.part()
	if err == nil && p.peek() == '*' {
		err = errors.New("a star has to be written \\2a here")
	}
	return v, err
}

// part reads an escaped value up to a star or the closing parenthesis.
func (p *filterParser) part() (string, error) {
	var b strings.Builder
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; c {
		case '*', ')':
			return b.String(), nil
		case '(':
			return "", errors.New("a parenthesis in a value has to be written \\28")
		case 0:
			return "", errors.New("a NUL byte has to be written \\00")
		case '\\':
			if p.at+3 > len(p.text) {
				return "", errors.New("two hex digits are wanted after a backslash")
			}
			v, err := hex.DecodeString(p.text[p.at+1 : p.at+3])
			if err != nil {
				return "", errors.New("two hex digits are wanted after a backslash")
			}
			b.WriteByte(v[0])
			p.at += 2
		default:
			b.WriteByte(c)
		}
	}
	return "", errors.New("')' is missing at the end")
}
