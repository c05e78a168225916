package ldapmap

import (
	"strings"
	"testing"
)

// fakeSchema is a schema of a few definitions; servers' own are asked in ldapmap/directory.
type fakeSchema struct {
	attributes map[string]AttributeType
	classes    map[string]ObjectClass
}

func (f fakeSchema) Attribute(name string) (AttributeType, bool) {
	a, ok := f.attributes[strings.ToLower(name)]
	return a, ok
}

func (f fakeSchema) Class(name string) (ObjectClass, bool) {
	c, ok := f.classes[strings.ToLower(name)]
	return c, ok
}

// everything knows each attribute as a text, but for what a test says.
func everything(m *Mapping, change map[string]AttributeType) fakeSchema {
	f := fakeSchema{map[string]AttributeType{}, map[string]ObjectClass{
		"inetorgperson": {Kind: "STRUCTURAL", Must: []string{"sn", "cn", "objectClass"}, May: m.Attributes()},
		"groupofnames":  {Kind: "STRUCTURAL", Must: []string{"member", "cn"}},
	}}
	for _, a := range append(append(m.Attributes(), m.GroupAttributes()...), "member", "cn") {
		f.attributes[strings.ToLower(a)] = AttributeType{Names: []string{a}, Equality: "caseIgnoreMatch"}
	}
	for name, a := range change {
		if a.Names == nil {
			a.Names = []string{name}
		}
		f.attributes[strings.ToLower(name)] = a
	}
	return f
}

func TestWhatDoesNotFitTheSchemaIsTold(t *testing.T) {
	t.Parallel()
	const text, bin, boolean, integer = "1.3.6.1.4.1.1466.115.121.1.15", "1.3.6.1.4.1.1466.115.121.1.28", "1.3.6.1.4.1.1466.115.121.1.7", "1.3.6.1.4.1.1466.115.121.1.27"
	for _, c := range []struct {
		name   string
		change func(*Spec)
		schema map[string]AttributeType
		want   string // "" for no problem; a leading ! for one that is more than a warning
	}{
		{"all is well", nil, nil, ""},
		{"one value where the field has several", nil, map[string]AttributeType{"mail": {Single: true, Equality: "x"}}, "users.attributes.emails: found \"mail\""},
		{"one value in one of several attributes", custom(map[string]Rule{"phones": Attr("telephoneNumber", "homePhone")}), map[string]AttributeType{"homePhone": {Single: true, Equality: "x"}}, "one_each"},
		{"values that cannot be compared", nil, map[string]AttributeType{"title": {}}, "can be compared"},
		{"an attribute of the server's own", nil, map[string]AttributeType{"title": {ReadOnly: true, Equality: "x"}}, "read_only: true"},
		{"a photo among texts", nil, map[string]AttributeType{"jpegPhoto": {Syntax: text}}, "!binary data"},
		{"a photo", nil, map[string]AttributeType{"jpegPhoto": {Syntax: bin}}, ""},
		{"a number for a truth", custom(map[string]Rule{"active": Attr("flag")}), map[string]AttributeType{"flag": {Syntax: integer, Equality: "x"}}, "!users.attributes.active"},
		{"a truth", custom(map[string]Rule{"active": Attr("flag")}), map[string]AttributeType{"flag": {Syntax: boolean, Equality: "x"}}, ""},
		{"a truth in words", custom(map[string]Rule{"active": {Attributes: Strings{"flag"}, Values: Translations{{"on", "true"}}}}), map[string]AttributeType{"flag": {Syntax: integer, Equality: "x"}}, ""},
		{"a syntax that was chosen", custom(map[string]Rule{"birthdate": {Attributes: Strings{"born"}, Syntax: "generalized_date"}}), map[string]AttributeType{"born": {Syntax: syntaxTime, Equality: "x"}}, ""},
		{"an option of an attribute", custom(map[string]Rule{"nickname": Attr("title;lang-fr")}), nil, ""},
		{"a demand that nothing meets", func(s *Spec) { s.Users.Attributes["family_name"] = Attr("sn") }, nil, "!sn is demanded"},
		{"no such class", func(s *Spec) { s.Users.ObjectClasses = Strings{"noClass"} }, nil, "!noClass"},
		{"no structural class", func(s *Spec) { s.Users.ObjectClasses = Strings{"aux"} }, nil, "!structural"},
		{"empty groups that cannot be", func(s *Spec) { s.Groups.Empty = "allow" }, nil, "groups.empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := openldap(t, c.change)
			schema := everything(m, c.schema)
			schema.classes["aux"] = ObjectClass{Kind: "AUXILIARY", May: m.Attributes()}
			problems := m.Check(schema)
			var all []string
			for _, p := range problems {
				all = append(all, p.String())
			}
			found := strings.Join(all, "\n")
			want, fatal := strings.CutPrefix(c.want, "!")
			if c.want == "" && len(problems) > 0 || !strings.Contains(found, want) || Fatal(problems) != fatal {
				t.Errorf("want %q, found\n%s", c.want, found)
			}
		})
	}
	m := openldap(t, nil)
	var paths []string
	for _, p := range m.Check(fakeSchema{}) {
		paths = append(paths, p.Path)
	}
	for _, want := range []string{"users.attributes.username", "users.on_create.cn", "users.id", "users.member_of", "groups.member", "groups.description", "users.object_classes", "groups.object_classes"} {
		if !strings.Contains(strings.Join(paths, " "), want) {
			t.Errorf("a server that knows nothing lacks no %s", want)
		}
	}
}
