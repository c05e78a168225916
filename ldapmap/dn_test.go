package ldapmap

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNamesAreReadAsRFC4514WritesThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]DN{
		"":                             {},
		"UID=jsmith,DC=example,DC=net": {{{"UID", "jsmith"}}, {{"DC", "example"}}, {{"DC", "net"}}},
		"OU=Sales+CN=J.  Smith,DC=net": {{{"OU", "Sales"}, {"CN", "J.  Smith"}}, {{"DC", "net"}}},
		`CN=James \"Jim\" Smith\, III`: {{{"CN", `James "Jim" Smith, III`}}},
		`CN=Before\0dAfter`:            {{{"CN", "Before\rAfter"}}},
		"1.3.6.1.4.1.1466.0=#04024869": {{{"1.3.6.1.4.1.1466.0", "Hi"}}},
		`CN=Lu\C4\8Di\C4\87`:           {{{"CN", "Lučić"}}},
		`cn=\ lead\ ,dc=x`:             {{{"cn", " lead "}}, {{"dc", "x"}}},
		`cn=\#hash`:                    {{{"cn", "#hash"}}},
		`cn=a\\b\3d`:                   {{{"cn", `a\b=`}}},
		"cn = a b , dc = x ":           {{{"cn", "a b"}}, {{"dc", "x"}}},
		"cn=a;dc=x":                    {{{"cn", "a"}}, {{"dc", "x"}}},
		"cn=a=b":                       {{{"cn", "a=b"}}},
		"cn=":                          {{{"cn", ""}}},
	} {
		got, err := ParseDN(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, %v", text, got, err)
			continue
		}
		if again, err := ParseDN(got.String()); err != nil || !reflect.DeepEqual(again, want) {
			t.Errorf("%s, written again %s: %q, %v", text, got, again, err)
		}
	}
}

func TestWhatIsNoNameIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"nonsense", "=a", "cn=a,", ",cn=a", "cn=a+", "c n=a", "cn=a\\", `cn=a\z1`, "cn=\"a\"", "cn=a<b", "cn=#zz", "cn=#0402", "cn=#04", "cn=#040248 69x",
		"cn=a\x00", "cn=\\ff", "1..2=a", "1.=a", ".1=a", strings.Repeat("cn=a,", 200) + "cn=a", "cn=" + strings.Repeat("a", 9000), "cn", "-a=b",
	} {
		if dn, err := ParseDN(text); err == nil {
			t.Errorf("%.30q is read as %q", text, dn)
		}
	}
}

func TestTheSameEntryIsRecognisedHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"uid=Ada,OU=People,dc=x", "UID=ada, ou=people, DC=X", true},
		{`cn=Doe\, Jane,dc=x`, `cn=Doe\2c Jane,dc=x`, true},
		{"cn=A  B,dc=x", "cn=a b,dc=x", true},
		{"cn=a+uid=b,dc=x", "uid=B+cn=A,dc=x", true},
		{"cn=É,dc=x", "cn=é,dc=x", true},
		{"cn=é,dc=x", `cn=\c3\a9,dc=x`, true},
		{"", "", true},
		{"cn=a,dc=x", "cn=a,dc=y", false},
		{"cn=a+uid=b,dc=x", "cn=a,dc=x", false},
		{"cn=a,dc=x", "cn=a,ou=b,dc=x", false},
		{"not a name", "NOT A NAME", true},
		{"not a name", "cn=a", false},
	} {
		if SameDN(c.a, c.b) != c.same {
			t.Errorf("%s and %s: same is %v", c.a, c.b, !c.same)
		}
		x, err := ParseDN(c.a)
		y, err2 := ParseDN(c.b)
		if err == nil && err2 == nil && (x.Key() == y.Key()) != c.same {
			t.Errorf("keys of %s and %s", c.a, c.b)
		}
	}
}

func TestAnEntryIsBelowItsBaseAndNothingElse(t *testing.T) {
	t.Parallel()
	dn := func(s string) DN {
		d, err := ParseDN(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	base := dn("ou=people,dc=x")
	for text, want := range map[string]bool{
		"uid=a,ou=People,DC=x": true, "ou=people,dc=x": true, "uid=a,ou=staff,ou=people,dc=x": true,
		"ou=people,dc=x,dc=y": false, "dc=x": false, `uid=a\,ou=people,dc=x`: false, "": false, "uid=a,ou=people2,dc=x": false,
	} {
		if dn(text).Below(base) != want {
			t.Errorf("%s below %s: %v", text, base, !want)
		}
	}
	if !base.Below(nil) || dn("").RDN() != nil || len(dn("").Parent()) != 0 || dn("cn=a,dc=x").Parent().String() != "dc=x" {
		t.Error("the root is wrong")
	}
}

func FuzzNamesSurviveWritingAndReading(f *testing.F) {
	for _, s := range []string{"cn=a,dc=x", `cn=\ a\,\2b\ff+uid=b`, "cn=#04024869", "1.2.3=x", "cn= a ;dc=x", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		one, err := ParseDN(s)
		if err != nil {
			return
		}
		if len(one.String()) > MaxDN {
			return
		}
		two, err := ParseDN(one.String())
		if err != nil || !reflect.DeepEqual(one, two) || !one.Equal(two) {
			t.Fatalf("%q: %q is written %q and read %q, %v", s, one, one.String(), two, err)
		}
	})
}

func FuzzAnyTextCanBeAName(f *testing.F) {
	for _, s := range []string{"a,b+c\"d\\e<f>g;h=#i", " lead", "trail ", "#x", "\x00", "é", "a\nb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, v string) {
		if len(v) > 1000 || !utf8.ValidString(v) {
			return
		}
		want := DN{{{"cn", v}, {"uid", v}}, {{"dc", "x"}}}
		if got, err := ParseDN(want.String()); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is written %q and read %q, %v", v, want.String(), got, err)
		}
	})
}
