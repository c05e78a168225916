package directory

import (
	"context"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// ds389 is the dialect of 389 Directory Server and FreeIPA. Both take a password by the operation of RFC 3062 and by a Modify, and each has a catch.
// After a Modify the server answers first and writes pwdUpdateTime and passwordExpirationTime then, so that whoever looks at once sees those of before.
// The operation has written all when it answers; but it needs TLS, and keeps to itself which rule a password breaks ("Failed to update password").
type ds389 struct{ standard }

// change is the operation, and a Modify after a refusal, which either is told in a sentence or succeeds.
func (d ds389) change(ctx context.Context, p *People, as Credentials, new string) error {
	err := d.standard.change(ctx, p, as, new)
	if unexplained(err) {
		return p.d.ModifyAs(ctx, as, as.DN, replacePassword(new)) // the bind proves the old password
	}
	return err
}

func (d ds389) reset(ctx context.Context, p *People, u *ldapmap.User, new string) error {
	err := d.standard.reset(ctx, p, u, new)
	if unexplained(err) {
		return p.d.Modify(ctx, u.DN, replacePassword(new))
	}
	return err
}

// unexplained tells that the operation was refused, and nothing changed, for a reason that it keeps to itself: a rule, or that there is no TLS.
func unexplained(err error) bool {
	r, ok := resultIn(err)
	return ok && r.Op == OpPasswordModify && (r.Code == CodeConstraintViolation || r.Code == CodeConfidentialityRequired)
}

// chosen takes back the mark of passwordMustChange: an expiration in 1970. The server makes a new one at the next sign-in, if passwords expire.
func (ds389) chosen(ctx context.Context, p *People, u *ldapmap.User) {
	const mark = "passwordExpirationTime"
	if !p.m.AsksFor(mark) {
		return
	}
	e, err := p.d.Read(ctx, u.DN, mark)
	if err != nil || e.Value(mark) != "19700101000000Z" {
		return
	}
	if err := p.d.Modify(ctx, u.DN, []ldapmap.Mod{{Op: ldapmap.ModDelete, Name: mark}}); err != nil {
		p.unmarked(ctx, err)
	}
}
