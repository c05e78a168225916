package directory_test

import (
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestBehaviourEachLoginFindsOnePersonOrNobody(t *testing.T) {
	inEachOffice(t, ldaptest.Options{}, func(t *testing.T, b *office) {
		for login, want := range map[string]string{
			"ada": "ada", "ADA": "ada", "ada@example.org": "ada", "zoe": "zoe", "grace": "grace", "grace@example.org": "grace", "jane": "jane", "jsmith": "jsmith",
		} {
			u := b.person(login)
			if u.Get(ldapmap.Username) != want || u.ID == "" {
				t.Errorf("%q finds %q with the id %q", login, u.Get(ldapmap.Username), u.ID)
			}
			if again, err := b.Get(t.Context(), ldapmap.Ref{ID: u.ID}); err != nil || !ldapmap.SameDN(again.DN, u.DN) {
				t.Errorf("the id of %s finds %v, %v", login, again, err)
			}
		}
		for login, want := range map[string]fault.Code{
			"nobody": fault.NotFound, "a*": fault.NotFound, "*)(uid=*": fault.NotFound, "": fault.NotFound, "family@example.org": fault.Conflict,
		} {
			if u, err := b.FindByLogin(t.Context(), login); fault.CodeOf(err) != want {
				t.Errorf("%q: %v, %v; want %s", login, u, err, want)
			}
		}
		if found, err := b.FindForRecovery(t.Context(), "family@example.org", 5); err != nil || len(found) != 2 {
			t.Errorf("an address of two people finds %d of them, %v", len(found), err)
		}
	})
}

func TestBehaviourOnlyTheRightPasswordLetsIn(t *testing.T) {
	inEachOffice(t, ldaptest.Options{}, func(_ *testing.T, b *office) {
		for _, who := range []string{"ada", "zoe", "grace", "jane", "jsmith"} {
			b.expect(who, who+"-password", ldapmap.OK)
			b.expect(who, "wrong", ldapmap.Wrong)
			b.expect(who, "", ldapmap.Wrong)
			b.expect(who, who+"-password\x00", ldapmap.Wrong)
		}
		b.expect("newcomer", "newcomer-password", ldapmap.Wrong) // who has none yet
		b.expect("newcomer", "", ldapmap.Wrong)
	})
}

func TestBehaviourTooManyWrongPasswordsLockTheAccountForAWhile(t *testing.T) {
	policy := ldaptest.DefaultPolicy()
	policy.MaxFailure = 3
	inEachOffice(t, ldaptest.Options{Policy: policy}, func(t *testing.T, b *office) {
		for range policy.MaxFailure {
			b.expect("lee", "wrong", ldapmap.Wrong, ldapmap.Locked)
		}
		b.expect("lee", "lee-password", ldapmap.Locked)
		b.expect("mei", "mei-password", ldapmap.OK)
		if u := b.person("lee"); !u.Account.Active(time.Now()) {
			t.Error("guessing passwords would end the sessions of the person")
		}
		b.account("lee", ldapmap.AccountChange{Locked: new(false)})
		if b.s.Has(ldaptest.UnlockForgets) {
			b.expect("lee", "wrong", ldapmap.Wrong)
		}
		b.expect("lee", "lee-password", ldapmap.OK)
	})
}

func TestBehaviourWhomAnAdministratorLockedStaysOut(t *testing.T) {
	inEachOffice(t, ldaptest.Options{}, func(t *testing.T, b *office) {
		b.expect("locked", "locked-password", ldapmap.Locked, ldapmap.Disabled)
		if u := b.person("locked"); u.Account.Active(time.Now()) {
			t.Error("the entry does not say so, and sessions would live on")
		}
	})
}

func TestBehaviourWhoMustChangeThePasswordIsTold(t *testing.T) {
	policy := ldaptest.DefaultPolicy()
	policy.MustChange = true
	inEachOffice(t, ldaptest.Options{Policy: policy, Needs: []ldaptest.Feature{ldaptest.MustChange}}, mustChange)
}

// Where the policy says nothing of it, the entry still does.
func TestBehaviourWhoseEntrySaysMustChangeIsTold(t *testing.T) {
	inEachOffice(t, ldaptest.Options{}, mustChange)
}

func mustChange(t *testing.T, b *office) {
	b.expect("mustchange", "mustchange-password", ldapmap.MustChange)
	b.expect("mustchange", "wrong", ldapmap.Wrong)
	const own = "My own choice 1"
	if err := b.ChangePassword(t.Context(), b.person("mustchange"), "mustchange-password", own); err != nil {
		t.Fatal(err)
	}
	b.expect("mustchange", own, ldapmap.OK)
}

func TestBehaviourAnExpiredPasswordDoesNotLetIn(t *testing.T) {
	policy := ldaptest.DefaultPolicy()
	policy.MaxAge = 30 * 24 * time.Hour
	o := ldaptest.Options{Policy: policy, Expired: []string{"lee"}, Needs: []ldaptest.Feature{ldaptest.AgedPasswords}}
	inEachOffice(t, o, func(t *testing.T, b *office) {
		b.expect("lee", "lee-password", ldapmap.Expired)
		b.expect("mei", "mei-password", ldapmap.OK)
		found, err := b.FindForRecovery(t.Context(), "lee", 2)
		if err != nil || len(found) != 1 {
			t.Fatalf("whose password has expired must be found for a new one: %d, %v", len(found), err)
		}
		const own = "Another try 2"
		if err := b.SetPassword(t.Context(), found[0], own); err != nil {
			t.Fatal(err)
		}
		b.expect("lee", own, ldapmap.OK)
	})
}

func TestBehaviourGraceLoginsAreCountedDown(t *testing.T) {
	policy := ldaptest.DefaultPolicy()
	policy.MaxAge, policy.Grace = 30*24*time.Hour, 2
	o := ldaptest.Options{Policy: policy, Expired: []string{"lee"}, Needs: []ldaptest.Feature{ldaptest.AgedPasswords, ldaptest.GraceLogins}}
	inEachOffice(t, o, func(t *testing.T, b *office) {
		for left := 1; left >= 0; left-- {
			if v := b.expect("lee", "lee-password", ldapmap.OK); v.GraceLeft != left {
				t.Errorf("the server says that %d are left, want %d", v.GraceLeft, left)
			}
		}
		b.expect("lee", "lee-password", ldapmap.Expired)
	})
}

func TestBehaviourAPasswordThatWillExpireSoonIsAnnounced(t *testing.T) {
	policy := ldaptest.DefaultPolicy()
	policy.MaxAge, policy.ExpireWarning = 10*24*time.Hour, 20*24*time.Hour
	o := ldaptest.Options{Policy: policy, Needs: []ldaptest.Feature{ldaptest.ExpiryWarning}}
	inEachOffice(t, o, func(t *testing.T, b *office) {
		const fresh = "Fresh and new 3"
		if err := b.ChangePassword(t.Context(), b.person("mei"), "mei-password", fresh); err != nil {
			t.Fatal(err)
		}
		v := b.expect("mei", fresh, ldapmap.OK)
		// 389-DS gives the whole time of warning to whom it warns for the first time, and moves the end of the password for it.
		if v.ExpiresIn < 9*24*time.Hour || v.ExpiresIn > policy.ExpireWarning {
			t.Errorf("the password expires in %v", v.ExpiresIn)
		}
	})
}
