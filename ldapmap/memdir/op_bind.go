package memdir

import (
	"crypto/subtle"
	"slices"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// bind is the Bind operation (RFC 4511 4.2), simple method only. Whatever comes of it, the session is anonymous first.
func (d *directory) bind(r *request, op *ber.Packet) error {
	tls := r.session.tls
	*r.session = session{tls: tls}
	if op.TagType != ber.TypeConstructed || len(op.Children) != 3 {
		return malformed("bind request")
	}
	version, ok1 := integer(op.Children[0], ber.TagInteger)
	text, ok2 := octets(op.Children[1])
	if !ok1 || !ok2 || op.Children[2].ClassType != ber.ClassContext {
		return malformed("bind request")
	}
	if version != 3 {
		return fail(ProtocolError, "requested protocol version not supported")
	}
	if op.Children[2].Tag != 0 {
		return fail(AuthMethodNotSupported, "only simple binds are supported")
	}
	password, ok := raw(op.Children[2])
	if !ok {
		return malformed("bind request")
	}
	name, err := d.schema.parseDN(text)
	if err != nil {
		return err
	}
	switch {
	case name.isRoot() && password == "":
		return nil
	case name.isRoot():
		return fail(InvalidCredentials, "")
	case password == "" && d.opts.RefuseUnauthenticatedBind:
		return fail(UnwillingToPerform, "unauthenticated bind (DN with no password) disallowed")
	case password == "":
		return nil // RFC 4513 5.1.2: an unauthenticated bind leaves the session anonymous
	case d.opts.RequireTLS && !tls:
		return fail(ConfidentialityRequired, "TLS confidentiality required")
	case name.key == d.root.key && d.opts.RootPassword != "" &&
		subtle.ConstantTimeCompare([]byte(password), []byte(d.opts.RootPassword)) == 1:
		r.session.dn, r.session.admin = d.root, true
		return nil
	}
	return d.authenticate(r, name, password)
}

// authenticate checks an entry's password. Hashing happens without the lock; if the stored values or the policy changed
// meanwhile, it starts again.
func (d *directory) authenticate(r *request, name dn, password string) error {
	anonymous := *r.session
	for {
		d.mu.RLock()
		n := d.tree.get(name)
		if n == nil || !d.allowed(&anonymous, n.e, d.known.userPassword.key, Auth) {
			d.mu.RUnlock()
			return fail(InvalidCredentials, "")
		}
		// From here on the session has the name as the entry spells it, not as the client did.
		name = n.e.dn
		stored, policy := n.e.get(d.known.userPassword), d.policy.Load()
		locked := policy != nil && d.locked(n.e)
		d.mu.RUnlock()
		if locked {
			return d.refuseLocked(r, policy)
		}
		right := verifyAny(stored.vals, password) >= 0
		if policy == nil {
			if !right {
				return fail(InvalidCredentials, "")
			}
			d.enter(r.session, name)
			return nil
		}
		if again, err := d.settle(r, name, stored, right); !again {
			return err
		}
	}
}

func (d *directory) enter(s *session, name dn) {
	s.dn, s.admin = name, name.key == d.root.key
}

// settle writes down what a bind means for the policy, under the write lock.
func (d *directory) settle(r *request, name dn, stored attribute, right bool) (again bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, policy := d.tree.get(name), d.policy.Load()
	switch {
	case policy == nil:
		return true, nil
	case n == nil:
		return false, fail(InvalidCredentials, "")
	case !slices.Equal(stored.norms, n.e.get(d.known.userPassword).norms):
		return true, nil
	case d.locked(n.e):
		return false, d.refuseLocked(r, policy)
	}
	e := n.e.clone()
	if !right {
		d.recordFailure(e)
		d.tree.replace(n, e)
		return false, d.withPolicy(r, policyNone, fail(InvalidCredentials, ""))
	}
	err = d.admit(r, e)
	d.tree.replace(n, e)
	if err == nil {
		d.enter(r.session, name)
	}
	return false, err
}

func (d *directory) refuseLocked(r *request, p *PasswordPolicy) error {
	code := p.LockedCode
	if code == Success {
		code = InvalidCredentials
	}
	return d.withPolicy(r, policyAccountLocked, fail(code, ""))
}
