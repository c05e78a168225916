package ldaptest

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"
	"time"
)

//go:embed seed.ldif
var seed string

// Names and passwords in every directory that this package starts.
const (
	BaseDN          = "dc=example,dc=org"
	PeopleDN        = "ou=people," + BaseDN
	GroupsDN        = "ou=groups," + BaseDN
	StateBase       = "ou=wicketgate," + BaseDN
	AdminDN         = "cn=admin," + BaseDN
	AdminPassword   = "admin-password"
	ServiceDN       = "cn=wicketgate,ou=services," + BaseDN
	ServicePassword = "service-password"
)

// Seed returns the LDIF that the directories hold if a test says nothing else.
func Seed() string { return seed }

// Person returns the DN of somebody in the seed by uid, for example "grace", and the password. It fails the test for a name that is not
// there.
func Person(t testing.TB, uid string) (dn, password string) {
	t.Helper()
	odd := map[string]string{
		"zoe":    "cn=Zoë Müller," + PeopleDN,
		"grace":  "cn=Grace Hopper,ou=staff," + PeopleDN,
		"jane":   `cn=Doe\, Jane \+ Co,` + PeopleDN,
		"jsmith": "cn=John Smith+uid=jsmith," + PeopleDN,
	}
	if !strings.Contains(seed, "\nuid: "+uid+"\n") {
		t.Fatalf("there is no %q in seed.ldif", uid)
	}
	if dn = odd[uid]; dn == "" {
		dn = "uid=" + uid + "," + PeopleDN
	}
	return dn, uid + "-password"
}

// Person is Person as this kind of directory spells the seed.
func (s *Server) Person(t testing.TB, uid string) (dn, password string) {
	t.Helper()
	dn, password = Person(t, uid)
	if s.Has(SeedTree) {
		return dn, password
	}
	for r := range strings.SplitSeq(seed, "\n\n") {
		if e := parseSeed(t, r); e.first("uid") == uid {
			dn = adPersonDN(e.dn, e.first("cn"))
		}
	}
	return dn, password
}

// People returns LDIF for n people below ou=people, uid=p00000 and so on, for tests that need many.
func People(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "dn: uid=p%05d,%s\nobjectClass: inetOrgPerson\nuid: p%05d\ncn: Person %d\nsn: Person\nmail: p%05d@example.org\n\n",
			i, PeopleDN, i, i, i)
	}
	return b.String()
}

// marks are the lines by which a kind of directory notes that an account is locked by an administrator, or that its password has to be changed.
// expired notes a password that ended its life a day ago.
type marks struct {
	locked, mustChange string
	expired            func(*Policy) string
}

// policyMarks are those of draft-behera-ldap-password-policy 5.3.
func policyMarks() marks {
	return marks{"pwdAccountLockedTime: 000001010000Z\n", "pwdReset: TRUE\n", func(p *Policy) string {
		return "pwdChangedTime: " + time.Now().Add(-p.MaxAge-24*time.Hour).UTC().Format("20060102150405Z") + "\n"
	}}
}

// ldif is all that a directory shall hold, record by record.
func (o Options) ldif(m marks) []string {
	if o.Empty {
		return nil
	}
	text := o.LDIF
	if text == "" {
		text = seed
		if o.policy() != nil {
			text = strings.Replace(text, "\nuid: locked\n", "\nuid: locked\n"+m.locked, 1)
			text = strings.Replace(text, "\nuid: mustchange\n", "\nuid: mustchange\n"+m.mustChange, 1)
			for _, uid := range o.Expired {
				text = strings.Replace(text, "\nuid: "+uid+"\n", "\nuid: "+uid+"\n"+m.expired(o.policy()), 1)
			}
		}
	}
	text += "\n" + o.More
	var records []string
	for r := range strings.SplitSeq(text, "\n\n") {
		if r = strings.Trim(r, "\n"); r != "" && r != "version: 1" {
			records = append(records, r)
		}
	}
	return records
}
