package memdir

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// preparePasswords looks at what a write did to userPassword: it holds new clear values against the policy, hashes
// them, and keeps the policy's attributes. old is nil for a new entry.
func (d *directory) preparePasswords(r *request, old, e *entry) error {
	var before attribute
	if old != nil {
		before = old.get(d.known.userPassword)
	}
	after := e.get(d.known.userPassword)
	if !r.clearPassword && slices.Equal(before.norms, after.norms) {
		return nil
	}
	stored := attribute{typ: d.known.userPassword}
	for i, v := range after.vals {
		if r.clearPassword || before.index(after.norms[i]) < 0 {
			if err := d.checkPassword(r, old, e, v); err != nil {
				return err
			}
			if scheme, _ := schemeOf(v); scheme == "" || r.clearPassword {
				var err error
				if v, err = hashPassword(d.opts.PasswordScheme, v, d.opts.Random); err != nil {
					return err
				}
			}
		}
		stored = stored.with(v, v)
	}
	e.set(stored)
	if d.policy.Load() != nil {
		d.passwordChanged(r, old, e, before)
	}
	return nil
}

// checkPassword is the part of the policy that can refuse. The root DN and whoever may manage userPassword stand above it.
func (d *directory) checkPassword(r *request, old, e *entry, password string) error {
	p := d.policy.Load()
	if p == nil || d.allowed(r.session, e, d.known.userPassword.key, Manage) {
		return nil
	}
	hasOld := old != nil && len(old.get(d.known.userPassword).vals) > 0
	self := r.session.dn.key == e.dn.key
	reset := old != nil && old.first(d.known.pwdReset) == "TRUE"
	switch {
	case hasOld && p.SafeModify && !r.oldPassword:
		return d.withPolicy(r, policyMustSupplyOld,
			fail(InsufficientAccessRights, "Must supply old password to be changed as well as new one"))
	case hasOld && self && p.NoUserChange:
		return d.withPolicy(r, policyModNotAllowed,
			fail(InsufficientAccessRights, "User alteration of password is not allowed"))
	case hasOld && p.MinAge > 0 && !reset:
		if age, ok := d.age(old.first(d.known.pwdChangedTime)); ok && age < p.MinAge {
			return d.withPolicy(r, policyTooYoung, fail(ConstraintViolation, "Password is too young to change"))
		}
	}
	const refused = "Password fails quality checking policy"
	if scheme, _ := schemeOf(password); scheme != "" && !r.clearPassword {
		if p.RefuseHashed {
			return d.withPolicy(r, policyQuality, fail(ConstraintViolation, refused))
		}
		return nil
	}
	if utf8.RuneCountInString(password) < p.MinLength {
		return d.withPolicy(r, policyTooShort, fail(ConstraintViolation, refused))
	}
	if p.Quality != nil {
		if err := p.Quality(e.dn.text, password); err != nil {
			return d.withPolicy(r, policyQuality, fail(ConstraintViolation, "%s", err.Error()))
		}
	}
	if p.History > 0 && hasOld {
		if verifyAny(old.get(d.known.userPassword).vals, password) >= 0 {
			return d.withPolicy(r, policyInHistory, fail(ConstraintViolation, "Password is not being changed from existing value"))
		}
		for _, v := range old.get(d.known.pwdHistory).vals {
			if parts := strings.SplitN(v, "#", 4); len(parts) == 4 && verifyPassword(parts[3], password) {
				return d.withPolicy(r, policyInHistory, fail(ConstraintViolation, "Password is in history of old passwords"))
			}
		}
	}
	return nil
}

// passwordChanged keeps the books: any password write also unlocks, as in slapd. What the same request sets itself stays.
func (d *directory) passwordChanged(r *request, old, e *entry, before attribute) {
	p := d.policy.Load()
	for _, t := range []*attributeType{d.known.pwdFailureTime, d.known.pwdGraceUseTime, d.known.pwdAccountLockedTime,
		d.known.pwdReset} {
		if old == nil || slices.Equal(old.get(t).norms, e.get(t).norms) {
			if old != nil || t.noUser {
				e.set(attribute{typ: t})
			}
		}
	}
	if len(e.get(d.known.userPassword).vals) == 0 {
		e.set(attribute{typ: d.known.pwdChangedTime})
		return
	}
	e.set(d.single(d.known.pwdChangedTime, formatTime(d.now())))
	self := r.session.dn.key == e.dn.key
	r.freed = self
	if old == nil {
		return
	}
	if p.MustChange && !self && e.find(d.known.pwdReset, "") < 0 {
		e.set(d.single(d.known.pwdReset, "TRUE"))
	}
	if p.History <= 0 {
		return
	}
	history := old.get(d.known.pwdHistory)
	for _, v := range before.vals {
		line := fmt.Sprintf("%s#1.3.6.1.4.1.1466.115.121.1.40#%d#%s", formatTime(d.now()), len(v), v)
		if history.index(line) < 0 {
			history = history.with(line, line)
		}
	}
	if n := len(history.vals) - p.History; n > 0 {
		history.vals, history.norms = history.vals[n:], history.norms[n:]
	}
	e.set(history)
}
