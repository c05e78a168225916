package directory

import (
	"context"
	"errors"

	"github.com/go-ldap/ldap/v3"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Add makes an entry (RFC 4511 4.7). Errors: Conflict if it exists, NotFound if its parent does not, Invalid, Denied, Unavailable (see
// ErrUnknownOutcome).
func (d *Directory) Add(ctx context.Context, dn string, attrs []ldapmap.Attribute) error {
	var controls []ldap.Control
	r := ldap.NewAddRequest(dn, nil)
	for _, a := range attrs {
		r.Attribute(a.Name, a.Values)
		if isPassword(a.Name) {
			controls = policyRequest()
		}
	}
	r.Controls = controls
	return d.write(ctx, OpAdd, dn, func(l *ldap.Conn) error { return l.Add(r) })
}

// Modify changes an entry, all or nothing and in the order of mods (RFC 4511 4.6). Errors: NotFound; Conflict if a value to delete is not there (code 16) or
// one to add is (20); Invalid, Denied, Unavailable (see ErrUnknownOutcome).
func (d *Directory) Modify(ctx context.Context, dn string, mods []ldapmap.Mod) error {
	return d.modifyWith(ctx, dn, mods, nil)
}

// modifyWith is Modify with controls that the server is known to have.
func (d *Directory) modifyWith(ctx context.Context, dn string, mods []ldapmap.Mod, controls []ldap.Control) error {
	r, err := modifyRequest(dn, mods)
	if err != nil {
		return err
	}
	r.Controls = append(r.Controls, controls...)
	return d.write(ctx, OpModify, dn, func(l *ldap.Conn) error { return l.Modify(r) })
}

// modifyRequest makes the request, and asks for a policy answer if a password is among the changes.
func modifyRequest(dn string, mods []ldapmap.Mod) (*ldap.ModifyRequest, error) {
	if len(mods) == 0 {
		return nil, fault.New(fault.Internal, "modify %q: there is nothing to change", dn)
	}
	r := ldap.NewModifyRequest(dn, nil)
	for _, m := range mods {
		switch {
		case m.Op == ldapmap.ModAdd && len(m.Values) > 0:
			r.Add(m.Name, m.Values)
		case m.Op == ldapmap.ModDelete:
			r.Delete(m.Name, m.Values)
		case m.Op == ldapmap.ModReplace:
			r.Replace(m.Name, m.Values)
		default:
			return nil, fault.New(fault.Internal, "modify %q: an addition to %s without a value, or an unknown kind of change", dn, m.Name)
		}
		if isPassword(m.Name) {
			r.Controls = policyRequest()
		}
	}
	return r, nil
}

// Delete removes an entry without children (RFC 4511 4.8). Errors: NotFound, Conflict if it has children, Denied, Unavailable (see
// ErrUnknownOutcome).
func (d *Directory) Delete(ctx context.Context, dn string) error {
	r := ldap.NewDelRequest(dn, nil)
	return d.write(ctx, OpDelete, dn, func(l *ldap.Conn) error { return l.Del(r) })
}

// Rename gives an entry a new RDN and, if newSuperior is not empty, a new parent (RFC 4511 4.9). It returns the new DN. deleteOld takes the
// values of the old RDN out of the entry. Errors: as Modify; Conflict if the new name is taken.
func (d *Directory) Rename(ctx context.Context, dn, newRDN string, deleteOld bool, newSuperior string) (string, error) {
	parent := newSuperior
	if parent == "" {
		name, err := ldapmap.ParseDN(dn)
		if err != nil {
			return "", fault.New(fault.Invalid, "renaming %s: %w", quote(dn), err)
		}
		parent = name.Parent().String()
	}
	r := ldap.NewModifyDNRequest(dn, newRDN, deleteOld, newSuperior)
	if err := d.write(ctx, OpRename, dn, func(l *ldap.Conn) error { return l.ModifyDN(r) }); err != nil {
		return "", err
	}
	if parent == "" {
		return newRDN, nil
	}
	return newRDN + "," + parent, nil
}

func (d *Directory) write(ctx context.Context, op OpName, dn string, f func(*ldap.Conn) error) error {
	if dn == "" {
		return fault.Wrap(fault.Internal, errors.New(string(op)+": no entry is named"))
	}
	return d.attempt(ctx, &task{op: op, what: quote(dn), write: true, do: func(c *conn) error { return c.run(ctx, op, f) }})
}
