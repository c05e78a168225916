package directory_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestAPersonsConnectionServesNothingElse(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		d := connect(t, service(s.URL))
		ada, password := ldaptest.Person(t, "ada")
		read(t, d.Directory, ldaptest.StateBase)
		for range 5 {
			if a, err := d.Bind(t.Context(), ada, password); err != nil || !a.OK() {
				t.Fatalf("%v %v", a.Result, err)
			}
			// Ada may not read the state; only the service account may.
			read(t, d.Directory, ldaptest.StateBase)
		}
		if n := d.count(directory.OpConnect, ""); n != 6 {
			t.Errorf("5 sign-ins and one connection for the pool were %d connections", n)
		}
		if n := d.count(directory.OpServiceBind, ""); n != 1 {
			t.Errorf("the service account bound %d times", n)
		}
	})
}

func TestAnEmptyPasswordIsNeverSent(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		d := connect(t, service(s.URL))
		ada, _ := ldaptest.Person(t, "ada")
		for _, password := range []string{"", "\x00", "ada-password\x00x"} {
			a, err := d.Bind(t.Context(), ada, password)
			if !fault.Is(err, fault.Invalid) || !errors.Is(err, directory.ErrPassword) || a.Server != "" {
				t.Errorf("%q: %+v, %v", password, a, err)
			}
			wantCode(t, d.PasswordModify(t.Context(), nil, ada, "", password), fault.Invalid)
			wantCode(t, d.ModifyAs(t.Context(), directory.Credentials{DN: ada, Password: password}, ada,
				[]ldapmap.Mod{{Op: ldapmap.ModReplace, Name: "sn", Values: []string{"x"}}}), fault.Invalid)
		}
		_, err := d.Bind(t.Context(), " ", "anything")
		wantCode(t, err, fault.Invalid)
		if c := s.Counts(); c.Bind != 0 || c.Extended != 0 {
			t.Errorf("something was sent: %+v", c)
		}
	})
}

func TestARefusedSignInIsAnAnswerAndNotAnError(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		d := connect(t, service(s.URL))
		ada, _ := ldaptest.Person(t, "ada")
		for _, c := range []struct{ dn, password string }{{ada, "wrong"}, {"uid=nobody," + ldaptest.PeopleDN, "x"}, {"uid=newcomer," + ldaptest.PeopleDN, "x"}} {
			a, err := d.Bind(t.Context(), c.dn, c.password)
			if err != nil || a.OK() || a.Server != s.URL {
				t.Errorf("%s: %+v, %v", c.dn, a, err)
			}
			if strings.Contains(a.Result.Error(), c.password+" ") {
				t.Errorf("the password is in the text: %v", a.Result)
			}
		}
	})
}

func TestTheServiceAccountSetsPasswordsWithoutReadingThem(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		d := connect(t, service(s.URL))
		ada, _ := ldaptest.Person(t, "ada")
		if err := d.PasswordModify(t.Context(), nil, ada, "", "a fine new password"); err != nil {
			t.Fatal(err)
		}
		if e, err := d.Read(t.Context(), ada, "uid", "userPassword", "pwdHistory"); err != nil || len(e.Attributes) != 1 {
			t.Errorf("it sees %+v, %v", e, err)
		}
		all, err := d.Find(t.Context(), directory.Search{Base: ldaptest.PeopleDN, Filter: ldapmap.Present{Attribute: "userPassword"}})
		if err != nil || len(all) != 0 {
			t.Errorf("it finds %d people by their passwords, %v", len(all), err)
		}
	})
}

// On slapd pwdReset alone asks for nothing: pwdMustChange of the policy has to be TRUE as well.
func TestAMarkOfAResetIsHeardOnlyUnderAPolicyThatAsksForIt(t *testing.T) {
	t.Parallel()
	o := ldaptest.Options{More: "dn: uid=marked," + ldaptest.PeopleDN + "\nobjectClass: inetOrgPerson\nuid: marked\ncn: M\nsn: M\n" +
		"userPassword: marked-password\npwdReset: TRUE\n"}
	ldaptest.EachQuickWith(t, o, func(t *testing.T, s *ldaptest.Server) {
		d := connect(t, service(s.URL))
		a, err := d.Bind(t.Context(), "uid=marked,"+ldaptest.PeopleDN, "marked-password")
		if err != nil || !a.OK() || a.Policy == nil || a.Policy.Error != "" {
			t.Errorf("%+v %+v, %v", a, a.Policy, err)
		}
	})
}

