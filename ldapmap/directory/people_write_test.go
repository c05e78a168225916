package directory_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

func draft(username string) *ldapmap.User {
	u := ldapmap.NewUser(ldapmap.Ref{})
	u.Set(ldapmap.Username, username)
	u.Set(ldapmap.GivenName, "Renée")
	u.Set(ldapmap.FamilyName, "O'Neil (Ops)")
	u.Set(ldapmap.Emails, "renee@example.org")
	return u
}

func TestANewPersonCanSignInAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *company, _ *ldaptest.Server) {
		u, err := c.Create(t.Context(), draft("renée, #1"), "a long new password")
		if err != nil {
			t.Fatal(err)
		}
		if u.ID == "" || u.Get(ldapmap.Name) != "Renée O'Neil (Ops)" || !strings.HasPrefix(u.DN, "uid=") {
			t.Errorf("made %+v %q", u.Ref, u.Get(ldapmap.Name))
		}
		if v, err := c.Authenticate(t.Context(), c.person(t, "renée, #1"), "a long new password"); err != nil || v.Outcome != ldapmap.OK {
			t.Errorf("verdict = %+v, %v", v, err)
		}
		_, err = c.Create(t.Context(), draft("RENÉE, #1"), "another password")
		if f, ok := fault.WordsOf(err); !ok || f.Code != fault.Conflict || f.Field != ldapmap.Username {
			t.Errorf("the same name again: %v", err)
		}
		_, err = c.Create(t.Context(), draft("grace"), "") // whose RDN is her cn, so that the directory would not mind
		if f, ok := fault.WordsOf(err); !ok || f.Code != fault.Conflict || f.Field != ldapmap.Username {
			t.Errorf("the user name of somebody with another RDN: %v", err)
		}
		if err := c.Delete(t.Context(), u); err != nil {
			t.Error(err)
		}
		if err := c.Delete(t.Context(), u); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleted twice: %v", err)
		}
	})
}

func TestARefusedPasswordLeavesNoHalfMadeAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *company, _ *ldaptest.Server) {
		_, err := c.Create(t.Context(), draft("half"), "short")
		if f, ok := fault.WordsOf(err); !ok || f.Code != fault.Invalid || f.Field != "password" {
			t.Errorf("a short password: %v", err)
		}
		if _, err := c.FindByLogin(t.Context(), "half"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the account stayed: %v", err)
		}
		incomplete := draft("nofamily")
		incomplete.Set(ldapmap.FamilyName)
		_, err = c.Create(t.Context(), incomplete, "")
		if f, ok := fault.WordsOf(err); !ok || f.Field != ldapmap.FamilyName {
			t.Errorf("without a family name: %v", err)
		}
		strange := draft("strange")
		strange.Set("no_such_field", "x")
		if _, err := c.Create(t.Context(), strange, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("with a field that nobody keeps: %v", err)
		}
		if u, err := c.Create(t.Context(), draft("later"), ""); err != nil {
			t.Errorf("without a password: %v", err)
		} else if v, err := c.Authenticate(t.Context(), u, "anything"); err != nil || v.Outcome != ldapmap.Wrong {
			t.Errorf("signing in without a password: %+v, %v", v, err)
		}
	})
}

