package memdir_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// A directory for a test: two entries, one search, and proof that there was only one.
func Example() {
	s, err := memdir.New(memdir.Options{RootPassword: "secret"})
	if err != nil {
		panic(err)
	}
	err = s.LoadLDIF(strings.NewReader(`dn: dc=example,dc=org
objectClass: domain

dn: uid=ann,dc=example,dc=org
objectClass: inetOrgPerson
cn: Ann Lee
sn: Lee
`))
	if err != nil {
		panic(err)
	}
	if err := s.Start(context.Background()); err != nil {
		panic(err)
	}
	defer s.Close()

	c, err := ldap.DialURL(s.URL())
	if err != nil {
		panic(err)
	}
	defer c.Close()
	res, err := c.Search(ldap.NewSearchRequest("dc=example,dc=org", ldap.ScopeWholeSubtree, 0, 0, 0, false, "(cn=ann*)", []string{"uid"}, nil))
	if err != nil {
		panic(err)
	}
	fmt.Println(res.Entries[0].DN, res.Entries[0].GetAttributeValue("uid"), s.Counts().Searches)
	// Output: uid=ann,dc=example,dc=org ann 1
}
