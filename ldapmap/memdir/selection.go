package memdir

import (
	"slices"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// selection is the attribute list of a search (RFC 4511 4.5.1.8): names, "*", "+" (RFC 3673), "1.1", "@class" (RFC 4529).
type selection struct {
	user, operational bool
	wanted            []selected
}

type selected struct {
	typ     *attributeType
	options string
}

// selectAttributes never fails: names that are unknown select nothing.
func (d *directory) selectAttributes(names []string) selection {
	sel := selection{user: len(names) == 0}
	for _, name := range names {
		switch {
		case name == "*":
			sel.user = true
		case name == "+":
			sel.operational = true
		case name == "1.1":
		case strings.HasPrefix(name, "@"):
			if c := d.schema.class(name[1:]); c != nil {
				sel.addClass(c)
			}
		default:
			if t, options, err := d.schema.describe(name); err == nil {
				sel.wanted = append(sel.wanted, selected{t, options})
			}
		}
	}
	return sel
}

func (sel *selection) addClass(c *objectClass) {
	for _, t := range slices.Concat(c.must, c.may) {
		sel.wanted = append(sel.wanted, selected{typ: t})
	}
	for _, s := range c.sups {
		sel.addClass(s)
	}
}

func (sel *selection) takes(t *attributeType, options string) bool {
	if t.operational && sel.operational || !t.operational && sel.user {
		return true
	}
	return slices.ContainsFunc(sel.wanted, func(w selected) bool { return t.is(w.typ) && hasOptions(options, w.options) })
}

// project is the part of an entry that the client asked for and may read.
func (d *directory) project(s *session, n *node, sel *selection) []attribute {
	out := make([]attribute, 0, len(n.e.attrs))
	for _, a := range n.e.attrs {
		if sel.takes(a.typ, a.options) && d.allowed(s, n.e, a.typ.key, Read) {
			out = append(out, a)
		}
	}
	if !sel.operational && len(sel.wanted) == 0 {
		return out
	}
	for _, t := range []*attributeType{d.known.entryDN, d.known.subschemaSubentry, d.known.hasSubordinates, d.known.memberOf} {
		if compute := d.virtual[t]; compute != nil && sel.takes(t, "") && d.allowed(s, n.e, t.key, Read) {
			if a := compute(n); len(a.vals) > 0 {
				out = append(out, a)
			}
		}
	}
	return out
}

// appendEntry writes objectName and attributes, the body of SearchResultEntry (RFC 4511 4.5.2).
func (d *directory) appendEntry(body *ber.Packet, s *session, n *node, sel selection, typesOnly bool) {
	encodeEntry(body, n.e.dn.text, d.project(s, n, &sel), typesOnly)
}

func encodeEntry(body *ber.Packet, name string, attrs []attribute, typesOnly bool) {
	body.AppendChild(newOctets(name))
	list := ber.NewSequence("")
	for _, a := range attrs {
		one := ber.NewSequence("")
		one.AppendChild(newOctets(a.desc()))
		values := a.vals
		if typesOnly {
			values = nil
		}
		one.AppendChild(newSet(values))
		list.AppendChild(one)
	}
	body.AppendChild(list)
}
