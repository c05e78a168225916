package directory_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// company is a directory with people in it, and a count of what was asked of it.
type company struct {
	*directory.People
	d *directory.Directory

	mu  sync.Mutex
	ops map[directory.OpName]int
}

// newCompany opens the test directory with the openldap preset, changed by change.
func newCompany(t *testing.T, s *ldaptest.Server, change func(*ldapmap.Spec)) *company {
	t.Helper()
	preset, err := ldapmap.Preset("openldap")
	if err != nil {
		t.Fatal(err)
	}
	own := ldapmap.Spec{
		Users: ldapmap.UsersSpec{
			Base:     ldapmap.Strings{ldaptest.PeopleDN},
			OnCreate: map[string]ldapmap.Strings{"cn": {"{givenName} {sn}"}},
			Attributes: map[string]ldapmap.Rule{
				"phones": ldapmap.Attr("telephoneNumber", "mobile"),
				"mobile": ldapmap.Off(),
			},
		},
		Groups: ldapmap.GroupsSpec{Base: ldapmap.Strings{ldaptest.GroupsDN}},
	}
	if change != nil {
		change(&own)
	}
	m, problems := ldapmap.Compile(own.Over(preset))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	c := &company{ops: map[directory.OpName]int{}}
	c.d, err = directory.Open(directory.Config{URLs: []string{s.URL}, StartTLS: s.CAFile != "", CAFile: s.CAFile,
		BindDN: ldaptest.ServiceDN, BindPassword: ldaptest.ServicePassword},
		directory.WithObserver(func(op directory.Op) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.ops[op.Name]++
		}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.d.Close() })
	c.People = directory.NewPeople(c.d, m)
	return c
}

// counted returns the operations, other than connecting, that f causes.
func (c *company) counted(f func()) map[directory.OpName]int {
	c.mu.Lock()
	c.ops = map[directory.OpName]int{}
	c.mu.Unlock()
	f()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range []directory.OpName{directory.OpConnect, directory.OpServiceBind, directory.OpValidate} {
		delete(c.ops, name)
	}
	return c.ops
}

func (c *company) person(t *testing.T, login string) *ldapmap.User {
	t.Helper()
	u, err := c.FindByLogin(context.Background(), login)
	if err != nil {
		t.Fatalf("%s: %v", login, err)
	}
	return u
}

func each(t *testing.T, test func(t *testing.T, c *company, s *ldaptest.Server)) {
	t.Helper()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) { test(t, newCompany(t, s, nil), s) })
}

func TestPeopleAreFoundByTheLoginTheyType(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *company, _ *ldaptest.Server) {
		for login, want := range map[string]string{
			"ada": "ada", "ADA": "ada", "countess@example.org": "ada", "grace": "grace", "jane": "jane", "jsmith@example.org": "jsmith", "zoe": "zoe",
		} {
			if got := c.person(t, login).Get(ldapmap.Username); got != want {
				t.Errorf("%q finds %q", login, got)
			}
		}
		for login, want := range map[string]fault.Code{
			"nobody": fault.NotFound, "*": fault.NotFound, "a*": fault.NotFound, "*)(uid=*": fault.NotFound, "ada)(|(uid=*": fault.NotFound, `ad\61`: fault.NotFound,
			"": fault.NotFound, " ": fault.NotFound, "ada\x00": fault.NotFound, "ada\nx": fault.NotFound, "andré": fault.NotFound, strings.Repeat("a", 257): fault.NotFound,
			"family@example.org": fault.Conflict, "\xff": fault.NotFound,
		} {
			if u, err := c.FindByLogin(t.Context(), login); fault.CodeOf(err) != want {
				t.Errorf("%q: %v, %v; want %s", login, u, err, want)
			}
		}
	})
}

