package directory

import (
	"context"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// oidPasswordModify names the Password Modify operation of RFC 3062.
const oidPasswordModify = "1.3.6.1.4.1.4203.1.11.1"

// PasswordModify sets the password of dn by the operation of RFC 3062: as the person, if as is given, else as the service account. old may be
// empty if the server does not need it. Errors: Invalid with ErrPassword; a refused bind, with Op OpBind; and as Modify, with the server's policy
// answer in the ResultError. protocolError (2) from a server that lacks the operation is Internal.
func (d *Directory) PasswordModify(ctx context.Context, as *Credentials, dn, old, new string) error {
	if new == "" || strings.ContainsRune(new, 0) || strings.ContainsRune(old, 0) {
		return fault.Wrap(fault.Invalid, ErrPassword) // without a new password the server would make one up
	}
	do := func(l *ldap.Conn) error {
		// A fresh request each time: go-ldap's packets are used up by sending.
		_, err := l.Extended(&ldap.ExtendedRequest{
			Name: oidPasswordModify, Value: passwordModifyValue(dn, old, new), Controls: policyRequest(),
		})
		return err
	}
	if as != nil {
		return d.writeAs(ctx, *as, OpPasswordModify, dn, do)
	}
	return d.write(ctx, OpPasswordModify, dn, do)
}

// passwordModifyValue encodes PasswdModifyRequestValue (RFC 3062 2).
func passwordModifyValue(dn, old, new string) *ber.Packet {
	v := ber.NewSequence("PasswdModifyRequestValue")
	for tag, s := range []string{dn, old, new} {
		if s != "" {
			v.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, ber.Tag(tag), s, ""))
		}
	}
	return v
}
