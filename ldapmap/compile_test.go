package ldapmap

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func TestAllMistakesOfAMappingAreToldAtOnce(t *testing.T) {
	t.Parallel()
	const file = `
users:
  base: [people, "ou=people,dc=example,dc=org"]
  new_base: ou=elsewhere
  filter: (objectClass=person
  recovery_filter: "((uid=*))"
  login: [usrname, shown]
  search: [photo]
  id: "en try"
  member_of: "1bad"
  account: [ppolicy, shaddow]
  rdn: [uid, noSuch]
  object_classes: ["inet OrgPerson"]
  on_create: {cn: "{broken", homeDirectory: ""}
  derive: {displayName: "constant", gecos: "{displayName}"}
  with_password: {shadowLastChange: dayz, x: "'"}
  attributes:
    username: uid
    usernam: uid
    Bad-Name: {attribute: x, label: x}
    password: {attribute: x, label: x}
    emails: [mail, mail, "no good"]
    shown: {template: "plain", label: Shown}
    two: {attribute: a, template: "{b}", label: x}
    none: {label: x}
    broken: {template: "}{", label: x}
    pat: {attribute: p, pattern: "(a)(b)", label: x}
    pat2: {attribute: p, pattern: "(", label: x}
    vals: {attribute: v, values: {a: "", A: x}, label: x}
    typ: {attribute: t, type: nmber, label: x}
    wid: {attribute: w, widget: selct, label: x}
    cho: {attribute: c1, widget: select, label: x}
    dup: {attribute: c2, choices: [a, a], label: x}
    sec: {attribute: s, section: adress, label: x}
    len: {attribute: l1, max_length: -1, label: x}
    syn: {attribute: s1, syntax: filetme, label: x}
    fit: {attribute: s2, syntax: filetime, type: number, label: x}
    bit: {attribute: b1, bit: 3, type: bool, label: x}
    def: {attribute: d1, default: maybe, type: bool, label: x}
    one: {attribute: o1, one_each: true, label: x}
    name: {attribute: uid}
    groups: memberOf
    tval: {attribute: tv, type: bool, values: {a: perhaps}, label: x}
groups:
  base: groups
  new_base: "x"
  member_holds: dns
  empty: placeholdr
  name: "a b"
  rdn: "c d"
`
	var s Spec
	if err := yaml.UnmarshalWithOptions([]byte(file), &s, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	m, problems := Compile(s)
	if m != nil {
		t.Error("it was taken")
	}
	var all []string
	for _, p := range problems {
		all = append(all, p.String())
	}
	text := strings.Join(all, "\n")
	for _, want := range []string{
		`users.base[0]: found "people"`, "users.filter: ", "users.recovery_filter: ", `users.login[0]: found "usrname"`, `did you mean "username"?`,
		"users.login[1]: ", "users.search: ", "users.id: ", "users.member_of: ", `did you mean "shadow"?`, `users.rdn[1]: found "noSuch"`, "users.object_classes: ",
		"users.on_create.cn: ", "users.on_create.homeDirectory: ", "users.derive.displayName: ", "users.derive.gecos: ", `did you mean "days"?`, "users.with_password.x: ",
		"users.attributes.usernam: ", "users.attributes.Bad-Name: ", "users.attributes.password: ", `users.attributes.emails[1]: found "mail"`, "users.attributes.emails[2]: ",
		"users.attributes.shown.template: ", "users.attributes.two: ", "users.attributes.none: ", "users.attributes.broken.template: ", "users.attributes.pat.pattern: ",
		"users.attributes.pat2.pattern: ", "users.attributes.vals.values: ", `did you mean "number"?`, `did you mean "select"?`, "users.attributes.cho.choices: ", "users.attributes.dup.choices: ",
		`did you mean "address"?`, "users.attributes.len.max_length: ", `did you mean "filetime"?`, "users.attributes.fit: ", "users.attributes.bit.bit: ", "users.attributes.def.default: ",
		"users.attributes.one.one_each: ", "an attribute that username does not write too", "users.attributes.groups: ", "users.attributes.tval.values: ",
		"groups.base: ", "groups.new_base: ", `groups.member_holds: found "dns"`, `did you mean "placeholder"?`, "groups.name: ", "groups.rdn: ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	if t.Failed() {
		t.Log("\n" + text)
	}
}

func TestAMappingWithoutAnythingSaysWhatIsNeeded(t *testing.T) {
	t.Parallel()
	m, problems := Compile(Spec{})
	if m != nil || len(problems) == 0 || problems[0].Path != "users.base" {
		t.Errorf("%v", problems)
	}
	_, problems = Compile(Spec{Users: UsersSpec{Base: Strings{"dc=x"}, NewBase: "dc=y", Attributes: map[string]Rule{"username": Attr("uid")}}})
	if len(problems) != 1 || problems[0].Path != "users.new_base" {
		t.Errorf("people made where nobody looks: %v", problems)
	}
	_, problems = Compile(Spec{Users: UsersSpec{Base: Strings{"ou=a,dc=x", "DC=x"}, Attributes: map[string]Rule{"username": Attr("uid")}}})
	if len(problems) != 1 || problems[0].Path != "users.base[1]" {
		t.Errorf("bases in each other: %v", problems)
	}
	m, problems = Compile(Spec{Users: UsersSpec{Base: Strings{"dc=x"}}})
	if m != nil || len(problems) == 0 || !strings.Contains(problems[0].String(), "username") {
		t.Errorf("%v", problems)
	}
	m, problems = Compile(Spec{Users: UsersSpec{Base: Strings{"dc=x"}, Attributes: map[string]Rule{"username": Attr("uid")}}})
	if m == nil || len(problems) != 0 || m.SignInFilter().String() != "(objectClass=person)" || m.CanCreate() || m.HasGroups() {
		t.Errorf("%v", problems)
	}
}

func TestAnOwnMappingIsLaidOverThePreset(t *testing.T) {
	t.Parallel()
	preset, err := Preset("openldap")
	if err != nil {
		t.Fatal(err)
	}
	const file = `
users:
  base: dc=x
  filter: (uid=*)
  attributes:
    emails: {label: {en: Post}, hint: Where we write, required: true, max_length: 80}
    username: cn
    photo: no
    language:
groups: {base: ou=g, empty: allow}
`
	var own Spec
	if err := yaml.UnmarshalWithOptions([]byte(file), &own, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	own.Users.Attributes["name"] = Off()
	own.Users.RDN, own.Users.OnCreate = Strings{"cn"}, nil
	m, problems := Compile(own.Over(preset))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	mail, _ := m.Field(Emails)
	if !mail.Required || !mail.Many || mail.MaxLength != 80 || mail.Label.In("fr", nil) != "Post" || mail.Hint.In("de", nil) != "Where we write" {
		t.Errorf("mail is %+v", mail)
	}
	for _, gone := range []string{Photo, Language, Name} {
		if _, ok := m.Field(gone); ok {
			t.Errorf("%s is still there", gone)
		}
	}
	if got := m.byName[Username].attributes[0]; got != "cn" {
		t.Errorf("username is %s", got)
	}
	if m.SignInFilter().String() != "(uid=*)" || !m.AsksFor("memberOf") {
		t.Error("the preset's place-holders are wrong")
	}
	if _, has := preset.Users.Attributes["photo"]; !has || preset.Users.Attributes["photo"].isOff() {
		t.Error("the preset was changed")
	}
	if rule, _ := m.EmptyGroups(); rule != EmptyAllow {
		t.Errorf("empty groups: %s", rule)
	}
}

func TestOnlyWhatIsNeededIsAskedFor(t *testing.T) {
	t.Parallel()
	m := openldap(t, func(s *Spec) {
		s.Users.Attributes = map[string]Rule{"username": Attr("uid"), "name": {Template: "{givenName} {sn}"}}
		s.Users.Login, s.Users.Search, s.Users.OnCreate = nil, nil, nil
		s.Groups.Primary = "gidNumber"
	})
	want := "uid givenName sn entryUUID memberOf pwdAccountLockedTime pwdReset pwdStartTime pwdEndTime pwdChangedTime gidNumber userPassword modifyTimestamp"
	if got := strings.Join(m.Attributes(), " "); got != want {
		t.Errorf("%s", got)
	}
	if got := m.LoginFilter("a*", m.SignInFilter()).String(); got != `(&(objectClass=inetOrgPerson)(uid=a\2a))` {
		t.Errorf("%s", got)
	}
	if got := openldap(t, nil).RecoveryLoginFilter("a@x").String(); got != "(&(objectClass=inetOrgPerson)(|(uid=a@x)(mail=a@x)))" {
		t.Errorf("%s", got)
	}
	if got := strings.Join(m.GroupAttributes(), " "); got != "entryUUID cn description owner" {
		t.Errorf("%s", got)
	}
	if !m.AsksFor("PWDRESET") || m.AsksFor("mail") {
		t.Error("AsksFor is wrong")
	}
}

func TestWordsAreFoundInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	translate := func(id string, _ ...any) string { return "«" + id + "»" }
	for _, c := range []struct {
		text           Text
		language, want string
	}{
		{Text{Message: "Name"}, "fr", "«Name»"}, {Text{}, "fr", ""},
		{Text{Own: map[string]string{"fr": "Nom", "en": "Name"}}, "fr-CA", "Nom"},
		{Text{Own: map[string]string{"fr": "Nom", "en": "Name"}}, "de", "Name"},
		{Text{Own: map[string]string{"fr": "Nom", "": "N"}}, "de", "N"},
		{Text{Own: map[string]string{"fr": "Nom", "es": "Nombre"}}, "de", "Nombre"},
		{Text{Message: "Name", Own: map[string]string{"fr_CA": "Nom"}}, "fr_CA", "Nom"},
	} {
		if got := c.text.In(c.language, translate); got != c.want {
			t.Errorf("%+v in %s: %q", c.text, c.language, got)
		}
	}
	if !(Text{}).IsZero() || (Text{Message: "x"}).IsZero() {
		t.Error("IsZero is wrong")
	}
}

func TestEveryStandardFieldIsWhole(t *testing.T) {
	t.Parallel()
	claims, paths := map[string]string{}, map[string]string{}
	for _, f := range StandardFields() {
		if f.Label.IsZero() || f.Section == "" || f.Section.Label() == "" || f.Widget == "" || f.MaxLength <= 0 || (f.Claim == "") != (f.Scope == "") {
			t.Errorf("%+v", f)
		}
		if other := claims[f.Claim]; f.Claim != "" && other != "" {
			t.Errorf("%s and %s give the claim %s", f.Name, other, f.Claim)
		}
		if other := paths[f.SCIM]; f.SCIM != "" && other != "" {
			t.Errorf("%s and %s have the SCIM path %s", f.Name, other, f.SCIM)
		}
		claims[f.Claim], paths[f.SCIM] = f.Name, f.Name
		if again, ok := StandardField(f.Name); !ok || again.Name != f.Name {
			t.Errorf("%s is not found", f.Name)
		}
	}
	for _, s := range Sections() {
		if s.Label() == "" {
			t.Errorf("section %s has no title", s)
		}
	}
}

func TestChoicesDecideTheWidget(t *testing.T) {
	t.Parallel()
	yes := true
	choices := func(n int) (c ChoicesSpec) {
		for i := range n {
			c = append(c, ChoiceSpec{Value: string(rune('a' + i))})
		}
		return c
	}
	m := openldap(t, custom(map[string]Rule{
		"few":     {Attributes: Strings{"x1"}, Choices: choices(3)},
		"lots":    {Attributes: Strings{"x2"}, Choices: choices(9)},
		"several": {Attributes: Strings{"x3"}, Choices: choices(9), Many: &yes},
		"colour":  {Attributes: Strings{"x4"}, Widget: WidgetColour},
		"note":    {Attributes: Strings{"x5"}, Type: TypeLines},
		"link":    {Attributes: Strings{"x6"}, Type: TypeURL},
	}))
	for name, want := range map[string]Widget{"few": WidgetRadio, "lots": WidgetSelect, "several": WidgetChoices, "colour": WidgetColour, "note": WidgetTextArea, "link": WidgetURL} {
		if f, _ := m.Field(name); f.Widget != want || !f.Custom || f.Section != SectionMore || f.Claim != name || f.Scope != "profile" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestAnUnknownPresetIsNamedWithTheNearest(t *testing.T) {
	t.Parallel()
	if _, err := Preset("opnldap"); err == nil || !strings.Contains(err.Error(), `did you mean "openldap"?`) {
		t.Errorf("%v", err)
	}
	if _, err := Preset("../spec"); err == nil {
		t.Error("a file outside was read")
	}
	for a, b := range map[string]string{"emial": "emails", "usr": "", "usernaem": "username"} {
		if got := Nearest(a, []string{"emails", "username"}); got != b {
			t.Errorf("%s is near %q", a, got)
		}
	}
}
