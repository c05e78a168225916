package memdir

import (
	"slices"

	"math/big"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// The operations of ModifyRequest; increment is RFC 4525.
const (
	changeAdd       = 0
	changeDelete    = 1
	changeReplace   = 2
	changeIncrement = 3
)

type change struct {
	op     int64
	desc   string
	values []string
}

func parseModify(op *ber.Packet) (string, []change, error) {
	name, err := parseName(op, 2, 2)
	if err != nil {
		return "", nil, err
	}
	list, ok := sequence(op.Children[1])
	if !ok || len(list) > maxRequestAttributes*4 {
		return "", nil, malformed("modify request")
	}
	changes := make([]change, 0, len(list))
	for _, c := range list {
		parts, ok := sequence(c)
		if !ok || len(parts) != 2 {
			return "", nil, malformed("change")
		}
		kind, ok := integer(parts[0], ber.TagEnumerated)
		if !ok {
			return "", nil, malformed("change")
		}
		a, err := parseAttribute(parts[1])
		if err != nil {
			return "", nil, err
		}
		changes = append(changes, change{kind, a.desc, a.values})
	}
	return name, changes, nil
}

// modify is the Modify operation (RFC 4511 4.6): all changes or none.
func (d *directory) modify(r *request, op *ber.Packet) error {
	text, changes, err := parseModify(op)
	if err != nil {
		return err
	}
	name, err := d.schema.parseDN(text)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.opts.ReadOnly {
		return fail(UnwillingToPerform, "operation restricted")
	}
	if r.session.mustChange && !d.changesOwnPasswordOnly(r.session, name, changes) {
		return d.withPolicy(r, policyChangeAfterReset, errMustChange())
	}
	n, err := d.find(name)
	if err != nil {
		return err
	}
	if err := d.checkAssertion(r, n); err != nil {
		return err
	}
	e := n.e.clone()
	for _, c := range changes {
		if err := d.apply(r, e, c); err != nil {
			return err
		}
	}
	if err := d.preparePasswords(r, n.e, e); err != nil {
		return err
	}
	for _, a := range e.dn.avas[0] {
		if e.get(a.typ).index(a.norm) < 0 {
			return fail(NotAllowedOnRDN, "value of naming attribute '%s' is not present in entry", a.typ.name)
		}
	}
	if err := d.checkSchema(e); err != nil {
		return err
	}
	was, is := n.e.first(d.known.structuralObjectClass), e.first(d.known.structuralObjectClass)
	if was != is {
		return fail(ObjectClassModsProhibited, "structural object class modification from '%s' to '%s' not allowed", was, is)
	}
	d.readBack(r, oidPreRead, r.preRead, n)
	d.stampChange(e, r.session.dn)
	d.tree.replace(n, e)
	r.session.mustChange = r.session.mustChange && !r.freed
	d.readBack(r, oidPostRead, r.postRead, n)
	return nil
}

func (d *directory) changesOwnPasswordOnly(s *session, name dn, changes []change) bool {
	return name.key == s.dn.key && !slices.ContainsFunc(changes, func(c change) bool {
		t, _, err := d.schema.describe(c.desc)
		return err != nil || t != d.known.userPassword
	})
}

// apply does one change to the clone.
func (d *directory) apply(r *request, e *entry, c change) error {
	t, options, err := d.schema.describe(c.desc)
	if err != nil {
		return err
	}
	if t.noUser || t == d.known.structuralObjectClass {
		return fail(ConstraintViolation, "%s: no user modification allowed", t.name)
	}
	if err := d.demand(r.session, e, t.key, Write); err != nil {
		return err
	}
	now := attribute{typ: t, options: options}
	if i := e.find(t, options); i >= 0 {
		now = e.attrs[i]
	}
	switch c.op {
	case changeAdd:
		return d.applyAdd(e, now, c.values)
	case changeDelete:
		return d.applyDelete(r, e, now, c.values)
	case changeReplace:
		a, err := d.schema.build(t, options, c.values)
		if err != nil {
			return err
		}
		e.set(a)
		return nil
	case changeIncrement:
		return d.applyIncrement(e, now, c.values)
	}
	return fail(ProtocolError, "unrecognized modify operation %d", c.op)
}

func (d *directory) applyAdd(e *entry, now attribute, values []string) error {
	if len(values) == 0 {
		return fail(ProtocolError, "modify/add: %s: no values given", now.typ.name)
	}
	more, err := d.schema.build(now.typ, now.options, values)
	if err != nil {
		return err
	}
	for i, norm := range more.norms {
		if now.index(norm) >= 0 {
			return fail(AttributeOrValueExists, "modify/add: %s: value #%d already exists", now.typ.name, i)
		}
	}
	now.vals, now.norms = slices.Concat(now.vals, more.vals), slices.Concat(now.norms, more.norms)
	e.set(now)
	return nil
}

func (d *directory) applyDelete(r *request, e *entry, now attribute, values []string) error {
	if len(now.vals) == 0 {
		return fail(NoSuchAttribute, "modify/delete: %s: no such attribute", now.typ.name)
	}
	if len(values) == 0 {
		e.set(attribute{typ: now.typ, options: now.options})
		return nil
	}
	for i, v := range values {
		norm, err := d.schema.normalForm(now.typ, v)
		if err != nil {
			return fail(InvalidAttributeSyntax, "modify/delete: %s: value #%d invalid per syntax", now.typ.name, i)
		}
		at := now.index(norm)
		if at < 0 && now.typ == d.known.userPassword {
			at = verifyAny(now.vals, v) // the old password in clear stands for its hash
			if at < 0 && d.policy.Load() != nil && r.session.dn.key == e.dn.key {
				return fail(UnwillingToPerform, "Must supply correct old password to change to new one")
			}
		}
		if at < 0 {
			return fail(NoSuchAttribute, "modify/delete: %s: no such value", now.typ.name)
		}
		now = now.withoutAt(at)
		r.oldPassword = r.oldPassword || now.typ == d.known.userPassword
	}
	e.set(now)
	return nil
}

func (d *directory) applyIncrement(e *entry, now attribute, values []string) error {
	if len(values) != 1 {
		return fail(ProtocolError, "modify/increment: %s: one value wanted", now.typ.name)
	}
	if now.typ.equality == nil || now.typ.equality.name != "integerMatch" {
		return fail(ConstraintViolation, "%s: attribute syntax inappropriate for increment", now.typ.name)
	}
	if len(now.vals) == 0 {
		return fail(NoSuchAttribute, "modify/increment: %s: no such attribute", now.typ.name)
	}
	if _, err := integerForm(values[0]); err != nil {
		return fail(InvalidAttributeSyntax, "modify/increment: %s: value invalid per syntax", now.typ.name)
	}
	by, _ := new(big.Int).SetString(values[0], 10)
	sums := make([]string, 0, len(now.vals))
	for _, v := range now.vals {
		n, ok := new(big.Int).SetString(v, 10)
		if !ok {
			return fail(ConstraintViolation, "%s: attribute syntax inappropriate for increment", now.typ.name)
		}
		sums = append(sums, n.Add(n, by).String())
	}
	a, err := d.schema.build(now.typ, now.options, sums)
	if err != nil {
		return err
	}
	e.set(a)
	return nil
}
