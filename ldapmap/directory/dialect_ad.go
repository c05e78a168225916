package directory

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/go-ldap/ldap/v3"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// activeDirectory is the dialect of Active Directory, and of Samba as a domain controller (MS-ADTS 3.1.1.3.1.5): there is no password operation,
// unicodePwd is written and never read, over TLS only.
type activeDirectory struct{ standard }

// change lets the old value go and the new one come. Whoever must change the password cannot bind, so that the service account hands the change in;
// the server checks the old password all the same, and counts it if it is wrong.
func (activeDirectory) change(ctx context.Context, p *People, as Credentials, new string) error {
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

// reset lets the history count where the server can be asked to (policy hints). An account that wrong passwords locked is unlocked by the same
// write, since whoever forgot the password has tried some; one that is switched off stays so.
func (d activeDirectory) reset(ctx context.Context, p *People, u *ldapmap.User, new string) error {
	set := ldapmap.Mod{Op: ldapmap.ModReplace, Name: "unicodePwd", Values: []string{unicodePwd(new)}}
	hints := policyHints(d.caps)
	if u.Account.LockedOut {
		unlock := ldapmap.Mod{Op: ldapmap.ModReplace, Name: "lockoutTime", Values: []string{"0"}}
		err := p.d.modifyWith(ctx, u.DN, []ldapmap.Mod{set, unlock}, hints)
		if !fault.Is(err, fault.Denied) {
			return err
		}
		p.log.WarnContext(ctx, "an account that wrong passwords locked stays so until the lock ends: the service account may not write lockoutTime, or not this password",
			"error", err)
	}
	return p.d.modifyWith(ctx, u.DN, []ldapmap.Mod{set}, hints)
}

// complete puts the password into the entry, which then comes with the account or not at all. An account without one is switched off, since a domain
// takes no other.
func (activeDirectory) complete(e *ldapmap.Entry, password string) bool {
	if password != "" {
		e.Attributes = append(e.Attributes, ldapmap.Attribute{Name: "unicodePwd", Values: []string{unicodePwd(password)}})
		return true
	}
	for i, a := range e.Attributes {
		if flags, err := strconv.ParseUint(strings.Join(a.Values, ""), 10, 32); err == nil && strings.EqualFold(a.Name, "userAccountControl") {
			e.Attributes[i].Values = []string{strconv.FormatUint(flags|accountDisabled, 10)}
		}
	}
	return false
}

// accountDisabled is a bit of userAccountControl (MS-ADTS 2.2.16).
const accountDisabled = 0x2

// policyHints is the control that makes a reset obey the password history (MS-ADTS 3.1.1.3.4.1.27), under the newest name the server knows; nil
// if it knows none.
func policyHints(c Capabilities) []ldap.Control {
	if c.PolicyHints == "" {
		return nil
	}
	return []ldap.Control{ldap.NewControlString(c.PolicyHints, true, "\x30\x03\x02\x01\x01")} // PolicyHintsRequestValue ::= SEQUENCE { Flags INTEGER }
}

// The names of that control. The second is of Windows Server 2008 R2.
const (
	oidPolicyHints    = "1.2.840.113556.1.4.2239"
	oidPolicyHintsOld = "1.2.840.113556.1.4.2066"
)

// unicodePwd is the value that Active Directory takes: in double quotes, UTF-16LE.
func unicodePwd(password string) string {
	units := utf16.Encode([]rune(`"` + password + `"`))
	b := make([]byte, 0, 2*len(units))
	for _, u := range units {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}