func TestSigningInCostsWhatTheBudgetAllows(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *company, _ *ldaptest.Server) {
		var u *ldapmap.User
		check := func(what string, want map[directory.OpName]int, f func()) {
			t.Helper()
			got := c.counted(f)
			for name := range want {
				if got[name] != want[name] {
					t.Errorf("%s: %v, want %v", what, got, want)
					return
				}
			}
			if len(got) != len(want) {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		one := func(name directory.OpName) map[directory.OpName]int { return map[directory.OpName]int{name: 1} }
		none := map[directory.OpName]int{}
		check("FindByLogin", one(directory.OpSearch), func() { u = c.person(t, "ada") })
		check("Get", one(directory.OpSearch), func() {
			if _, err := c.Get(t.Context(), u.Ref); err != nil {
				t.Error(err)
			}
		})
		check("Groups", none, func() {
			groups, err := c.Groups(t.Context(), u)
			if err != nil || len(groups) != 2 || groups[0].Name != "admins" || groups[1].Name != "staff" {
				t.Errorf("groups = %v, %v", groups, err)
			}
		})
		check("Authenticate", one(directory.OpBind), func() {
			if v, err := c.Authenticate(t.Context(), u, "ada-password"); err != nil || v.Outcome != ldapmap.OK {
				t.Errorf("verdict = %+v, %v", v, err)
			}
		})
		for _, password := range []string{"", "a\x00b", strings.Repeat("x", 4097)} {
			check("a password that cannot be", none, func() {
				if v, err := c.Authenticate(t.Context(), u, password); err != nil || v.Outcome != ldapmap.Wrong {
					t.Errorf("verdict = %+v, %v", v, err)
				}
			})
		}
		for _, login := range []string{"", "\x00", strings.Repeat("a", 257)} {
			check("a login that cannot be", none, func() { _, _ = c.FindByLogin(t.Context(), login) })
		}
		check("an id that cannot be", none, func() { _, _ = c.Get(t.Context(), ldapmap.Ref{DN: u.DN}) })
		lonely := c.person(t, "newcomer")
		check("Groups of nobody's member", none, func() {
			if groups, err := c.Groups(t.Context(), lonely); err != nil || len(groups) != 0 {
				t.Errorf("groups = %v, %v", groups, err)
			}
		})
		check("Update", map[directory.OpName]int{directory.OpModify: 1, directory.OpSearch: 1}, func() {
			n := u.Clone()
			n.Set(ldapmap.Emails, "ada@example.org", "ada2@example.org")
			n.Set(ldapmap.Language, "fr")
			if _, err := c.Update(t.Context(), u, n); err != nil {
				t.Error(err)
			}
		})
	})
}

func TestTheServersAnswerDecidesTheSignIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *company, s *ldaptest.Server) {
		for _, w := range []struct {
			login, password string
			want            ldapmap.Outcome
		}{
			{"ada", "ada-password", ldapmap.OK}, {"ada", "wrong", ldapmap.Wrong}, {"newcomer", "anything", ldapmap.Wrong},
			{"locked", "locked-password", ldapmap.Locked}, {"mustchange", "mustchange-password", ldapmap.MustChange}, {"mustchange", "wrong", ldapmap.Wrong},
			{"jane", "jane-password", ldapmap.OK}, {"zoe", "zoe-password", ldapmap.OK},
		} {
			v, err := c.Authenticate(t.Context(), c.person(t, w.login), w.password)
			if err != nil || v.Outcome != w.want {
				t.Errorf("%s with %q: %+v, %v; want %s", w.login, w.password, v, err, w.want)
			}
		}
		if u := c.person(t, "locked"); !u.Account.Locked || u.Account.Active(time.Now()) {
			t.Errorf("the locked account is %+v", u.Account)
		}
		if u := c.person(t, "mustchange"); !u.Account.MustChange {
			t.Errorf("the account with a password to change is %+v", u.Account)
		}
		u := c.person(t, "ada")
		s.Stop(t)
		if v, err := c.Authenticate(t.Context(), u, "ada-password"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("without a directory: %+v, %v", v, err)
		}
		if _, err := c.FindByLogin(t.Context(), "ada"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("without a directory: %v", err)
		}
		if err := c.Health(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("without a directory: %v", err)
		}
	})
}

