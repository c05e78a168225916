package memdir

import (
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// extendedRequest is RFC 4511 4.12.
type extendedRequest struct {
	oid      string
	value    string
	hasValue bool
}

func parseExtended(op *ber.Packet) (*extendedRequest, error) {
	if op.TagType != ber.TypeConstructed || len(op.Children) < 1 || len(op.Children) > 2 {
		return nil, malformed("extended request")
	}
	req := &extendedRequest{}
	var ok bool
	if req.oid, ok = raw(op.Children[0]); !ok || !isContext(op.Children[0], 0) {
		return nil, malformed("extended request")
	}
	if len(op.Children) == 2 {
		if req.value, ok = raw(op.Children[1]); !ok || !isContext(op.Children[1], 1) {
			return nil, malformed("extended request")
		}
		req.hasValue = true
	}
	return req, nil
}

// extended runs everything but StartTLS, which belongs to the connection. The answer is the responseValue, nil for none.
func (d *directory) extended(r *request, req *extendedRequest) (answer *string, err error) {
	switch req.oid {
	case oidWhoAmI: // RFC 4532
		id := ""
		if !r.session.dn.isRoot() {
			id = "dn:" + r.session.dn.text
		}
		return &id, nil
	case oidPasswordModify:
		return d.passwordModify(r, req)
	}
	return nil, fail(ProtocolError, "unsupported extended operation")
}

// passwordModify is RFC 3062.
func (d *directory) passwordModify(r *request, req *extendedRequest) (*string, error) {
	identity, oldPassword, newPassword, err := parsePasswordModify(req)
	if err != nil {
		return nil, err
	}
	if d.opts.RequireTLS && !r.session.tls {
		return nil, fail(ConfidentialityRequired, "TLS confidentiality required")
	}
	if r.session.dn.isRoot() {
		return nil, fail(StrongerAuthRequired, "only authenticated users may change passwords")
	}
	name := r.session.dn
	if identity != nil {
		if name, err = d.schema.parseDN(strings.TrimPrefix(*identity, "dn:")); err != nil {
			return nil, fail(InvalidDNSyntax, "Invalid DN")
		}
	}
	var generated *string
	if newPassword == nil {
		text, err := generatePassword(d.opts.Random)
		if err != nil {
			return nil, err
		}
		generated, newPassword = &text, &text
	}
	if *newPassword == "" {
		return nil, fail(UnwillingToPerform, "New password is empty")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.setPassword(r, name, oldPassword, *newPassword); err != nil || generated == nil {
		return nil, err
	}
	body := ber.NewSequence("")
	body.AppendChild(newContext(0, *generated))
	answer := string(body.Bytes())
	return &answer, nil
}

func (d *directory) setPassword(r *request, name dn, oldPassword *string, newPassword string) error {
	if d.opts.ReadOnly {
		return fail(UnwillingToPerform, "operation restricted")
	}
	if r.session.mustChange && name.key != r.session.dn.key {
		return d.withPolicy(r, policyChangeAfterReset, errMustChange())
	}
	n, err := d.find(name)
	if err != nil {
		return err
	}
	if oldPassword != nil {
		if verifyAny(n.e.get(d.known.userPassword).vals, *oldPassword) < 0 {
			return fail(UnwillingToPerform, "unwilling to verify old password")
		}
		r.oldPassword = true
	}
	if err := d.demand(r.session, n.e, d.known.userPassword.key, Write); err != nil {
		return err
	}
	if err := d.checkAssertion(r, n); err != nil {
		return err
	}
	r.clearPassword = true
	e := n.e.clone()
	e.set(attribute{typ: d.known.userPassword, vals: []string{newPassword}, norms: []string{newPassword}})
	if err := d.preparePasswords(r, n.e, e); err != nil {
		return err
	}
	if err := d.checkSchema(e); err != nil {
		return err
	}
	d.stampChange(e, r.session.dn)
	d.tree.replace(n, e)
	r.session.mustChange = r.session.mustChange && !r.freed
	return nil
}

// parsePasswordModify reads PasswdModifyRequestValue; a part that is not there is nil.
func parsePasswordModify(req *extendedRequest) (identity, oldPassword, newPassword *string, err error) {
	if !req.hasValue {
		return nil, nil, nil, nil
	}
	bad := fail(ProtocolError, "data decoding error")
	p, err := decodeBER([]byte(req.value))
	if err != nil {
		return nil, nil, nil, bad
	}
	parts, ok := sequence(p)
	if !ok || len(parts) > 3 {
		return nil, nil, nil, bad
	}
	for _, c := range parts {
		text, ok := raw(c)
		if !ok || c.ClassType != ber.ClassContext || c.Tag > 2 {
			return nil, nil, nil, bad
		}
		switch c.Tag {
		case 0:
			identity = &text
		case 1:
			oldPassword = &text
		case 2:
			newPassword = &text
		}
	}
	return identity, oldPassword, newPassword, nil
}
