package directory

import (
	"context"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// maxPassword bounds a password in bytes: hashing more is work for an attacker to give us.
const maxPassword = 4096

// Authenticate implements ldapmap.People. One bind.
func (p *People) Authenticate(ctx context.Context, u *ldapmap.User, password string) (ldapmap.Verdict, error) {
	if !sendable(password) {
		return ldapmap.Verdict{Outcome: ldapmap.Wrong, GraceLeft: -1, Detail: "not sent: empty, too long or with a NUL"}, nil
	}
	answer, err := p.d.Bind(ctx, u.DN, password)
	if err != nil {
		return ldapmap.Verdict{}, err
	}
	v, err := verdictOf(answer)
	if err != nil || v.Outcome != ldapmap.OK {
		return v, err
	}
	// The password was right. What the entry says counts too: servers enforce their own locks, not those of mapped fields or of
	// attributes that other systems read.
	switch a := u.Account; {
	case a.Locked:
		v.Outcome, v.Detail = ldapmap.Locked, "the entry says that the account is locked"
	case !a.Active(p.clock()):
		v.Outcome, v.Detail = ldapmap.Disabled, "the entry says that the account is switched off, ended or not yet valid"
	case a.MustChange:
		v.Outcome, v.Detail = ldapmap.MustChange, "the entry says that the password has to be changed"
	}
	return v, nil
}

func sendable(password string) bool {
	return password != "" && len(password) <= maxPassword && !strings.ContainsRune(password, 0)
}

// checkPassword refuses what is never sent.
func checkPassword(field, password string) error {
	switch {
	case password == "":
		return fault.Say(fault.Invalid, field, "This is needed.")
	case len(password) > maxPassword:
		return fault.Say(fault.Invalid, field, "This is too long.")
	case strings.ContainsRune(password, 0):
		return fault.Say(fault.Invalid, field, "This contains a character that cannot be kept.")
	}
	return nil
}

// ChangePassword implements ldapmap.People.
func (p *People) ChangePassword(ctx context.Context, u *ldapmap.User, old, new string) error {
	if checkPassword("current", old) != nil {
		return wrongCurrent(nil) // never sent
	}
	if err := checkPassword("password", new); err != nil {
		return err
	}
	d, err := p.dialect(ctx)
	if err != nil {
		return err
	}
	if err := d.change(ctx, p, Credentials{u.DN, old}, new); err != nil {
		return refusal(err)
	}
	return p.followUp(ctx, u, new)
}

// SetPassword implements ldapmap.People.
func (p *People) SetPassword(ctx context.Context, u *ldapmap.User, new string) error {
	if err := checkPassword("password", new); err != nil {
		return err
	}
	d, err := p.dialect(ctx)
	if err != nil {
		return err
	}
	now, err := p.Get(ctx, u.Ref)
	if err != nil {
		return err
	}
	locked := now.Account.Locked
	if !locked {
		if locked, err = d.locked(ctx, p, now); err != nil {
			return err
		}
	}
	if locked {
		return &fault.Error{Code: fault.Denied, Words: "This account is locked. Please ask an administrator.",
			Err: fault.New(fault.Denied, "setting a password would lift the lock of %s", quote(now.DN))}
	}
	return p.setPassword(ctx, now, new)
}

// setPassword writes it as the service account.
func (p *People) setPassword(ctx context.Context, u *ldapmap.User, new string) error {
	d, err := p.dialect(ctx)
	if err != nil {
		return err
	}
	if err := d.reset(ctx, p, u, new); err != nil {
		return refusal(err)
	}
	if err := p.followUp(ctx, u, new); err != nil {
		return err
	}
	d.chosen(ctx, p, u)
	return nil
}

// followUp keeps other attributes in step with the new password.
func (p *People) followUp(ctx context.Context, u *ldapmap.User, new string) error {
	mods, err := p.m.PasswordMods(u, p.clock(), new)
	if err == nil && len(mods) > 0 {
		err = p.d.Modify(ctx, u.DN, mods)
	}
	if err != nil {
		return &ldapmap.Partial{Done: "the password was changed", Err: err}
	}
	return nil
}

// positive drops the -1 of a policy answer that says nothing.
func positive(d time.Duration) time.Duration { return max(d, 0) }
