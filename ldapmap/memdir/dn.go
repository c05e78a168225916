package memdir

import (
	"slices"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// maxDNDepth bounds how deep the tree can grow.
const maxDNDepth = 64

// ava is one attribute=value of an RDN.
type ava struct {
	typ   *attributeType
	value string
	norm  string
}

// dn is a parsed name. Two names are the same entry when their keys are equal.
type dn struct {
	text string   // as the client wrote it, spaces around separators removed
	rdns []string // text of each RDN, the entry's own first
	keys []string // normal form of each RDN
	avas [][]ava
	key  string
}

var rootDN = dn{}

func (d dn) isRoot() bool { return len(d.keys) == 0 }

// parent of the root is the root.
func (d dn) parent() dn {
	if len(d.keys) <= 1 {
		return rootDN
	}
	return dn{text: strings.Join(d.rdns[1:], ","), rdns: d.rdns[1:], keys: d.keys[1:], avas: d.avas[1:],
		key: strings.Join(d.keys[1:], ",")}
}

// under reports whether d is base or below it.
func (d dn) under(base dn) bool {
	n := len(d.keys) - len(base.keys)
	return n >= 0 && slices.Equal(d.keys[n:], base.keys)
}

// child puts an RDN (a dn of one component) on top of d.
func (d dn) child(rdn dn) dn {
	out := dn{
		rdns: append(slices.Clone(rdn.rdns), d.rdns...),
		keys: append(slices.Clone(rdn.keys), d.keys...),
		avas: append(slices.Clone(rdn.avas), d.avas...),
	}
	out.text, out.key = strings.Join(out.rdns, ","), strings.Join(out.keys, ",")
	return out
}

// parseDN reads RFC 4514. Attribute types have to be in the schema, as slapd has it.
func (s *schema) parseDN(text string) (dn, error) {
	parsed, err := ldapmap.ParseDN(text)
	if err != nil || len(parsed) > maxDNDepth {
		return dn{}, fail(InvalidDNSyntax, "invalid DN")
	}
	var out dn
	for _, rdn := range parsed {
		avas := make([]ava, 0, len(rdn))
		texts, keys := make([]string, 0, 1), make([]string, 0, 1)
		for _, a := range rdn {
			t := s.attribute(a.Attribute)
			if t == nil || a.Value == "" {
				return dn{}, fail(InvalidDNSyntax, "invalid DN")
			}
			norm, err := s.normalForm(t, a.Value)
			if err != nil {
				return dn{}, fail(InvalidDNSyntax, "invalid DN")
			}
			if slices.ContainsFunc(avas, func(o ava) bool { return o.typ == t }) {
				return dn{}, fail(InvalidDNSyntax, "invalid DN")
			}
			avas = append(avas, ava{t, a.Value, norm})
			texts = append(texts, a.Attribute+"="+ldapmap.EscapeDN(a.Value))
			keys = append(keys, t.key+"="+ldapmap.EscapeDN(norm))
		}
		slices.Sort(keys)
		out.avas = append(out.avas, avas)
		out.rdns = append(out.rdns, strings.Join(texts, "+"))
		out.keys = append(out.keys, strings.Join(keys, "+"))
	}
	out.text, out.key = strings.Join(out.rdns, ","), strings.Join(out.keys, ",")
	return out, nil
}

// normalForm applies the equality rule of t. An attribute without one compares by octets.
func (s *schema) normalForm(t *attributeType, v string) (string, error) {
	if t.equality == nil {
		return v, nil
	}
	return s.applyRule(t.equality, v)
}

func (s *schema) applyRule(r *rule, v string) (string, error) {
	if !r.dn {
		return r.normal(v)
	}
	base, uid, _ := strings.Cut(v, "#'")
	if !strings.HasSuffix(uid, "'B") { // RFC 4517 3.3.21: the optional UID is a bit string
		base, uid = v, ""
	}
	d, err := s.parseDN(base)
	if err != nil {
		return "", err
	}
	if uid != "" {
		return d.key + "#'" + uid, nil
	}
	return d.key, nil
}