func TestAnExpiredPasswordIsToldApartFromAWrongOne(t *testing.T) {
	t.Parallel()
	long := "20200101000000Z"
	o := ldaptest.Options{Policy: &ldaptest.Policy{MaxAge: 24 * time.Hour},
		More: "dn: uid=old," + ldaptest.PeopleDN + "\nobjectClass: inetOrgPerson\nuid: old\ncn: Old\nsn: Old\nuserPassword: old-password\npwdChangedTime: " + long + "\n"}
	ldaptest.EachQuickWith(t, o, func(t *testing.T, s *ldaptest.Server) {
		c := newCompany(t, s, nil)
		u := c.person(t, "old")
		if v, err := c.Authenticate(t.Context(), u, "old-password"); err != nil || v.Outcome != ldapmap.Expired {
			t.Errorf("verdict = %+v, %v", v, err)
		}
		if v, err := c.Authenticate(t.Context(), u, "other-password"); err != nil || v.Outcome != ldapmap.Wrong {
			t.Errorf("verdict = %+v, %v", v, err)
		}
		mark := u.Account.Mark
		if err := c.SetPassword(t.Context(), u, "a quite new password"); err != nil {
			t.Fatal(err)
		}
		if v, err := c.Authenticate(t.Context(), u, "a quite new password"); err != nil || v.Outcome != ldapmap.OK {
			t.Errorf("verdict after the reset = %+v, %v", v, err)
		}
		if now := c.person(t, "old"); mark == "" || now.Account.Mark == mark {
			t.Error("a link made before the reset would still work after it")
		}
	})
}

func TestRecoveryFindsEverybodyWithTheAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *company, _ *ldaptest.Server) {
		both, err := c.FindForRecovery(t.Context(), "family@example.org", 5)
		if err != nil || len(both) != 2 {
			t.Errorf("the address of two people finds %d, %v", len(both), err)
		}
		if one, err := c.FindForRecovery(t.Context(), "family@example.org", 1); err != nil || len(one) != 1 {
			t.Errorf("at most one: %d, %v", len(one), err)
		}
		for _, login := range []string{"nobody", "*)(uid=*", "", "\x00"} {
			if found, err := c.FindForRecovery(t.Context(), login, 5); err != nil || len(found) != 0 {
				t.Errorf("%q: %v, %v", login, found, err)
			}
		}
	})
}

func TestAPersonIsFoundAgainAfterARename(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *company, _ *ldaptest.Server) {
		old := c.person(t, "andre")
		renamed := old.Clone()
		renamed.Set(ldapmap.Username, "andré+e, x")
		now, err := c.Update(t.Context(), old, renamed)
		if err != nil {
			t.Fatal(err)
		}
		if now.ID != old.ID || now.Get(ldapmap.Username) != "andré+e, x" || len(now.All(ldapmap.Username)) != 1 {
			t.Errorf("renamed to %v %q", now.Ref, now.All(ldapmap.Username))
		}
		again, err := c.Get(t.Context(), old.Ref)
		if err != nil || again.DN != now.DN {
			t.Errorf("by the old name: %v, %v", again, err)
		}
		groups, err := c.Groups(t.Context(), again)
		if err != nil || len(groups) != 1 {
			t.Errorf("groups after the rename: %v, %v", groups, err)
		}
		multi := c.person(t, "jsmith") // cn=John Smith+uid=jsmith
		other := multi.Clone()
		other.Set(ldapmap.Username, "jonny")
		now, err = c.Update(t.Context(), multi, other)
		if err != nil || now.ID != multi.ID || !strings.Contains(now.DN, "John Smith") || !strings.Contains(now.DN, "jonny") {
			t.Errorf("an RDN of two attributes: %v, %v", now, err)
		}
		taken := again.Clone()
		taken.Set(ldapmap.Username, "ada")
		_, err = c.Update(t.Context(), again, taken)
		if f, ok := fault.WordsOf(err); !ok || f.Code != fault.Conflict || f.Field != ldapmap.Username {
			t.Errorf("a name that is taken: %v", err)
		}
		if _, err := c.Get(t.Context(), ldapmap.Ref{ID: "00000000-0000-0000-0000-000000000000", DN: again.DN}); !fault.Is(err, fault.NotFound) {
			t.Errorf("another's id at this DN: %v", err)
		}
		if _, err := c.Get(t.Context(), ldapmap.Ref{ID: "*", DN: "cn=admin,dc=example,dc=org"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("an id of stars: %v", err)
		}
	})
}

