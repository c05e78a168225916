package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/wicketgate/wicketgate/ldapmap"
)

func compile(t *testing.T, file string) *Policy {
	t.Helper()
	var specs []RuleSpec
	if err := yaml.UnmarshalWithOptions([]byte(file), &specs, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	p, problems := Compile(specs)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

func person(dn string, values map[string]string) *ldapmap.User {
	u := ldapmap.NewUser(ldapmap.Ref{ID: "1", DN: dn})
	for k, v := range values {
		u.Set(k, v)
	}
	return u
}

func TestEachConditionFindsTheRightPeople(t *testing.T) {
	t.Parallel()
	anna := person("uid=anna,ou=staff,dc=example", map[string]string{"username": "anna", "employee_type": "Staff"})
	bob := person("uid=bob,ou=guests,dc=example", map[string]string{"username": "bob"})
	admins := []ldapmap.Group{{Name: "admins", DN: "cn=admins,ou=groups,dc=example"}}
	for _, c := range []struct {
		name, who string
		user      *ldapmap.User
		groups    []ldapmap.Group
		want      bool
	}{
		{"everybody", "everybody", bob, nil, true},
		{"everybody is not a stranger", "everybody", nil, nil, false},
		{"a stranger", "anonymous", nil, nil, true},
		{"a stranger is nobody who signed in", "anonymous", bob, nil, false},
		{"group by name, without case", "{group: Admins}", anna, admins, true},
		{"group by DN", "{group: 'CN=admins, ou=groups, dc=example'}", anna, admins, true},
		{"another group", "{group: staff}", anna, admins, false},
		{"no groups", "{group: admins}", anna, nil, false},
		{"field value, without case", "{field: {employee_type: staff}}", anna, nil, true},
		{"field without value", "{field: {employee_type: staff}}", bob, nil, false},
		{"field is there", "{field: {employee_type: '*'}}", anna, nil, true},
		{"field is not there", "{field: {employee_type: '*'}}", bob, nil, false},
		{"person by user name", "{person: ANNA}", anna, nil, true},
		{"person by DN", "{person: 'uid=Anna,ou=staff,dc=example'}", anna, nil, true},
		{"another person", "{person: anna}", bob, nil, false},
		{"below", "{below: 'ou=staff,dc=example'}", anna, nil, true},
		{"not below", "{below: 'ou=staff,dc=example'}", bob, nil, false},
		{"everything must hold", "{group: admins, below: 'ou=guests,dc=example'}", anna, admins, false},
		{"any of a list", "[{person: zoe}, {person: bob}]", bob, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := compile(t, "- {name: x, for: "+c.who+", read: [name]}")
			if got := p.For(c.user, c.groups).Read("name"); got != c.want {
				t.Errorf("read = %v", got)
			}
		})
	}
}

func TestRightsAddUp(t *testing.T) {
	t.Parallel()
	p := compile(t, `
- {name: all, can: [edit_self], read: [name, emails], write: [emails]}
- {name: staff, for: {group: staff}, can: invite, write: [title]}
- {name: admins, for: {group: admins}, can: "*", write: "*"}
`)
	u := person("uid=a", nil)
	guest, staff := p.For(u, nil), p.For(u, []ldapmap.Group{{Name: "staff"}})
	admin := p.For(u, []ldapmap.Group{{Name: "admins"}})
	for _, c := range []struct {
		what string
		got  bool
		want bool
	}{
		{"guest edits", guest.Can(EditSelf), true}, {"guest invites", guest.Can(Invite), false}, {"guest reads name", guest.Read("name"), true},
		{"guest reads title", guest.Read("title"), false}, {"guest writes name", guest.Write("name"), false}, {"guest writes mail", guest.Write("emails"), true},
		{"staff edits", staff.Can(EditSelf), true}, {"staff invites", staff.Can(Invite), true}, {"staff reads what it writes", staff.Read("title"), true},
		{"admin manages", admin.Can(ManageUsers), true}, {"admin writes anything", admin.Write("anything"), true},
		{"an ability that is none", admin.Can("fly"), false},
		{"zero rights", Rights{}.Can(EditSelf) || Rights{}.Read("name") || Rights{}.Write("name"), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v", c.what, c.got)
		}
	}
	if got := staff.Rules(); !slices.Equal(got, []string{"all", "staff"}) {
		t.Errorf("rules = %q", got)
	}
	if !p.NeedsGroups() || compile(t, "- {name: x, read: name}").NeedsGroups() {
		t.Error("NeedsGroups is wrong")
	}
}

func TestWithoutRulesPeopleEditThemselvesAndAdministratorsManage(t *testing.T) {
	t.Parallel()
	p, problems := Compile(nil)
	if problems != nil {
		t.Fatal(problems)
	}
	r := p.For(person("uid=a", nil), nil)
	if !r.Can(EditSelf) || !r.Can(UseOIDC) || r.Can(Invite) || !r.Write(ldapmap.Emails) || r.Write(ldapmap.Username) || r.Write("custom") || !r.Read("custom") {
		t.Error("the default rights of everybody are wrong")
	}
	p, _ = Compile(Default("admins"))
	if r := p.For(person("uid=a", nil), []ldapmap.Group{{Name: "admins"}}); !r.Can(Invite) || !r.Can(ManageUsers) || !r.Can(SeeStatus) || !r.Write(ldapmap.Username) {
		t.Error("an administrator cannot administer")
	}
	if r := p.For(nil, nil); r.Read(ldapmap.Name) || r.Can(EditSelf) {
		t.Error("a stranger has rights")
	}
}

func TestRightsCostNoMemory(t *testing.T) {
	p, _ := Compile(Default("admins"))
	u, groups := person("uid=a", nil), []ldapmap.Group{{Name: "admins"}}
	if n := testing.AllocsPerRun(100, func() {
		if r := p.For(u, groups); !r.Write("name") || !r.Can(Invite) {
			t.Fail()
		}
	}); n != 0 {
		t.Errorf("%v allocations for each request", n)
	}
}

func TestMistakesInRulesAreToldTogether(t *testing.T) {
	t.Parallel()
	_, problems := Compile([]RuleSpec{
		{Name: "a", Can: ldapmap.Strings{"invit", "edit_self"}},
		{Name: "b", For: Who{{Below: "nonsense"}}, Read: ldapmap.Strings{"name"}},
		{Name: "c"},
		{Name: "d", For: Who{{Anonymous: true}}, Write: ldapmap.Strings{"name"}},
	})
	var all []string
	for _, p := range problems {
		all = append(all, p.String())
	}
	text := strings.Join(all, "\n")
	for _, want := range []string{`policy[0].can[0]: found "invit"`, `did you mean "invite"?`, "policy[1].for.below", "policy[2]: a rule that grants", "policy[3]: found \"anonymous\""} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if _, problems := Compile(make([]RuleSpec, 65)); len(problems) != 1 {
		t.Errorf("65 rules: %v", problems)
	}
	var specs []RuleSpec
	for _, file := range []string{"- {for: somebody}", "- {for: {grup: x}}", "- {for: [1]}", "- {forr: x}"} {
		if err := yaml.UnmarshalWithOptions([]byte(file), &specs, yaml.Strict()); err == nil {
			t.Errorf("%s was taken", file)
		}
	}
}

func TestRulesAboutUnknownFieldsAreTold(t *testing.T) {
	t.Parallel()
	s, err := ldapmap.Preset("openldap")
	if err != nil {
		t.Fatal(err)
	}
	s.Users.Base = ldapmap.Strings{"dc=example"}
	m, problems := ldapmap.Compile(s)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	p := compile(t, `
- {read: [emial, name, "*"], write: [updated_at]}
- {for: {group: x, field: {shoe: "9"}}, read: gender}
`)
	var all []string
	for _, problem := range p.Check(m) {
		all = append(all, problem.String())
	}
	text := strings.Join(all, "\n")
	for _, want := range []string{`did you mean "emails"?`, "policy[0].write", "policy[1].for.field", "policy[1].for.group", "policy[1].read"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if len(all) != 5 {
		t.Errorf("%d problems:\n%s", len(all), text)
	}
	if p, _ := Compile(nil); p.Check(m) != nil {
		t.Error("the default rules do not fit a mapping without a gender")
	}
}
