package memdir

import (
	"slices"

	ber "github.com/go-asn1-ber/asn1-ber"
)

func errMustChange() error {
	return fail(InsufficientAccessRights, "Operations are restricted to bind/unbind/abandon/StartTLS/modify password")
}

// writable holds for every write: the server takes writes, the session may do more than change its password.
func (d *directory) writable(r *request) error {
	if d.opts.ReadOnly {
		return fail(UnwillingToPerform, "operation restricted")
	}
	if r.session.mustChange {
		return d.withPolicy(r, policyChangeAfterReset, errMustChange())
	}
	return nil
}

// add is the Add operation (RFC 4511 4.7).
func (d *directory) add(r *request, op *ber.Packet) error {
	text, err := parseName(op, 2, 2)
	if err != nil {
		return err
	}
	list, err := parseAttributes(op.Children[1])
	if err != nil {
		return err
	}
	name, err := d.schema.parseDN(text)
	if err != nil {
		return err
	}
	e, err := d.buildEntry(name, list, false)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.writable(r); err != nil {
		return err
	}
	if err := d.checkPlace(r.session, e); err != nil {
		return err
	}
	if err := d.preparePasswords(r, nil, e); err != nil {
		return err
	}
	if r.assert != nil && d.matches(r.session, &node{e: e}, r.assert) != matchTrue {
		return fail(AssertionFailed, "assertion failed")
	}
	if err := d.checkSchema(e); err != nil {
		return err
	}
	if len(d.tree.nodes) >= d.opts.Limits.Entries {
		return fail(AdminLimitExceeded, "the directory is full")
	}
	if err := d.stampCreation(e, r.session.dn); err != nil {
		return err
	}
	n := d.tree.add(e)
	d.readBack(r, oidPostRead, r.postRead, n)
	return nil
}

// buildEntry turns attributes from outside into an entry. The RDN's values are added when they are missing, as slapd does.
// trusted input (an LDIF file) may carry operational attributes.
func (d *directory) buildEntry(name dn, list []attributeValues, trusted bool) (*entry, error) {
	if name.isRoot() {
		return nil, fail(EntryAlreadyExists, "the root DSE is not to be added")
	}
	e := &entry{dn: name}
	for _, given := range list {
		t, options, err := d.schema.describe(given.desc)
		if err != nil {
			return nil, err
		}
		if d.virtual[t] != nil || t == d.known.structuralObjectClass {
			if trusted {
				continue // a dump of another server
			}
			return nil, fail(ConstraintViolation, "%s: no user modification allowed", t.name)
		}
		if t.noUser && !trusted {
			return nil, fail(ConstraintViolation, "%s: no user modification allowed", t.name)
		}
		if len(given.values) == 0 {
			return nil, fail(ProtocolError, "%s: no values given", t.name)
		}
		if i := e.find(t, options); i >= 0 { // named twice: values add up
			given.values = slices.Concat(e.attrs[i].vals, given.values)
		}
		a, err := d.schema.build(t, options, given.values)
		if err != nil {
			return nil, err
		}
		e.set(a)
	}
	for _, v := range name.avas[0] {
		if a := e.get(v.typ); a.index(v.norm) < 0 {
			if _, err := d.schema.check(v.typ, v.value); err != nil {
				return nil, fail(InvalidAttributeSyntax, "%s: value of the RDN invalid per syntax", v.typ.name)
			}
			e.set(a.with(v.value, v.norm))
		}
	}
	return e, nil
}

// checkPlace: the name is free, the parent is there, and the session may add here.
func (d *directory) checkPlace(s *session, e *entry) error {
	suffix, ok := d.suffixOf(e.dn)
	if !ok {
		return fail(UnwillingToPerform, "no global superior knowledge")
	}
	if d.tree.get(e.dn) != nil {
		return &Result{Code: EntryAlreadyExists}
	}
	if e.dn.key == suffix.key {
		if !s.admin {
			return fail(InsufficientAccessRights, "only the root DN adds a suffix")
		}
		return nil
	}
	parent := d.tree.get(e.dn.parent())
	if parent == nil {
		return d.noSuchObject(e.dn)
	}
	if err := d.demand(s, parent.e, "children", Write); err != nil {
		return err
	}
	return d.demand(s, e, "entry", Write)
}

// delete is the Delete operation (RFC 4511 4.8).
func (d *directory) delete(r *request, op *ber.Packet) error {
	text, ok := raw(op)
	if !ok {
		return malformed("delete request")
	}
	name, err := d.schema.parseDN(text)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.writable(r); err != nil {
		return err
	}
	n, err := d.find(name)
	if err != nil {
		return err
	}
	if err := d.demand(r.session, n.e, "entry", Write); err != nil {
		return err
	}
	if n.parent != nil {
		if err := d.demand(r.session, n.parent.e, "children", Write); err != nil {
			return err
		}
	}
	if err := d.checkAssertion(r, n); err != nil {
		return err
	}
	if len(n.children) > 0 {
		return fail(NotAllowedOnNonLeaf, "subordinate objects must be deleted first")
	}
	d.readBack(r, oidPreRead, r.preRead, n)
	d.tree.remove(n)
	d.references(map[string]dn{n.e.dn.key: rootDN}, r.session.dn)
	return nil
}

// compare is the Compare operation (RFC 4511 4.10); its outcomes true and false are results, too.
func (d *directory) compare(r *request, op *ber.Packet) error {
	text, err := parseName(op, 2, 2)
	if err != nil {
		return err
	}
	parts, ok := sequence(op.Children[1])
	if !ok || len(parts) != 2 {
		return malformed("compare request")
	}
	desc, ok1 := octets(parts[0])
	value, ok2 := octets(parts[1])
	if !ok1 || !ok2 {
		return malformed("compare request")
	}
	name, err := d.schema.parseDN(text)
	if err != nil {
		return err
	}
	t, options, err := d.schema.describe(desc)
	if err != nil {
		return err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if r.session.mustChange {
		return d.withPolicy(r, policyChangeAfterReset, errMustChange())
	}
	n, err := d.find(name)
	if err != nil {
		return err
	}
	if err := d.demand(r.session, n.e, t.key, Compare); err != nil {
		return err
	}
	if err := d.checkAssertion(r, n); err != nil {
		return err
	}
	if t.equality == nil {
		return fail(InappropriateMatching, "%s has no equality rule", t.name)
	}
	norm, err := d.schema.normalForm(t, value)
	if err != nil {
		return fail(InvalidAttributeSyntax, "%s: value invalid per syntax", t.name)
	}
	attrs := slices.DeleteFunc(slices.Clone(d.attributesOf(n, t)), func(a attribute) bool { return !hasOptions(a.options, options) })
	if len(attrs) == 0 {
		return &Result{Code: NoSuchAttribute}
	}
	for _, a := range attrs {
		if a.index(norm) >= 0 {
			return &Result{Code: CompareTrue}
		}
	}
	return &Result{Code: CompareFalse}
}
