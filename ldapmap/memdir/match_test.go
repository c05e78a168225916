package memdir_test

import (
	"slices"
	"testing"
)

func TestValuesCompareAsTheirSyntaxSays(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	const odd = `cn=Smith\, John \+ Sons\<\>\"\;\#,` + people
	wantCode(t, c.Add(addRequest(odd, person(map[string][]string{
		"objectClass": {"inetOrgPerson", "posixAccount", "shadowAccount"}, "cn": {`Smith, John + Sons<>";#`}, "uid": {"js"}, "uidNumber": {"2000"},
		"gidNumber": {"-5"}, "homeDirectory": {"/home/JS"}, "internationaliSDNNumber": {"12 34 56"}, "x121Address": {"0 0 7"},
		"postalAddress": {"1 High St$London"}, "description": {"ſtraße ΣΊΣΥΦΟΣ", "two  words here"}, "labeledURI": {"https://Example.org/A B"},
		"manager": {"UID=Ann , OU=people, DC=example, DC=org"}, "facsimileTelephoneNumber": {"+44 1"},
	}))), 0)
	for filter, match := range map[string]bool{
		"(homeDirectory=/home/JS)":                          true,
		"(homeDirectory=/home/js)":                          false,
		"(internationaliSDNNumber=123456)":                  true,
		"(internationaliSDNNumber=12*6)":                    true,
		"(x121Address=007)":                                 true,
		"(gidNumber<=-5)":                                   true,
		"(gidNumber>=-4)":                                   false,
		"(uidNumber>=999)":                                  true,
		"(uidNumber=x)":                                     false,
		"(!(uidNumber=x))":                                  false,
		"(description=STRASSE σίσυφοσ)":                     false,
		"(description=straße σίσυφοσ)":                      true,
		"(description=two words here)":                      true,
		"(description=two w*here)":                          true,
		"(description=*words *)":                            true,
		"(description=* here)":                              true,
		"(description=*wordshere*)":                         false,
		"(labeledURI=https://example.org/A B)":              false,
		"(labeledURI=https://Example.org/A  B)":             true,
		"(postalAddress=1 high st$london)":                  true,
		"(manager=uid=ann,ou=people,dc=example,dc=org)":     true,
		"(manager=not a name)":                              false,
		"(cn>=smith)":                                       false,
		"(cn<=smith)":                                       false,
		"(createTimestamp>=2000010100Z)":                    true,
		"(createTimestamp>=200001010000+0130)":              true,
		"(createTimestamp<=20000101000000.5Z)":              false,
		"(createTimestamp<=20000101000000,25-02)":           false,
		"(createTimestamp>=20000101)":                       false,
		"(createTimestamp>=20000101000000)":                 false,
		"(createTimestamp>=20001301000000Z)":                false,
		"(createTimestamp>=20000101000000.Z)":               false,
		"(createTimestamp>=20000101000000+99)":              false,
		"(hasSubordinates=FALSE)":                           true,
		"(hasSubordinates=maybe)":                           false,
		"(structuralObjectClass=inetorgperson)":             true,
		"(subschemaSubentry=cn=subschema)":                  true,
		"(jpegPhoto>=x)":                                    false,
		"(userPassword=*)":                                  false,
		"(entryUUID=nonsense)":                              false,
		"(cn:caseIgnoreMatch:=smith, john + sons<>\";#)":    true,
		"(cn:noSuchMatch:=x)":                               false,
		"(:caseIgnoreMatch:=two words here)":                true,
		"(:dn:caseIgnoreMatch:=people)":                     true,
		"(uidNumber:1.2.840.113556.1.4.803:=x)":             false,
		"(cn:1.2.840.113556.1.4.1941:=x)":                   false,
		"(&(uid=js)(|(sn=zed)(sn=nobody))(!(sn=somebody)))": true,
		"(|)":                              false,
		"(|(uid=js)(description=nothing))": true,
		"(objectClass=noSuchClass)":        false,
		"(objectClass=top)":                true,
		"(1.2.3.4.5=x)":                    false,
		"(2.5.4.4=ZED)":                    true,
	} {
		if got := slices.Contains(find(t, c, people, filter), `cn=Smith\, John \+ Sons\<\>\"\;#,`+people); got != match {
			t.Errorf("%s: %v", filter, got)
		}
	}
	e, ok := s.Get(`CN=smith\2c john \2B SONS\3c\3e\22\3b\23,` + people)
	if !ok || e.Value("mail") != "" || e.Value("uid") != "js" {
		t.Errorf("the name in another spelling: %+v", e)
	}
}

func TestNamesOutsideASCIIStayReadable(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	wantCode(t, c.Add(addRequest("cn=Zoë Ünal,"+people, person(map[string][]string{"cn": {"Zoë Ünal"}}))), 0)
	if got := find(t, c, people, "(cn=zoë ünal)"); !slices.Equal(got, []string{"cn=Zoë Ünal," + people}) {
		t.Errorf("%q", got)
	}
	if _, ok := s.Get(`cn=zo\c3\ab ÜNAL,` + people); !ok {
		t.Error("not found by its escaped name")
	}
	wantCode(t, c.Add(addRequest(`cn=\20tab\09\20,`+people, person(map[string][]string{"cn": {" tab\t "}}))), 0)
	if got := find(t, c, people, "(cn=tab)"); !slices.Equal(got, []string{`cn=\ tab\09\ ,` + people}) {
		t.Errorf("%q", got)
	}
}
