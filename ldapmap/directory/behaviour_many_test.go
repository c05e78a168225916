package directory_test

import (
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestBehaviourTwentyThousandPeopleComePageByPage(t *testing.T) {
	const people = 20_000
	inEachOffice(t, ldaptest.Options{More: ldaptest.People(people), Needs: []ldaptest.Feature{ldaptest.Crowds}}, func(t *testing.T, b *office) {
		seen := map[string]bool{}
		err := b.List(t.Context(), ldapmap.Query{}, func(u *ldapmap.User) bool {
			seen[u.Get(ldapmap.Username)] = true
			return true
		})
		if err != nil || len(seen) < people || !seen["p19999"] || !seen["ada"] {
			t.Errorf("%d people came, %v", len(seen), err)
		}
		n := 0
		err = b.List(t.Context(), ldapmap.Query{Search: "p1234", Limit: 5}, func(*ldapmap.User) bool { n++; return true })
		if err != nil || n != 5 {
			t.Errorf("a search for at most 5 gave %d, %v", n, err)
		}
		n = 0
		if err := b.List(t.Context(), ldapmap.Query{}, func(*ldapmap.User) bool { n++; return n < 1200 }); err != nil || n != 1200 {
			t.Errorf("who stopped after 1200 got %d, %v", n, err)
		}
		// One person is found without reading the others.
		if u := b.person("p19999@example.org"); u.Get(ldapmap.Username) != "p19999" {
			t.Errorf("found %v", u)
		}
	})
}