func TestAPasswordIsChangedByThePersonUnderTheDirectorysRules(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *company, _ *ldaptest.Server) {
		u := c.person(t, "ada")
		for _, w := range []struct {
			what, old, new, field string
		}{
			{"wrong old one", "nonsense", "a fine new password", "current"},
			{"no old one", "", "a fine new password", "current"},
			{"no new one", "ada-password", "", "password"},
			{"a NUL in the new one", "ada-password", "a\x00b a long one", "password"},
			{"a huge new one", "ada-password", strings.Repeat("x", 4097), "password"},
			{"too short", "ada-password", "abc", "password"},
			{"the same again", "ada-password", "ada-password", "password"},
		} {
			err := c.ChangePassword(t.Context(), u, w.old, w.new)
			f, ok := fault.WordsOf(err)
			if !ok || f.Code != fault.Invalid || f.Field != w.field {
				t.Errorf("%s: %v", w.what, err)
			}
			if err != nil && (w.old != "" && strings.Contains(err.Error(), w.old) || len(w.new) > 3 && strings.Contains(err.Error(), w.new)) {
				t.Errorf("%s: the error tells the password", w.what)
			}
		}
		if err := c.ChangePassword(t.Context(), u, "ada-password", " p4ss wörd, with spaces "); err != nil {
			t.Fatal(err)
		}
		for password, want := range map[string]ldapmap.Outcome{" p4ss wörd, with spaces ": ldapmap.OK, "ada-password": ldapmap.Wrong, "p4ss wörd, with spaces": ldapmap.Wrong} {
			if v, err := c.Authenticate(t.Context(), u, password); err != nil || v.Outcome != want {
				t.Errorf("%q: %+v, %v", password, v, err)
			}
		}
		if now := c.person(t, "ada"); now.Account.Mark == u.Account.Mark {
			t.Error("a link made before the change would still work after it")
		}
		must := c.person(t, "mustchange")
		if err := c.ChangePassword(t.Context(), must, "mustchange-password", "a fine new password"); err != nil {
			t.Fatalf("whoever must change the password cannot: %v", err)
		}
		if v, err := c.Authenticate(t.Context(), c.person(t, "mustchange"), "a fine new password"); err != nil || v.Outcome != ldapmap.OK {
			t.Errorf("after the change that was asked for: %+v, %v", v, err)
		}
	})
}

func TestAResetNeverLiftsTheLockOfAnAdministrator(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *company, _ *ldaptest.Server) {
		locked := c.person(t, "locked")
		err := c.SetPassword(t.Context(), locked, "a fine new password")
		if f, ok := fault.WordsOf(err); !ok || f.Code != fault.Denied {
			t.Errorf("resetting a locked account: %v", err)
		}
		if now := c.person(t, "locked"); !now.Account.Locked {
			t.Error("the lock is gone")
		}
		// Locked after the page was shown.
		stale := c.person(t, "lee")
		if err := c.d.Modify(t.Context(), stale.DN, []ldapmap.Mod{{Op: ldapmap.ModReplace, Name: "pwdAccountLockedTime", Values: []string{ldapmap.PermanentLock}}}); err != nil {
			t.Fatal(err)
		}
		if err := c.SetPassword(t.Context(), stale, "a fine new password"); !fault.Is(err, fault.Denied) {
			t.Errorf("resetting an account that was locked a moment ago: %v", err)
		}
	})
}

func TestAResetLooksForALockThatTheMappingDoesNotName(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		c := newCompany(t, s, func(s *ldapmap.Spec) { s.Users.Account = ldapmap.Strings{"shadow"} })
		if err := c.SetPassword(t.Context(), c.person(t, "locked"), "a fine new password"); !fault.Is(err, fault.Denied) {
			t.Errorf("resetting a locked account: %v", err)
		}
		if e, err := c.d.Read(t.Context(), c.person(t, "locked").DN, "pwdAccountLockedTime"); err != nil || e.Value("pwdAccountLockedTime") != ldapmap.PermanentLock {
			t.Errorf("the lock is now %+v, %v", e, err)
		}
		if err := c.SetPassword(t.Context(), c.person(t, "ada"), "a fine new password"); err != nil {
			t.Errorf("resetting an account without a lock: %v", err)
		}
	})
}

// A lock that comes between the read and the write is lost (see SetPassword), so nothing may come between them.
func TestNothingIsAskedBetweenTheLookForALockAndThePasswordWrite(t *testing.T) {
	t.Parallel()
	for name, account := range map[string]ldapmap.Strings{"the mapping names locks": nil, "it does not": {"shadow"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, srv := troubled(t, func(s *ldapmap.Spec) { s.Users.Account = account })
			u := c.person(t, "ada")
			var mu sync.Mutex
			var seen []memdir.Op
			srv.Intercept(func(op memdir.Op) memdir.Verdict {
				mu.Lock()
				defer mu.Unlock()
				seen = append(seen, op)
				return memdir.Verdict{}
			})
			if err := c.SetPassword(t.Context(), u, "a fine new password"); err != nil {
				t.Fatal(err)
			}
			write := slices.IndexFunc(seen, func(op memdir.Op) bool { return op.OID == "1.3.6.1.4.1.4203.1.11.1" })
			if write < 1 || !slices.Contains(seen[write-1].Attributes, "pwdAccountLockedTime") || seen[write-1].DN != u.DN {
				t.Errorf("asked before the write: %+v", seen)
			}
		})
	}
}

