package memdir_test

import (
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

const (
	suffix = "dc=example,dc=org"
	people = "ou=people,dc=example,dc=org"
	groups = "ou=groups,dc=example,dc=org"
	admin  = "cn=admin,dc=example,dc=org"
	ann    = "uid=ann,ou=people,dc=example,dc=org"
	bob    = "uid=bob,ou=people,dc=example,dc=org"
	staff  = "cn=staff,ou=groups,dc=example,dc=org"
)

const seed = `version: 1

# The organisation
dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=org
objectClass: organizationalUnit
ou: groups

dn: uid=ann,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: ann
cn: Ann  Lee
cn;lang-fr: Anne Lée
sn: Lee
givenName: Ann
mail: Ann@Example.org
mail: lee@example.org
telephoneNumber: +44 20 7946-0001
employeeNumber: 7
userPassword: ann-secret

dn: uid=bob,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
objectClass: posixAccount
uid: bob
cn: Bob Stone
sn: Stone
uidNumber: 1002
gidNumber: 100
homeDirectory: /home/bob
userPassword: bob-secret

dn: cn=staff,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: staff
member: uid=ann,ou=people,dc=example,dc=org
member: uid=bob,ou=people,dc=example,dc=org

dn: cn=all,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: all
member: cn=staff,ou=groups,dc=example,dc=org
`

// start serves the seed until the test ends.
func start(t *testing.T, change func(*memdir.Options)) *memdir.Server {
	t.Helper()
	o := memdir.Options{RootPassword: "admin-secret"}
	if change != nil {
		change(&o)
	}
	s, err := memdir.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.LoadLDIF(strings.NewReader(seed)); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// dial connects and binds; an empty name stays anonymous.
func dial(t *testing.T, s *memdir.Server, name, password string) *ldap.Conn {
	t.Helper()
	c, err := ldap.DialURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	c.SetTimeout(20 * time.Second)
	t.Cleanup(func() { c.Close() })
	if name != "" {
		if err := c.Bind(name, password); err != nil {
			t.Fatalf("bind as %s: %v", name, err)
		}
	}
	return c
}

func root(t *testing.T, s *memdir.Server) *ldap.Conn { return dial(t, s, admin, "admin-secret") }

// find returns the DNs a subtree search yields, in order.
func find(t *testing.T, c *ldap.Conn, base, filter string) []string {
	t.Helper()
	return dns(query(t, c, base, ldap.ScopeWholeSubtree, filter, "1.1"))
}

func dns(res *ldap.SearchResult) []string {
	out := []string{}
	for _, e := range res.Entries {
		out = append(out, e.DN)
	}
	return out
}

func query(t *testing.T, c *ldap.Conn, base string, scope int, filter string, attrs ...string) *ldap.SearchResult {
	t.Helper()
	res, err := c.Search(ldap.NewSearchRequest(base, scope, ldap.NeverDerefAliases, 0, 0, false, filter, attrs, nil))
	if err != nil {
		t.Fatalf("search %s %s: %v", base, filter, err)
	}
	return res
}

func read(t *testing.T, c *ldap.Conn, name string, attrs ...string) *ldap.Entry {
	t.Helper()
	res := query(t, c, name, ldap.ScopeBaseObject, "(objectClass=*)", attrs...)
	if len(res.Entries) != 1 {
		t.Fatalf("%s: %d entries", name, len(res.Entries))
	}
	return res.Entries[0]
}

// wantCode fails unless err carries the LDAP result code.
func wantCode(t *testing.T, err error, code uint16) {
	t.Helper()
	if code == 0 {
		if err != nil {
			t.Errorf("unexpected: %v", err)
		}
		return
	}
	if !ldap.IsErrorWithCode(err, code) {
		t.Errorf("got %v, want result %d", err, code)
	}
}
