package ldapmap

import (
	"reflect"
	"strings"
	"testing"
)

func TestValuesAreEscapedOnceAndForAll(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"andré":           `(uid=andr\c3\a9)`,
		"o(k)":            `(uid=o\28k\29)`,
		"*":               `(uid=\2a)`,
		`\`:               `(uid=\5c)`,
		"\x00":            `(uid=\00)`,
		"*)(uid=*":        `(uid=\2a\29\28uid=\2a)`,
		`cn=a\, b+c="d"`:  `(uid=cn=a\5c, b+c="d")`,
		" #lead":          `(uid= #lead)`,
		"\xff\x80\x01bin": `(uid=\ff\80\01bin)`,
	} {
		f := Equal{"uid", value}
		if f.String() != want {
			t.Errorf("%q becomes %s", value, f)
		}
		if back, err := ParseFilter(f.String()); err != nil || back != f {
			t.Errorf("%s is read as %#v, %v", f, back, err)
		}
	}
}

func TestFiltersOfAdministratorsAreUnderstood(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Filter{
		"(uid=a)":              Equal{"uid", "a"},
		"uid=a":                Equal{"uid", "a"},
		" ( & (a=1) (b=2)\n) ": And{Equal{"a", "1"}, Equal{"b", "2"}},
		"(|(a=1)(!(b=2)))":     Or{Equal{"a", "1"}, Not{Equal{"b", "2"}}},
		"(&)":                  And{},
		"(|)":                  Or{},
		"(mail=*)":             Present{"mail"},
		"(mail=*a*)":           Contains{"mail", "a"},
		"(mail=a*)":            StartsWith{"mail", "a"},
		"(mail=*a)":            EndsWith{"mail", "a"},
		"(mail=a*b*c*d)":       Substrings{"mail", "a", []string{"b", "c"}, "d"},
		"(mail=*b*c*)":         Substrings{"mail", "", []string{"b", "c"}, ""},
		"(a>=1)":               GreaterOrEqual{"a", "1"},
		"(a<=1)":               LessOrEqual{"a", "1"},
		"(a~=b)":               Approximate{"a", "b"},
		"(a=)":                 Equal{"a", ""},
		`(cn=\2a\28\00)`:       Equal{"cn", "*(\x00"},
		"(cn;lang-fr=é)":       Equal{"cn;lang-fr", "é"},
		"(2.5.4.3=x)":          Equal{"2.5.4.3", "x"},
		"(member:1.2.840.113556.1.4.1941:=cn=a,dc=b)": Matching{Attribute: "member", Rule: "1.2.840.113556.1.4.1941", Value: "cn=a,dc=b"},
		"(cn:dn:caseExactMatch:=x)":                   Matching{Attribute: "cn", Rule: "caseExactMatch", Value: "x", DN: true},
		"(cn:dn:=x)":                                  Matching{Attribute: "cn", Value: "x", DN: true},
		"(cn:=x)":                                     Matching{Attribute: "cn", Value: "x"},
		"(:1.2.3:=x)":                                 Matching{Rule: "1.2.3", Value: "x"},
		"(:dn:1.2.3:=x)":                              Matching{Rule: "1.2.3", Value: "x", DN: true},
		"(sAMAccountType=805306368)":                  Equal{"sAMAccountType", "805306368"},
		"(uac:1.2.840.113556.1.4.803:=2)":             Matching{Attribute: "uac", Rule: "1.2.840.113556.1.4.803", Value: "2"},
	} {
		got, err := ParseFilter(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, %v; want %#v", text, got, err, want)
			continue
		}
		if again, err := ParseFilter(got.String()); err != nil || !reflect.DeepEqual(again, want) {
			t.Errorf("%s, written again %s: %#v, %v", text, got, again, err)
		}
	}
}

func TestMistakesInFiltersSayWhere(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":              "empty",
		"   ":           "empty",
		"(uid=a":        "position 7",
		"(uid=a))":      "nothing more was expected",
		"(uid)":         "one of = <=",
		"(=a)":          "an attribute is wanted",
		"(u d=a)":       `"u d" is not an attribute`,
		"(1uid=a)":      "not an attribute",
		"(uid=a(b)":     `\28`,
		`(uid=a\2)`:     "two hex digits",
		`(uid=a\zz)`:    "two hex digits",
		`(uid=\`:        "two hex digits",
		"(mail=a**b)":   "side by side",
		"(a>=*)":        `\2a`,
		"(a>1)":         `'='`,
		"(a:b c:=1)":    "matching rule",
		"(a:x:y:=1)":    "matching rule",
		"(:=1)":         "attribute or a matching rule",
		"(a:x)":         ":= is wanted",
		"(&(a=1)b)":     `')' is wanted, found 'b'`,
		"(!(a=1)(b=2))": `')' is wanted`,
		"(!)":           `'(' is wanted`,
		"(uid=a\x00)":   `\00`,
		"(&":            "missing at the end",
		strings.Repeat("(!", 40) + "(a=1)" + strings.Repeat(")", 40): "levels",
		"(uid=" + strings.Repeat("a", 9000) + ")":                    "too long",
	} {
		f, err := ParseFilter(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, %v; want %q", text, f, err, want)
		}
	}
}

func TestEmptyPartsOfAMatchAskForPresence(t *testing.T) {
	t.Parallel()
	for _, f := range []Filter{Contains{"a", ""}, StartsWith{"a", ""}, EndsWith{"a", ""}, Substrings{Attribute: "a", Any: []string{""}}} {
		if f.String() != "(a=*)" {
			t.Errorf("%#v becomes %s", f, f)
		}
	}
}

func FuzzFiltersSurviveWritingAndReading(f *testing.F) {
	for _, s := range []string{"(uid=a)", "(&(a=1)(|(b=*x*y*)(!(c>=2))))", `(a=\2a\00)`, "(a:dn:1.2.3:=v)", "(:x:=y)", "(a~=b)", "(a=*)", "uid=*)(x=", "(&)", "(a=b*c)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		one, err := ParseFilter(s)
		if err != nil {
			return
		}
		two, err := ParseFilter(one.String())
		if err != nil || !reflect.DeepEqual(one, two) {
			if len(one.String()) > maxFilter {
				return // escapes made it longer than may be read
			}
			t.Fatalf("%q: %#v is written %s and read %#v, %v", s, one, one, two, err)
		}
	})
}

func FuzzAValueNeverLeavesItsPlace(f *testing.F) {
	f.Add("*)(uid=*")
	f.Add("\x00\\28")
	f.Fuzz(func(t *testing.T, v string) {
		if len(v) > 1000 {
			return
		}
		want := And{Equal{"a", v}, Not{Equal{"b", v}}}
		if got, err := ParseFilter(want.String()); err != nil || !reflect.DeepEqual(got, Filter(want)) {
			t.Fatalf("%s is read as %#v, %v", want, got, err)
		}
	})
}
