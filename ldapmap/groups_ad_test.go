package ldapmap

import (
	"strings"
	"testing"
)

// domain is the mapping of a preset of Active Directory's kind.
func domain(t *testing.T, change func(*Spec)) *Mapping {
	t.Helper()
	preset, err := Preset("activedirectory")
	if err != nil {
		t.Fatal(err)
	}
	own := Spec{Users: UsersSpec{Base: Strings{"dc=x"}}, Groups: GroupsSpec{Base: Strings{"ou=groups,dc=x"}}}
	if change != nil {
		change(&own)
	}
	m, problems := Compile(own.Over(preset))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return m
}

const (
	someGUID = "\x04\x25\x50\x3f\x89\x4f\xd3\x11\x9a\x0c\x03\x05\xe8\x2c\x33\x01"
	someSID  = "\x01\x02\x00\x00\x00\x00\x00\x05\x15\x00\x00\x00\x21\x02\x00\x00" // S-1-5-21-545
)

// member is somebody in a domain.
func member(attributes ...Attribute) *Entry {
	return &Entry{DN: "cn=A (b),dc=x", Attributes: append([]Attribute{{"objectGUID", []string{someGUID}}, {"sAMAccountName", []string{"a"}}}, attributes...)}
}

func TestGroupsOfADomainIncludeThePrimaryOneAndThoseAround(t *testing.T) {
	t.Parallel()
	m := domain(t, nil)
	if !m.AsksFor("objectSid") || !m.AsksFor("primaryGroupID") || m.AsksFor("memberOf") {
		t.Errorf("asks for %s", m.Attributes())
	}
	const chain = `(member:1.2.840.113556.1.4.1941:=cn=A \28b\29,dc=x)`
	for _, c := range []struct {
		sid, rid, want string
	}{
		{someSID, "513", `(|` + chain + `(objectSid=\01\02\00\00\00\00\00\05\15\00\00\00\01\02\00\00)(member:1.2.840.113556.1.4.1941:=<SID=S-1-5-21-513>))`},
		{someSID, "", chain}, {someSID, "x", chain}, {"", "513", chain}, {"short", "513", chain}, {someSID, "99999999999", chain},
	} {
		e := member(Attribute{"objectSid", []string{c.sid}}, Attribute{"primaryGroupID", []string{c.rid}})
		u, err := m.User(e)
		if err != nil {
			t.Fatal(err)
		}
		f, err := m.MemberFilter(u)
		if err != nil || f.String() != "(&(objectClass=group)"+c.want+")" {
			t.Errorf("%q %s: %v, %v", c.sid, c.rid, f, err)
		}
	}
	if _, ok := domain(t, func(s *Spec) { s.Users.MemberOf = "memberOf" }).MemberOf(mustUser(t, m, member(Attribute{"memberOf", []string{"cn=g"}}))); ok {
		t.Error("memberOf is believed although groups contain groups")
	}
	flat := domain(t, func(s *Spec) { s.Users.MemberOf, s.Groups.Nested = "memberOf", "no" })
	if dns, ok := flat.MemberOf(mustUser(t, flat, member(Attribute{"memberOf", []string{"cn=g"}}))); !ok || len(dns) != 1 {
		t.Errorf("without nesting memberOf is %v, %v", dns, ok)
	}
	preset, _ := Preset("activedirectory")
	if _, problems := Compile(Spec{Users: UsersSpec{Base: Strings{"dc=x"}}, Groups: GroupsSpec{Base: Strings{"dc=x"}, Nested: "chain"}}.Over(preset)); len(problems) != 1 ||
		!strings.Contains(problems[0].String(), "in_chain") {
		t.Errorf("a word that means nothing: %v", problems)
	}
}

func mustUser(t *testing.T, m *Mapping, e *Entry) *User {
	t.Helper()
	u, err := m.User(e)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestANamesakeGetsAnotherEntry(t *testing.T) {
	t.Parallel()
	m := domain(t, nil)
	draft := NewUser(Ref{})
	draft.Set(Username, "nsimone")
	for name, want := range map[string]string{
		"Nina Simone":           "cn=Nina Simone (nsimone),ou=x",
		"Simone, Nina":          `cn=Simone\, Nina (nsimone),ou=x`,
		strings.Repeat("é", 64): "cn=" + strings.Repeat("é", 54) + " (nsimone),ou=x",
	} {
		e := &Entry{DN: DN{RDN{{"cn", name}}, RDN{{"ou", "x"}}}.String(), Attributes: []Attribute{{"CN", []string{name}}, {"sn", []string{"S"}}}}
		other, ok := m.Namesake(e, draft)
		if !ok || other.DN != want || len([]rune(other.Value("cn"))) > 64 || other.Value("cn") == name || e.Value("cn") != name {
			t.Errorf("%s: %+v, %v", name, other, ok)
		}
	}
	for why, try := range map[string]struct {
		m     *Mapping
		dn    string
		draft *User
	}{
		"a name that somebody typed": {openldap(t, nil), "uid=a,dc=x", draft},
		"two attributes":             {m, "cn=a+ou=b,dc=x", draft},
		"nobody's user name":         {m, "cn=a,dc=x", NewUser(Ref{})},
	} {
		if other, ok := try.m.Namesake(&Entry{DN: try.dn}, try.draft); ok {
			t.Errorf("%s: %+v", why, other)
		}
	}
}

// What the tests prove of the preset samba on a real domain controller holds for the other one too.
func TestActiveDirectoryHasThePresetThatIsProvenOnSamba(t *testing.T) {
	t.Parallel()
	body := func(name string) string {
		text, err := PresetText(name)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(text, "\n") // the first line says whose it is
		return rest
	}
	if body("samba") != body("activedirectory") {
		t.Error("the presets differ: what differs needs a proof of its own")
	}
}
