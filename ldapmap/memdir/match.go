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
