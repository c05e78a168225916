package memdir

import "slices"

// memberOf is computed from the index of member and uniqueMember whenever it is asked for, so that it can never
// be out of step, also not with members that are created after their group.
func (d *directory) memberOf(n *node) attribute {
	out := attribute{typ: d.known.memberOf}
	for _, g := range d.groupsOf(n.e.dn.key) {
		out.vals, out.norms = append(out.vals, g.e.dn.text), append(out.norms, g.e.dn.key)
	}
	return out
}

// groupsOf lists the entries that name key as member or uniqueMember, oldest first.
func (d *directory) groupsOf(key string) []*node {
	direct, _ := d.tree.lookup(d.known.member, key)
	unique, _ := d.tree.lookup(d.known.uniqueMember, key)
	if len(direct)+len(unique) == 0 {
		return nil
	}
	out := slices.Concat(direct, unique)
	sortNodes(out)
	return slices.Compact(out)
}

// references keeps DN values true when names change (referential integrity). moved maps a lost name to the new
// one; a name that maps to the root DN is gone. It changes entries directly: nothing in it can fail.
func (d *directory) references(moved map[string]dn, by dn) {
	if d.opts.NoRefint {
		return
	}
	touched := map[*node]*entry{}
	var order []*node
	for _, t := range d.refint {
		for was, is := range moved {
			list, _ := d.tree.lookup(t, was)
			for _, n := range slices.Clone(list) {
				e := touched[n]
				if e == nil {
					e = n.e.clone()
					touched[n] = e
					order = append(order, n)
				}
				d.rewrite(e, t, was, is)
			}
		}
	}
	sortNodes(order)
	for _, n := range order {
		d.stampChange(touched[n], by)
		d.tree.replace(n, touched[n])
	}
}

// rewrite replaces one DN value of t, or takes it away. The last value of an attribute that the entry must have
// becomes Options.RefintNothing, so that a group stays a valid group.
func (d *directory) rewrite(e *entry, t *attributeType, was string, is dn) {
	for _, a := range slices.Clone(e.attrs) {
		i := -1
		if a.typ == t {
			i = a.index(was)
		}
		if i < 0 {
			continue
		}
		a = a.withoutAt(i)
		if !is.isRoot() && a.index(is.key) < 0 {
			a = a.with(is.text, is.key)
		}
		if len(a.vals) == 0 && d.requires(e, t) {
			a = a.with(d.nothing.text, d.nothing.key)
		}
		e.set(a)
	}
}

// requires reports whether a class of the entry has t among its MUST attributes.
func (d *directory) requires(e *entry, t *attributeType) bool {
	for _, c := range d.classesOf(e) {
		if slices.Contains(c.must, t) {
			return true
		}
	}
	return false
}

// inChain reports whether target is reached from start by following values of t upwards (t = memberOf or the like) or,
// for member-like attributes, whether start has target as a direct or nested value: LDAP_MATCHING_RULE_IN_CHAIN.
func (d *directory) inChain(start *node, t *attributeType, target string) bool {
	seen := map[*node]bool{start: true}
	for queue := []*node{start}; len(queue) > 0; queue = queue[1:] {
		for _, a := range d.attributesOf(queue[0], t) {
			for _, v := range a.norms {
				if v == target {
					return true
				}
				if n := d.tree.nodes[v]; n != nil && !seen[n] {
					seen[n] = true
					queue = append(queue, n)
				}
			}
		}
	}
	return false
}
