package directory

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// verdictOf translates a server's answer to a bind. Errors: Internal if the answer is about the server, not about the person.
func verdictOf(a BindAnswer) (ldapmap.Verdict, error) {
	v := ldapmap.Verdict{Outcome: ldapmap.OK, GraceLeft: -1}
	reason := PolicyError("")
	if a.Policy != nil {
		v.GraceLeft, v.ExpiresIn, reason = a.Policy.GraceLeft, positive(a.Policy.ExpiresIn), a.Policy.Error
	}
	if a.OK() {
		// With grace sign-ins left some servers say passwordExpired beside success: GraceLeft tells it.
		if reason == ChangeAfterReset {
			v.Outcome = ldapmap.MustChange
		}
		return v, nil
	}
	v.Detail = a.Result.Error()
	v.Outcome = refused(a.Result, reason)
	if v.Outcome == "" {
		return v, fault.New(fault.Internal, "bind on %s: %w", a.Server, a.Result)
	}
	return v, nil
}

// refused tells why a bind was refused; "" if that has nothing to do with the person.
func refused(r *ResultError, reason PolicyError) ldapmap.Outcome {
	switch reason {
	case AccountLocked:
		return ldapmap.Locked
	case PasswordExpired:
		return ldapmap.Expired
	case ChangeAfterReset:
		return ldapmap.MustChange
	}
	text := strings.ToLower(r.Diagnostic)
	switch r.Code {
	case CodeInvalidCredentials:
		return subCode(r.Diagnostic)
	case CodeConstraintViolation: // 389-DS: "Exceed password retry limit"
		return ldapmap.Locked
	case CodeUnwillingToPerform: // 389-DS: "Account inactivated"; FreeIPA: "Account has expired". Elsewhere often: no TLS
		for _, word := range []string{"inactivat", "disabled", "expired", "locked"} {
			if strings.Contains(text, word) {
				return ldapmap.Disabled
			}
		}
		return ""
	}
	// No password in the entry (48), no right to it (50), entry gone since it was found (32, 34).
	return ldapmap.Wrong
}

func wrongCurrent(err error) error {
	return &fault.Error{Code: fault.Invalid, Field: "current", Words: "This is not your current password.", Err: err}
}

// refusal turns a refused password change into words for the person.
func refusal(err error) error {
	r, ok := resultIn(err)
	if !ok {
		return err
	}
	if r.Op == OpBind {
		return refusedBind(err, r)
	}
	invalid := func(words string, args ...any) error {
		return &fault.Error{Code: fault.Invalid, Field: "password", Words: words, Args: args, Err: err}
	}
	reason := PolicyError("")
	inAD := false
	if r.Policy != nil {
		reason = r.Policy.Error
	} else {
		reason, inAD = adPolicy(r.Diagnostic)
	}
	switch reason {
	case InsufficientQuality:
		return invalid("This password is too easy to guess. Choose a longer or a less usual one.")
	case PasswordTooShort:
		return invalid("This password is too short.")
	case PasswordInHistory:
		return invalid("You have used this password before. Choose a new one.")
	case PasswordTooYoung:
		return invalid("Your password was changed a short while ago. It cannot be changed again yet.")
	case PasswordModNotAllow, MustSupplyOld, AccountLocked:
		return &fault.Error{Code: fault.Denied, Words: "The directory does not let this password be changed here. Please ask an administrator.", Err: err}
	}
	switch {
	case adWrongOld(r.Diagnostic), r.Code == CodeUnwillingToPerform && strings.Contains(r.Diagnostic, "old password"),
		r.Code == CodeInvalidCredentials:
		return wrongCurrent(err)
	case inAD:
		return invalid("The directory refuses this password. Choose a longer or a less usual one, which you have not had before.")
	case r.Code == CodeConstraintViolation:
		if text, ok := forPeople(r.Diagnostic); ok {
			return invalid("The directory refuses this password: %s", text)
		}
		return invalid("The directory refuses this password. Choose a longer or a less usual one.")
	}
	return err
}

// refusedBind explains why the person could not even begin.
func refusedBind(err error, r *ResultError) error {
	reason := PolicyError("")
	if r.Policy != nil {
		reason = r.Policy.Error
	}
	switch refused(r, reason) {
	case ldapmap.Wrong:
		return wrongCurrent(err)
	case "":
		return fault.Wrap(fault.Internal, err)
	case ldapmap.Expired:
		return &fault.Error{Code: fault.Denied, Words: "Your password has expired. Ask for a new one with \"Forgotten password\".", Err: err}
	}
	return &fault.Error{Code: fault.Denied, Words: "The directory does not let this password be changed here. Please ask an administrator.", Err: err}
}

// forPeople takes a server's text if a person can read it: a sentence, not a code and not a name in the directory.
func forPeople(diagnostic string) (string, bool) {
	text := strings.TrimSpace(diagnostic)
	if len(text) < 8 || len(text) > 200 || strings.ContainsAny(text, "=<>{}\n") || !strings.Contains(text, " ") || technical.MatchString(text) {
		return "", false
	}
	return text, true
}

// technical finds codes such as "0000052D:" and "problem 1005".
var technical = regexp.MustCompile(`[0-9A-Fa-f]{8}|DSID|Svc?Err|problem [0-9]`)

// String keeps passwords out of logs, whoever prints credentials.
func (c Credentials) String() string { return fmt.Sprintf("credentials of %s", quote(c.DN)) }

// GoString does the same for %#v.
func (c Credentials) GoString() string { return c.String() }
