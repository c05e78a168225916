package memdir

import (
	"errors"
	"fmt"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Code is an LDAP result code (RFC 4511 appendix A).
type Code uint16

// The result codes memdir answers with, or that a test may inject through Server.Intercept.
const (
	Success                      Code = 0
	OperationsError              Code = 1
	ProtocolError                Code = 2
	TimeLimitExceeded            Code = 3
	SizeLimitExceeded            Code = 4
	CompareFalse                 Code = 5
	CompareTrue                  Code = 6
	AuthMethodNotSupported       Code = 7
	StrongerAuthRequired         Code = 8
	Referral                     Code = 10
	AdminLimitExceeded           Code = 11
	UnavailableCriticalExtension Code = 12
	ConfidentialityRequired      Code = 13
	NoSuchAttribute              Code = 16
	UndefinedAttributeType       Code = 17
	InappropriateMatching        Code = 18
	ConstraintViolation          Code = 19
	AttributeOrValueExists       Code = 20
	InvalidAttributeSyntax       Code = 21
	NoSuchObject                 Code = 32
	InvalidDNSyntax              Code = 34
	InappropriateAuthentication  Code = 48
	InvalidCredentials           Code = 49
	InsufficientAccessRights     Code = 50
	Busy                         Code = 51
	Unavailable                  Code = 52
	UnwillingToPerform           Code = 53
	NamingViolation              Code = 64
	ObjectClassViolation         Code = 65
	NotAllowedOnNonLeaf          Code = 66
	NotAllowedOnRDN              Code = 67
	EntryAlreadyExists           Code = 68
	ObjectClassModsProhibited    Code = 69
	AffectsMultipleDSAs          Code = 71
	OtherError                   Code = 80
	AssertionFailed              Code = 122
)

// Result is the LDAPResult of RFC 4511 4.1.9. A *Result with a Code other than Success is also an error.
type Result struct {
	Code       Code
	MatchedDN  string
	Diagnostic string
	Referrals  []string // LDAP URLs, with Code Referral
}

// Error names code and diagnostic.
func (r *Result) Error() string {
	return fmt.Sprintf("LDAP result %d: %s", r.Code, r.Diagnostic)
}

func fail(code Code, format string, args ...any) error {
	return &Result{Code: code, Diagnostic: fmt.Sprintf(format, args...)}
}

// resultOf turns the error of an operation into what goes over the wire.
func resultOf(err error) *Result {
	if err == nil {
		return &Result{}
	}
	if r, ok := errors.AsType[*Result](err); ok {
		return r
	}
	return &Result{Code: OtherError, Diagnostic: "internal error"}
}

// appendTo writes the components of LDAPResult into a response.
func (r *Result) appendTo(op *ber.Packet) {
	op.AppendChild(newEnum(int64(r.Code)))
	op.AppendChild(newOctets(r.MatchedDN))
	op.AppendChild(newOctets(r.Diagnostic))
	if len(r.Referrals) > 0 {
		refs := ber.Encode(ber.ClassContext, ber.TypeConstructed, 3, nil, "")
		for _, url := range r.Referrals {
			refs.AppendChild(newOctets(url))
		}
		op.AppendChild(refs)
	}
}
