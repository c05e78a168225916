package directory_test

import (
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap/directory"
)

func TestNamesAreComparedAsDirectoriesDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"cn=a,dc=b", "CN=A, DC=B", true},
		{`cn=Doe\, Jane,dc=b`, `cn=Doe\2c Jane,dc=b`, true},
		{"cn=a+uid=b,dc=c", "uid=b+cn=a,dc=c", true},
		{"cn=é,dc=b", `cn=\c3\a9,dc=b`, true},
		{"cn=a,dc=b", "cn=a,dc=c", false},
		{"cn=a", "cn=a,dc=b", false},
		{"no name", "no name", true},
		{"no name", "cn=a", false},
		{"", "", true},
		{"cn=" + strings.Repeat("a", 9000), "CN=" + strings.Repeat("a", 9000), false}, // beyond the bound
	} {
		if got := directory.EqualDN(c.a, c.b); got != c.same {
			t.Errorf("EqualDN(%.40q, %.40q) = %v", c.a, c.b, got)
		}
	}
	for _, c := range []struct {
		dn, base string
		below    bool
	}{
		{"cn=a,ou=people,dc=b", "OU=People,dc=b", true},
		{"ou=people,dc=b", "ou=people,dc=b", true},
		{"cn=a,dc=b", "", true},
		{"ou=b", "cn=a,ou=b", false},
		{"cn=a,ou=notpeople,dc=b", "ou=people,dc=b", false},
		{"x", "dc=b", false},
	} {
		if got := directory.Below(c.dn, c.base); got != c.below {
			t.Errorf("Below(%q, %q) = %v", c.dn, c.base, got)
		}
	}
}

func TestPartsOfNamesAreTakenAndMadeWithoutHarm(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"andré", "o(k)", "*", `\`, "a\x00b", `Doe, Jane + "Co"`, " leading", "trailing ", "#hash", "a=b;c<d>", "é", " ", "日本"} {
		dn := directory.EscapeRDN("cn", value) + ",ou=people,dc=example,dc=org"
		if attr, got := directory.RDN(dn); attr != "cn" || got != value {
			t.Errorf("%q became %q: %s=%q", value, dn, attr, got)
		}
		if p := directory.Parent(dn); p != "ou=people,dc=example,dc=org" {
			t.Errorf("the parent of %q is %q", dn, p)
		}
	}
	for dn, parent := range map[string]string{"": "", "dc=org": "", `cn="a, b",dc=c`: "dc=c", `cn=a\\,dc=c`: "dc=c", "cn=a, dc=c": "dc=c"} {
		if got := directory.Parent(dn); got != parent {
			t.Errorf("Parent(%q) = %q", dn, got)
		}
	}
	if a, v := directory.RDN("no name"); a != "" || v != "" {
		t.Errorf("RDN of no name: %q %q", a, v)
	}
}
