package memdir

// postings are lists of nodes from the indexes, not copied: nobody may change them. A node may be there twice.
type postings struct {
	lists [][]*node
	size  int
}

func (p *postings) add(list []*node) {
	if len(list) > 0 {
		p.lists, p.size = append(p.lists, list), p.size+len(list)
	}
}

// candidates uses the indexes to name nodes that may match, among others that do not; ok is false when the filter
// needs a look at everything. It costs no more than the filter is long, however many nodes it names.
func (d *directory) candidates(f *filter) (p postings, ok bool) {
	switch f.kind {
	case filterAnd:
		for _, sub := range f.subs {
			if q, can := d.candidates(sub); can && (!ok || q.size < p.size) {
				p, ok = q, true
			}
		}
		return p, ok
	case filterOr:
		for _, sub := range f.subs {
			q, can := d.candidates(sub)
			if !can {
				return postings{}, false
			}
			p.lists, p.size = append(p.lists, q.lists...), p.size+q.size
		}
		return p, true
	case filterEqual, filterApprox:
		return d.equalityCandidates(f)
	}
	return p, false
}

func (d *directory) equalityCandidates(f *filter) (p postings, ok bool) {
	switch {
	case f.undefined:
		return p, true
	case f.typ == d.known.objectClass:
		return d.classCandidates(f.value)
	case f.typ == d.known.entryDN:
		if n := d.tree.nodes[f.value]; n != nil {
			p.add([]*node{n})
		}
		return p, true
	case f.typ == d.known.memberOf && !d.opts.NoMemberOf:
		p.add(d.memberCandidates(f.value))
		return p, true
	case f.typ.hasSubtypes:
		return p, false
	}
	list, ok := d.tree.lookup(f.typ, f.value)
	p.add(list)
	return p, ok
}

// classCandidates unites the class with its subclasses, which need not list it.
func (d *directory) classCandidates(name string) (p postings, ok bool) {
	want := d.schema.class(name)
	if want == nil {
		return p, true
	}
	if want.name == "top" {
		return p, false
	}
	for key, c := range d.schema.classes { // by name and by OID, as entries may spell them
		if c.is(want) {
			list, _ := d.tree.lookup(d.known.objectClass, key)
			p.add(list)
		}
	}
	return p, true
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
