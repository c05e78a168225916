package directory

import (
	"context"
	"slices"
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
	caps, err := p.d.Capabilities(ctx)
	if err != nil {
		return err
	}
	as := Credentials{u.DN, old}
	switch {
	case isAD(caps):
		err = p.changeAD(ctx, as, new)
	case caps.PasswordModify:
		err = p.d.PasswordModify(ctx, &as, u.DN, old, new)
	default:
		err = p.changeByModify(ctx, as, new)
	}
	if err != nil {
		return refusal(err)
	}
	return p.followUp(ctx, u, new)
}

// changeByModify is for servers without RFC 3062. Some cannot find the old value among hashes; the bind has proved it then.
func (p *People) changeByModify(ctx context.Context, as Credentials, new string) error {
	err := p.d.ModifyAs(ctx, as, as.DN, []ldapmap.Mod{
		{Op: ldapmap.ModDelete, Name: "userPassword", Values: []string{as.Password}},
		{Op: ldapmap.ModAdd, Name: "userPassword", Values: []string{new}},
	})
	if code, ok := ResultCode(err); ok && code == CodeNoSuchAttribute {
		return p.d.ModifyAs(ctx, as, as.DN, []ldapmap.Mod{{Op: ldapmap.ModReplace, Name: "userPassword", Values: []string{new}}})
	}
	return err
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

// SetPassword implements ldapmap.People. Any password write deletes OpenLDAP's pwdAccountLockedTime, so an account that an administrator
// locked is refused before the write.
//
// The read that looks for the lock is the last thing asked before the write, because nothing better can be had: slapd takes neither the
// assertion control (RFC 4528) nor a pre-read (RFC 4527) with the password operation (both are answered 12), only the overlay may hash, so
// that a Modify in its place could store the password in clear, and once the write is done nothing in the entry tells that there was a lock. A
// lock that arrives within that one round trip is lost; the administrator sees it gone.
func (p *People) SetPassword(ctx context.Context, u *ldapmap.User, new string) error {
	if err := checkPassword("password", new); err != nil {
		return err
	}
	caps, err := p.d.Capabilities(ctx)
	if err != nil {
		return err
	}
	now, err := p.Get(ctx, u.Ref)
	if err != nil {
		return err
	}
	locked := now.Account.Locked
	if !locked && caps.PasswordPolicy && !p.m.AsksFor(lockAttribute) {
		// The mapping does not say that the server keeps locks, and the write would lift one all the same.
		if locked, err = p.permanentlyLocked(ctx, now.DN); err != nil {
			return err
		}
	}
	if locked {
		return &fault.Error{Code: fault.Denied, Words: "This account is locked. Please ask an administrator.",
			Err: fault.New(fault.Denied, "setting a password would lift the lock of %s", quote(now.DN))}
	}
	return p.setPassword(ctx, now, new)
}

// lockAttribute is where OpenLDAP's ppolicy and its kin keep locks.
const lockAttribute = "pwdAccountLockedTime"

// permanentlyLocked asks the entry itself. One read.
func (p *People) permanentlyLocked(ctx context.Context, dn string) (bool, error) {
	e, err := p.d.Read(ctx, dn, lockAttribute)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(e.Values(lockAttribute), ldapmap.IsPermanentLock), nil
}

// setPassword writes it as the service account.
func (p *People) setPassword(ctx context.Context, u *ldapmap.User, new string) error {
	caps, err := p.d.Capabilities(ctx)
	if err != nil {
		return err
	}
	switch {
	case isAD(caps):
		err = p.d.Modify(ctx, u.DN, []ldapmap.Mod{{Op: ldapmap.ModReplace, Name: "unicodePwd", Values: []string{unicodePwd(new)}}})
	case caps.PasswordModify:
		err = p.d.PasswordModify(ctx, nil, u.DN, "", new)
	default:
		err = p.d.Modify(ctx, u.DN, []ldapmap.Mod{{Op: ldapmap.ModReplace, Name: "userPassword", Values: []string{new}}})
	}
	if err != nil {
		return refusal(err)
	}
	if err := p.followUp(ctx, u, new); err != nil {
		return err
	}
	p.unmarkReset(ctx, u)
	return nil
}

// unmarkReset takes back the mark that makes OpenLDAP (pwdMustChange) ask for a change after every reset: the person chose this password. If it cannot,
// they are asked to choose again at the next sign-in, which is no failure.
func (p *People) unmarkReset(ctx context.Context, u *ldapmap.User) {
	if !p.m.AsksFor("pwdReset") {
		return
	}
	e, err := p.d.Read(ctx, u.DN, "pwdReset")
	if err != nil || !strings.EqualFold(e.Value("pwdReset"), "TRUE") {
		return
	}
	err = p.d.Modify(ctx, u.DN, []ldapmap.Mod{{Op: ldapmap.ModDelete, Name: "pwdReset"}})
	if err != nil {
		p.log.WarnContext(ctx, "the directory will ask for another password, although the person chose this one", "error", err)
	}
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
