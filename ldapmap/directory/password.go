package directory

import (
	"context"
	"strings"
	"time"
	"unicode/utf16"

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

// changeAD is Active Directory's way (MS-ADTS 3.1.1.3.1.5): the old value goes and the new one comes. Whoever must change the password cannot bind, so
// that the service account hands the change in; the server checks the old password all the same.
func (p *People) changeAD(ctx context.Context, as Credentials, new string) error {
	mods := []ldapmap.Mod{
		{Op: ldapmap.ModDelete, Name: "unicodePwd", Values: []string{unicodePwd(as.Password)}},
		{Op: ldapmap.ModAdd, Name: "unicodePwd", Values: []string{unicodePwd(new)}},
	}
	err := p.d.ModifyAs(ctx, as, as.DN, mods)
	if r, ok := resultIn(err); ok && r.Op == OpBind && rightPassword(r) {
		return p.d.Modify(ctx, as.DN, mods)
	}
	return err
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

// activeDirectory is the dialect of Active Directory and Samba.
type activeDirectory struct{ standard }

func (activeDirectory) change(ctx context.Context, p *People, as Credentials, new string) error {
	return p.changeAD(ctx, as, new)
}

func (activeDirectory) reset(ctx context.Context, p *People, u *ldapmap.User, new string) error {
	return p.d.Modify(ctx, u.DN, []ldapmap.Mod{{Op: ldapmap.ModReplace, Name: "unicodePwd", Values: []string{unicodePwd(new)}}})
}

func isAD(c Capabilities) bool { return c.Vendor == ActiveDirectory || c.Vendor == Samba }

// unicodePwd is the value that Active Directory takes: in double quotes, UTF-16LE.
func unicodePwd(password string) string {
	units := utf16.Encode([]rune(`"` + password + `"`))
	b := make([]byte, 0, 2*len(units))
	for _, u := range units {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

// positive drops the -1 of a policy answer that says nothing.
func positive(d time.Duration) time.Duration { return max(d, 0) }
