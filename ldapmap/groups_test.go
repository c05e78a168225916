package ldapmap

import (
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestGroupsAreReadFromTheirEntriesAndNames(t *testing.T) {
	t.Parallel()
	m := openldap(t, func(s *Spec) { s.Groups.DisplayName = "displayName" })
	g, err := m.Group(entry("cn=b+ou=x,ou=groups,dc=example,dc=org", "cn: a", "cn: b", "description: d", "owner: uid=o", "displayName: B"))
	if err != nil || g.Name != "b" || g.DisplayName != "B" || g.Description != "d" || len(g.Owners) != 1 || g.ID == "" {
		t.Errorf("%+v, %v", g, err)
	}
	if _, err := m.Group(&Entry{DN: "cn=a"}); !fault.Is(err, fault.Internal) {
		t.Errorf("without an id: %v", err)
	}
	for dn, want := range map[string]struct {
		name        string
		known, ours bool
	}{
		`cn=a\, b,ou=Groups,dc=example,dc=org`:      {"a, b", true, true},
		"ou=x,ou=groups,dc=example,dc=org":          {"", false, true},
		"cn=admins,cn=roles,cn=accounts,dc=example": {"", false, false},
		"not a name": {"", false, false},
		"cn=in+ou=two,ou=groups,dc=example,dc=org": {"in", true, true},
	} {
		if g, known, ours := m.GroupOfDN(dn); g.Name != want.name || known != want.known || ours != want.ours {
			t.Errorf("%s: %+v, %v, %v", dn, g, known, ours)
		}
	}
}

func TestPosixGroupsListNames(t *testing.T) {
	t.Parallel()
	preset, err := Preset("rfc2307")
	if err != nil {
		t.Fatal(err)
	}
	m, problems := Compile(Spec{Users: UsersSpec{Base: Strings{"dc=x"}}, Groups: GroupsSpec{Base: Strings{"dc=x"}}}.Over(preset))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	u, err := m.User(entry("uid=a(b),dc=x", "uid: a(b)", "gidNumber: 100", "uidNumber: 7"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := m.MemberFilter(u)
	if err != nil || f.String() != `(&(objectClass=posixGroup)(|(memberUid=a\28b\29)(gidNumber=100)))` {
		t.Errorf("%v, %v", f, err)
	}
	if _, ok := m.MemberOf(u); ok {
		t.Error("there is no memberOf here")
	}
	if _, err := m.MemberFilter(NewUser(Ref{DN: "uid=x"})); !fault.Is(err, fault.Invalid) {
		t.Errorf("nobody's name: %v", err)
	}
	if got := m.NamedFilter([]string{"a*", "b"}).String(); got != `(&(objectClass=posixGroup)(|(cn=a\2a)(cn=b)))` {
		t.Errorf("%s", got)
	}
	if u.Get("uid_number") != "7" {
		t.Errorf("uid_number %q", u.Get("uid_number"))
	}
	if _, err := openldap(t, func(s *Spec) { s.Groups.Base = nil }).MemberValue(u); !fault.Is(err, fault.Denied) {
		t.Errorf("without groups: %v", err)
	}
}

func TestStampsBesideAPasswordFitTheEntrysClasses(t *testing.T) {
	t.Parallel()
	m := openldap(t, func(s *Spec) {
		s.Users.WithPassword = map[string]string{"shadowLastChange": "days", "sambaPwdLastSet": "seconds", "sambaNTPassword": "nt_hash", "x": "filetime", "y": "'it''"}
	})
	now := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	stamps := func(classes ...string) map[string]string {
		t.Helper()
		e := entry("uid=a", "uid: a")
		e.Attributes = append(e.Attributes, Attribute{"objectClass", classes})
		u, err := m.User(e)
		if err != nil {
			t.Fatal(err)
		}
		mods, err := m.PasswordMods(u, now, "password")
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, mod := range mods {
			if mod.Op != ModReplace || len(mod.Values) != 1 {
				t.Errorf("%+v", mod)
			}
			got[mod.Name] = mod.Values[0]
		}
		return got
	}
	if got := stamps("person"); len(got) != 2 || got["x"] != "134179745660000000" || got["y"] != "it'" {
		t.Errorf("%v", got)
	}
	all := stamps("person", "SHADOWACCOUNT", "sambaSamAccount")
	// The NT hash of "password" is the best known one there is.
	if all["shadowLastChange"] != "20526" || all["sambaPwdLastSet"] != "1773500966" || all["sambaNTPassword"] != "8846F7EAEE8FB117AD06BDD830B7586C" {
		t.Errorf("%v", all)
	}
}

func TestPeopleAreReadWithOneValueFirst(t *testing.T) {
	t.Parallel()
	m := openldap(t, custom(map[string]Rule{
		"full": {Template: "{givenName}, {sn}"}, "domain": {Attributes: Strings{"mail"}, Pattern: "@(.+)$"}, "whole": {Attributes: Strings{"o"}, Pattern: "^[A-Z]+"},
		"active": {Attributes: Strings{"status"}, Values: Translations{{"off", "false"}}, Default: "true"},
	}))
	u, err := m.User(entry("cn=Real Name,dc=x", "cn: Alias", "cn: real  name", "givenName: Ada", "mail: a@x", "mail: b@x", "mail: b@y", "preferredLanguage: !!", "o: lower", "status: OFF"))
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{"name": "real  name", "full": "Ada,", "domain": "x", "language": "", "whole": "", "active": "false"} {
		if u.Get(field) != want {
			t.Errorf("%s is %q", field, u.Get(field))
		}
	}
	if !u.Account.Disabled || len(u.All(Emails)) != 3 {
		t.Errorf("%+v %q", u.Account, u.All(Emails))
	}
	none, err := m.User(entry("cn=x", "cn: x"))
	if err != nil || none.Get("active") != "true" || none.Account.Disabled || none.Get("full") != "" {
		t.Errorf("%+v, %v", none, err)
	}
}

func TestActiveDirectorysIDsAreFoundAgain(t *testing.T) {
	t.Parallel()
	preset, err := Preset("activedirectory")
	if err != nil {
		t.Fatal(err)
	}
	m, problems := Compile(Spec{Users: UsersSpec{Base: Strings{"dc=x"}}}.Over(preset))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	e := &Entry{DN: "cn=a,dc=x", Attributes: []Attribute{{"objectGUID", []string{"\x04\x25\x50\x3f\x89\x4f\xd3\x11\x9a\x0c\x03\x05\xe8\x2c\x33\x01"}}, {"userAccountControl", []string{"66050"}}}}
	u, err := m.User(e)
	if err != nil || u.ID != "3f502504-4f89-11d3-9a0c-0305e82c3301" || u.Get(Active) != "false" || !u.Account.Disabled {
		t.Errorf("%+v, %v", u, err)
	}
	f, err := m.IDFilter(u.ID)
	if err != nil || f.String() != `(objectGUID=\04%P?\89O\d3\11\9a\0c\03\05\e8,3\01)` {
		t.Errorf("%v, %v", f, err)
	}
	for _, id := range []string{"", "x", "*"} {
		if _, err := m.IDFilter(id); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
}
