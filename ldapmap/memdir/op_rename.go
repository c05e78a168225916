package memdir

import (
	"slices"

	ber "github.com/go-asn1-ber/asn1-ber"

	"github.com/wicketgate/wicketgate/ldapmap"
)

type renameRequest struct {
	name, newRDN dn
	deleteOld    bool
	superior     *dn
}

func (d *directory) parseRename(op *ber.Packet) (*renameRequest, error) {
	text, err := parseName(op, 3, 4)
	if err != nil {
		return nil, err
	}
	rdn, ok1 := octets(op.Children[1])
	deleteOld, ok2 := boolean(op.Children[2])
	if !ok1 || !ok2 {
		return nil, malformed("modifyDN request")
	}
	req := &renameRequest{deleteOld: deleteOld}
	if req.name, err = d.schema.parseDN(text); err != nil {
		return nil, err
	}
	if req.newRDN, err = d.schema.parseDN(rdn); err != nil || len(req.newRDN.keys) != 1 {
		return nil, fail(InvalidDNSyntax, "invalid new RDN")
	}
	if len(op.Children) == 4 {
		text, ok := raw(op.Children[3])
		if !ok || !isContext(op.Children[3], 0) {
			return nil, malformed("modifyDN request")
		}
		superior, err := d.schema.parseDN(text)
		if err != nil {
			return nil, fail(InvalidDNSyntax, "invalid newSuperior")
		}
		req.superior = &superior
	}
	return req, nil
}

// rename is the ModifyDN operation (RFC 4511 4.9), with everything below the entry.
func (d *directory) rename(r *request, op *ber.Packet) error {
	req, err := d.parseRename(op)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.writable(r); err != nil {
		return err
	}
	n, err := d.find(req.name)
	if err != nil {
		return err
	}
	if err := d.checkAssertion(r, n); err != nil {
		return err
	}
	parent, err := d.newParent(r.session, n, req)
	if err != nil {
		return err
	}
	e, err := d.renamed(r.session, n.e, parent.e.dn.child(req.newRDN), req.deleteOld)
	if err != nil {
		return err
	}
	d.readBack(r, oidPreRead, r.preRead, n)
	moved := map[string]dn{}
	depth := len(n.e.dn.keys)
	for _, m := range n.subtree() {
		if was := m.e.dn; was.key != was.rebase(depth, e.dn).key {
			moved[was.key] = was.rebase(depth, e.dn)
		}
	}
	d.stampChange(e, r.session.dn)
	d.tree.move(n, e, parent)
	d.references(moved, r.session.dn)
	d.readBack(r, oidPostRead, r.postRead, n)
	return nil
}

func (d *directory) newParent(s *session, n *node, req *renameRequest) (*node, error) {
	if n.parent == nil {
		return nil, fail(AffectsMultipleDSAs, "cannot rename a suffix")
	}
	parent := n.parent
	if req.superior != nil {
		if parent = d.tree.get(*req.superior); parent == nil {
			return nil, fail(NoSuchObject, "new superior not found")
		}
		if parent.e.dn.under(n.e.dn) {
			return nil, fail(UnwillingToPerform, "cannot place an entry below itself")
		}
		was, _ := d.suffixOf(n.e.dn)
		if is, _ := d.suffixOf(parent.e.dn); is.key != was.key {
			return nil, fail(AffectsMultipleDSAs, "cannot rename between two suffixes")
		}
	}
	target := parent.e.dn.child(req.newRDN)
	if len(target.text) > ldapmap.MaxDN || len(target.keys) > maxDNDepth {
		return nil, fail(UnwillingToPerform, "the new name is too long")
	}
	if other := d.tree.get(target); other != nil && other != n {
		return nil, &Result{Code: EntryAlreadyExists}
	}
	for _, p := range []*node{n.parent, parent} {
		if err := d.demand(s, p.e, "children", Write); err != nil {
			return nil, err
		}
	}
	return parent, d.demand(s, n.e, "entry", Write)
}

// renamed is the entry under its new name: new RDN values added, old ones taken away if asked, and schema checked.
func (d *directory) renamed(s *session, old *entry, name dn, deleteOld bool) (*entry, error) {
	e := old.clone()
	e.dn = name
	for _, v := range name.avas[0] {
		if v.typ.noUser {
			return nil, fail(ConstraintViolation, "%s: no user modification allowed", v.typ.name)
		}
		a := e.get(v.typ)
		if i := a.index(v.norm); i >= 0 {
			if a.vals[i] == v.value { // nothing to do
				continue
			}
			a = a.withoutAt(i) // the same value in another spelling
		}
		if err := d.demand(s, old, v.typ.key, Write); err != nil {
			return nil, err
		}
		if _, err := d.schema.check(v.typ, v.value); err != nil {
			return nil, fail(InvalidAttributeSyntax, "%s: value of the RDN invalid per syntax", v.typ.name)
		}
		e.set(a.with(v.value, v.norm))
	}
	if deleteOld {
		for _, v := range old.dn.avas[0] {
			stays := slices.ContainsFunc(name.avas[0], func(n ava) bool { return n.typ == v.typ && n.norm == v.norm })
			a := e.get(v.typ)
			if i := a.index(v.norm); !stays && i >= 0 {
				e.set(a.withoutAt(i))
			}
		}
	}
	return e, d.checkSchema(e)
}
