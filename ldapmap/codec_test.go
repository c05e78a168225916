package ldapmap

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestValuesOfEverySyntaxAreRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ codec, raw, want string }{
		{"text", "é", "é"}, {"text", "", "!"}, {"text", "\xff", "!"}, {"text", "a\x00", "!"},
		{"boolean", "TRUE", "true"}, {"boolean", "false", "false"}, {"boolean", "yes", "!"}, {"boolean", "", "!"},
		{"integer", "-12", "-12"}, {"integer", "007", "7"}, {"integer", "+1", "!"}, {"integer", "", "!"}, {"integer", "1e3", "!"}, {"integer", "9223372036854775808", "!"},
		{"generalized_time", "20260314150926Z", "2026-03-14T15:09:26Z"},
		{"generalized_time", "20260314150926.5Z", "2026-03-14T15:09:26.5Z"},
		{"generalized_time", "20260314150926,25Z", "2026-03-14T15:09:26.25Z"},
		{"generalized_time", "2026031415Z", "2026-03-14T15:00:00Z"},
		{"generalized_time", "2026031415.5Z", "2026-03-14T15:30:00Z"},
		{"generalized_time", "202603141509Z", "2026-03-14T15:09:00Z"},
		{"generalized_time", "20260314150926+0130", "2026-03-14T13:39:26Z"},
		{"generalized_time", "20260314150926-05", "2026-03-14T20:09:26Z"},
		{"generalized_time", "20161231235960Z", "2016-12-31T23:59:59Z"}, // a leap second
		{"generalized_time", "000001010000Z", "0000-01-01T00:00:00Z"},
		{"generalized_time", "20260314150926.0Z", "2026-03-14T15:09:26Z"}, // Active Directory
		{"generalized_time", "20260314150926", "!"}, {"generalized_time", "20260230000000Z", "!"}, {"generalized_time", "20260314150926.Z", "!"},
		{"generalized_time", "20260314150926+9", "!"}, {"generalized_time", "20260314150926+2500", "!"}, {"generalized_time", "20260314150926+0160", "!"},
		{"generalized_time", "99991231235959-23", "!"}, {"generalized_time", "0000010100+01", "!"}, {"generalized_time", "20260314150926Zx", "!"}, {"generalized_time", "", "!"},
		{"generalized_date", "20260314150926Z", "2026-03-14"}, {"generalized_date", "x", "!"}, {"generalized_date", "99991231235959-23", "!"},
		{"date", "2026-03-14", "2026-03-14"}, {"date", "2026-3-14", "!"}, {"date", "2026-02-30", "!"},
		{"compact_date", "20260314", "2026-03-14"}, {"compact_date", "2026-03-14", "!"},
		{"filetime", "133549025660000000", "2024-03-14T15:09:26Z"}, {"filetime", "133549025660000001", "2024-03-14T15:09:26.0000001Z"},
		{"filetime", "1", "1601-01-01T00:00:00.0000001Z"}, {"filetime", "0", "never"}, {"filetime", "9223372036854775807", "never"},
		{"filetime", "9223372036854775806", "!"}, {"filetime", "-1", "!"}, {"filetime", "x", "!"}, {"filetime", "+5", "!"},
		{"days", "0", "1970-01-01"}, {"days", "20526", "2026-03-14"}, {"days", "-1", "never"}, {"days", "-2", "!"}, {"days", "99999999", "!"}, {"days", "x", "!"},
		{"seconds", "0", "1970-01-01T00:00:00Z"}, {"seconds", "1773500966", "2026-03-14T15:09:26Z"}, {"seconds", "2147483647", "never"},
		{"seconds", "9223372036854775807", "never"}, {"seconds", "-1", "!"}, {"seconds", "999999999999", "!"},
		{"guid", "\x04\x25\x50\x3f\x89\x4f\xd3\x11\x9a\x0c\x03\x05\xe8\x2c\x33\x01", "3f502504-4f89-11d3-9a0c-0305e82c3301"}, {"guid", "short", "!"},
		{"sid", "\x01\x02\x00\x00\x00\x00\x00\x05\x20\x00\x00\x00\x21\x02\x00\x00", "S-1-5-32-545"}, {"sid", "\x01\x03\x00\x00\x00\x00\x00\x05\x20\x00\x00\x00", "!"},
		{"sid", "", "!"}, {"sid", "\x02\x01\x00\x00\x00\x00\x00\x05\x20\x00\x00\x00", "!"},
		{"dn", "cn=a,dc=b", "cn=a,dc=b"}, {"dn", "nonsense", "!"},
		{"jpeg", "\xff\xd8\xff\xe0", "\xff\xd8\xff\xe0"}, {"jpeg", "", "!"},
		{"language", "fr", "fr"}, {"language", "fr_CA", "fr-CA"}, {"language", "EN-gb", "en-GB"}, {"language", "fr, en-gb;q=0.8, en;q=0.7", "fr"},
		{"language", "en;q=0.3, de;q=0.9", "de"}, {"language", "", "!"}, {"language", "xyzzy", "!"}, {"language", strings.Repeat("a", 300), "!"},
		{"postal_address", `12 Main St$Anytown\24\5CX`, "12 Main St\nAnytown$\\X"}, {"postal_address", `a\5c$b`, "a\\\nb"}, {"postal_address", "$", "never"},
		{"postal_address", `a\zz`, `a\zz`}, {"postal_address", "", "!"},
		{"labeled_uri", "https://example.org My page", "https://example.org"}, {"labeled_uri", "https://example.org", "https://example.org"}, {"labeled_uri", " ", "!"},
	} {
		codec := codecs()[c.codec]
		got, err := codec.decode(c.raw)
		switch {
		case c.want == "!" && (err == nil || errors.Is(err, errNever)), c.want == "never" && !errors.Is(err, errNever),
			c.want != "!" && c.want != "never" && (err != nil || got != c.want):
			t.Errorf("%s %q: %q, %v; want %s", c.codec, c.raw, got, err, c.want)
		}
	}
}

func TestValuesOfEverySyntaxAreWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ codec, value, want string }{
		{"boolean", "true", "TRUE"}, {"boolean", "TRUE", "!"}, {"boolean", "false", "FALSE"},
		{"generalized_time", "2026-03-14T15:09:26Z", "20260314150926Z"}, {"generalized_time", "2026-03-14T15:09:26.5+01:00", "20260314140926.5Z"},
		{"generalized_time", "yesterday", "!"}, {"generalized_date", "2026-03-14", "20260314000000Z"}, {"generalized_date", "x", "!"},
		{"compact_date", "2026-03-14", "20260314"}, {"compact_date", "x", "!"},
		{"filetime", "2024-03-14T15:09:26Z", "133549025660000000"}, {"filetime", "1600-01-01T00:00:00Z", "!"}, {"filetime", "x", "!"},
		{"days", "2026-03-14", "20526"}, {"days", "1969-12-31", "!"}, {"days", "x", "!"},
		{"seconds", "2026-03-14T15:09:26Z", "1773500966"}, {"seconds", "1960-01-01T00:00:00Z", "!"}, {"seconds", "x", "!"}, {"seconds", "2038-01-19T03:14:07Z", "!"},
		{"guid", "3f502504-4f89-11d3-9a0c-0305e82c3301", "\x04\x25\x50\x3f\x89\x4f\xd3\x11\x9a\x0c\x03\x05\xe8\x2c\x33\x01"}, {"guid", "x", "!"},
		{"guid", "3f502504-4f89-11d3-9a0c-0305e82c330z", "!"},
		{"sid", "S-1-5-32-545", "\x01\x02\x00\x00\x00\x00\x00\x05\x20\x00\x00\x00\x21\x02\x00\x00"}, {"sid", "S-1-5", "!"}, {"sid", "S-2-5-32", "!"},
		{"sid", "S-1-5-4294967296", "!"}, {"sid", "S-1-x-1", "!"}, {"sid", "S-1-5" + strings.Repeat("-1", 16), "!"},
		{"postal_address", "a$\\\r\nb", `a\24\5C$b`}, {"postal_address", "\xff", "!"},
		{"jpeg", "GIF89a", "!"}, {"jpeg", "\xff\xd8\xff", "\xff\xd8\xff"},
		{"language", "fr-ca", "fr-CA"}, {"language", "und", "!"}, {"language", "", "!"}, {"dn", "x", "!"},
	} {
		got, err := codecs()[c.codec].encode(c.value)
		if (c.want == "!") != (err != nil) || err == nil && got != c.want {
			t.Errorf("%s %q: %q, %v; want %q", c.codec, c.value, got, err, c.want)
		}
	}
}

// FuzzNoValueIsEverGuessed: whatever a codec reads, it writes back in a form that it reads as the same.
func FuzzNoValueIsEverGuessed(f *testing.F) {
	for _, s := range []string{
		"TRUE", "20260314150926.123Z", "2026031415-0130", "133549025660000000", "20526", "-1", `a$b\24`, "fr, en;q=0.5", "2026-03-14", "20260314",
		"0123456789abcdef", "cn=a\\,b,dc=x", "\xff\xd8\xff\x00", "a\\", "https://x y", "99991231235959.999999999Z",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for name, c := range codecs() {
			v, err := c.decode(raw)
			if err != nil {
				continue
			}
			again, err := c.encode(v)
			if err != nil {
				if name == "jpeg" || name == "days" || name == "seconds" || name == "filetime" {
					continue // other images, and times at the edge, can be read but are never written
				}
				t.Fatalf("%s reads %q as %q, and cannot write it: %v", name, raw, v, err)
			}
			if back, err := c.decode(again); err != nil || back != v {
				t.Fatalf("%s reads %q as %q, writes %q, and reads that as %q, %v", name, raw, v, again, back, err)
			}
		}
	})
}