func TestAResetByLinkIsNotFollowedByAnotherDemandToChange(t *testing.T) {
	t.Parallel()
	o := ldaptest.Options{Policy: &ldaptest.Policy{MinLength: 8, MustChange: true}} // which marks every password that somebody else sets
	ldaptest.EachQuickWith(t, o, func(t *testing.T, s *ldaptest.Server) {
		c := newCompany(t, s, nil)
		for _, who := range []string{"mustchange", "ada"} {
			if err := c.SetPassword(t.Context(), c.person(t, who), "chosen by the person"); err != nil {
				t.Fatal(err)
			}
			if v, err := c.Authenticate(t.Context(), c.person(t, who), "chosen by the person"); err != nil || v.Outcome != ldapmap.OK {
				t.Errorf("%s: %+v, %v", who, v, err)
			}
		}
		u := c.person(t, "ada")
		err := c.SetPassword(t.Context(), u, "abc")
		if f, ok := fault.WordsOf(err); !ok || f.Field != "password" {
			t.Errorf("a short one: %v", err)
		}
		if err := c.SetPassword(t.Context(), u, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty one: %v", err)
		}
	})
}

func TestAPasswordThatWasChangedWithoutItsStampsIsReportedSo(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		c := newCompany(t, s, func(s *ldapmap.Spec) {
			s.Users.WithPassword = map[string]string{"employeeType": "'changed'", "shadowLastChange": "days"}
		})
		u := c.person(t, "ada")
		if err := c.ChangePassword(t.Context(), u, "ada-password", "a fine new password"); err != nil {
			t.Fatal(err)
		}
		if e, err := c.d.Read(t.Context(), u.DN, "employeeType"); err != nil || e.Value("employeeType") != "changed" {
			t.Errorf("the stamp: %+v, %v", e, err)
		}
		bad := newCompany(t, s, func(s *ldapmap.Spec) { s.Users.WithPassword = map[string]string{"noSuchAttribute": "seconds"} })
		err := bad.ChangePassword(t.Context(), u, "a fine new password", "another fine password")
		var partly *ldapmap.Partial
		if !errors.As(err, &partly) || partly.Done != "the password was changed" {
			t.Errorf("a stamp that cannot be written: %v", err)
		}
		if v, err := bad.Authenticate(t.Context(), u, "another fine password"); err != nil || v.Outcome != ldapmap.OK {
			t.Errorf("the password that was changed: %+v, %v", v, err)
		}
	})
}

func TestARenameWithoutTheRestIsReportedSo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *company, _ *ldaptest.Server) {
		u, other := c.person(t, "lee"), c.person(t, "lee")
		n := other.Clone()
		n.Set(ldapmap.FamilyName, "Elsewhere")
		if _, err := c.Update(t.Context(), other, n); err != nil {
			t.Fatal(err)
		}
		n = u.Clone()
		n.Set(ldapmap.Username, "lee2")
		n.Set(ldapmap.FamilyName, "Here")
		_, err := c.Update(t.Context(), u, n)
		var partly *ldapmap.Partial
		if !errors.As(err, &partly) || !fault.Is(err, fault.Conflict) {
			t.Errorf("%v", err)
		}
		if now := c.person(t, "lee2"); now.Get(ldapmap.FamilyName) != "Elsewhere" || now.ID != u.ID {
			t.Errorf("now %v", now)
		}
	})
}

func TestAValueThatTheDirectoryRefusesNamesItsField(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *company, _ *ldaptest.Server) {
		u := c.person(t, "ada")
		n := u.Clone()
		n.Set(ldapmap.Emails, "ada@example.org", "ünïcode@example.org") // mail is IA5
		_, err := c.Update(t.Context(), u, n)
		if f, ok := fault.WordsOf(err); !ok || f.Code != fault.Invalid || f.Field != ldapmap.Emails {
			t.Errorf("%v", err)
		}
		if _, err := c.Update(context.Background(), ldapmap.NewUser(u.Ref), n); !fault.Is(err, fault.Internal) {
			t.Errorf("from a person who was not read: %v", err)
		}
		if same, err := c.Update(t.Context(), u, u.Clone()); err != nil || same.ID != u.ID {
			t.Errorf("no change: %v", err)
		}
	})
}
