package memdir

import "strings"

// match is the three-valued outcome of a filter.
type match int

const (
	matchFalse match = iota
	matchTrue
	matchUndefined
)

func matchOf(b bool) match {
	if b {
		return matchTrue
	}
	return matchFalse
}

// matches evaluates a filter on an entry as the session may search it.
func (d *directory) matches(s *session, n *node, f *filter) match {
	switch f.kind {
	case filterAnd, filterOr:
		decisive := matchOf(f.kind == filterOr)
		out := matchOf(f.kind == filterAnd)
		for _, sub := range f.subs {
			switch d.matches(s, n, sub) {
			case decisive:
				return decisive
			case matchUndefined:
				out = matchUndefined
			}
		}
		return out
	case filterNot:
		switch d.matches(s, n, f.subs[0]) {
		case matchTrue:
			return matchFalse
		case matchFalse:
			return matchTrue
		}
		return matchUndefined
	}
	if f.undefined {
		return matchUndefined
	}
	if f.kind == filterExtensible {
		return d.matchExtensible(s, n, f)
	}
	// Like slapd, an attribute one may not search makes its term undefined, so that a negation tells nothing either.
	if !d.allowed(s, n.e, f.typ.key, Search) {
		return matchUndefined
	}
	if f.typ == d.known.objectClass && f.kind == filterEqual {
		return matchOf(d.classMatches(n.e, f.value))
	}
	for _, a := range d.attributesOf(n, f.typ) {
		if hasOptions(a.options, f.options) && matchAttribute(f, a) {
			return matchTrue
		}
	}
	return matchFalse
}

func matchAttribute(f *filter, a attribute) bool {
	switch f.kind {
	case filterPresent:
		return len(a.vals) > 0
	case filterEqual, filterApprox:
		return a.index(f.value) >= 0
	case filterGreater, filterLess:
		compare := f.rule.compare
		if compare == nil {
			compare = strings.Compare
		}
		for _, v := range a.norms {
			if c := compare(v, f.value); c == 0 || (c > 0) == (f.kind == filterGreater) {
				return true
			}
		}
	case filterSubstrings:
		for _, v := range a.norms {
			if matchPieces(f, v) {
				return true
			}
		}
	}
	return false
}

// matchPieces looks for initial, any and final in this order and without overlap (RFC 4517 4.2).
func matchPieces(f *filter, v string) bool {
	v, ok := strings.CutPrefix(v, f.initial)
	if !ok {
		return false
	}
	for _, piece := range f.any {
		_, rest, ok := strings.Cut(v, piece)
		if !ok {
			return false
		}
		v = rest
	}
	return strings.HasSuffix(v, f.final)
}

// candidates uses the indexes to name nodes that may match; ok is false when the filter needs a look at everything.
// The list may hold a node twice, and nodes that do not match.
func (d *directory) candidates(f *filter) (list []*node, ok bool) {
	switch f.kind {
	case filterAnd:
		for _, sub := range f.subs {
			if l, can := d.candidates(sub); can && (!ok || len(l) < len(list)) {
				list, ok = l, true
			}
		}
		return list, ok
	case filterOr:
		for _, sub := range f.subs {
			l, can := d.candidates(sub)
			if !can {
				return nil, false
			}
			list = append(list[:len(list):len(list)], l...)
		}
		return list, true
	case filterEqual, filterApprox:
		switch {
		case f.undefined:
			return nil, true
		case f.typ == d.known.objectClass:
			return d.classCandidates(f.value)
		case f.typ == d.known.entryDN:
			if n := d.tree.nodes[f.value]; n != nil {
				list = []*node{n}
			}
			return list, true
		case f.typ == d.known.memberOf && !d.opts.NoMemberOf:
			return d.memberCandidates(f.value), true
		case f.typ.hasSubtypes:
			return nil, false
		}
		return d.tree.lookup(f.typ, f.value)
	}
	return nil, false
}

// classCandidates unites the class with its subclasses, which need not list it.
func (d *directory) classCandidates(name string) (list []*node, ok bool) {
	want := d.schema.class(name)
	if want == nil {
		return d.tree.lookup(d.known.objectClass, name)
	}
	if want.name == "top" {
		return nil, false
	}
	for key, c := range d.schema.classes {
		if !c.is(want) {
			continue
		}
		l, _ := d.tree.lookup(d.known.objectClass, key)
		list = append(list, l...)
	}
	return list, true
}

func (d *directory) memberCandidates(group string) []*node {
	n := d.tree.nodes[group]
	if n == nil {
		return nil
	}
	var list []*node
	for _, t := range []*attributeType{d.known.member, d.known.uniqueMember} {
		for _, key := range n.e.norms(t) {
			if m := d.tree.nodes[key]; m != nil {
				list = append(list, m)
			}
		}
	}
	return list
}
