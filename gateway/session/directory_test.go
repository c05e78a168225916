package session_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/ldapstate"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// gateway is everything below a page: a directory, its people, records in it, sessions.
type gateway struct {
	*session.Manager
	people *directory.People
}

func newGateway(t *testing.T, s *ldaptest.Server, d *directory.Directory) *gateway {
	t.Helper()
	preset, err := ldapmap.Preset("openldap")
	must(t, err)
	m, problems := ldapmap.Compile(ldapmap.Spec{
		Users: ldapmap.UsersSpec{Base: ldapmap.Strings{ldaptest.PeopleDN}}, Groups: ldapmap.GroupsSpec{Base: ldapmap.Strings{ldaptest.GroupsDN}},
	}.Over(preset))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	keys, err := seal.New(bytes.Repeat([]byte{3}, 32))
	must(t, err)
	store := ldapstate.New(d.Writer(), ldapstate.Config{Base: "ou=wicketgate," + ldaptest.BaseDN})
	must(t, store.Prepare(t.Context()))
	g := &gateway{people: directory.NewPeople(d, m)}
	g.Manager, err = session.New(keys, state.NewRecords(store, nil), g.people, session.Config{PublicURL: "https://id.example.org"}, nil)
	must(t, err)
	return g
}

func TestASessionInADirectoryCostsWhatItMayAndDiesWithThePassword(t *testing.T) {
	t.Parallel()
	// Times of password changes have seconds; this one is in the past, so that no test is faster than the clock.
	olga := "dn: uid=olga," + ldaptest.PeopleDN + "\nobjectClass: inetOrgPerson\nuid: olga\ncn: Olga Old\nsn: Old\n" +
		"userPassword: olga-password\npwdChangedTime: 20200101000000Z\n"
	ldaptest.EachQuickWith(t, ldaptest.Options{More: olga}, func(t *testing.T, s *ldaptest.Server) {
		d, err := directory.Open(directory.Config{URLs: []string{s.URL}, StartTLS: s.CAFile != "", CAFile: s.CAFile,
			BindDN: ldaptest.ServiceDN, BindPassword: ldaptest.ServicePassword})
		must(t, err)
		t.Cleanup(func() { d.Close() })
		g, other := newGateway(t, s, d), newGateway(t, s, d)
		u, err := g.people.FindByLogin(t.Context(), "olga")
		must(t, err)
		b := newBrowser()
		cost := func(what string, want ldaptest.Counts, do func(w http.ResponseWriter, r *http.Request)) {
			t.Helper()
			before := s.Counts()
			b.visit(do)
			got := s.Counts().Minus(before)
			got.Connections, got.Bind, got.Extended = 0, 0, 0
			if got != want {
				t.Errorf("%s: %+v, want %+v", what, got, want)
			}
		}
		there := func(m *session.Manager, want bool) func(w http.ResponseWriter, r *http.Request) {
			return func(_ http.ResponseWriter, r *http.Request) {
				t.Helper()
				v, err := m.Load(t.Context(), r)
				if err != nil || (v != nil) != want || want && v.User.ID != u.ID {
					t.Errorf("%+v is signed in, %v", v, err)
				}
			}
		}
		start := func(w http.ResponseWriter, r *http.Request) {
			must(t, g.Start(w, r.WithContext(t.Context()), u, session.Opts{AMR: []string{"pwd"}}))
		}
		cost("the first sign-in", ldaptest.Counts{Search: 1, Add: 1}, start)
		cost("a visit", ldaptest.Counts{Search: 2}, there(g.Manager, true))
		cost("a visit at another replica", ldaptest.Counts{Search: 2}, there(other.Manager, true))
		cost("a second sign-in", ldaptest.Counts{Search: 1, Modify: 1}, start)
		cost("signing out", ldaptest.Counts{Search: 1, Modify: 1}, func(w http.ResponseWriter, r *http.Request) { must(t, g.End(w, r)) })
		cost("a visit afterwards", ldaptest.Counts{}, there(g.Manager, false))

		cost("signing in again", ldaptest.Counts{Search: 1, Modify: 1}, start)
		must(t, g.people.ChangePassword(t.Context(), u, "olga-password", "a whole new password, twice as long"))
		cost("a visit after the password changed", ldaptest.Counts{Search: 2}, there(other.Manager, false))
	})
}
