package directory_test

import (
	"sync"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func (c *company) group(t *testing.T, name string) ldapmap.Group {
	t.Helper()
	groups, err := c.FindGroups(t.Context(), []string{name}, 2)
	if err != nil || len(groups) != 1 {
		t.Fatalf("group %s: %v, %v", name, groups, err)
	}
	return groups[0]
}

func (c *company) memberCount(t *testing.T, dn string) int {
	t.Helper()
	e, err := c.d.Read(t.Context(), dn, "member")
	if err != nil {
		t.Fatal(err)
	}
	return len(e.Values("member"))
}

func TestTwoAdministratorsAtOnceBothWin(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *company, s *ldaptest.Server) {
		second := newCompany(t, s, nil)
		g := c.group(t, "admins")
		var wg sync.WaitGroup
		for who, by := range map[string]*company{"lee": c, "mei": second, "grace": c, "jane": second} {
			u := c.person(t, who)
			wg.Go(func() {
				for range 2 { // adding twice is no error
					if err := by.AddMember(t.Context(), g, u); err != nil {
						t.Errorf("%s: %v", who, err)
					}
				}
			})
		}
		wg.Wait()
		if n := c.memberCount(t, g.DN); n != 5 {
			t.Errorf("%d members", n)
		}
		for _, who := range []string{"jane", "grace"} {
			u := c.person(t, who)
			wg.Go(func() {
				for range 2 {
					if err := c.RemoveMember(t.Context(), g, u); err != nil {
						t.Errorf("%s: %v", who, err)
					}
				}
			})
		}
		wg.Wait()
		if n := c.memberCount(t, g.DN); n != 3 {
			t.Errorf("%d members left", n)
		}
		if groups, err := c.Groups(t.Context(), c.person(t, "mei")); err != nil || len(groups) != 2 {
			t.Errorf("groups = %v, %v", groups, err)
		}
	})
}

func TestTheLastMemberCanLeave(t *testing.T) {
	t.Parallel()
	t.Run("and the group goes", func(t *testing.T) {
		t.Parallel()
		each(t, func(t *testing.T, c *company, _ *ldaptest.Server) {
			g, ada := c.group(t, "admins"), c.person(t, "ada")
			for range 2 {
				if err := c.RemoveMember(t.Context(), g, ada); err != nil && !fault.Is(err, fault.NotFound) {
					t.Fatal(err)
				}
			}
			if groups, err := c.FindGroups(t.Context(), []string{"admins"}, 1); err != nil || len(groups) != 0 {
				t.Errorf("the group is still there: %v, %v", groups, err)
			}
		})
	})
	t.Run("and a placeholder stays", func(t *testing.T) {
		t.Parallel()
		ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
			c := newCompany(t, s, func(s *ldapmap.Spec) {
				s.Groups.Empty, s.Groups.Placeholder = "placeholder", "cn=nobody,dc=example,dc=org"
			})
			g, ada, lee := c.group(t, "admins"), c.person(t, "ada"), c.person(t, "lee")
			for range 2 {
				if err := c.RemoveMember(t.Context(), g, ada); err != nil {
					t.Fatal(err)
				}
			}
			if n := c.memberCount(t, g.DN); n != 1 {
				t.Errorf("%d members, want the placeholder", n)
			}
			for range 2 {
				if err := c.AddMember(t.Context(), g, lee); err != nil {
					t.Fatal(err)
				}
			}
			if n := c.memberCount(t, g.DN); n != 1 {
				t.Errorf("%d members, want lee alone", n)
			}
		})
	})
	t.Run("not where the group must stay", func(t *testing.T) {
		t.Parallel()
		ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
			c := newCompany(t, s, func(s *ldapmap.Spec) { s.Groups.Empty = "allow" })
			err := c.RemoveMember(t.Context(), c.group(t, "admins"), c.person(t, "ada"))
			if f, ok := fault.WordsOf(err); !ok || f.Code != fault.Conflict {
				t.Errorf("%v", err)
			}
		})
	})
}

func TestGroupsAreFoundWithoutMemberOf(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuickWith(t, ldaptest.Options{NoMemberOf: true}, func(t *testing.T, s *ldaptest.Server) {
		c := newCompany(t, s, nil)
		jane := c.person(t, "jane") // whose DN has a comma and a plus
		groups, err := c.Groups(t.Context(), jane)
		if err != nil || len(groups) != 1 || groups[0].Name != "staff" || groups[0].ID == "" || groups[0].Description == "" {
			t.Errorf("groups = %+v, %v", groups, err)
		}
		ops := c.counted(func() { _, _ = c.Groups(t.Context(), jane) })
		if len(ops) != 1 || ops[directory.OpSearch] != 1 {
			t.Errorf("it took %v", ops)
		}
		if groups, err := c.FindGroups(t.Context(), nil, 2); err != nil || len(groups) != 2 {
			t.Errorf("two of all groups: %v, %v", groups, err)
		}
		if groups, err := c.FindGroups(t.Context(), []string{"*", "STAFF", "x)(cn=*"}, 9); err != nil || len(groups) != 1 {
			t.Errorf("by name: %v, %v", groups, err)
		}
	})
}

func TestWithoutAGroupBaseThereAreNoGroups(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		c := newCompany(t, s, func(s *ldapmap.Spec) { s.Groups.Base = nil })
		u := c.person(t, "ada")
		if groups, err := c.Groups(t.Context(), u); err != nil || len(groups) != 0 {
			t.Errorf("%v, %v", groups, err)
		}
		if groups, err := c.FindGroups(t.Context(), nil, 1); err != nil || len(groups) != 0 {
			t.Errorf("%v, %v", groups, err)
		}
		if err := c.AddMember(t.Context(), ldapmap.Group{DN: "cn=admins," + ldaptest.GroupsDN}, u); !fault.Is(err, fault.Denied) {
			t.Errorf("%v", err)
		}
	})
}
