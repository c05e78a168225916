package directory

import (
	"strings"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// PolicyAnswer is what a server says about a password beside the result (draft-behera-ldap-password-policy-10, 6.2).
type PolicyAnswer struct {
	Error     PolicyError
	ExpiresIn time.Duration // until the password expires; -1 if the server did not say
	GraceLeft int           // sign-ins left with an expired password; -1 if the server did not say
}

// PolicyError is the reason in a PolicyAnswer; empty for none.
type PolicyError string

// The reasons, in the order of the draft's numbers 0 to 8.
const (
	PasswordExpired     PolicyError = "passwordExpired"
	AccountLocked       PolicyError = "accountLocked"
	ChangeAfterReset    PolicyError = "changeAfterReset"
	PasswordModNotAllow PolicyError = "passwordModNotAllowed"
	MustSupplyOld       PolicyError = "mustSupplyOldPassword"
	InsufficientQuality PolicyError = "insufficientPasswordQuality"
	PasswordTooShort    PolicyError = "passwordTooShort"
	PasswordTooYoung    PolicyError = "passwordTooYoung"
	PasswordInHistory   PolicyError = "passwordInHistory"
)

// policyRequest asks for the answer. It is never critical: a server without policies just answers without.
func policyRequest() []ldap.Control {
	return []ldap.Control{ldap.NewControlBeheraPasswordPolicy()}
}

// policyOf finds the policy answer among response controls; nil if there is none.
func policyOf(controls []ldap.Control) *PolicyAnswer {
	c, ok := ldap.FindControl(controls, ldap.ControlTypeBeheraPasswordPolicy).(*ldap.ControlBeheraPasswordPolicy)
	if !ok || c == nil {
		return nil
	}
	a := &PolicyAnswer{ExpiresIn: -1, GraceLeft: -1}
	if c.Expire >= 0 && c.Expire <= int64(100*365*24*time.Hour/time.Second) {
		a.ExpiresIn = time.Duration(c.Expire) * time.Second
	}
	if c.Grace >= 0 && c.Grace < 1<<31 {
		a.GraceLeft = int(c.Grace)
	}
	reasons := []PolicyError{
		PasswordExpired, AccountLocked, ChangeAfterReset, PasswordModNotAllow, MustSupplyOld,
		InsufficientQuality, PasswordTooShort, PasswordTooYoung, PasswordInHistory,
	}
	if c.Error >= 0 && int(c.Error) < len(reasons) {
		a.Error = reasons[c.Error]
	}
	return a
}

// controlsOf decodes the response controls of a packet, leaving out what cannot be read.
func controlsOf(p *ber.Packet) []ldap.Control {
	if p == nil || len(p.Children) < 3 || p.Children[2] == nil {
		return nil
	}
	var all []ldap.Control
	for _, child := range p.Children[2].Children {
		if c, err := ldap.DecodeControl(child); err == nil {
			all = append(all, c)
		}
	}
	return all
}

// isPassword tells whether an attribute is one by which servers set a password, so that a policy answer is worth asking for.
func isPassword(name string) bool {
	name, _, _ = strings.Cut(name, ";")
	return strings.EqualFold(name, "userPassword") || strings.EqualFold(name, "unicodePwd")
}
