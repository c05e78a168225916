package directory_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestAServersSchemaAndAbilitiesAreUnderstood(t *testing.T) {
	t.Parallel()
	custom := `attributeTypes: ( 1.3.6.1.4.1.99999.1 NAME ( 'favColour' 'favColor' ) DESC 'It''s' SUP name SINGLE-VALUE )`
	custom = strings.Replace(custom, "It''s", `It\27s`, 1)
	ldaptest.EachQuickWith(t, ldaptest.Options{Schema: custom}, func(t *testing.T, s *ldaptest.Server) {
		d := connect(t, service(s.URL))
		schema, err := d.Schema(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		a, ok := schema.Attribute("FAVCOLOR;lang-fr")
		if !ok || a.Name() != "favColour" || !a.SingleValue || a.Syntax != "1.3.6.1.4.1.1466.115.121.1.15" || !strings.EqualFold(a.Equality, "caseIgnoreMatch") {
			t.Errorf("favColour: %+v", a)
		}
		if u, ok := schema.Attribute("entryUUID"); !ok || !u.Operational() || !u.NoUserModification {
			t.Errorf("entryUUID: %+v", u)
		}
		if c, ok := schema.Class("inetorgperson"); !ok || c.Kind != directory.Structural || !slices.Equal(c.Sup, []string{"organizationalPerson"}) {
			t.Errorf("inetOrgPerson: %+v", c)
		}
		must, may := schema.Allowed("inetOrgPerson", "noSuchClass")
		for _, n := range []string{"cn", "sn", "objectClass"} {
			if !slices.Contains(must, n) || slices.Contains(may, n) {
				t.Errorf("%s is not required: %v", n, must)
			}
		}
		if !slices.Contains(may, "mail") || !slices.Contains(may, "telephoneNumber") || slices.Contains(may, "uidNumber") {
			t.Errorf("may: %v", may)
		}
		for range 3 {
			caps, err := d.Capabilities(t.Context())
			if err != nil || !caps.PasswordModify || !caps.Paging || !caps.PasswordPolicy {
				t.Fatalf("%+v, %v", caps, err)
			}
			if want := map[string]directory.Vendor{"slapd": directory.OpenLDAP, "memdir": directory.Memdir}[s.Kind.Name]; caps.Vendor != want {
				t.Errorf("%s is taken for %s", s.Kind.Name, caps.Vendor)
			}
		}
		// One for the schema's root DSE, one for the schema, one for the abilities.
		if n := d.count(directory.OpSearch, ""); n != 3 {
			t.Errorf("it took %d searches", n)
		}
		root, err := d.RootDSE(t.Context())
		if err != nil || !slices.Contains(root.NamingContexts, ldaptest.BaseDN) {
			t.Errorf("%+v, %v", root, err)
		}
	})
}

func TestADefinitionThatCannotBeReadIsLeftOut(t *testing.T) {
	t.Parallel()
	good := "( 1.2.3 NAME 'good' SYNTAX '1.3.6.1.4.1.1466.115.121.1.15{64}' X-ORIGIN ( 'RFC 1' 'RFC 2' ) )"
	bad := []string{
		"", "nonsense", "(", "( )", "( 1.2.4", "( 1.2.4 NAME", "( 1.2.4 NAME 'open )", "( 1.2.4 NAME ( 'a' 'b' )",
		"( 1.2.4 UNKNOWN thing )", "( 1.2.4 SUP ) more", "( 1.2.4 ) more", "( 1.2.4 DESC ( 'x' ) )",
		"( 1.2.4 DESC '" + strings.Repeat("x", 300_000) + "' )",
	}
	s, problems := directory.ParseSchema(append([]string{good}, bad...), bad)
	if a, ok := s.Attribute("good"); !ok || a.Length != 64 || a.Syntax != "1.3.6.1.4.1.1466.115.121.1.15" {
		t.Errorf("good: %+v", a)
	}
	if len(problems) != 2*len(bad) {
		t.Errorf("%d bad definitions gave %d problems: %v", 2*len(bad), len(problems), problems)
	}
	if _, problems := directory.ParseSchema(make([]string, 60_000), nil); len(problems) != 1 {
		t.Errorf("a schema of 60,000 definitions gave %d problems", len(problems))
	}
	circle, problems := directory.ParseSchema(
		[]string{"( 1 NAME 'a' SUP b )", "( 2 NAME 'b' SUP a )"},
		[]string{"( 3 NAME 'c' SUP d MUST a )", "( 4 NAME 'd' SUP ( c $ top ) AUXILIARY MAY ( a $ b ) )"})
	if must, may := circle.Allowed("c"); len(problems) != 0 || !slices.Equal(must, []string{"a"}) || !slices.Equal(may, []string{"b"}) {
		t.Errorf("classes in a circle: %v %v %v", must, may, problems)
	}
}

func FuzzParseSchema(f *testing.F) {
	f.Add("( 1.2.3 NAME ( 'a' 'b' ) DESC 'it\\27s' SUP name SYNTAX 1.2.3{64} SINGLE-VALUE )")
	f.Add("( 2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( userPassword ) X-ORIGIN 'x' )")
	f.Fuzz(func(t *testing.T, text string) {
		s, problems := directory.ParseSchema([]string{text}, []string{text})
		if len(problems) > 2 {
			t.Errorf("%d problems from two values", len(problems))
		}
		s.Allowed("person", text)
	})
}

func TestASchemaThatIsHiddenIsSaidSo(t *testing.T) {
	t.Parallel()
	d := connect(t, directory.Config{URLs: []string{answers(t, rootWithoutSchema())}})
	_, err := d.Schema(t.Context())
	wantCode(t, err, fault.NotFound)
	mustContain(t, err, "where its schema is")
}

// rootWithoutSchema is the answer to a search for the root DSE: one entry without attributes, and the end.
func rootWithoutSchema() []byte {
	return []byte{
		0x30, 0x09, 0x02, 0x01, 0x01, 0x64, 0x04, 0x04, 0x00, 0x30, 0x00,
		0x30, 0x0c, 0x02, 0x01, 0x01, 0x65, 0x07, 0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00,
	}
}
