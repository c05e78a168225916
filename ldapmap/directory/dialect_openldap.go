package directory

import (
	"context"
	"slices"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// openLDAP is the dialect of OpenLDAP's ppolicy overlay, and of others that keep the state of a policy as draft-behera-ldap-password-policy 5.3 says.
type openLDAP struct{ standard }

// lockAttribute is where such a server keeps locks.
const lockAttribute = "pwdAccountLockedTime"

// locked: any password write deletes pwdAccountLockedTime, so that an account which an administrator locked must be refused before the write. The
// mapping may not ask for the attribute (account: [...]), and the write would lift the lock all the same.
//
// The read that looks for the lock is the last thing asked before the write, because nothing better can be had: slapd takes neither the
// assertion control (RFC 4528) nor a pre-read (RFC 4527) with the password operation (both are answered 12), only the overlay may hash, so
// that a Modify in its place could store the password in clear, and once the write is done nothing in the entry tells that there was a lock. A
// lock that arrives within that one round trip is lost; the administrator sees it gone.
func (openLDAP) locked(ctx context.Context, p *People, u *ldapmap.User) (bool, error) {
	if p.m.AsksFor(lockAttribute) {
		return u.Account.Locked, nil
	}
	e, err := p.d.Read(ctx, u.DN, lockAttribute)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(e.Values(lockAttribute), ldapmap.IsPermanentLock), nil
}

// chosen takes back the mark that makes ppolicy (pwdMustChange) ask for a change after every reset. If it cannot,
// they are asked to choose again at the next sign-in, which is no failure.
func (openLDAP) chosen(ctx context.Context, p *People, u *ldapmap.User) {
	if !p.m.AsksFor("pwdReset") {
		return
	}
	e, err := p.d.Read(ctx, u.DN, "pwdReset")
	if err != nil || !strings.EqualFold(e.Value("pwdReset"), "TRUE") {
		return
	}
	if err := p.d.Modify(ctx, u.DN, []ldapmap.Mod{{Op: ldapmap.ModDelete, Name: "pwdReset"}}); err != nil {
		p.unmarked(ctx, err)
	}
}
