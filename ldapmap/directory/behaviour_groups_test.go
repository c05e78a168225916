package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// groups are the names of the groups that a person is in.
func (b *office) groups(u *ldapmap.User) []string {
	b.t.Helper()
	groups, err := b.Groups(b.t.Context(), u)
	if err != nil {
		b.t.Fatalf("the groups of %s: %v", u.DN, err)
	}
	var names []string
	for _, g := range groups {
		names = append(names, g.Name)
	}
	return names
}

func (b *office) group(name string) ldapmap.Group {
	b.t.Helper()
	groups, err := b.FindGroups(b.t.Context(), []string{name}, 2)
	if err != nil || len(groups) != 1 {
		b.t.Fatalf("the group %s: %v, %v", name, groups, err)
	}
	return groups[0]
}

func TestBehaviourPeopleJoinAndLeaveGroups(t *testing.T) {
	inEachOffice(t, ldaptest.Options{}, func(t *testing.T, b *office) {
		staff := b.group("staff")
		for _, who := range []string{"lee", "zoe", "jsmith"} {
			for range 2 {
				if err := b.AddMember(t.Context(), staff, b.person(who)); err != nil {
					t.Fatalf("%s joins: %v", who, err)
				}
			}
			if got := b.groups(b.person(who)); !slices.Contains(got, "staff") {
				t.Errorf("%s is in %q", who, got)
			}
			for range 2 {
				if err := b.RemoveMember(t.Context(), staff, b.person(who)); err != nil {
					t.Fatalf("%s leaves: %v", who, err)
				}
			}
			if got := b.groups(b.person(who)); slices.Contains(got, "staff") {
				t.Errorf("%s is in %q", who, got)
			}
		}
		if got := b.groups(b.person("jane")); !slices.Equal(got, []string{"staff"}) {
			t.Errorf("jane is in %q", got)
		}
		if got := b.groups(b.person("nomail")); len(got) != 0 {
			t.Errorf("nomail is in %q", got)
		}
	})
}

func TestBehaviourTheLastMemberLeavesAsTheKindAllows(t *testing.T) {
	inEachOffice(t, ldaptest.Options{}, func(t *testing.T, b *office) {
		admins, ada := b.group("admins"), b.person("ada")
		if err := b.RemoveMember(t.Context(), admins, ada); err != nil {
			t.Fatal(err)
		}
		groups, err := b.FindGroups(t.Context(), []string{"admins"}, 1)
		if stays := err == nil && len(groups) == 1; stays != b.s.Has(ldaptest.EmptyGroups) {
			t.Errorf("the group that became empty: %v, %v", groups, err)
		}
		if got := b.groups(b.person("ada")); !slices.Equal(got, []string{"staff"}) {
			t.Errorf("ada is in %q", got)
		}
	})
}

func TestBehaviourAPlaceholderKeepsAnEmptyGroup(t *testing.T) {
	t.Parallel()
	ldaptest.Each(t, func(t *testing.T, s *ldaptest.Server) {
		b := openOffice(t, s, func(spec *ldapmap.Spec) {
			spec.Groups.Empty, spec.Groups.Placeholder = "placeholder", ldaptest.ServiceDN
		})
		admins, ada := b.group("admins"), b.person("ada")
		if err := b.RemoveMember(t.Context(), admins, ada); err != nil {
			t.Fatal(err)
		}
		if err := b.AddMember(t.Context(), b.group("admins"), b.person("lee")); err != nil {
			t.Fatal(err)
		}
		e, err := b.d.Read(t.Context(), admins.DN, "member")
		if err != nil || len(e.Values("member")) != 1 || !ldapmap.SameDN(e.Value("member"), b.person("lee").DN) {
			t.Errorf("the group has %v, %v", e, err)
		}
	})
}

func TestBehaviourAGroupInAGroupCountsWhereTheDirectorySaysSo(t *testing.T) {
	o := ldaptest.Options{Needs: []ldaptest.Feature{ldaptest.NestedGroups}, More: `dn: cn=everybody,` + ldaptest.GroupsDN + `
objectClass: groupOfNames
cn: everybody
member: cn=staff,` + ldaptest.GroupsDN + `
`}
	inEachOffice(t, o, func(t *testing.T, b *office) {
		if got := b.groups(b.person("grace")); !slices.Equal(got, []string{"everybody", "staff"}) {
			t.Errorf("grace is in %q", got)
		}
		if err := b.RemoveMember(t.Context(), b.group("staff"), b.person("grace")); err != nil {
			t.Fatal(err)
		}
		if got := b.groups(b.person("grace")); len(got) != 0 {
			t.Errorf("grace left the inner group and is in %q", got)
		}
	})
}

func TestBehaviourAGroupOfFiveThousandIsKeptMemberByMember(t *testing.T) {
	var group strings.Builder
	fmt.Fprintf(&group, "dn: cn=volunteers,%s\nobjectClass: groupOfNames\ncn: volunteers\n", ldaptest.GroupsDN)
	const members = 5000
	for i := range members {
		fmt.Fprintf(&group, "member: uid=p%05d,%s\n", i, ldaptest.PeopleDN)
	}
	o := ldaptest.Options{More: ldaptest.People(members) + group.String()}
	inEachOffice(t, o, func(t *testing.T, b *office) {
		volunteers := b.group("volunteers")
		for _, who := range []string{"p00000", "p02500", fmt.Sprintf("p%05d", members-1)} {
			if got := b.groups(b.person(who)); !slices.Equal(got, []string{"volunteers"}) {
				t.Errorf("%s is in %q", who, got)
			}
		}
		count := func() int {
			e, err := b.d.Read(t.Context(), volunteers.DN, "member")
			if err != nil {
				t.Fatal(err)
			}
			return len(e.Values("member"))
		}
		if n := count(); n != members {
			t.Errorf("the group has %d members", n)
		}
		if err := b.AddMember(t.Context(), volunteers, b.person("lee")); err != nil {
			t.Fatal(err)
		}
		for _, who := range []string{"p00001", "p04998"} {
			if err := b.RemoveMember(t.Context(), volunteers, b.person(who)); err != nil {
				t.Fatal(err)
			}
			if got := b.groups(b.person(who)); len(got) != 0 {
				t.Errorf("%s left and is in %q", who, got)
			}
		}
		if n := count(); n != members-1 {
			t.Errorf("one came and two left, and the group has %d members", n)
		}
		if got := b.groups(b.person("lee")); !slices.Equal(got, []string{"newsletter", "volunteers"}) {
			t.Errorf("lee is in %q", got)
		}
	})
}
