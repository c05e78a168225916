package memdir

import (
	"slices"
	"strings"
)

// node is a place in the tree. It keeps its identity when the entry changes or moves, hence indexes point to nodes.
type node struct {
	id       uint64 // order of creation: the order of search results, and the cookie of paged results
	e        *entry
	parent   *node // nil for a suffix
	children map[string]*node
}

// tree holds the entries and equality indexes. Its methods neither lock nor fail: callers hold the directory's
// lock and have checked everything before.
type tree struct {
	nodes   map[string]*node // by dn.key
	indexes map[*attributeType]map[string][]*node
	lastID  uint64
}

// indexed are the attributes that people search by; Options.Index adds to them.
var indexed = strings.Fields(`objectClass uid mail cn sn givenName displayName employeeNumber member uniqueMember
	memberUid owner manager secretary roleOccupant seeAlso uidNumber gidNumber entryUUID ou dc telephoneNumber mobile`)

func newTree(s *schema, extra []string) *tree {
	t := &tree{nodes: map[string]*node{}, indexes: map[*attributeType]map[string][]*node{}}
	for _, name := range slices.Concat(indexed, extra) {
		if typ := s.attribute(name); typ != nil {
			t.indexes[typ] = map[string][]*node{}
		}
	}
	return t
}

func (t *tree) get(d dn) *node { return t.nodes[d.key] }

// nearest is the closest existing entry at or above d, for matchedDN.
func (t *tree) nearest(d dn) *node {
	for ; !d.isRoot(); d = d.parent() {
		if n := t.nodes[d.key]; n != nil {
			return n
		}
	}
	return nil
}

func (t *tree) add(e *entry) *node {
	t.lastID++
	n := &node{id: t.lastID, parent: t.nodes[e.dn.parent().key]}
	t.nodes[e.dn.key] = n
	n.attach(e.dn.key)
	t.replace(n, e)
	return n
}

func (n *node) attach(key string) {
	if n.parent == nil {
		return
	}
	if n.parent.children == nil {
		n.parent.children = map[string]*node{}
	}
	n.parent.children[key] = n
}

func (t *tree) remove(n *node) {
	key := n.e.dn.key
	if n.parent != nil {
		delete(n.parent.children, key)
	}
	delete(t.nodes, key)
	t.replace(n, nil)
}

// replace puts another version of the entry in place and keeps the indexes true.
func (t *tree) replace(n *node, e *entry) {
	for typ, index := range t.indexes {
		was, is := n.e.norms(typ), e.norms(typ)
		if slices.Equal(was, is) {
			continue
		}
		if len(was) == 0 && len(is) == 1 { // most changes to most indexes
			index[is[0]] = append(index[is[0]], n)
			continue
		}
		old := make(map[string]bool, len(was))
		for _, v := range was {
			old[v] = true
		}
		seen := make(map[string]bool, len(is)) // a value may be there twice, under different options
		for _, v := range is {
			if !old[v] && !seen[v] {
				index[v] = append(index[v], n)
			}
			seen[v] = true
			delete(old, v)
		}
		for v := range old {
			list := index[v]
			if i := slices.Index(list, n); i >= 0 {
				list[i] = list[len(list)-1]
				list[len(list)-1] = nil
				list = list[:len(list)-1]
			}
			if len(list) == 0 {
				delete(index, v)
			} else {
				index[v] = list
			}
		}
	}
	if e != nil {
		n.e = e
	}
}

// norms are the normal forms of typ in the entry under any options.
func (e *entry) norms(typ *attributeType) []string {
	if e == nil {
		return nil
	}
	var out []string
	shared := false
	for i := range e.attrs {
		if e.attrs[i].typ != typ {
			continue
		}
		if out == nil {
			out, shared = e.attrs[i].norms, true
			continue
		}
		if shared {
			out, shared = slices.Clone(out), false
		}
		out = append(out, e.attrs[i].norms...)
	}
	return out
}

// lookup returns the nodes that hold a value; ok is false when there is no such index. Callers must not change the list.
func (t *tree) lookup(typ *attributeType, norm string) (list []*node, ok bool) {
	index, ok := t.indexes[typ]
	if !ok {
		return nil, false
	}
	return index[norm], true
}

// subtree lists n and everything below it.
func (n *node) subtree() []*node {
	out := []*node{n}
	for i := 0; i < len(out); i++ {
		for _, c := range out[i].children {
			out = append(out, c)
		}
	}
	return out
}

// move renames n to e.dn, below parent, and everything below it.
func (t *tree) move(n *node, e *entry, parent *node) {
	below := n.subtree()
	depth := len(n.e.dn.keys)
	if n.parent != nil {
		delete(n.parent.children, n.e.dn.key)
	}
	for _, m := range below {
		delete(t.nodes, m.e.dn.key)
	}
	n.parent = parent
	t.replace(n, e)
	t.nodes[e.dn.key] = n
	n.attach(e.dn.key)
	for _, m := range below[1:] {
		moved := m.e.clone()
		moved.dn = m.e.dn.rebase(depth, e.dn)
		m.e = moved
		t.nodes[moved.dn.key] = m
	}
	for _, m := range below {
		if len(m.children) == 0 {
			continue
		}
		renamed := make(map[string]*node, len(m.children))
		for _, c := range m.children {
			renamed[c.e.dn.key] = c
		}
		m.children = renamed
	}
}

// rebase replaces the last depth components of d by base.
func (d dn) rebase(depth int, base dn) dn {
	n := len(d.keys) - depth
	out := dn{
		rdns: slices.Concat(d.rdns[:n], base.rdns),
		keys: slices.Concat(d.keys[:n], base.keys),
		avas: slices.Concat(d.avas[:n], base.avas),
	}
	out.text, out.key = strings.Join(out.rdns, ","), strings.Join(out.keys, ",")
	return out
}

// all lists every node in order of creation.
func (t *tree) all() []*node {
	out := make([]*node, 0, len(t.nodes))
	for _, n := range t.nodes {
		out = append(out, n)
	}
	sortNodes(out)
	return out
}

func sortNodes(list []*node) {
	slices.SortFunc(list, func(a, b *node) int {
		switch {
		case a.id < b.id:
			return -1
		case a.id > b.id:
			return 1
		}
		return 0
	})
}
