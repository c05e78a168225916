package memdir_test

import (
	"slices"
	"testing"

	"github.com/go-ldap/ldap/v3"
)

func TestFiltersFindWhoTheyShould(t *testing.T) {
	t.Parallel()
	c := root(t, start(t, nil))
	for _, test := range []struct {
		filter string
		want   []string
	}{
		{"(uid=ANN)", []string{ann}},
		{"(cn=ann lee)", []string{ann}},
		{"(cn=  Ann   LEE )", []string{ann}},
		{"(mail=ann@example.ORG)", []string{ann}},
		{"(telephoneNumber=+442079460001)", []string{ann}},
		{"(objectClass=person)", []string{ann, bob}},
		{"(objectClass=2.16.840.1.113730.3.2.2)", []string{ann, bob}},
		{"(&(objectClass=inetOrgPerson)(!(uid=ann)))", []string{bob}},
		{"(|(uid=ann)(uid=bob)(uid=ann))", []string{ann, bob}},
		{"(uidNumber>=1000)", []string{bob}},
		{"(uidNumber>=99)", []string{bob}},
		{"(uidNumber<=1001)", nil},
		{"(uidNumber=01002)", nil},
		{"(uidNumber:1.2.840.113556.1.4.803:=2)", []string{bob}},
		{"(uidNumber:1.2.840.113556.1.4.803:=3)", nil},
		{"(uidNumber:1.2.840.113556.1.4.804:=3)", []string{bob}},
		{"(cn=a*l*e)", []string{ann}},
		{"(cn=*e*e*e*)", nil},
		{"(cn=ann*ann)", nil},
		{"(cn;lang-fr=anne lée)", []string{ann}},
		{"(cn=anne LÉE)", []string{ann}},
		{"(cn;lang-de=*)", nil},
		{"(name=stone)", []string{bob}},
		{"(mail=*)", []string{ann}},
		{"(sn~=lee)", []string{ann}},
		{"(cn:caseExactMatch:=Ann Lee)", []string{ann}},
		{"(cn:caseExactMatch:=ann lee)", nil},
		{"(ou:dn:=people)", []string{people, ann, bob}},
		{"(member=UID=ann, OU=People,dc=EXAMPLE,dc=org)", []string{staff}},
		{"(memberOf=cn=staff,ou=groups,dc=example,dc=org)", []string{ann, bob}},
		{"(memberOf:1.2.840.113556.1.4.1941:=cn=all,ou=groups,dc=example,dc=org)", []string{ann, bob, staff}},
		{"(member:1.2.840.113556.1.4.1941:=" + ann + ")", []string{staff, "cn=all,ou=groups,dc=example,dc=org"}},
		{"(noSuchAttribute=x)", nil},
		{"(!(noSuchAttribute=x))", nil},
		{"(entryDN=" + bob + ")", []string{bob}},
		{"(&)", nil}, // replaced below: everything
		{"(createTimestamp>=20000101000000Z)", nil},
	} {
		if test.filter == "(&)" || test.filter[:8] == "(createT" {
			if got := find(t, c, suffix, test.filter); len(got) != 7 {
				t.Errorf("%s: %v", test.filter, got)
			}
			continue
		}
		if got := find(t, c, suffix, test.filter); !slices.Equal(got, append([]string{}, test.want...)) {
			t.Errorf("%s: got %v, want %v", test.filter, got, test.want)
		}
	}
}

func TestScopesReachWhatTheyName(t *testing.T) {
	t.Parallel()
	c := root(t, start(t, nil))
	for scope, want := range map[int][]string{
		ldap.ScopeBaseObject:   {people},
		ldap.ScopeSingleLevel:  {ann, bob},
		ldap.ScopeWholeSubtree: {people, ann, bob},
		ldap.ScopeChildren:     {ann, bob},
	} {
		if got := dns(query(t, c, people, scope, "(objectClass=*)", "1.1")); !slices.Equal(got, want) {
			t.Errorf("scope %d: got %v, want %v", scope, got, want)
		}
	}
	_, err := c.Search(ldap.NewSearchRequest("ou=x,"+people, 0, 0, 0, 0, false, "(cn=*)", nil, nil))
	wantCode(t, err, ldap.LDAPResultNoSuchObject)
	if le, ok := err.(*ldap.Error); !ok || le.MatchedDN != people {
		t.Errorf("matched DN: %v", err)
	}
}

func TestOnlyAskedAttributesComeBack(t *testing.T) {
	t.Parallel()
	c := root(t, start(t, nil))
	names := func(attrs ...string) []string {
		var out []string
		for _, a := range read(t, c, ann, attrs...).Attributes {
			out = append(out, a.Name)
		}
		slices.Sort(out)
		return out
	}
	user := []string{"cn", "cn;lang-fr", "employeeNumber", "givenName", "mail", "objectClass", "sn", "telephoneNumber", "uid", "userPassword"}
	if got := names(); !slices.Equal(got, user) {
		t.Errorf("no list: %v", got)
	}
	if got := names("*"); !slices.Equal(got, user) {
		t.Errorf("*: %v", got)
	}
	operational := []string{"createTimestamp", "creatorsName", "entryCSN", "entryDN", "entryUUID", "hasSubordinates",
		"memberOf", "modifiersName", "modifyTimestamp", "structuralObjectClass", "subschemaSubentry"}
	if got := names("+"); !slices.Equal(got, operational) {
		t.Errorf("+: %v", got)
	}
	if got := names("1.1"); len(got) != 0 {
		t.Errorf("1.1: %v", got)
	}
	if got := names("CN"); !slices.Equal(got, []string{"cn", "cn;lang-fr"}) {
		t.Errorf("CN: %v", got)
	}
	if got := names("name"); !slices.Equal(got, []string{"cn", "cn;lang-fr", "givenName", "sn"}) {
		t.Errorf("name, a supertype: %v", got)
	}
	if got := names("cn;lang-fr", "memberOf", "nonsense"); !slices.Equal(got, []string{"cn;lang-fr", "memberOf"}) {
		t.Errorf("by name: %v", got)
	}
	if got := names("@person"); !slices.Equal(got, []string{"cn", "cn;lang-fr", "objectClass", "sn", "telephoneNumber", "userPassword"}) {
		t.Errorf("@person: %v", got)
	}
	res, err := c.Search(ldap.NewSearchRequest(ann, 0, 0, 0, 0, true, "(cn=*)", []string{"mail"}, nil))
	if err != nil || len(res.Entries) != 1 || len(res.Entries[0].Attributes) != 1 {
		t.Fatalf("typesOnly: %v %v", res, err)
	}
}
