package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// The behaviour suite: what the gateway promises of any directory, through the interface that it uses and the preset for the kind, on every kind
// that ldaptest can start. A test never asks which kind it has. What a kind does not have stands in its table with the reason
// (ldaptest.Kind.Lacks), and docs/directories shows that table.
//
//	behaviour_signin_test.go     finding people, and what a password leads to
//	behaviour_password_test.go   changes, resets and refusals
//	behaviour_account_test.go    locks, ends and new passwords by an administrator
//	behaviour_people_test.go     entries made, changed, renamed, moved and deleted
//	behaviour_groups_test.go     groups large, nested, primary and empty
//	behaviour_many_test.go       20,000 people

// office is a directory with the people of the seed, as its preset spells them.
type office struct {
	*directory.People
	t *testing.T
	d *directory.Directory
	s *ldaptest.Server
}

// inEachOffice runs a test on every kind of directory.
func inEachOffice(t *testing.T, o ldaptest.Options, test func(t *testing.T, b *office)) {
	t.Helper()
	t.Parallel()
	ldaptest.EachWith(t, o, func(t *testing.T, s *ldaptest.Server) { test(t, openOffice(t, s, nil)) })
}

// openOffice opens a directory by the preset for its kind, which change may change.
func openOffice(t *testing.T, s *ldaptest.Server, change func(*ldapmap.Spec)) *office {
	t.Helper()
	preset, err := ldapmap.Preset(s.Kind.Preset)
	if err != nil {
		t.Fatal(err)
	}
	own := ldapmap.Spec{
		Users:  ldapmap.UsersSpec{Base: ldapmap.Strings{ldaptest.PeopleDN}},
		Groups: ldapmap.GroupsSpec{Base: ldapmap.Strings{ldaptest.GroupsDN}},
	}
	if change != nil {
		change(&own)
	}
	m, problems := ldapmap.Compile(own.Over(preset))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	d, err := directory.Open(directory.Config{
		URLs: []string{s.URL}, StartTLS: true, CAFile: s.CAFile, BindDN: ldaptest.ServiceDN, BindPassword: ldaptest.ServicePassword,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return &office{People: directory.NewPeople(d, m), t: t, d: d, s: s}
}

// person finds somebody by login.
func (b *office) person(login string) *ldapmap.User {
	b.t.Helper()
	u, err := b.FindByLogin(b.t.Context(), login)
	if err != nil {
		b.t.Fatalf("%s: %v", login, err)
	}
	return u
}

// signIn finds somebody and tries a password.
func (b *office) signIn(login, password string) ldapmap.Verdict {
	b.t.Helper()
	v, err := b.Authenticate(b.t.Context(), b.person(login), password)
	if err != nil {
		b.t.Fatalf("signing in %s: %v", login, err)
	}
	return v
}

// expect tries a password and wants one of the outcomes.
func (b *office) expect(login, password string, want ...ldapmap.Outcome) ldapmap.Verdict {
	b.t.Helper()
	v := b.signIn(login, password)
	for _, w := range want {
		if v.Outcome == w {
			return v
		}
	}
	b.t.Errorf("%s signing in: %s (%s), want %s", login, v.Outcome, v.Detail, want)
	return v
}

// account changes an account as an administrator.
func (b *office) account(login string, c ldapmap.AccountChange) *ldapmap.User {
	b.t.Helper()
	u, err := b.SetAccount(b.t.Context(), b.person(login), c)
	if err != nil {
		b.t.Fatalf("%s: %v", login, err)
	}
	return u
}

// said is what a refusal says to the person, and about which field.
func said(err error) (field, words string) {
	f, ok := fault.WordsOf(err)
	if !ok {
		return "", ""
	}
	if len(f.Args) == 0 || !strings.Contains(f.Words, "%") {
		return f.Field, f.Words
	}
	return f.Field, fmt.Sprintf(f.Words, f.Args...)
}