func TestStateOfAccountsIsReadInEveryDialect(t *testing.T) {
	t.Parallel()
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		kind, attribute, value string
		want                   Account
	}{
		{"ppolicy", "pwdAccountLockedTime", "000001010000Z", Account{Locked: true}},
		{"ppolicy", "pwdAccountLockedTime", "00000101000000Z", Account{Locked: true}},
		{"ppolicy", "pwdAccountLockedTime", "20260101000000Z", Account{}}, // passes by itself
		{"ppolicy", "pwdReset", "TRUE", Account{MustChange: true}},
		{"ppolicy", "pwdReset", "FALSE", Account{}},
		{"ppolicy", "pwdStartTime", "20260101000000Z", Account{NotBefore: day("2026-01-01")}},
		{"ppolicy", "pwdEndTime", "20260101000000Z", Account{Expires: day("2026-01-01")}},
		{"ppolicy", "pwdEndTime", "nonsense", Account{}},
		{"shadow", "shadowExpire", "20526", Account{Expires: day("2026-03-14")}},
		{"shadow", "shadowExpire", "-1", Account{}},
		{"shadow", "shadowExpire", "0", Account{}},
		{"samba", "sambaAcctFlags", "[UD         ]", Account{Disabled: true}},
		{"samba", "sambaAcctFlags", "[U          ]", Account{}},
		{"samba", "sambaKickoffTime", "1773446400", Account{Expires: day("2026-03-14")}},
		{"samba", "sambaKickoffTime", "2147483647", Account{}},
		{"389ds", "nsAccountLock", "true", Account{Disabled: true}},
		{"389ds", "nsAccountLock", "false", Account{}},
		{"freeipa", "nsAccountLock", "TRUE", Account{Disabled: true}},
		{"freeipa", "krbPrincipalExpiration", "20260314000000Z", Account{Expires: day("2026-03-14")}},
		{"activedirectory", "userAccountControl", "514", Account{Disabled: true}},
		{"activedirectory", "userAccountControl", "512", Account{}},
		{"activedirectory", "accountExpires", "0", Account{}},
		{"activedirectory", "accountExpires", "9223372036854775807", Account{}},
		{"activedirectory", "accountExpires", "133548480000000000", Account{Expires: day("2024-03-14")}},
	} {
		m := openldap(t, func(s *Spec) { s.Users.Account = Strings{c.kind} })
		u, err := m.User(&Entry{DN: "uid=a,ou=people,dc=example,dc=org", Attributes: []Attribute{{"entryUUID", []string{"1"}}, {c.attribute, []string{c.value}}}})
		if err != nil {
			t.Fatal(err)
		}
		u.Account.Mark = ""
		if u.Account != c.want {
			t.Errorf("%s %s: %s is read as %+v", c.kind, c.attribute, c.value, u.Account)
		}
	}
	for _, c := range []struct{ kind, attribute, value string }{
		{"shadow", "shadowLastChange", "0"}, {"samba", "sambaPwdLastSet", "0"}, {"389ds", "passwordExpirationTime", "19700101000000Z"}, {"activedirectory", "pwdLastSet", "0"},
	} {
		m := openldap(t, func(s *Spec) { s.Users.Account = Strings{c.kind} })
		u, err := m.User(&Entry{DN: "uid=a", Attributes: []Attribute{{"entryUUID", []string{"1"}}, {c.attribute, []string{c.value}}}})
		if err != nil || !u.Account.MustChange || u.Account.Mark == "" {
			t.Errorf("%s %s: %+v, %v", c.kind, c.attribute, u.Account, err)
		}
	}
}

func TestTheMarkChangesWithThePasswordAndTellsNothing(t *testing.T) {
	t.Parallel()
	m := openldap(t, func(s *Spec) { s.Users.PasswordReadable = true })
	read := func(attributes ...Attribute) *User {
		u, err := m.User(&Entry{DN: "uid=a", Attributes: append(attributes, Attribute{"entryUUID", []string{"1"}})})
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	one := read(Attribute{"userPassword", []string{"{SSHA}one"}})
	two := read(Attribute{"userPassword", []string{"{SSHA}two"}})
	changed := read(Attribute{"userPassword", []string{"{SSHA}one"}}, Attribute{"pwdChangedTime", []string{"20260101000000Z"}})
	same := read(Attribute{"USERPASSWORD", []string{"{SSHA}one"}}, Attribute{"mail", []string{"x@example.org"}})
	if one.Account.Mark == "" || one.Account.Mark == two.Account.Mark || one.Account.Mark == changed.Account.Mark || one.Account.Mark != same.Account.Mark {
		t.Errorf("marks: %q %q %q %q", one.Account.Mark, two.Account.Mark, changed.Account.Mark, same.Account.Mark)
	}
	if none := read(); !none.Account.NoPassword || none.Account.Mark != "" || one.Account.NoPassword {
		t.Errorf("no password: %+v", none.Account)
	}
	if len(one.entry.Values("userPassword")) != 0 {
		t.Error("the hash is kept")
	}
}
