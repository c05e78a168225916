package memdir

import (
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// PasswordPolicy is one policy for all entries, after draft-behera-ldap-password-policy-10. A zero number or
// duration switches that rule off. Locks by pwdAccountLockedTime, and pwdStartTime and pwdEndTime, always count.
type PasswordPolicy struct {
	MinLength     int           // in characters
	History       int           // passwords that may not come back, besides the current one
	MinAge        time.Duration // before a password may be changed again
	MaxAge        time.Duration // after which it is expired
	ExpireWarning time.Duration // before expiry a bind carries timeBeforeExpiration
	GraceLogins   int           // binds allowed after expiry

	MaxFailure           int           // wrong passwords that lock the account
	FailureCountInterval time.Duration // after which failures are forgotten; 0: only by success
	LockoutDuration      time.Duration // 0: until an administrator unlocks
	LockedCode           Code          // result of a bind to a locked account: 0 is 49 as in slapd; 389-DS answers 19

	MustChange   bool // a password set by somebody else has to be changed first (pwdReset)
	SafeModify   bool // a change must carry the old password
	NoUserChange bool // people may not change their own password
	RefuseHashed bool // refuse values that are hashed already, which cannot be checked (pwdCheckQuality 2)

	// Quality refuses a password with an error whose text becomes the diagnostic message.
	Quality func(dn, password string) error
}

// SetPolicy puts another policy in force, nil for none. What entries carry already (failures, locks, dates) stays.
func (s *Server) SetPolicy(p *PasswordPolicy) {
	s.dir.mu.Lock()
	defer s.dir.mu.Unlock()
	s.dir.setPolicy(p)
}

// policyError is the error of PasswordPolicyResponseValue.
type policyError int64

const (
	policyNone             policyError = -1
	policyPasswordExpired  policyError = 0
	policyAccountLocked    policyError = 1
	policyChangeAfterReset policyError = 2
	policyModNotAllowed    policyError = 3
	policyMustSupplyOld    policyError = 4
	policyQuality          policyError = 5
	policyTooShort         policyError = 6
	policyTooYoung         policyError = 7
	policyInHistory        policyError = 8
	neverUnlocked                      = "000001010000Z"
)

// withPolicy adds the response control to an error, if the client asked for it.
func (d *directory) withPolicy(r *request, e policyError, err error) error {
	d.answerPolicy(r, e, -1, -1)
	return err
}

// answerPolicy writes PasswordPolicyResponseValue; seconds and grace below zero are left out. The answer of a bind
// carries the control even when there is nothing to tell.
func (d *directory) answerPolicy(r *request, e policyError, seconds, grace int64) {
	if !r.policy {
		return
	}
	body := ber.NewSequence("")
	if seconds >= 0 || grace >= 0 {
		warning := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
		tag, n := ber.Tag(0), seconds
		if seconds < 0 {
			tag, n = 1, grace
		}
		warning.AppendChild(ber.NewInteger(ber.ClassContext, ber.TypePrimitive, tag, n, ""))
		body.AppendChild(warning)
	}
	if e != policyNone {
		body.AppendChild(ber.NewInteger(ber.ClassContext, ber.TypePrimitive, 1, int64(e), ""))
	}
	r.answers = append(r.answers, control{oid: oidPasswordPolicy, value: string(body.Bytes()), hasValue: true})
}

// locked tells whether the account may not bind now.
func (d *directory) locked(e *entry) bool {
	now, p := d.now(), d.policy.Load()
	if v := e.first(d.known.pwdStartTime); v != "" {
		if t, err := parseGeneralizedTime(v); err == nil && now.Before(t) {
			return true
		}
	}
	if v := e.first(d.known.pwdEndTime); v != "" {
		if t, err := parseGeneralizedTime(v); err == nil && !now.Before(t) {
			return true
		}
	}
	v := e.first(d.known.pwdAccountLockedTime)
	if v == "" {
		return false
	}
	age, ok := d.age(v)
	return v == neverUnlocked || !ok || p.LockoutDuration == 0 || age < p.LockoutDuration
}

// recordFailure notes a wrong password and locks the account when it was one too many.
func (d *directory) recordFailure(e *entry) {
	p := d.policy.Load()
	if p.MaxFailure <= 0 {
		return
	}
	if d.lockExpired(e) {
		e.set(attribute{typ: d.known.pwdAccountLockedTime})
		e.set(attribute{typ: d.known.pwdFailureTime})
	}
	kept := attribute{typ: d.known.pwdFailureTime}
	failures := e.get(d.known.pwdFailureTime)
	for i, v := range failures.vals {
		if age, ok := d.age(v); ok && (p.FailureCountInterval == 0 || age < p.FailureCountInterval) {
			kept = kept.with(v, failures.norms[i])
		}
	}
	// Failures at the same microsecond still count apart.
	for t := d.now(); ; t = t.Add(time.Microsecond) {
		one := d.single(d.known.pwdFailureTime, formatTimeMicro(t))
		if kept.index(one.norms[0]) < 0 {
			kept = kept.with(one.vals[0], one.norms[0])
			break
		}
	}
	e.set(kept)
	if len(kept.vals) >= p.MaxFailure {
		e.set(d.single(d.known.pwdAccountLockedTime, formatTime(d.now())))
	}
}

func (d *directory) lockExpired(e *entry) bool {
	return e.first(d.known.pwdAccountLockedTime) != "" && !d.locked(e)
}

// admit decides what the policy says to a right password. It changes e where a grace login is used up or failures are
// forgotten, and fails when the password has expired for good.
func (d *directory) admit(r *request, e *entry) error {
	p := d.policy.Load()
	e.set(attribute{typ: d.known.pwdFailureTime})
	e.set(attribute{typ: d.known.pwdAccountLockedTime})
	age, ok := d.age(e.first(d.known.pwdChangedTime))
	left := p.MaxAge - age
	seconds := int64(-1)
	if p.MaxAge > 0 && ok && left > 0 && left <= p.ExpireWarning {
		seconds = int64(left / time.Second)
	}
	if p.MustChange && e.first(d.known.pwdReset) == "TRUE" { // counts before expiry
		r.session.mustChange = true
		d.answerPolicy(r, policyChangeAfterReset, seconds, -1)
		return nil
	}
	if p.MaxAge <= 0 || !ok || left > 0 {
		d.answerPolicy(r, policyNone, seconds, -1)
		return nil
	}
	used := e.get(d.known.pwdGraceUseTime)
	if len(used.vals) >= p.GraceLogins {
		return d.withPolicy(r, policyPasswordExpired, &Result{Code: InvalidCredentials})
	}
	for t := d.now(); ; t = t.Add(time.Microsecond) {
		one := d.single(d.known.pwdGraceUseTime, formatTimeMicro(t))
		if used.index(one.norms[0]) < 0 {
			e.set(used.with(one.vals[0], one.norms[0]))
			break
		}
	}
	d.answerPolicy(r, policyNone, -1, int64(p.GraceLogins-len(used.vals)-1))
	return nil
}

// age counts whole seconds, the unit of the stored times.
func (d *directory) age(since string) (time.Duration, bool) {
	t, err := parseGeneralizedTime(since)
	if err != nil {
		return 0, false
	}
	return d.now().Truncate(time.Second).Sub(t.Truncate(time.Second)), true
}
