package directory_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// troubled opens a directory in memory whose answers a test can replace.
func troubled(t *testing.T, change func(*ldapmap.Spec)) (*company, *memdir.Server) {
	t.Helper()
	s, srv := ldaptest.MemdirWith(t, ldaptest.Options{}, nil)
	return newCompany(t, s, change), srv
}

func answer(code memdir.Code) memdir.Verdict {
	return memdir.Verdict{Result: &memdir.Result{Code: code, Diagnostic: "by the test"}}
}

func TestAnAccountThatCannotBeTakenBackIsReportedSo(t *testing.T) {
	t.Parallel()
	c, srv := troubled(t, nil)
	srv.Intercept(func(op memdir.Op) memdir.Verdict {
		if op.Kind == memdir.KindDelete {
			return answer(50)
		}
		return memdir.Verdict{}
	})
	u, err := c.Create(t.Context(), draft("half"), "short")
	var partly *ldapmap.Partial
	if !errors.As(err, &partly) || u == nil || u.ID == "" {
		t.Errorf("%v, %v", u, err)
	}
	if f, ok := fault.WordsOf(partly.Err); ok && f.Field != "password" {
		t.Errorf("%v", partly.Err)
	}
}

func TestAWriteWithoutAnAnswerIsNeitherDoneNorFailed(t *testing.T) {
	t.Parallel()
	c, srv := troubled(t, nil)
	u := c.person(t, "ada")
	srv.Intercept(func(op memdir.Op) memdir.Verdict {
		return memdir.Verdict{DropAfter: op.Kind == memdir.KindModify}
	})
	n := u.Clone()
	n.Set(ldapmap.JobTitle, "Countess")
	_, err := c.Update(t.Context(), u, n)
	if _, ok := fault.WordsOf(err); !ok || !fault.Is(err, fault.Unavailable) || !errors.Is(err, directory.ErrUnknownOutcome) {
		t.Errorf("%v", err)
	}
	srv.Intercept(nil)
	if now := c.person(t, "ada"); now.Get(ldapmap.JobTitle) != "Countess" {
		t.Errorf("the test is wrong: %q", now.Get(ldapmap.JobTitle))
	}
}

func TestAResetIsDoneEvenIfTheDemandToChangeStays(t *testing.T) {
	t.Parallel()
	s, srv := ldaptest.MemdirWith(t, ldaptest.Options{Policy: &ldaptest.Policy{MustChange: true}}, nil)
	c := newCompany(t, s, nil)
	srv.Intercept(func(op memdir.Op) memdir.Verdict {
		if op.Kind == memdir.KindModify && slices.Contains(op.Attributes, "pwdReset") {
			return answer(50)
		}
		return memdir.Verdict{}
	})
	if err := c.SetPassword(t.Context(), c.person(t, "ada"), "chosen by the person"); err != nil {
		t.Fatal(err)
	}
	if v, err := c.Authenticate(t.Context(), c.person(t, "ada"), "chosen by the person"); err != nil || v.Outcome != ldapmap.MustChange {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestAnAccountThatTheMappingSwitchesOffCannotSignIn(t *testing.T) {
	t.Parallel()
	each := func(t *testing.T, s *ldaptest.Server) {
		c := newCompany(t, s, func(s *ldapmap.Spec) {
			s.Users.Attributes["active"] = ldapmap.Rule{Attributes: ldapmap.Strings{"carLicense"},
				Values: ldapmap.Translations{{Directory: "in", Field: "true"}, {Directory: "out", Field: "false"}}, Default: "true"}
		})
		u := c.person(t, "ada")
		off := u.Clone()
		off.Set(ldapmap.Active, "false")
		now, err := c.Update(t.Context(), u, off)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := c.Authenticate(t.Context(), now, "ada-password"); err != nil || v.Outcome != ldapmap.Disabled {
			t.Errorf("the right password: %+v, %v", v, err)
		}
		if v, err := c.Authenticate(t.Context(), now, "wrong"); err != nil || v.Outcome != ldapmap.Wrong {
			t.Errorf("a wrong password tells that the account is off: %+v, %v", v, err)
		}
	}
	ldaptest.EachQuick(t, each)
}

func TestAGroupThatSomebodyJoinsAtTheLastMomentStays(t *testing.T) {
	t.Parallel()
	c, srv := troubled(t, nil)
	g, lee := c.group(t, "newsletter"), c.person(t, "lee") // of lee and mei
	srv.Intercept(func(op memdir.Op) memdir.Verdict {
		if op.Kind == memdir.KindModify && op.N == 1 {
			return answer(65) // as if mei had not been in yet
		}
		return memdir.Verdict{}
	})
	if err := c.RemoveMember(t.Context(), g, lee); err != nil {
		t.Fatal(err)
	}
	if n := c.memberCount(t, g.DN); n != 1 {
		t.Errorf("%d members, want mei", n)
	}
}

func TestANameThatIsTakenByTheNamingAttributeNamesItsField(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		c := newCompany(t, s, func(s *ldapmap.Spec) { s.Users.RDN = ldapmap.Strings{"cn"} })
		d := draft("zoe2")
		d.Set(ldapmap.Name, "Zoë Müller") // the RDN of zoe
		_, err := c.Create(t.Context(), d, "")
		if f, ok := fault.WordsOf(err); !ok || f.Code != fault.Conflict || f.Field != ldapmap.Name {
			t.Errorf("a new person: %v", err)
		}
		grace := c.person(t, "grace")
		same := grace.Clone()
		same.Set(ldapmap.Name, "Grace Murray Hopper")
		now, err := c.Update(t.Context(), grace, same)
		if err != nil || now.ID != grace.ID || now.Get(ldapmap.Name) != "Grace Murray Hopper" {
			t.Errorf("a rename: %v, %v", now, err)
		}
	})
}
