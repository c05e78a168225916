package memdir

import (
	"fmt"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
)

func equality(desc, value string) *ber.Packet {
	p := ber.Encode(ber.ClassContext, ber.TypeConstructed, ber.Tag(filterEqual), nil, "")
	p.AppendChild(newOctets(desc))
	p.AppendChild(newOctets(value))
	return p
}

func combine(kind filterKind, parts ...*ber.Packet) *ber.Packet {
	p := ber.Encode(ber.ClassContext, ber.TypeConstructed, ber.Tag(kind), nil, "")
	for _, c := range parts {
		p.AppendChild(c)
	}
	return p
}

func TestASearchLooksAtTheFewEntriesItsIndexesName(t *testing.T) {
	t.Parallel()
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	var ldif strings.Builder
	ldif.WriteString("dn: dc=example,dc=org\nobjectClass: domain\n\ndn: cn=g,dc=example,dc=org\nobjectClass: groupOfNames\nmember: uid=p7,dc=example,dc=org\n")
	for i := range 1000 {
		fmt.Fprintf(&ldif, "\ndn: uid=p%[1]d,dc=example,dc=org\nobjectClass: inetOrgPerson\ncn: P\nsn: %[1]d\nmail: p%[1]d@example.org\n", i)
	}
	if err := s.LoadLDIF(strings.NewReader(ldif.String())); err != nil {
		t.Fatal(err)
	}
	person := equality("objectClass", "person")
	for name, test := range map[string]struct {
		filter *ber.Packet
		most   int // -1: everything
	}{
		"by login":            {equality("uid", "P7"), 1},
		"person by login":     {combine(filterAnd, person, equality("uid", "p7")), 1},
		"login or mail":       {combine(filterOr, equality("uid", "p7"), equality("mail", "p8@example.org")), 2},
		"by group":            {combine(filterAnd, person, equality("memberOf", "cn=g,dc=example,dc=org")), 1},
		"groups of a person":  {equality("member", "uid=p7,dc=example,dc=org"), 1},
		"by DN":               {equality("entryDN", "uid=p7,dc=example,dc=org"), 1},
		"unknown attribute":   {equality("nick", "x"), 0},
		"all persons":         {person, 1000},
		"not indexed":         {equality("description", "x"), -1},
		"or with not indexed": {combine(filterOr, equality("uid", "p7"), equality("description", "x")), -1},
		"supertype":           {equality("name", "P"), -1},
		"negation":            {combine(filterNot, equality("uid", "p7")), -1},
	} {
		f, err := s.dir.parseFilter(test.filter, 0)
		if err != nil {
			t.Fatal(err)
		}
		p, ok := s.dir.candidates(f)
		if ok != (test.most >= 0) || ok && p.size != test.most {
			t.Errorf("%s: %d entries looked at (indexed: %v), want %d", name, p.size, ok, test.most)
		}
	}
}
