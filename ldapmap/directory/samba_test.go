package directory

import (
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// Samba as a domain controller, through the preset and the service account with the rights of deploy/acl/samba.sh.

// sambaPeople opens the people of a domain as the samba preset spells them.
func sambaPeople(t *testing.T, s *ldaptest.Server, change ...func(*ldapmap.Spec)) *People {
	t.Helper()
	preset, err := ldapmap.Preset("samba")
	if err != nil {
		t.Fatal(err)
	}
	own := ldapmap.Spec{Users: ldapmap.UsersSpec{Base: ldapmap.Strings{ldaptest.PeopleDN}}, Groups: ldapmap.GroupsSpec{Base: ldapmap.Strings{ldaptest.BaseDN}}}
	for _, c := range change {
		c(&own)
	}
	m, problems := ldapmap.Compile(own.Over(preset))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	d, err := Open(Config{URLs: []string{s.TLSURL}, CAFile: s.CAFile, BindDN: ldaptest.ServiceDN, BindPassword: ldaptest.ServicePassword})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return NewPeople(d, m)
}

// asAdmin is a connection that may do everything in the domain.
func asAdmin(t *testing.T, s *ldaptest.Server) *Directory {
	t.Helper()
	d, err := Open(Config{URLs: []string{s.TLSURL}, CAFile: s.CAFile, BindDN: ldaptest.AdminDN, BindPassword: ldaptest.AdminPassword})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func person(t *testing.T, p *People, login string) *ldapmap.User {
	t.Helper()
	u, err := p.FindByLogin(t.Context(), login)
	if err != nil {
		t.Fatalf("finding %s: %v", login, err)
	}
	return u
}

func replace(t *testing.T, d *Directory, dn, attribute string, values ...string) {
	t.Helper()
	if err := d.Modify(t.Context(), dn, []ldapmap.Mod{{Op: ldapmap.ModReplace, Name: attribute, Values: values}}); err != nil {
		t.Fatal(err)
	}
}

func TestPeopleOfADomainAreFoundByEachLogin(t *testing.T) {
	t.Parallel()
	s := ldaptest.Samba(t, ldaptest.Options{})
	p := sambaPeople(t, s)
	for login, name := range map[string]string{
		"ada": "Ada Lovelace", "ADA": "Ada Lovelace", "ada@example.org": "Ada Lovelace", "zoe": "Zoë Müller", "jane": "Doe, Jane + Co",
		"jsmith@example.org": "John Smith", "grace": "Grace Hopper", "andre": "André Éluard",
	} {
		u := person(t, p, login)
		if got := u.Get(ldapmap.Name); got != name && login != "andre" {
			t.Errorf("%s is %q", login, got)
		}
		again, err := p.Get(t.Context(), ldapmap.Ref{ID: u.ID})
		if err != nil || !ldapmap.SameDN(again.DN, u.DN) {
			t.Errorf("by the id %s: %v, %v", u.ID, again, err)
		}
		if v := verdict(t, p, u, u.Get(ldapmap.Username)+"-password"); v != ldapmap.OK {
			t.Errorf("%s signs in with %s", login, v)
		}
	}
	for _, login := range []string{"family@example.org", "nobody", "*", "wicketgate", "DC1$", "ad(a", "ada\\"} {
		if u, err := p.FindByLogin(t.Context(), login); err == nil {
			t.Errorf("%q found %s", login, u.DN)
		}
	}
	// Whoever moves and is called otherwise keeps the id.
	u := person(t, p, "grace")
	if _, err := asAdmin(t, s).Rename(t.Context(), u.DN, "cn=Grace Murray Hopper", true, ldaptest.PeopleDN); err != nil {
		t.Fatal(err)
	}
	again, err := p.Get(t.Context(), u.Ref)
	if err != nil || !ldapmap.SameDN(again.DN, "cn=Grace Murray Hopper,"+ldaptest.PeopleDN) || again.ID != u.ID {
		t.Errorf("after a move: %+v, %v", again, err)
	}
}

func TestADomainsReasonsAreUnderstood(t *testing.T) {
	t.Parallel()
	s := ldaptest.Samba(t, ldaptest.Options{})
	p, admin := sambaPeople(t, s), asAdmin(t, s)
	andre := person(t, p, "andre")
	replace(t, admin, andre.DN, "accountExpires", "132000000000000000")
	for _, c := range []struct {
		login, password string
		want            ldapmap.Outcome
	}{
		{"ada", "ada-password", ldapmap.OK},
		{"ada", "wrong", ldapmap.Wrong}, {"ada", "", ldapmap.Wrong}, {"ada", "\x00", ldapmap.Wrong},
		{"locked", "locked-password", ldapmap.Disabled}, {"locked", "wrong", ldapmap.Wrong}, // 533, 52e
		{"mustchange", "mustchange-password", ldapmap.MustChange}, {"mustchange", "wrong", ldapmap.Wrong}, // 773, 52e
		{"newcomer", "anything", ldapmap.Wrong},
		{"andre", "andre-password", ldapmap.Disabled}, // 701
	} {
		if got := verdict(t, p, person(t, p, c.login), c.password); got != c.want {
			t.Errorf("%s with %q: %s, want %s", c.login, c.password, got, c.want)
		}
	}
	if a := person(t, p, "andre").Account; a.Active(time.Now()) || a.Expires.Year() != 2019 {
		t.Errorf("an account that has ended: %+v", a)
	}
	if a := person(t, p, "locked").Account; !a.Disabled {
		t.Errorf("an account that is switched off: %+v", a)
	}
	if a := person(t, p, "mustchange").Account; !a.MustChange || !a.Active(time.Now()) {
		t.Errorf("a password that has to be changed: %+v", a)
	}
	// Wrong passwords lock, and the right one does not help then.
	for range ldaptest.DefaultPolicy().MaxFailure {
		verdict(t, p, person(t, p, "lee"), "wrong")
	}
	if got := verdict(t, p, person(t, p, "lee"), "lee-password"); got != ldapmap.Locked { // 775
		t.Errorf("after too many wrong passwords: %s", got)
	}
}
