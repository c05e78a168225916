package directory

import (
	"regexp"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// What Active Directory says in the text beside a result, since the result alone says little.

// adData finds the reason for a refused bind: "80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data 775, v2580".
var adData = regexp.MustCompile(`\bdata ([0-9a-fA-F]{3,8})\b`)

// subCode reads the reason that Active Directory hides in the text of invalidCredentials. All but 525, 52e and 775 follow only upon the right
// password.
func subCode(diagnostic string) ldapmap.Outcome {
	m := adData.FindStringSubmatch(diagnostic)
	if m == nil {
		return ldapmap.Wrong
	}
	switch strings.ToLower(m[1]) {
	case "530", "531", "533", "701": // hours, workstation, disabled, account expired
		return ldapmap.Disabled
	case "532":
		return ldapmap.Expired
	case "773":
		return ldapmap.MustChange
	case "775":
		return ldapmap.Locked
	}
	return ldapmap.Wrong // 525, 52e and what is unknown
}

// rightPassword tells whether a refused bind proves that the password was right, as Active Directory's reasons for a change do.
func rightPassword(r *ResultError) bool {
	outcome := subCode(r.Diagnostic)
	return r.Code == CodeInvalidCredentials && (outcome == ldapmap.Expired || outcome == ldapmap.MustChange)
}

// adPolicy tells why a password was refused, in the words of the password policy control. Active Directory begins with the Windows error and says no more
// than that the policy refuses it (0000052D, ERROR_PASSWORD_RESTRICTION); Samba adds which part does.
func adPolicy(diagnostic string) (reason PolicyError, ok bool) {
	if !strings.HasPrefix(strings.ToUpper(diagnostic), "0000052D") {
		return "", false
	}
	for _, part := range []struct {
		text   string
		reason PolicyError
	}{
		{"too short", PasswordTooShort},
		{"complexity", InsufficientQuality},
		{"already used", PasswordInHistory},
		{"too young", PasswordTooYoung},
		{"changes disabled", PasswordModNotAllow},
		{"can't be changed", PasswordModNotAllow},
	} {
		if strings.Contains(diagnostic, part.text) {
			return part.reason, true
		}
	}
	return "", true
}

// adWrongOld tells that the old password of a change was wrong (00000056, ERROR_INVALID_PASSWORD).
func adWrongOld(diagnostic string) bool { return strings.HasPrefix(diagnostic, "00000056") }