func TestTheServersPolicyIsHeard(t *testing.T) {
	t.Parallel()
	policy := ldaptest.DefaultPolicy()
	policy.MustChange = true
	ldaptest.EachQuickWith(t, ldaptest.Options{Policy: policy}, func(t *testing.T, s *ldaptest.Server) {
		d := connect(t, service(s.URL))
		ctx := t.Context()
		locked, password := ldaptest.Person(t, "locked")
		a, err := d.Bind(ctx, locked, password)
		if err != nil || a.OK() || a.Policy == nil || a.Policy.Error != directory.AccountLocked {
			t.Errorf("locked: %+v %+v, %v", a, a.Policy, err)
		}
		must, password := ldaptest.Person(t, "mustchange")
		a, err = d.Bind(ctx, must, password)
		if err != nil || !a.OK() || a.Policy == nil || a.Policy.Error != directory.ChangeAfterReset {
			t.Errorf("must change: %+v %+v, %v", a, a.Policy, err)
		}

		ada, old := ldaptest.Person(t, "ada")
		as := &directory.Credentials{DN: ada, Password: old}
		refused := func(err error, code fault.Code, why directory.PolicyError) {
			t.Helper()
			var r *directory.ResultError
			if !fault.Is(err, code) || !errors.As(err, &r) || r.Policy == nil || r.Policy.Error != why {
				t.Errorf("want %s with %s, got %v", code, why, err)
			}
		}
		refused(d.PasswordModify(ctx, as, ada, old, "short"), fault.Invalid, directory.PasswordTooShort)
		refused(d.ModifyAs(ctx, *as, ada, []ldapmap.Mod{{Op: ldapmap.ModReplace, Name: "userPassword", Values: []string{"short"}}}),
			fault.Invalid, directory.PasswordTooShort)
		if err := d.PasswordModify(ctx, as, ada, old, "another-password"); err != nil {
			t.Fatal(err)
		}
		as.Password = "another-password"
		refused(d.PasswordModify(ctx, as, ada, as.Password, old), fault.Invalid, directory.PasswordInHistory)
		if a, err := d.Bind(ctx, ada, "another-password"); err != nil || !a.OK() {
			t.Errorf("the new password: %+v, %v", a, err)
		}
		// The old one is refused at the bind, and the error says that it was the bind.
		err = d.PasswordModify(ctx, &directory.Credentials{DN: ada, Password: old}, ada, old, "yet-another-password")
		var r *directory.ResultError
		if !fault.Is(err, fault.Denied) || !errors.As(err, &r) || r.Op != directory.OpBind || r.Code != directory.CodeInvalidCredentials {
			t.Errorf("with the old password: %v", err)
		}
		if err := d.PasswordModify(ctx, nil, ada, "", "set-by-the-service"); err != nil {
			t.Errorf("a reset by the service account: %v", err)
		}
	})
}

func TestExpiryAndGraceAreHeard(t *testing.T) {
	t.Parallel()
	late := `dn: uid=late,` + ldaptest.PeopleDN + `
objectClass: inetOrgPerson
uid: late
cn: Late
sn: Late
userPassword: late-password
pwdChangedTime: 20200101000000Z
`
	dn := "uid=late," + ldaptest.PeopleDN
	policy := ldaptest.Policy{MaxAge: 24 * time.Hour, Grace: 2, ExpireWarning: 23 * time.Hour}
	ldaptest.EachQuickWith(t, ldaptest.Options{Policy: &policy, More: late}, func(t *testing.T, s *ldaptest.Server) {
		d := connect(t, service(s.URL))
		for left := 1; left >= 0; left-- {
			a, err := d.Bind(t.Context(), dn, "late-password")
			if err != nil || !a.OK() || a.Policy == nil || a.Policy.GraceLeft != left {
				t.Fatalf("with %d sign-ins left: %+v %+v, %v", left, a, a.Policy, err)
			}
		}
		a, err := d.Bind(t.Context(), dn, "late-password")
		if err != nil || a.OK() || a.Policy == nil || a.Policy.Error != directory.PasswordExpired {
			t.Fatalf("with none left: %+v %+v, %v", a, a.Policy, err)
		}
		if err := d.PasswordModify(t.Context(), nil, dn, "", "a-new-password"); err != nil {
			t.Fatal(err)
		}
		a, err = d.Bind(t.Context(), dn, "a-new-password")
		if err != nil || !a.OK() || a.Policy != nil && a.Policy.Error != "" {
			t.Fatalf("after the change: %+v %+v, %v", a, a.Policy, err)
		}
	})
}
