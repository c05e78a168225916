package directory_test

import (
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestBehaviourAnAdministratorsLockOutlivesANewPassword(t *testing.T) {
	inEachOffice(t, ldaptest.Options{}, func(t *testing.T, b *office) {
		u := b.account("ada", ldapmap.AccountChange{Locked: new(true)})
		if u.Account.Active(time.Now()) {
			t.Errorf("after the lock the account is %+v", u.Account)
		}
		b.expect("ada", "ada-password", ldapmap.Locked, ldapmap.Disabled)
		b.account("ada", ldapmap.AccountChange{Locked: new(true)}) // twice is no error

		// Whether the directory takes another password or the gateway refuses it: the person stays out.
		password := "ada-password"
		switch err := b.SetPassword(t.Context(), u, firstChoice); {
		case err == nil:
			password = firstChoice
		case !fault.Is(err, fault.Denied):
			t.Errorf("a link for a new password: %v", err)
		}
		b.expect("ada", password, ldapmap.Locked, ldapmap.Disabled)

		u = b.account("ada", ldapmap.AccountChange{Locked: new(false)})
		if !u.Account.Active(time.Now()) {
			t.Errorf("after the lock was lifted the account is %+v", u.Account)
		}
		b.expect("ada", password, ldapmap.OK)
		b.account("ada", ldapmap.AccountChange{Locked: new(false)})
	})
}

func TestBehaviourAnAdministratorAsksForANewPassword(t *testing.T) {
	policy := ldaptest.DefaultPolicy()
	policy.MustChange = true
	for name, o := range map[string]ldaptest.Options{
		"the policy knows": {Policy: policy, Needs: []ldaptest.Feature{ldaptest.MustChange}}, "the entry alone": {},
	} {
		t.Run(name, func(t *testing.T) {
			inEachOffice(t, o, func(t *testing.T, b *office) {
				if u := b.account("mei", ldapmap.AccountChange{MustChange: new(true)}); !u.Account.MustChange {
					t.Errorf("the account is %+v", u.Account)
				}
				b.expect("mei", "mei-password", ldapmap.MustChange)
				b.account("mei", ldapmap.AccountChange{MustChange: new(false)})
				b.expect("mei", "mei-password", ldapmap.OK)
				b.account("mei", ldapmap.AccountChange{MustChange: new(true)})
				if err := b.ChangePassword(t.Context(), b.person("mei"), "mei-password", firstChoice); err != nil {
					t.Fatal(err)
				}
				b.expect("mei", firstChoice, ldapmap.OK)
			})
		})
	}
}

func TestBehaviourAnAccountEndsAndStartsWhenItShall(t *testing.T) {
	inEachOffice(t, ldaptest.Options{}, func(t *testing.T, b *office) {
		powers, err := b.AccountPowers(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := ldapmap.AccountPowers{Lock: true, MustChange: true, NotBefore: b.s.Has(ldaptest.AccountStart), Expires: b.s.Has(ldaptest.AccountEnd)}
		if powers != want {
			t.Errorf("the powers are said to be %+v, and the table of the kind has %+v", powers, want)
		}
		day := 24 * time.Hour
		past, future, never := time.Now().Add(-3*day).Truncate(time.Second), time.Now().Add(3*day).Truncate(time.Second), time.Time{}
		try := func(what string, c ldapmap.AccountChange, can bool, outcome ldapmap.Outcome) {
			t.Helper()
			u, err := b.SetAccount(t.Context(), b.person("lee"), c)
			if !can {
				if !fault.Is(err, fault.Denied) {
					t.Errorf("%s: %v; want it denied", what, err)
				}
				return
			}
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if got := u.Account.Active(time.Now()); got != (outcome == ldapmap.OK) {
				t.Errorf("%s: the account is %+v", what, u.Account)
			}
			// Some servers look at these times themselves and say no more than that the password is wrong.
			if v := b.signIn("lee", "lee-password"); v.Outcome != outcome && !(outcome == ldapmap.Disabled && v.Outcome != ldapmap.OK) {
				t.Errorf("%s: %s (%s)", what, v.Outcome, v.Detail)
			}
		}
		try("ended", ldapmap.AccountChange{Expires: &past}, want.Expires, ldapmap.Disabled)
		try("will end", ldapmap.AccountChange{Expires: &future}, want.Expires, ldapmap.OK)
		try("never ends", ldapmap.AccountChange{Expires: &never}, want.Expires, ldapmap.OK)
		try("not begun", ldapmap.AccountChange{NotBefore: &future}, want.NotBefore, ldapmap.Disabled)
		try("begun", ldapmap.AccountChange{NotBefore: &past, Expires: &future}, want.NotBefore && want.Expires, ldapmap.OK)
		try("no limits", ldapmap.AccountChange{NotBefore: &never, Expires: &never}, want.NotBefore && want.Expires, ldapmap.OK)
	})
}
