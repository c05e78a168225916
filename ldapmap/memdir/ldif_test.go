package memdir_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

func TestABadLDIFLoadsNothingAndNamesTheLine(t *testing.T) {
	t.Parallel()
	const good = "dn: ou=new,dc=example,dc=org\nobjectClass: organizationalUnit\nou: new\n\n"
	for text, want := range map[string]string{
		"dn: uid=x,ou=none,dc=example,dc=org\nobjectClass: account\n": "line 5",
		"dn: uid=x,ou=new,dc=example,dc=org\nobjectClass: robot\n":    "line 5",
		"dn: uid=x,ou=new,dc=example,dc=org\nobjectClass account\n":   "line 6",
		"dn: uid=x,ou=new,dc=example,dc=org\nphoto:: !!\n":            "line 6",
		"dn: uid=x,ou=new,dc=example,dc=org\nphoto:< file:///x\n":     "line 6",
		"dn: uid=x,ou=new,dc=example,dc=org\nchangetype: modify\n":    "line 6",
		"dn: uid=x,ou=new,dc=example,dc=org\ncontrol: 1.2.3\n":        "line 6",
		"cn: nobody\n": "line 5",
		"dn:\n":        "line 5",
		"dn: nobody\n": "line 5",
		" lost\n":      "line 5",
		good:           "line 5",
		"version: 2\n": "line 5",
	} {
		s, err := memdir.New(memdir.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.LoadLDIF(strings.NewReader(seed)); err != nil {
			t.Fatal(err)
		}
		before := s.Entries()
		err = s.LoadLDIF(strings.NewReader(good + text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
		if len(s.Entries()) != len(before) {
			t.Errorf("%q: something was loaded", text)
		}
		if err := s.LoadLDIF(strings.NewReader(good)); err != nil {
			t.Errorf("%q: afterwards: %v", text, err)
		}
	}
	s, _ := memdir.New(memdir.Options{})
	broken := errors.New("disk on fire")
	if err := s.LoadLDIF(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("a reader that fails: %v", err)
	}
	if err := s.LoadLDIF(strings.NewReader("dn: " + strings.Repeat("x", 17<<20))); err == nil {
		t.Error("a line of 17 MiB is read")
	}
}

func TestADumpComesBackAsItWas(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	change(t, c, ann, "description", " leading space", "trailing space ", ":colon", "<angle", "é", "line\nfeed", strings.Repeat("long ", 60)+"end")
	change(t, c, ann, "jpegPhoto", "\xff\xd8\x00\x01\xff\xd9")
	var dump bytes.Buffer
	if err := s.WriteLDIF(&dump, true); err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(dump.String(), "\n") {
		if len(line) > 76 {
			t.Errorf("a line of %d characters", len(line))
		}
	}
	again, err := memdir.New(memdir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.LoadLDIF(bytes.NewReader(dump.Bytes())); err != nil {
		t.Fatal(err)
	}
	was, is := s.Entries(), again.Entries()
	if len(was) != len(is) {
		t.Fatalf("%d entries, %d before", len(is), len(was))
	}
	for i := range was {
		for _, a := range was[i].Attributes {
			if !slices.Equal(a.Values, is[i].Values(a.Name)) {
				t.Errorf("%s %s: %q, before %q", was[i].DN, a.Name, is[i].Values(a.Name), a.Values)
			}
		}
	}
	var plain bytes.Buffer
	if err := s.WriteLDIF(&plain, false); err != nil || strings.Contains(plain.String(), "entryUUID") {
		t.Errorf("without operational attributes: %v", err)
	}
}

func TestAParentMovedBelowALaterEntryStillDumpsFirst(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	wantCode(t, c.Add(addRequest("ou=later,"+suffix, map[string][]string{"objectClass": {"organizationalUnit"}})), 0)
	wantCode(t, moveDN(c, people, "ou=people", "ou=later,"+suffix), 0)
	var dump bytes.Buffer
	if err := s.WriteLDIF(&dump, true); err != nil {
		t.Fatal(err)
	}
	again, _ := memdir.New(memdir.Options{})
	if err := again.LoadLDIF(&dump); err != nil {
		t.Error(err)
	}
}

func TestOwnSchemaIsChecked(t *testing.T) {
	t.Parallel()
	const colours = `
# an attribute of our own
attributeTypes: ( 1.3.6.1.4.1.99999.1.1 NAME ( 'favColour' 'favColor' ) DESC 'it''s'
  EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{64} SINGLE-VALUE )
olcAttributeTypes: {1}( 1.3.6.1.4.1.99999.1.2 NAME 'nickName' SUP name )
objectClasses: ( 1.3.6.1.4.1.99999.2.1 NAME 'colourful' SUP top AUXILIARY MUST favColour MAY nickName )
`
	s := start(t, func(o *memdir.Options) { o.Schema = strings.Replace(colours, "DESC 'it''s'", "DESC 'colour'", 1) })
	c := root(t, s)
	wantCode(t, c.Add(addRequest("uid=x,"+people, person(map[string][]string{"favColor": {"red"}}))), 65)
	wantCode(t, c.Add(addRequest("uid=x,"+people, person(map[string][]string{"objectClass": {"inetOrgPerson", "colourful"}, "FAVCOLOR": {"Red"}, "nickName": {"Rex"}}))), 0)
	if e, _ := s.Get("uid=x," + people); e.Value("favColour") != "Red" {
		t.Errorf("%+v", e)
	}
	if got := find(t, c, suffix, "(&(name=rex)(favColour=RED))"); len(got) != 1 {
		t.Errorf("found %v", got)
	}
	published := read(t, c, "cn=Subschema", "attributeTypes", "objectClasses")
	if !slices.ContainsFunc(published.GetAttributeValues("attributeTypes"), func(v string) bool { return strings.Contains(v, "'favColour'") }) {
		t.Error("not published")
	}
	for _, bad := range []string{
		"attributeTypes: ( 1.2.3 NAME 'x' )", "attributeTypes: ( 1.2.3 NAME 'x' SUP none )", "attributeTypes: 1.2.3",
		"attributeTypes: ( 1.2.3 NAME 'x' EQUALITY none SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )", "attributeTypes: ( 1.2.3 NAME 'x",
		"attributeTypes: ( 1.2.3 NAME 'cn' SUP name )", "objectClasses: ( 1.2.3 NAME 'x' MUST none )", "objectClasses: ( 1.2.3 NAME 'x' SUP none )",
		"objectClasses: ( 1.2.3 NAME 'person' SUP top )", "nonsense", "rules: ( 1.2.3 )", "attributeTypes: ( 1.2.3 NAME",
	} {
		if _, err := memdir.New(memdir.Options{Schema: "# first\n" + bad}); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]memdir.Options{
		"suffix":    {Suffixes: []string{"example"}},
		"root DN":   {RootDN: "admin"},
		"nothing":   {RefintNothing: "x"},
		"scheme":    {PasswordScheme: "{ROT13}"},
		"LDAPS":     {TLSAddr: "127.0.0.1:0"},
		"rule base": {Access: []memdir.Rule{{Base: "x"}}},
		"rule attr": {Access: []memdir.Rule{{Attrs: []string{"nick"}}}},
		"rule DN":   {Access: []memdir.Rule{{By: []memdir.By{{Who: memdir.IsDN}}}}},
		"rule name": {Access: []memdir.Rule{{By: []memdir.By{{Who: memdir.NamedIn, Name: "nick"}}}}},
	} {
		if _, err := memdir.New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	s, err := memdir.New(memdir.Options{Addr: "256.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err == nil {
		t.Error("listens on an address that does not exist")
	}
}
