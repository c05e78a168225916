package memdir

import (
	"slices"
	"strings"
)

// Entry is a copy of an entry for tests and for the demo.
type Entry struct {
	DN         string
	Attributes []Attribute // user attributes first, then operational and computed ones
}

// Attribute is an attribute description with its values; values may hold any octets.
type Attribute struct {
	Name   string
	Values []string
}

// Values returns the values of an attribute, or nil. The name compares without case and includes options ("cn;lang-fr").
func (e Entry) Values(name string) []string {
	for _, a := range e.Attributes {
		if strings.EqualFold(a.Name, name) {
			return a.Values
		}
	}
	return nil
}

// Value returns the first value of an attribute, or "".
func (e Entry) Value(name string) string {
	if v := e.Values(name); len(v) > 0 {
		return v[0]
	}
	return ""
}

// Has reports whether the attribute holds exactly this value.
func (e Entry) Has(name, value string) bool { return slices.Contains(e.Values(name), value) }

// Get returns the entry of a DN with everything in it: operational attributes, memberOf, password hashes. It asks
// nobody's leave and is not counted.
func (s *Server) Get(name string) (Entry, bool) {
	parsed, err := s.dir.schema.parseDN(name)
	if err != nil {
		return Entry{}, false
	}
	s.dir.mu.RLock()
	defer s.dir.mu.RUnlock()
	n := s.dir.tree.get(parsed)
	if n == nil {
		return Entry{}, false
	}
	return s.dir.export(n), true
}

// Entries returns every entry like Get, in order of creation.
func (s *Server) Entries() []Entry {
	s.dir.mu.RLock()
	defer s.dir.mu.RUnlock()
	nodes := s.dir.tree.all()
	out := make([]Entry, 0, len(nodes))
	for _, n := range nodes {
		out = append(out, s.dir.export(n))
	}
	return out
}

// Len is the number of entries.
func (s *Server) Len() int {
	s.dir.mu.RLock()
	defer s.dir.mu.RUnlock()
	return len(s.dir.tree.nodes)
}

func (d *directory) export(n *node) Entry {
	attrs := d.project(&session{admin: true}, n, &selection{user: true, operational: true})
	slices.SortStableFunc(attrs, func(a, b attribute) int {
		rank := map[bool]int{true: 1}
		return rank[a.typ.operational] - rank[b.typ.operational]
	})
	out := Entry{DN: n.e.dn.text, Attributes: make([]Attribute, 0, len(attrs))}
	for _, a := range attrs {
		out.Attributes = append(out.Attributes, Attribute{a.desc(), slices.Clone(a.vals)})
	}
	return out
}
