package directory

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestEveryServersRefusalIsUnderstood(t *testing.T) {
	t.Parallel()
	ad := func(data string) *ResultError {
		return &ResultError{Op: OpBind, Code: 49, Name: "invalidCredentials", Diagnostic: "80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data " + data + ", v4563"}
	}
	for _, c := range []struct {
		name   string
		result *ResultError
		policy PolicyError
		want   ldapmap.Outcome // "" for an error
	}{
		{"wrong", &ResultError{Code: 49}, "", ldapmap.Wrong},
		{"ppolicy: locked", &ResultError{Code: 49}, AccountLocked, ldapmap.Locked},
		{"ppolicy: expired", &ResultError{Code: 49}, PasswordExpired, ldapmap.Expired},
		{"ppolicy: must change", &ResultError{Code: 49}, ChangeAfterReset, ldapmap.MustChange},
		{"AD: no such user", ad("525"), "", ldapmap.Wrong}, {"AD: wrong", ad("52e"), "", ldapmap.Wrong}, {"AD: unknown reason", ad("999"), "", ldapmap.Wrong},
		{"AD: hours", ad("530"), "", ldapmap.Disabled}, {"AD: workstation", ad("531"), "", ldapmap.Disabled}, {"AD: expired", ad("532"), "", ldapmap.Expired},
		{"AD: disabled", ad("533"), "", ldapmap.Disabled}, {"AD: ended", ad("701"), "", ldapmap.Disabled}, {"AD: must change", ad("773"), "", ldapmap.MustChange},
		{"AD: locked", ad("775"), "", ldapmap.Locked},
		{"389-DS: locked", &ResultError{Code: 19, Diagnostic: "Exceed password retry limit. Please try later."}, "", ldapmap.Locked},
		{"389-DS: inactivated", &ResultError{Code: 53, Diagnostic: "Account inactivated. Contact system administrator."}, "", ldapmap.Disabled},
		{"FreeIPA: expired account", &ResultError{Code: 53, Diagnostic: "Account has expired"}, "", ldapmap.Disabled},
		{"unwilling for another reason", &ResultError{Code: 53, Diagnostic: "confidentiality"}, "", ""},
		{"no password in the entry", &ResultError{Code: 48}, "", ldapmap.Wrong},
		{"the entry is gone", &ResultError{Code: 32}, "", ldapmap.Wrong},
	} {
		a := BindAnswer{Result: c.result}
		if c.policy != "" {
			a.Policy = &PolicyAnswer{Error: c.policy, ExpiresIn: -1, GraceLeft: -1}
		}
		v, err := verdictOf(a)
		if c.want == "" && !fault.Is(err, fault.Internal) || c.want != "" && (err != nil || v.Outcome != c.want || v.GraceLeft != -1 || v.ExpiresIn != 0) {
			t.Errorf("%s: %+v, %v", c.name, v, err)
		}
	}
	v, err := verdictOf(BindAnswer{Policy: &PolicyAnswer{ExpiresIn: time.Hour, GraceLeft: -1}})
	if err != nil || v.Outcome != ldapmap.OK || v.ExpiresIn != time.Hour {
		t.Errorf("about to expire: %+v, %v", v, err)
	}
	v, err = verdictOf(BindAnswer{Policy: &PolicyAnswer{Error: PasswordExpired, ExpiresIn: -1, GraceLeft: 2}})
	if err != nil || v.Outcome != ldapmap.OK || v.GraceLeft != 2 || v.ExpiresIn != 0 {
		t.Errorf("grace: %+v, %v", v, err)
	}
}

