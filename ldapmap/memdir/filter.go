package memdir

import (
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Bounds of a filter from outside.
const (
	maxFilterDepth = 50
	maxFilterTerms = 10_000
)

type filterKind int

// The choices of Filter, in the order of their context tags (RFC 4511 4.5.1.7).
const (
	filterAnd filterKind = iota
	filterOr
	filterNot
	filterEqual
	filterSubstrings
	filterGreater
	filterLess
	filterPresent
	filterApprox
	filterExtensible
)

// filter is a decoded filter with its assertion values normalised. undefined marks a term that can never be
// true or false: an attribute or rule unknown, a value outside the syntax (RFC 4511 4.5.1.7, X.511 7.8.1).
type filter struct {
	kind      filterKind
	subs      []*filter
	typ       *attributeType
	options   string
	rule      *rule
	value     string // normal form
	initial   string
	any       []string
	final     string
	undefined bool

	chain, bitAnd, bitOr bool
	bits                 int64
	dnAttributes         bool
}

// parseFilter decodes a filter. Errors are protocol errors; what is merely unknown becomes undefined.
func (d *directory) parseFilter(p *ber.Packet, depth int) (*filter, error) {
	budget := maxFilterTerms
	return d.parseFilterWithin(p, depth, &budget)
}

func (d *directory) parseFilterWithin(p *ber.Packet, depth int, budget *int) (*filter, error) {
	if *budget--; *budget < 0 || depth > maxFilterDepth {
		return nil, fail(ProtocolError, "filter is too large")
	}
	bad := fail(ProtocolError, "filter is not readable")
	if p.ClassType != ber.ClassContext || p.Tag > ber.Tag(filterExtensible) {
		return nil, bad
	}
	f := &filter{kind: filterKind(p.Tag)}
	constructed := p.TagType == ber.TypeConstructed
	if constructed == (f.kind == filterPresent) {
		return nil, bad
	}
	switch f.kind {
	case filterAnd, filterOr, filterNot:
		if f.kind == filterNot && len(p.Children) != 1 {
			return nil, bad
		}
		for _, c := range p.Children {
			sub, err := d.parseFilterWithin(c, depth+1, budget)
			if err != nil {
				return nil, err
			}
			f.subs = append(f.subs, sub)
		}
	case filterPresent:
		desc, _ := raw(p)
		d.describeInto(f, desc)
	case filterEqual, filterGreater, filterLess, filterApprox:
		if len(p.Children) != 2 {
			return nil, bad
		}
		desc, ok1 := octets(p.Children[0])
		value, ok2 := octets(p.Children[1])
		if !ok1 || !ok2 {
			return nil, bad
		}
		d.describeInto(f, desc)
		d.assertionInto(f, value)
	case filterSubstrings:
		return f, d.parseSubstrings(f, p)
	case filterExtensible:
		return f, d.parseExtensible(f, p)
	}
	return f, nil
}

func (d *directory) describeInto(f *filter, desc string) {
	var err error
	if f.typ, f.options, err = d.schema.describe(desc); err != nil {
		f.undefined = true
	}
}

// assertionInto picks the rule that the kind of the filter asks for, and normalises the value by it.
func (d *directory) assertionInto(f *filter, value string) {
	if f.undefined {
		return
	}
	f.rule = f.typ.equality
	if f.kind == filterGreater || f.kind == filterLess {
		f.rule = f.typ.ordering
	}
	if f.rule == nil {
		f.undefined = true
		return
	}
	var err error
	if f.value, err = d.schema.applyRule(f.rule, value); err != nil {
		f.undefined = true
	}
}

func (d *directory) parseSubstrings(f *filter, p *ber.Packet) error {
	bad := fail(ProtocolError, "filter is not readable")
	if len(p.Children) != 2 {
		return bad
	}
	desc, ok := octets(p.Children[0])
	pieces, ok2 := sequence(p.Children[1])
	if !ok || !ok2 || len(pieces) == 0 || len(pieces) > 1000 {
		return bad
	}
	d.describeInto(f, desc)
	normal := func(v string) string { return v }
	if !f.undefined {
		if f.rule = f.typ.substr; f.rule == nil {
			f.undefined = true
		} else if f.rule.piece != nil {
			normal = f.rule.piece
		}
	}
	for i, c := range pieces {
		text, ok := raw(c)
		if !ok || c.ClassType != ber.ClassContext || text == "" {
			return bad
		}
		v := normal(text)
		switch {
		case c.Tag == 0 && i == 0:
			f.initial = strings.TrimLeft(v, " ")
		case c.Tag == 1:
			f.any = append(f.any, v)
		case c.Tag == 2 && i == len(pieces)-1:
			f.final = strings.TrimRight(v, " ")
		default:
			return bad
		}
	}
	return nil
}
