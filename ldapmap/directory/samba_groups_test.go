package directory

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestGroupsOfADomain(t *testing.T) {
	t.Parallel()
	s := ldaptest.Samba(t, ldaptest.Options{})
	p, admin := sambaPeople(t, s), asAdmin(t, s)
	ctx := t.Context()
	add := func(name string, members ...string) {
		t.Helper()
		attrs := []ldapmap.Attribute{{Name: "objectClass", Values: []string{"group"}}, {Name: "sAMAccountName", Values: []string{name}}}
		if len(members) > 0 {
			attrs = append(attrs, ldapmap.Attribute{Name: "member", Values: members})
		}
		if err := admin.Add(ctx, "cn="+name+","+ldaptest.GroupsDN, attrs); err != nil {
			t.Fatal(err)
		}
	}
	groups := func(login string) string {
		t.Helper()
		all, err := p.Groups(ctx, person(t, p, login))
		if err != nil {
			t.Fatal(err)
		}
		names := make([]string, len(all))
		for i, g := range all {
			names[i] = g.Name
		}
		return strings.Join(names, " ")
	}
	group := func(name string) ldapmap.Group {
		t.Helper()
		found, err := p.FindGroups(ctx, []string{name}, 1)
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %v, %v", name, found, err)
		}
		return found[0]
	}

	add("empty")
	add("house", "cn=staff,"+ldaptest.GroupsDN)
	add("street", "cn=house,"+ldaptest.GroupsDN)
	add("everybody", "cn=Domain Users,cn=Users,"+ldaptest.BaseDN)
	if got := groups("ada"); got != "admins Domain Users everybody house staff street Users" {
		t.Errorf("ada is in %s", got)
	}
	if got := groups("newcomer"); got != "Domain Users everybody Users" { // the primary group, and what it is in
		t.Errorf("newcomer is in %s", got)
	}

	lee, empty := person(t, p, "lee"), group("empty")
	for range 2 {
		if err := p.AddMember(ctx, empty, lee); err != nil {
			t.Error("adding:", err)
		}
	}
	if got := groups("lee"); got != "Domain Users empty everybody newsletter Users" {
		t.Errorf("lee is in %s", got)
	}
	for range 2 {
		if err := p.RemoveMember(ctx, empty, lee); err != nil {
			t.Error("removing:", err)
		}
	}
	if err := p.RemoveMember(ctx, empty, person(t, p, "ada")); err != nil { // who never was in
		t.Error("removing a stranger:", err)
	}
	if got := groups("lee"); got != "Domain Users everybody newsletter Users" {
		t.Errorf("lee is in %s", got)
	}
	if err := p.AddMember(ctx, group("Domain Admins"), lee); err == nil {
		t.Error("the service account may make administrators")
	}
	// Whoever has another primary group is in that one.
	add("crew", lee.DN)
	token, err := admin.Read(ctx, "cn=crew,"+ldaptest.GroupsDN, "primaryGroupToken")
	if err != nil {
		t.Fatal(err)
	}
	replace(t, admin, lee.DN, "primaryGroupID", token.Value("primaryGroupToken"))
	if got := groups("lee"); !strings.Contains(got, "crew") || !strings.Contains(got, "Domain Users") {
		t.Errorf("with another primary group lee is in %s", got)
	}
}

func TestALargeGroupOfADomainIsReadWhole(t *testing.T) {
	t.Parallel()
	const n = 1700 // Active Directory gives 1,500 at once
	var more strings.Builder
	members := "dn: cn=many," + ldaptest.GroupsDN + "\nobjectClass: groupOfNames\ncn: many\n"
	for i := range n {
		fmt.Fprintf(&more, "dn: uid=m%d,%s\nobjectClass: inetOrgPerson\nuid: m%d\ncn: m%d\nsn: M\n\n", i, ldaptest.PeopleDN, i, i)
		members += fmt.Sprintf("member: uid=m%d,%s\n", i, ldaptest.PeopleDN)
	}
	s := ldaptest.Samba(t, ldaptest.Options{More: more.String() + members})
	p := sambaPeople(t, s)
	e, err := p.d.Read(t.Context(), "cn=many,"+ldaptest.GroupsDN, "member")
	if err != nil || len(e.Values("member")) != n {
		t.Errorf("%d members, %v", len(e.Values("member")), err)
	}
	e, err = p.d.Read(t.Context(), "cn=many,"+ldaptest.GroupsDN, "member;range=0-99")
	if err != nil || len(e.Values("member")) != n {
		t.Errorf("asked for a piece: %d members, %v", len(e.Values("member")), err)
	}
	found := 0
	if err := p.List(t.Context(), ldapmap.Query{}, func(*ldapmap.User) bool { found++; return true }); err != nil || found < n {
		t.Errorf("%d people, %v", found, err)
	}
}
