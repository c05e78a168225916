package directory

import (
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// refusedFor checks what a person reads about a refused password.
func refusedFor(t *testing.T, what string, err error, field, words string) {
	t.Helper()
	f, ok := asFault(err)
	if !ok || f.Field != field || !strings.Contains(f.Words, words) {
		t.Errorf("%s: %v", what, err)
	}
}

func TestPasswordsInADomain(t *testing.T) {
	t.Parallel()
	s := ldaptest.Samba(t, ldaptest.Options{})
	p, admin := sambaPeople(t, s), asAdmin(t, s)
	ctx := t.Context()

	t.Run("a person exchanges the old one for a new one", func(t *testing.T) {
		ada := person(t, p, "ada")
		refusedFor(t, "a wrong old one", p.ChangePassword(ctx, ada, "wrong", "seven green umbrellas"), "current", "not your current password")
		refusedFor(t, "a short one", p.ChangePassword(ctx, ada, "ada-password", "short"), "password", "too short")
		if err := p.ChangePassword(ctx, ada, "ada-password", "seven gréen umbrellas"); err != nil {
			t.Fatal(err)
		}
		if verdict(t, p, ada, "seven gréen umbrellas") != ldapmap.OK || verdict(t, p, ada, "ada-password") != ldapmap.Wrong {
			t.Error("the password is not the new one, or not it alone")
		}
		refusedFor(t, "the one before", p.ChangePassword(ctx, ada, "seven gréen umbrellas", "ada-password"), "password", "used this password before")
		if now := person(t, p, "ada"); now.Account.Mark == ada.Account.Mark || now.Account.Mark == "" {
			t.Error("links and sessions of the old password are not told by anything")
		}
	})

	t.Run("whoever must change it can", func(t *testing.T) {
		max := person(t, p, "mustchange")
		refusedFor(t, "a wrong old one", p.ChangePassword(ctx, max, "wrong", "seven green umbrellas"), "current", "not your current password")
		refusedFor(t, "a short one", p.ChangePassword(ctx, max, "mustchange-password", "short"), "password", "too short")
		if err := p.ChangePassword(ctx, max, "mustchange-password", "seven green umbrellas"); err != nil {
			t.Fatal(err)
		}
		if got := verdict(t, p, max, "seven green umbrellas"); got == ldapmap.Wrong {
			t.Error("the new password is not right")
		}
		if got := verdict(t, p, person(t, p, "mustchange"), "seven green umbrellas"); got != ldapmap.OK {
			t.Errorf("afterwards the sign-in is %s", got)
		}
	})

	t.Run("a reset sets it and unlocks", func(t *testing.T) {
		lee := person(t, p, "lee")
		refusedFor(t, "a short one", p.SetPassword(ctx, lee, "short"), "password", "too short")
		for range ldaptest.DefaultPolicy().MaxFailure {
			verdict(t, p, lee, "forgotten")
		}
		if got := verdict(t, p, lee, "lee-password"); got != ldapmap.Locked {
			t.Fatalf("it is not locked but %s", got)
		}
		if err := p.SetPassword(ctx, lee, "eight red parasols"); err != nil {
			t.Fatal(err)
		}
		if got := verdict(t, p, person(t, p, "lee"), "eight red parasols"); got != ldapmap.OK {
			t.Errorf("after the reset: %s", got)
		}
	})

	t.Run("a reset does not switch on what an administrator switched off", func(t *testing.T) {
		lou := person(t, p, "locked")
		_ = p.SetPassword(ctx, lou, "eight red parasols")
		if got := verdict(t, p, person(t, p, "locked"), "eight red parasols"); got != ldapmap.Disabled {
			t.Errorf("after the reset: %s", got)
		}
	})

	t.Run("a reset that the domain forbids says so", func(t *testing.T) {
		root, err := p.d.Read(ctx, ldaptest.AdminDN, p.m.Attributes()...)
		if err != nil {
			t.Fatal(err)
		}
		u, err := p.m.User(root)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.setPassword(ctx, u, "eight red parasols"); !fault.Is(err, fault.Denied) {
			t.Errorf("the administrator's password: %v", err)
		}
	})

	t.Run("who must not change it is told", func(t *testing.T) {
		replace(t, admin, ldaptest.BaseDN, "minPwdAge", "-864000000000")
		mei := person(t, p, "mei")
		refusedFor(t, "too young", p.ChangePassword(ctx, mei, "mei-password", "seven green umbrellas"), "password", "a short while ago")
		replace(t, admin, ldaptest.BaseDN, "minPwdAge", "0")
		replace(t, admin, ldaptest.BaseDN, "pwdProperties", "1")
		refusedFor(t, "a simple one", p.ChangePassword(ctx, mei, "mei-password", "seven green umbrellas"), "password", "too easy to guess")
	})
}

func TestAnExpiredPasswordOfADomainIsChanged(t *testing.T) {
	t.Parallel()
	old := "dn: cn=Eve Old," + ldaptest.PeopleDN + "\nobjectClass: inetOrgPerson\nuid: eve\ncn: Eve Old\nsn: Old\nuserPassword: eve-password\npwdChangedTime: 20200101000000Z\n"
	s := ldaptest.Samba(t, ldaptest.Options{More: old, Policy: &ldaptest.Policy{MinLength: 8, MaxAge: 42 * 24 * time.Hour}})
	p := sambaPeople(t, s)
	eve := person(t, p, "eve")
	if got := verdict(t, p, eve, "eve-password"); got != ldapmap.Expired { // 532
		t.Fatalf("the sign-in is %s", got)
	}
	if got := verdict(t, p, eve, "wrong"); got != ldapmap.Wrong {
		t.Errorf("with a wrong password: %s", got)
	}
	if err := p.ChangePassword(t.Context(), eve, "eve-password", "seven green umbrellas"); err != nil {
		t.Fatal(err)
	}
	if got := verdict(t, p, person(t, p, "eve"), "seven green umbrellas"); got != ldapmap.OK {
		t.Errorf("after the change: %s", got)
	}
}
