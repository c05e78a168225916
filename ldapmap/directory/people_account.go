package directory

import (
	"context"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// AccountPowers implements ldapmap.People.
func (p *People) AccountPowers(ctx context.Context) (ldapmap.AccountPowers, error) {
	caps, err := p.d.Capabilities(ctx)
	if err != nil {
		return ldapmap.AccountPowers{}, err
	}
	return p.m.AccountPowers(caps.PasswordPolicy), nil
}

// SetAccount implements ldapmap.People. The entry is read anew, so that what is replaced is what the server has now.
func (p *People) SetAccount(ctx context.Context, u *ldapmap.User, change ldapmap.AccountChange) (*ldapmap.User, error) {
	caps, err := p.d.Capabilities(ctx)
	if err != nil {
		return nil, err
	}
	now, err := p.Get(ctx, u.Ref)
	if err != nil {
		return nil, err
	}
	mods, err := p.m.AccountMods(now, change, caps.PasswordPolicy, p.clock())
	if err != nil {
		return nil, err
	}
	if len(mods) == 0 {
		return now, nil
	}
	if err := p.d.Modify(ctx, now.DN, mods); err != nil {
		return nil, p.explainModify(err, mods)
	}
	after, err := p.Get(ctx, now.Ref)
	if err != nil {
		return nil, &ldapmap.Partial{Done: "the account was changed", Err: err}
	}
	return after, nil
}

// Move implements ldapmap.People.
func (p *People) Move(ctx context.Context, u *ldapmap.User, base string) (*ldapmap.User, error) {
	to, err := ldapmap.ParseDN(base)
	if err != nil || !p.isOurs(base) {
		return nil, fault.New(fault.Invalid, "people are moved to users.base or below it, which %s is not", quote(base))
	}
	from, err := ldapmap.ParseDN(u.DN)
	if err != nil || len(from) == 0 {
		return nil, fault.New(fault.Internal, "moving an entry without a name: %s", quote(u.DN))
	}
	if ldapmap.SameDN(from.Parent().String(), to.String()) {
		return p.again(ctx, u.DN)
	}
	// The name stays, and so do its values; Active Directory wants to hear all the same that the old ones may go.
	dn, err := p.d.Rename(ctx, u.DN, from.RDN().String(), true, base)
	if code, ok := ResultCode(err); ok && code == codeOther { // Samba says so of a place that is not there
		if _, gone := p.d.Read(ctx, base, "objectClass"); missing(gone) {
			return nil, fault.New(fault.NotFound, "there is no entry %s to move people to: %w", quote(base), err)
		}
	}
	if err != nil {
		return nil, p.about(err, u.DN)
	}
	after, err := p.again(ctx, dn)
	if err != nil {
		return nil, &ldapmap.Partial{Done: "the entry was moved", Err: err}
	}
	return after, nil
}