func TestAnUpdateLeavesAloneWhatOthersChangedMeanwhile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *company, _ *ldaptest.Server) {
		mine, theirs := c.person(t, "ada"), c.person(t, "ada")
		add := func(u *ldapmap.User, mail string) error {
			n := u.Clone()
			n.Set(ldapmap.Emails, append(slices.Clone(u.All(ldapmap.Emails)), mail)...)
			_, err := c.Update(t.Context(), u, n)
			return err
		}
		if err := add(theirs, "theirs@example.org"); err != nil {
			t.Fatal(err)
		}
		if err := add(mine, "mine@example.org"); err != nil {
			t.Fatal(err)
		}
		now := c.person(t, "ada")
		if got := now.All(ldapmap.Emails); len(got) != 4 {
			t.Errorf("mails = %q", got)
		}
		stale := mine.Clone()
		stale.Set(ldapmap.FamilyName, "Byron")
		if _, err := c.Update(t.Context(), mine, stale); err != nil {
			t.Fatal(err)
		}
		stale = theirs.Clone()
		stale.Set(ldapmap.FamilyName, "King")
		if _, err := c.Update(t.Context(), theirs, stale); !fault.Is(err, fault.Conflict) {
			t.Errorf("overwriting what somebody else wrote: %v", err)
		}
		phones := c.person(t, "ada")
		moved := phones.Clone()
		moved.Set(ldapmap.Phones, "+44 20 7946 0001", "+44 7700 900999")
		if _, err := c.Update(t.Context(), phones, moved); err != nil {
			t.Fatal(err)
		}
		e, err := c.d.Read(t.Context(), phones.DN, "mobile", "telephoneNumber")
		if err != nil || e.Value("mobile") != "+44 7700 900999" || e.Value("telephoneNumber") != "+44 20 7946 0001" {
			t.Errorf("the mobile number is not where it was: %+v, %v", e, err)
		}
	})
}

func TestPeopleAreListedPageAfterPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *company, _ *ldaptest.Server) {
		count := func(q ldapmap.Query) (n int) {
			t.Helper()
			if err := c.List(t.Context(), q, func(*ldapmap.User) bool { n++; return true }); err != nil {
				t.Error(err)
			}
			return n
		}
		if n := count(ldapmap.Query{}); n != 12 {
			t.Errorf("%d people", n)
		}
		if n := count(ldapmap.Query{Limit: 3}); n != 3 {
			t.Errorf("%d of at most 3", n)
		}
		if n := count(ldapmap.Query{Search: "chan"}); n != 3 {
			t.Errorf("%d with chan in the name", n)
		}
		if n := count(ldapmap.Query{Search: "*)(uid=*"}); n != 0 {
			t.Errorf("%d called *)(uid=*", n)
		}
		if n := count(ldapmap.Query{Filter: ldapmap.Equal{Attribute: "sn", Value: "Hopper"}}); n != 1 {
			t.Errorf("%d called Hopper", n)
		}
		n := 0
		if err := c.List(t.Context(), ldapmap.Query{}, func(*ldapmap.User) bool { n++; return false }); err != nil || n != 1 {
			t.Errorf("stopping after one: %d, %v", n, err)
		}
	})
}

