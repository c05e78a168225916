package directory

import (
	"context"
	"slices"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// dialect is how a kind of server wants passwords changed: what no mapping can express. There is one file for each.
type dialect interface {
	// change is done by the person, who knows the old password.
	change(ctx context.Context, p *People, as Credentials, new string) error
	// reset is done by the service account.
	reset(ctx context.Context, p *People, u *ldapmap.User, new string) error
	// complete makes a new entry what the server wants it to be; withPassword tells that the password is in it and need not be set afterwards.
	complete(e *ldapmap.Entry, password string) (withPassword bool)
	// locked tells whether a reset would lift the lock of an administrator.
	locked(ctx context.Context, p *People, u *ldapmap.User) (bool, error)
	// chosen tells the server that the person chose the password which the service account has just set, so that it need not be changed again.
	chosen(ctx context.Context, p *People, u *ldapmap.User)
}

// The dialects by name. Standard is RFC 3062, or a Modify where the server lacks that, and nothing else.
const (
	DialectAD       = "activedirectory"
	Dialect389DS    = "389ds"
	DialectOpenLDAP = "openldap"
	DialectStandard = "standard"
)

// Dialects returns the names that Config.Dialect may have.
func Dialects() []string {
	return []string{Dialect389DS, DialectAD, DialectOpenLDAP, DialectStandard}
}

// dialect of the server that serves now: the one of the configuration, or by what the server says it can.
func (p *People) dialect(ctx context.Context) (dialect, error) {
	caps, err := p.d.Capabilities(ctx)
	if err != nil {
		return nil, err
	}
	return dialectOf(p.d.cfg.Dialect, caps), nil
}

func dialectOf(name string, caps Capabilities) dialect {
	if name == "" {
		name = caps.Dialect()
	}
	plain := standard{caps}
	switch name {
	case DialectAD:
		return activeDirectory{plain}
	case Dialect389DS:
		return ds389{plain}
	case DialectOpenLDAP:
		return openLDAP{plain}
	}
	return plain
}

// Dialect is the name of the dialect that fits what a server says about itself. A password policy that answers by draft-behera's control is taken for
// one that keeps its state as the draft says, in pwdAccountLockedTime and the like; 389-DS alone is known to answer so and keep it otherwise.
func (c Capabilities) Dialect() string {
	switch {
	case c.Vendor == ActiveDirectory || c.Vendor == Samba:
		return DialectAD
	case c.Vendor == DS389:
		return Dialect389DS
	case c.PasswordPolicy:
		return DialectOpenLDAP
	}
	return DialectStandard
}

func knownDialect(name string) bool { return name == "" || slices.Contains(Dialects(), name) }

// standard does what RFC 3062 and RFC 4511 say.
type standard struct{ caps Capabilities }

func (s standard) change(ctx context.Context, p *People, as Credentials, new string) error {
	if s.caps.PasswordModify {
		return p.d.PasswordModify(ctx, &as, as.DN, as.Password, new)
	}
	return p.changeByModify(ctx, as, new)
}

func (s standard) reset(ctx context.Context, p *People, u *ldapmap.User, new string) error {
	if s.caps.PasswordModify {
		return p.d.PasswordModify(ctx, nil, u.DN, "", new)
	}
	return p.d.Modify(ctx, u.DN, replacePassword(new))
}

func (standard) complete(*ldapmap.Entry, string) bool { return false }

func (standard) locked(context.Context, *People, *ldapmap.User) (bool, error) { return false, nil }

func (standard) chosen(context.Context, *People, *ldapmap.User) {}

// unmarked is said when a dialect cannot tell the server that the person chose the password.
func (p *People) unmarked(ctx context.Context, err error) {
	p.log.WarnContext(ctx, "the directory will ask for another password, although the person chose this one", "error", err)
}

// changeByModify is for servers without RFC 3062. Some cannot find the old value among hashes; the bind has proved it then.
func (p *People) changeByModify(ctx context.Context, as Credentials, new string) error {
	err := p.d.ModifyAs(ctx, as, as.DN, []ldapmap.Mod{
		{Op: ldapmap.ModDelete, Name: "userPassword", Values: []string{as.Password}},
		{Op: ldapmap.ModAdd, Name: "userPassword", Values: []string{new}},
	})
	if code, ok := ResultCode(err); ok && code == CodeNoSuchAttribute {
		return p.d.ModifyAs(ctx, as, as.DN, replacePassword(new))
	}
	return err
}

func replacePassword(new string) []ldapmap.Mod {
	return []ldapmap.Mod{{Op: ldapmap.ModReplace, Name: "userPassword", Values: []string{new}}}
}
