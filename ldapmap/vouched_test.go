package ldapmap

import (
	"strings"
	"testing"
)

func TestTheDirectoryVouchesAsTheMappingHasIt(t *testing.T) {
	t.Parallel()
	e := entry("uid=ada,ou=people,dc=example,dc=org", "entryUUID: 1", "uid: ada", "mail: ada@example.org", "mail: ada@old.example.org", "mailTrue: true", "mailFalse: FALSE", "mailList: Ada@Example.org", "telephoneNumber: +44 1")
	emails := func(verified bool, by string) func(*Spec) {
		return func(s *Spec) {
			s.Users.Attributes[Emails] = Rule{Attributes: Strings{"mail"}, Verified: verified, VerifiedBy: by}
		}
	}
	for name, c := range map[string]struct {
		change     func(*Spec)
		value      string
		want, told bool
	}{
		"nobody vouches":           {emails(false, ""), "ada@example.org", false, false},
		"for all":                  {emails(true, ""), "ada@example.org", true, false},
		"not for another's":        {emails(true, ""), "grace@example.org", false, false},
		"by an attribute":          {emails(false, "mailTrue"), "ada@old.example.org", true, false},
		"not by it":                {emails(false, "mailFalse"), "ada@example.org", false, false},
		"by one that is not there": {emails(false, "mailGone"), "ada@example.org", false, false},
		"by a list":                {emails(false, "maillist"), "ada@example.org", true, false},
		"not in the list":          {emails(false, "mailList"), "ada@old.example.org", false, false},
		"of a field without mapping": {func(s *Spec) {
			s.Users.Attributes[Emails] = Off()
			s.Users.Login, s.Users.Search = Strings{Username}, Strings{Username}
		}, "ada@example.org", false, false},
	} {
		m := openldap(t, c.change)
		u, err := m.User(e)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Vouched(u, Emails, c.value); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	m := openldap(t, emails(false, "mailTrue"))
	if all := strings.Join(m.Attributes(), " "); !strings.Contains(all, "mailTrue") {
		t.Errorf("the attribute that vouches is not asked for: %s", all)
	}
	preset, err := Preset("openldap")
	if err != nil {
		t.Fatal(err)
	}
	short := Spec{Users: UsersSpec{Base: Strings{"ou=people,dc=example,dc=org"}, Attributes: map[string]Rule{Emails: {Verified: true}}}}.Over(preset)
	m, problems := Compile(short)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if u, err := m.User(e); err != nil || !m.Vouched(u, Emails, "ada@example.org") {
		t.Errorf("emails: {verified: true} over a preset: %v", err)
	}
}

func TestNobodyVouchesForThemselves(t *testing.T) {
	t.Parallel()
	for want, rule := range map[string]Rule{
		"users.attributes.emails.verified_by":   {Attributes: Strings{"mail"}, VerifiedBy: "MAIL"},
		"users.attributes.emails.verified":      {Attributes: Strings{"mail"}, VerifiedBy: "x", Verified: true},
		"users.attributes.given_name.verified":  {Attributes: Strings{"givenName"}, Verified: true},
		"users.attributes.phones.verified_by":   {Attributes: Strings{"telephoneNumber"}, VerifiedBy: "no attribute"},
		"users.attributes.nickname.verified":    {Attributes: Strings{"displayName"}, VerifiedBy: "x"},
		"users.attributes.family_name.verified": {Attributes: Strings{"sn"}, Verified: true},
	} {
		field := strings.Split(want, ".")[2]
		_, problems := Compile(Spec{Users: UsersSpec{Base: Strings{"dc=x"}, Login: Strings{Username}, RDN: Strings{"uid"}, Attributes: map[string]Rule{Username: Attr("uid"), field: rule}}})
		found := false
		for _, p := range problems {
			found = found || p.Path == want
		}
		if !found {
			t.Errorf("%s: %v", want, problems)
		}
	}
}