func TestABaseThatDoesNotExistIsNotNobodyFound(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		c := newCompany(t, s, func(s *ldapmap.Spec) {
			s.Users.Base = ldapmap.Strings{"ou=nowhere,dc=example,dc=org"}
			s.Groups.Base = ldapmap.Strings{"ou=nogroups,dc=example,dc=org"}
		})
		if _, err := c.FindByLogin(t.Context(), "ada"); !fault.Is(err, fault.Internal) || !strings.Contains(err.Error(), "users.base") {
			t.Errorf("people: %v", err)
		}
		if _, err := c.FindGroups(t.Context(), nil, 5); !fault.Is(err, fault.Internal) || !strings.Contains(err.Error(), "groups.base") {
			t.Errorf("groups: %v", err)
		}
	})
}

func TestWhoMayOnlyRecoverIsFoundButNotLetIn(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		c := newCompany(t, s, func(s *ldapmap.Spec) {
			s.Users.Filter = "(&(objectClass=inetOrgPerson)(!(employeeType=gone)))"
			s.Users.RecoveryFilter = "(objectClass=inetOrgPerson)"
		})
		u := c.person(t, "ada")
		if again, err := c.Get(t.Context(), u.Ref); err != nil || again.Account.Excluded || !again.Account.Active(time.Now()) {
			t.Errorf("%+v, %v", again, err)
		}
		gone := u.Clone()
		gone.Set(ldapmap.EmployeeType, "gone")
		if _, err := c.Update(t.Context(), u, gone); err != nil {
			t.Fatal(err)
		}
		if _, err := c.FindByLogin(t.Context(), "ada"); !fault.Is(err, fault.NotFound) {
			t.Errorf("signing in: %v", err)
		}
		if found, err := c.FindForRecovery(t.Context(), "ada", 2); err != nil || len(found) != 1 {
			t.Errorf("recovering: %v, %v", found, err)
		}
		for name, ref := range map[string]ldapmap.Ref{"by DN": u.Ref, "by id": {ID: u.ID}, "by id, in upper case": {ID: strings.ToUpper(u.ID)}} {
			if now, err := c.Get(t.Context(), ref); err != nil || !now.Account.Excluded || now.Account.Active(time.Now()) {
				t.Errorf("%s: a session would go on: %+v, %v", name, now, err)
			}
		}
	})
}

func TestPeopleOfSeveralBasesAreOnePeople(t *testing.T) {
	t.Parallel()
	o := ldaptest.Options{More: "dn: ou=guests," + ldaptest.BaseDN + "\nobjectClass: organizationalUnit\nou: guests\n\n" +
		"dn: uid=gus,ou=guests," + ldaptest.BaseDN + "\nobjectClass: inetOrgPerson\nuid: gus\ncn: Gus\nsn: Guest\nmail: family@example.org\n"}
	ldaptest.EachQuickWith(t, o, func(t *testing.T, s *ldaptest.Server) {
		c := newCompany(t, s, func(s *ldapmap.Spec) {
			s.Users.Base = ldapmap.Strings{"ou=guests," + ldaptest.BaseDN, ldaptest.PeopleDN}
		})
		for limit, want := range map[int]int{0: 13, 1: 1, 5: 5, 50: 13} {
			n := 0
			if err := c.List(t.Context(), ldapmap.Query{Limit: limit}, func(*ldapmap.User) bool { n++; return true }); err != nil || n != want {
				t.Errorf("with limit %d: %d people, %v", limit, n, err)
			}
		}
		if found, err := c.FindForRecovery(t.Context(), "family@example.org", 9); err != nil || len(found) != 3 {
			t.Errorf("an address in both: %d, %v", len(found), err)
		}
		gus := c.person(t, "gus")
		if again, err := c.Get(t.Context(), ldapmap.Ref{ID: gus.ID, DN: "uid=gus,ou=guests,dc=elsewhere"}); err != nil || again.DN != gus.DN {
			t.Errorf("%v, %v", again, err)
		}
	})
}