func TestARefusedPasswordIsExplainedInWords(t *testing.T) {
	t.Parallel()
	policy := func(e PolicyError) *ResultError {
		return &ResultError{Op: OpPasswordModify, Code: 19, Name: "constraintViolation", Policy: &PolicyAnswer{Error: e}}
	}
	for _, c := range []struct {
		name  string
		err   *ResultError
		code  fault.Code
		field string
		words string
	}{
		{"quality", policy(InsufficientQuality), fault.Invalid, "password", "easy to guess"},
		{"short", policy(PasswordTooShort), fault.Invalid, "password", "too short"},
		{"history", policy(PasswordInHistory), fault.Invalid, "password", "used this password before"},
		{"young", policy(PasswordTooYoung), fault.Invalid, "password", "a short while ago"},
		{"not allowed", policy(PasswordModNotAllow), fault.Denied, "", "ask an administrator"},
		{"must supply old", policy(MustSupplyOld), fault.Denied, "", "ask an administrator"},
		{"389-DS in a sentence", &ResultError{Op: OpPasswordModify, Code: 19, Diagnostic: "invalid password syntax - password must be at least 8 characters long"}, fault.Invalid, "password", "at least 8 characters long"},
		{"a name of the directory", &ResultError{Op: OpPasswordModify, Code: 19, Diagnostic: "Password for uid=a,dc=b does not pass"}, fault.Invalid, "password", "longer or a less usual"},
		{"AD policy", &ResultError{Op: OpModify, Code: 53, Diagnostic: "0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0"}, fault.Invalid, "password", "longer or a less usual"},
		{"AD history", &ResultError{Op: OpModify, Code: 19, Diagnostic: "0000052D: AtrErr: DSID-03191083, #1: problem 1005 (CONSTRAINT_ATT_TYPE)"}, fault.Invalid, "password", "longer or a less usual"},
		{"AD wrong old one", &ResultError{Op: OpModify, Code: 19, Diagnostic: "00000056: AtrErr: DSID-03191083"}, fault.Invalid, "current", "not your current"},
		{"OpenLDAP wrong old one", &ResultError{Op: OpPasswordModify, Code: 53, Diagnostic: "unwilling to verify old password"}, fault.Invalid, "current", "not your current"},
		{"wrong bind", &ResultError{Op: OpBind, Code: 49}, fault.Invalid, "current", "not your current"},
		{"expired at the bind", &ResultError{Op: OpBind, Code: 49, Policy: &PolicyAnswer{Error: PasswordExpired}}, fault.Denied, "", "expired"},
		{"locked at the bind", &ResultError{Op: OpBind, Code: 49, Policy: &PolicyAnswer{Error: AccountLocked}}, fault.Denied, "", "ask an administrator"},
		{"no TLS at the bind", &ResultError{Op: OpBind, Code: 53}, fault.Internal, "", ""},
		{"no rights", &ResultError{Op: OpPasswordModify, Code: 50}, fault.Denied, "", ""},
	} {
		err := refusal(explain(c.err.Op, "x", "y", true, c.err))
		if !fault.Is(err, c.code) {
			t.Errorf("%s: %v", c.name, err)
		}
		f, ok := fault.WordsOf(err)
		if c.words == "" {
			if ok {
				t.Errorf("%s: words %q", c.name, f.Words)
			}
			continue
		}
		said := ""
		if ok {
			said = f.Words
			for _, a := range f.Args {
				said += a.(string)
			}
		}
		if !ok || f.Field != c.field || !strings.Contains(said, c.words) || strings.Contains(said, "uid=a") {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
	if err := errors.New("network"); refusal(err) != err { //nolint:errorlint // the very same
		t.Error("an error without an answer was changed")
	}
}

func TestCredentialsPrintWithoutThePassword(t *testing.T) {
	t.Parallel()
	c := Credentials{"uid=a", "secret"}
	if s := c.String() + c.GoString(); strings.Contains(s, "secret") || !strings.Contains(s, "uid=a") {
		t.Error(s)
	}
}

func TestActiveDirectoryGetsPasswordsItsOwnWay(t *testing.T) {
	t.Parallel()
	if got := unicodePwd("né😀"); got != "\"\x00n\x00\xe9\x00\x3d\xd8\x00\xde\"\x00" {
		t.Errorf("%q", got)
	}
}
