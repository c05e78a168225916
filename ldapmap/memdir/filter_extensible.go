package memdir

import (
	"strconv"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// parseExtensible decodes MatchingRuleAssertion: [1] rule, [2] type, [3] value, [4] dnAttributes.
func (d *directory) parseExtensible(f *filter, p *ber.Packet) error {
	var ruleName, desc, value string
	var hasValue bool
	for _, c := range p.Children {
		text, ok := raw(c)
		if !ok || c.ClassType != ber.ClassContext {
			return fail(ProtocolError, "filter is not readable")
		}
		switch c.Tag {
		case 1:
			ruleName = text
		case 2:
			desc = text
		case 3:
			value, hasValue = text, true
		case 4:
			f.dnAttributes, _ = boolean(c)
		}
	}
	if !hasValue || ruleName == "" && desc == "" {
		return fail(ProtocolError, "filter is not readable")
	}
	if desc != "" {
		d.describeInto(f, desc)
	}
	if f.undefined {
		return nil
	}
	switch ruleName {
	case oidMatchingRuleChain:
		f.chain, f.rule = true, ruleByName("distinguishedNameMatch")
	case oidBitAnd, oidBitOr:
		f.bitAnd, f.bitOr = ruleName == oidBitAnd, ruleName == oidBitOr
		var err error
		if f.bits, err = strconv.ParseInt(value, 10, 64); err != nil {
			f.undefined = true
		}
	case "":
		f.rule = f.typ.equality
	default:
		f.rule = ruleByName(ruleName)
	}
	switch {
	case f.chain && (f.typ == nil || !f.typ.syntax.dn), (f.bitAnd || f.bitOr) && f.typ == nil:
		f.undefined = true
	case f.bitAnd || f.bitOr:
	case f.rule == nil:
		f.undefined = true
	default:
		v, err := d.schema.applyRule(f.rule, value)
		f.value, f.undefined = v, err != nil
	}
	return nil
}

// matchExtensible evaluates what parseExtensible has read.
func (d *directory) matchExtensible(s *session, n *node, f *filter) match {
	if f.chain {
		if !d.allowed(s, n.e, f.typ.key, Search) {
			return matchUndefined
		}
		return matchOf(d.inChain(n, f.typ, f.value))
	}
	var attrs []attribute
	if f.typ != nil {
		attrs = d.attributesOf(n, f.typ)
	} else {
		attrs = n.e.attrs
	}
	for _, a := range attrs {
		if f.typ == nil && (a.typ.equality == nil || a.typ.operational) ||
			!hasOptions(a.options, f.options) || !d.allowed(s, n.e, a.typ.key, Search) {
			continue
		}
		for i, v := range a.vals {
			if f.bitAnd || f.bitOr {
				if x, err := strconv.ParseInt(v, 10, 64); err == nil &&
					(f.bitAnd && x&f.bits == f.bits || f.bitOr && x&f.bits != 0) {
					return matchTrue
				}
			} else if d.sameUnder(f.rule, a, i, f.value) {
				return matchTrue
			}
		}
	}
	if f.dnAttributes && f.rule != nil {
		for _, rdn := range n.e.dn.avas {
			for _, a := range rdn {
				if f.typ != nil && !a.typ.is(f.typ) {
					continue
				}
				if v, err := d.schema.applyRule(f.rule, a.value); err == nil && v == f.value {
					return matchTrue
				}
			}
		}
	}
	return matchFalse
}

// sameUnder compares a stored value under a rule that may not be the attribute's own.
func (d *directory) sameUnder(r *rule, a attribute, i int, want string) bool {
	if a.typ.equality == r {
		return a.norms[i] == want
	}
	v, err := d.schema.applyRule(r, a.vals[i])
	return err == nil && v == want
}
