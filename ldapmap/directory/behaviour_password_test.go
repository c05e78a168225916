package directory_test

import (
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

const (
	firstChoice  = "A fine choice 1"
	secondChoice = "Another choice 2"
)

func TestBehaviourAPersonChangesThePassword(t *testing.T) {
	inEachOffice(t, ldaptest.Options{}, func(t *testing.T, b *office) {
		for _, who := range []string{"ada", "zoe", "jane"} {
			u := b.person(who)
			err := b.ChangePassword(t.Context(), u, "wrong", firstChoice)
			if field, _ := said(err); field != "current" || !fault.Is(err, fault.Invalid) {
				t.Errorf("%s with a wrong old password: %v", who, err)
			}
			b.expect(who, firstChoice, ldapmap.Wrong)
			if err := b.ChangePassword(t.Context(), u, who+"-password", firstChoice); err != nil {
				t.Fatalf("%s: %v", who, err)
			}
			b.expect(who, firstChoice, ldapmap.OK)
			b.expect(who, who+"-password", ldapmap.Wrong)
		}
	})
}

func TestBehaviourThePasswordIsSetAfterALink(t *testing.T) {
	policy := ldaptest.DefaultPolicy()
	inEachOffice(t, ldaptest.Options{Policy: policy}, setsPasswords)
}

// The person chose it: nobody asks for another one, although somebody else wrote it.
func TestBehaviourThePasswordSetAfterALinkNeedsNoChange(t *testing.T) {
	policy := ldaptest.DefaultPolicy()
	policy.MustChange = true
	inEachOffice(t, ldaptest.Options{Policy: policy, Needs: []ldaptest.Feature{ldaptest.MustChange}}, setsPasswords)
}

func setsPasswords(t *testing.T, b *office) {
	for _, who := range []string{"grace", "newcomer"} {
		if err := b.SetPassword(t.Context(), b.person(who), firstChoice); err != nil {
			t.Fatalf("%s: %v", who, err)
		}
		b.expect(who, firstChoice, ldapmap.OK)
		if u := b.person(who); u.Account.MustChange {
			t.Errorf("%s is asked to change it", who)
		}
	}
	b.expect("grace", "grace-password", ldapmap.Wrong)
}

// Sessions and links of before end by it.
func TestBehaviourAnEntryTellsThatItsPasswordChanged(t *testing.T) {
	inEachOffice(t, ldaptest.Options{}, func(t *testing.T, b *office) {
		was := b.person("ada").Account.Mark
		if err := b.ChangePassword(t.Context(), b.person("ada"), "ada-password", firstChoice); err != nil {
			t.Fatal(err)
		}
		if is := b.person("ada").Account.Mark; is == "" || is == was {
			t.Errorf("the mark was %q and is %q", was, is)
		}
	})
}

func TestBehaviourAForgottenPasswordSetAnewEndsALockForWrongOnes(t *testing.T) {
	policy := ldaptest.DefaultPolicy()
	policy.MaxFailure = 3
	inEachOffice(t, ldaptest.Options{Policy: policy}, func(t *testing.T, b *office) {
		for range policy.MaxFailure {
			b.signIn("lee", "wrong")
		}
		b.expect("lee", "lee-password", ldapmap.Locked)
		if err := b.SetPassword(t.Context(), b.person("lee"), firstChoice); err != nil {
			t.Fatal(err)
		}
		b.expect("lee", firstChoice, ldapmap.OK)
	})
}

func TestBehaviourAPasswordOfBeforeIsRefused(t *testing.T) {
	inEachOffice(t, ldaptest.Options{}, func(t *testing.T, b *office) {
		change := func(old, new string) error { return b.ChangePassword(t.Context(), b.person("ada"), old, new) }
		if err := change("ada-password", firstChoice); err != nil {
			t.Fatal(err)
		}
		if err := change(firstChoice, secondChoice); err != nil {
			t.Fatal(err)
		}
		refused(t, "one of before", change(secondChoice, firstChoice))
		refused(t, "the same", change(secondChoice, secondChoice))
		b.expect("ada", secondChoice, ldapmap.OK)
		if b.s.Has(ldaptest.ResetsKeepHistory) {
			refused(t, "one of before, after a link", b.SetPassword(t.Context(), b.person("ada"), firstChoice))
			b.expect("ada", secondChoice, ldapmap.OK)
		}
	})
}

func TestBehaviourAWeakPasswordIsRefusedWithTheReason(t *testing.T) {
	policy := ldaptest.DefaultPolicy()
	policy.MinLength = 12
	inEachOffice(t, ldaptest.Options{Policy: policy}, func(t *testing.T, b *office) {
		refused(t, "a change", b.ChangePassword(t.Context(), b.person("ada"), "ada-password", "Short 1"))
		refused(t, "after a link", b.SetPassword(t.Context(), b.person("ada"), "Short 1"))
		b.expect("ada", "ada-password", ldapmap.OK)
		_, err := b.Create(t.Context(), newcomer(b, "tilda"), "Short 1")
		refused(t, "a new account", err)
		if u, err := b.FindByLogin(t.Context(), "tilda"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the account is there without a password: %v, %v", u, err)
		}
	})
}

// refused wants words at the field of the new password.
func refused(t *testing.T, what string, err error) {
	t.Helper()
	if field, words := said(err); !fault.Is(err, fault.Invalid) || field != "password" || words == "" {
		t.Errorf("%s: %v; said at %q: %q", what, err, field, words)
	}
}
