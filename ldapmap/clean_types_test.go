package ldapmap_test

import (
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
)

func clean(t ldapmap.Type, v string) bool {
	got, err := ldapmap.Field{Type: t, MaxLength: 1000}.Clean(v)
	return err == nil && got != ""
}

func TestMailAddressesThatPeopleType(t *testing.T) {
	t.Parallel()
	for _, v := range []string{"a@b", "amélie@café.example", "a.b+c@mail.example"} {
		if !clean(ldapmap.TypeMail, v) {
			t.Errorf("%q was refused", v)
		}
	}
	for _, v := range []string{"", "a", "@b", "a@", "a b@c", "A <a@b.example>", "a@b\r\nBcc: x@y", "a@b,c@d", `"a b"@c`, strings.Repeat("a", 65) + "@b.example", "a@" + strings.Repeat("b", 260), "<a@b>", "a@[127.0.0.1]"} {
		if clean(ldapmap.TypeMail, v) {
			t.Errorf("%q was taken for a mail address", v)
		}
	}
}

func TestWhatEachTypeTakes(t *testing.T) {
	t.Parallel()
	key := "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGkD8WrF1Yp4Y0oJUf2bO2fQm6G5oV8ZsQn6o2mX2yqL zoe@laptop"
	for _, c := range []struct {
		t         ldapmap.Type
		good, bad string
	}{
		{ldapmap.TypePhone, "+33 5 56 00 00 00", "call me"},
		{ldapmap.TypePhone, "112", "1"},
		{ldapmap.TypeURL, "https://example.org/~zoe", "//example.org"},
		{ldapmap.TypeURL, "http://example.org", "https://user:pw@example.org"},
		{ldapmap.TypeDate, "2000-02-29", "2001-02-29"},
		{ldapmap.TypeTime, "2001-12-31T12:00:00Z", "noon"},
		{ldapmap.TypeNumber, "-12", "1e3"},
		{ldapmap.TypeLanguage, "fr-CA", "français !"},
		{ldapmap.TypeZone, "UTC", "../../etc/passwd"},
		{ldapmap.TypeSSHKey, key, `command="rm" ` + key},
		{ldapmap.TypeSSHKey, key, "-----BEGIN OPENSSH PRIVATE KEY-----"},
	} {
		if !clean(c.t, c.good) {
			t.Errorf("%s %q was refused", c.t, c.good)
		}
		if clean(c.t, c.bad) {
			t.Errorf("%s %q was taken", c.t, c.bad)
		}
	}
}
