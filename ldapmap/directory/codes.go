package directory

import (
	"fmt"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// The result codes that callers decide by (RFC 4511 A.1, RFC 4528).
const (
	CodeSuccess                  uint16 = 0
	CodeSizeLimitExceeded        uint16 = 4
	CodeReferral                 uint16 = 10
	CodeConfidentialityRequired  uint16 = 13
	CodeNoSuchAttribute          uint16 = 16
	CodeUndefinedAttributeType   uint16 = 17
	CodeConstraintViolation      uint16 = 19
	CodeAttributeOrValueExists   uint16 = 20
	CodeInvalidAttributeSyntax   uint16 = 21
	CodeNoSuchObject             uint16 = 32
	CodeInvalidDNSyntax          uint16 = 34
	CodeInappropriateAuth        uint16 = 48
	CodeInvalidCredentials       uint16 = 49
	CodeInsufficientAccessRights uint16 = 50
	CodeBusy                     uint16 = 51
	CodeUnavailable              uint16 = 52
	CodeUnwillingToPerform       uint16 = 53
	CodeNamingViolation          uint16 = 64
	CodeObjectClassViolation     uint16 = 65
	CodeNotAllowedOnNonLeaf      uint16 = 66
	CodeNotAllowedOnRDN          uint16 = 67
	CodeEntryAlreadyExists       uint16 = 68
	codeOther                    uint16 = 80
	CodeAssertionFailed          uint16 = 122
)

// codeName gives the name of a result code as RFC 4511 spells it.
func codeName(code uint16) string {
	names := map[uint16]string{
		0: "success", 1: "operationsError", 2: "protocolError", 3: "timeLimitExceeded", 4: "sizeLimitExceeded",
		7: "authMethodNotSupported", 8: "strongerAuthRequired", 10: "referral", 11: "adminLimitExceeded",
		12: "unavailableCriticalExtension", 13: "confidentialityRequired", 14: "saslBindInProgress", 16: "noSuchAttribute",
		17: "undefinedAttributeType", 18: "inappropriateMatching", 19: "constraintViolation", 20: "attributeOrValueExists",
		21: "invalidAttributeSyntax", 32: "noSuchObject", 33: "aliasProblem", 34: "invalidDNSyntax", 36: "aliasDereferencingProblem",
		48: "inappropriateAuthentication", 49: "invalidCredentials", 50: "insufficientAccessRights", 51: "busy", 52: "unavailable",
		53: "unwillingToPerform", 54: "loopDetect", 64: "namingViolation", 65: "objectClassViolation", 66: "notAllowedOnNonLeaf",
		67: "notAllowedOnRDN", 68: "entryAlreadyExists", 69: "objectClassModsProhibited", 71: "affectsMultipleDSAs", 80: "other",
		122: "assertionFailed",
	}
	if n, ok := names[code]; ok {
		return n
	}
	return fmt.Sprintf("result %d", code)
}

// faultCode says what a result means for a caller.
func faultCode(code uint16) fault.Code {
	switch code {
	case 32:
		return fault.NotFound
	case 16, 20, 66, 68, 122:
		return fault.Conflict
	case 48, 49, 50, 53, 71:
		return fault.Denied
	case 17, 18, 19, 21, 34, 64, 65, 67, 69:
		return fault.Invalid
	case 3, 51, 52, 80, 81, 85, 91:
		return fault.Unavailable
	default:
		// What remains is a matter between the administrators of both sides: a referral, a control or TLS demanded, a
		// limit, a protocol error.
		return fault.Internal
	}
}

// hint says what an administrator may want to look at.
func hint(code uint16) string {
	switch code {
	case 4:
		return " (the server gives this account no more entries than that: raise its limit, or let it page)"
	case 8, 13:
		return " (the server wants TLS: use ldaps:// or StartTLS)"
	case 10:
		return " (this server does not do that itself: name the server it refers to first)"
	case 11:
		return " (often a search without an index, or a limit of this account that is too low: nsLookThroughLimit on 389-DS)"
	case 12:
		return " (the server lacks a control that was marked critical)"
	default:
		return ""
	}
}
