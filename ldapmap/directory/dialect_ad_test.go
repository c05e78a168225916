package directory

import (
	"os"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// What Windows does and Samba does not, by facts that Microsoft has published: no Windows Server can be started here.

// windows is the root DSE of testdata/activedirectory.ldif.
func windows(t *testing.T) *RootDSE {
	t.Helper()
	text, err := os.ReadFile("testdata/activedirectory.ldif")
	if err != nil {
		t.Fatal(err)
	}
	e := &ldapmap.Entry{}
	for line := range strings.SplitSeq(string(text), "\n") {
		name, value, ok := strings.Cut(line, ": ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		if n := len(e.Attributes); n > 0 && e.Attributes[n-1].Name == name {
			e.Attributes[n-1].Values = append(e.Attributes[n-1].Values, value)
			continue
		}
		e.Attributes = append(e.Attributes, ldapmap.Attribute{Name: name, Values: []string{value}})
	}
	return readRoot(e)
}

func TestWindowsIsKnownByWhatItSaysOfItself(t *testing.T) {
	t.Parallel()
	c := capabilitiesOf(windows(t))
	if c.Vendor != ActiveDirectory || c.Dialect() != DialectAD || !c.Paging || c.PasswordModify || c.PasswordPolicy || c.PolicyHints != oidPolicyHints {
		t.Errorf("%+v", c)
	}
	old := windows(t)
	for i, oid := range old.Controls {
		if oid == oidPolicyHints {
			old.Controls[i] = "1.2.3"
		}
	}
	if c := capabilitiesOf(old); c.PolicyHints != oidPolicyHintsOld {
		t.Errorf("Windows Server 2008 R2 knows the control by another name, not %q", c.PolicyHints)
	}
}

// The directory in memory knows no such control. It refuses what is critical and unknown, which shows that it was sent so.
func TestAResetAsksWindowsToLetTheHistoryCount(t *testing.T) {
	t.Parallel()
	p := peopleOf(t, ldaptest.Memdir(t, ldaptest.Options{NoPolicy: true}))
	ada, err := p.FindByLogin(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	reset := func(c Capabilities, lockedOut bool) uint16 {
		t.Helper()
		ada.Account.LockedOut = lockedOut
		code, _ := ResultCode(activeDirectory{standard{c}}.reset(t.Context(), p, ada, "seven green umbrellas"))
		return code
	}
	for _, locked := range []bool{false, true} {
		if code := reset(capabilitiesOf(windows(t)), locked); code != 12 {
			t.Errorf("with the control the answer is %d", code)
		}
		if code := reset(Capabilities{Vendor: Samba}, locked); code != CodeUndefinedAttributeType { // there is no unicodePwd in memory
			t.Errorf("without it the answer is %d", code)
		}
	}
	control := policyHints(capabilitiesOf(windows(t)))[0].Encode().Bytes()
	if !strings.HasSuffix(string(strictBooleans(control)), "\x01\x01\xff\x04\x05\x30\x03\x02\x01\x01") { // critical, and SEQUENCE { INTEGER 1 }
		t.Errorf("the control is %x", control)
	}
}

func TestWhatWindowsSaysAboutAPasswordIsUnderstood(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code         uint16
		diagnostic   string
		field, words string
	}{
		{53, "0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0", "password", "which you have not had before"},
		{19, "0000052D: AtrErr: DSID-03191083, #1:\n\t0: 0000052D: DSID-03191083, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att 9005a (unicodePwd)", "password", "which you have not had before"},
		{19, "00000056: AtrErr: DSID-03191083, #1:\n\t0: 00000056: DSID-03191083, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att 9005a (unicodePwd)", "current", "not your current password"},
	} {
		refusedFor(t, c.diagnostic, refusal(&ResultError{Code: c.code, Diagnostic: c.diagnostic}), c.field, c.words)
	}
	// Without TLS, or for an account that AdminSDHolder protects, it is not the password that is wrong.
	for code, diagnostic := range map[uint16]string{
		53: "0000001F: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0",
		50: "00000005: SecErr: DSID-031A1256, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0",
	} {
		err := refusal(fault.Wrap(faultCode(code), &ResultError{Code: code, Diagnostic: diagnostic}))
		if f, ok := asFault(err); !ok || f.Code != fault.Denied || f.Field != "" {
			t.Errorf("%d %s: %v", code, diagnostic, err)
		}
	}
}
