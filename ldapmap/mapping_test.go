package ldapmap

import "testing"

// openldap is the mapping that most tests use.
func openldap(t testing.TB, change func(*Spec)) *Mapping {
	t.Helper()
	s, err := Preset("openldap")
	if err != nil {
		t.Fatal(err)
	}
	s.Users.Base = Strings{"ou=people,dc=example,dc=org"}
	s.Groups.Base = Strings{"ou=groups,dc=example,dc=org"}
	if change != nil {
		change(&s)
	}
	m, problems := Compile(s)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return m
}

func TestEveryPresetCompilesOnceItHasBases(t *testing.T) {
	t.Parallel()
	for _, name := range Presets() {
		s, err := Preset(name)
		if err != nil {
			t.Error(err)
			continue
		}
		s.Users.Base = Strings{"ou=people,dc=example,dc=org"}
		s.Groups.Base = Strings{"ou=groups,dc=example,dc=org"}
		m, problems := Compile(s)
		if m == nil || len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
			continue
		}
		for _, field := range []string{Username, Name, Emails, GroupsField} {
			if _, ok := m.Field(field); !ok {
				t.Errorf("%s: no field %s", name, field)
			}
		}
	}
}
