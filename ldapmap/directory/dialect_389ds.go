package directory

import (
	"context"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// ds389 is the dialect of 389 Directory Server and FreeIPA. Both take a password by the operation of RFC 3062 too, but then keep to themselves which
// rule it breaks ("Failed to update password"); a Modify is told in a sentence. Whichever it is, hashing, history and quality are the server's.
type ds389 struct{ standard }

// change: the bind has proved the old password.
func (ds389) change(ctx context.Context, p *People, as Credentials, new string) error {
	return p.d.ModifyAs(ctx, as, as.DN, replacePassword(new))
}

func (ds389) reset(ctx context.Context, p *People, u *ldapmap.User, new string) error {
	return p.d.Modify(ctx, u.DN, replacePassword(new))
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
