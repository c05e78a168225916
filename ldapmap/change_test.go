package ldapmap

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// entry makes an entry from "attribute: value" lines, the first of which is the DN.
func entry(lines ...string) *Entry {
	e := &Entry{DN: lines[0], Attributes: []Attribute{{"entryUUID", []string{"6ba7b810-9dad-11d1-80b4-00c04fd430c8"}}}}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ": ")
		if i := slices.IndexFunc(e.Attributes, func(a Attribute) bool { return a.Name == name }); i >= 0 {
			e.Attributes[i].Values = append(e.Attributes[i].Values, value)
			continue
		}
		e.Attributes = append(e.Attributes, Attribute{name, []string{value}})
	}
	return e
}

// custom adds rules of fields to the openldap preset.
func custom(rules map[string]Rule) func(*Spec) {
	return func(s *Spec) {
		for name, r := range rules {
			if _, standard := StandardField(name); !standard && len(r.Label) == 0 {
				r.Label = LocalText{"": name}
			}
			s.Users.Attributes[name] = r
		}
	}
}

func TestTheSmallestChangeIsFound(t *testing.T) {
	t.Parallel()
	phones := map[string]Rule{"phones": Attr("telephoneNumber", "mobile"), "mobile": Off()}
	each := map[string]Rule{"phones": {Attributes: Strings{"telephoneNumber", "mobile"}, OneEach: true}, "mobile": Off()}
	active := map[string]Rule{"active": {Attributes: Strings{"accountStatus"}, Values: Translations{{"enabled", "true"}, {"on", "true"}, {"disabled", "false"}}}}
	flags := map[string]Rule{
		"active":  {Attributes: Strings{"userAccountControl"}, Bit: 2, BitUnset: true},
		"forever": {Attributes: Strings{"userAccountControl"}, Bit: 0x10000, Type: TypeBool},
	}
	derive := func(s *Spec) { s.Users.Derive = map[string]string{"displayName": "{givenName} {sn}"} }
	const ada = "uid=ada,ou=people,dc=example,dc=org"
	del := func(name string, v ...string) Mod { return Mod{ModDelete, name, v} }
	add := func(name string, v ...string) Mod { return Mod{ModAdd, name, v} }
	for _, c := range []struct {
		name   string
		change func(*Spec)
		entry  *Entry
		set    map[string][]string
		rename string
		want   []Mod
	}{
		{"nothing", nil, entry(ada, "uid: ada", "mail: a@x", "mail: b@x"), map[string][]string{"emails": {"b@x", "a@x"}}, "", nil},
		{"one value goes and one comes", nil, entry(ada, "uid: ada", "mail: a@x", "mail: b@x"), map[string][]string{"emails": {"b@x", "c@x"}}, "", []Mod{del("mail", "a@x"), add("mail", "c@x")}},
		{"the last value goes", nil, entry(ada, "uid: ada", "title: Boss"), map[string][]string{"title": nil}, "", []Mod{del("title", "Boss")}},
		{"a first value comes", nil, entry(ada, "uid: ada"), map[string][]string{"title": {"Boss"}}, "", []Mod{add("title", "Boss")}},
		{"a field of one value in an attribute of several", nil, entry(ada, "uid: ada", "title: Boss", "title: Founder"), map[string][]string{"title": {"Chief"}}, "", []Mod{del("title", "Boss"), add("title", "Chief")}},
		{"the raw value is deleted to the letter", nil, entry(ada, "uid: ada", "preferredLanguage: fr_CA, en;q=0.5"), map[string][]string{"language": {"de"}}, "", []Mod{del("preferredLanguage", "fr_CA, en;q=0.5"), add("preferredLanguage", "de")}},
		{"a value that is not of its syntax stays", nil, entry(ada, "uid: ada", "preferredLanguage: ???"), map[string][]string{"language": {"de"}}, "", []Mod{add("preferredLanguage", "de")}},
		{"a value is edited where it stands", custom(phones), entry(ada, "uid: ada", "telephoneNumber: 1", "mobile: 2"), map[string][]string{"phones": {"1", "22"}}, "", []Mod{del("mobile", "2"), add("mobile", "22")}},
		{"a new value goes to the first attribute", custom(phones), entry(ada, "uid: ada", "telephoneNumber: 1", "mobile: 2"), map[string][]string{"phones": {"1", "2", "3"}}, "", []Mod{add("telephoneNumber", "3")}},
		{"the same number in both", custom(phones), entry(ada, "uid: ada", "telephoneNumber: 1", "mobile: 1"), map[string][]string{"phones": nil}, "", []Mod{del("telephoneNumber", "1"), del("mobile", "1")}},
		{"one each: the free attribute", custom(each), entry(ada, "uid: ada", "telephoneNumber: 1"), map[string][]string{"phones": {"1", "2"}}, "", []Mod{add("mobile", "2")}},
		{"one each: the place of one that goes", custom(each), entry(ada, "uid: ada", "telephoneNumber: 1", "mobile: 2"), map[string][]string{"phones": {"2", "3"}}, "", []Mod{del("telephoneNumber", "1"), add("telephoneNumber", "3")}},
		{"a translated value", custom(active), entry(ada, "uid: ada", "accountStatus: ON"), map[string][]string{"active": {"false"}}, "", []Mod{del("accountStatus", "ON"), add("accountStatus", "disabled")}},
		{"a translated value among others", custom(active), entry(ada, "uid: ada", "accountStatus: vip", "accountStatus: disabled"), map[string][]string{"active": {"true"}}, "", []Mod{del("accountStatus", "disabled"), add("accountStatus", "enabled")}},
		{"one bit", custom(flags), entry(ada, "uid: ada", "userAccountControl: 512"), map[string][]string{"active": {"false"}}, "", []Mod{del("userAccountControl", "512"), add("userAccountControl", "514")}},
		{"two bits at once", custom(flags), entry(ada, "uid: ada", "userAccountControl: 514"), map[string][]string{"active": {"true"}, "forever": {"true"}}, "", []Mod{del("userAccountControl", "514"), add("userAccountControl", "66048")}},
		{"a bit of a negative number", custom(flags), entry(ada, "uid: ada", "userAccountControl: -2147483136"), map[string][]string{"active": {"false"}}, "", []Mod{del("userAccountControl", "-2147483136"), add("userAccountControl", "-2147483134")}},
		{"the first that is present is written", custom(map[string]Rule{"nickname": {First: Strings{"nick", "displayName"}}, "display_name": Off()}), entry(ada, "uid: ada", "displayName: A"), map[string][]string{"nickname": {"B"}}, "", []Mod{del("displayName", "A"), add("displayName", "B")}},
		{"none is present", custom(map[string]Rule{"nickname": {First: Strings{"nick", "displayName"}}, "display_name": Off()}), entry(ada, "uid: ada"), map[string][]string{"nickname": {"B"}}, "", []Mod{add("nick", "B")}},
		{"a photo is replaced", nil, entry(ada, "uid: ada", "jpegPhoto: \xff\xd8\xff1", "jpegPhoto: \xff\xd8\xff2"), map[string][]string{"photo": {"\xff\xd8\xff3"}}, "", []Mod{{ModReplace, "jpegPhoto", []string{"\xff\xd8\xff3", "\xff\xd8\xff2"}}}},
		{"a photo goes", nil, entry(ada, "uid: ada", "jpegPhoto: \xff\xd8\xff1"), map[string][]string{"photo": nil}, "", []Mod{{ModReplace, "jpegPhoto", nil}}},
		{"a default is not written", custom(map[string]Rule{"zone": {Attributes: Strings{"tz"}, Default: "Europe/Paris"}}), entry(ada, "uid: ada"), map[string][]string{"zone": {"Europe/Rome"}}, "", []Mod{add("tz", "Europe/Rome")}},
		{"back to the default", custom(map[string]Rule{"zone": {Attributes: Strings{"tz"}, Default: "Europe/Paris"}}), entry(ada, "uid: ada", "tz: Europe/Rome"), map[string][]string{"zone": {"Europe/Paris"}}, "", []Mod{del("tz", "Europe/Rome")}},
		{"derived", derive, entry(ada, "uid: ada", "givenName: Ada", "sn: Byron", "displayName: Ada Byron"), map[string][]string{"family_name": {"Lovelace"}}, "", []Mod{del("sn", "Byron"), add("sn", "Lovelace"), del("displayName", "Ada Byron"), add("displayName", "Ada Lovelace")}},
		{"derived, and alone", derive, entry(ada, "uid: ada", "givenName: Ada", "sn: Byron", "displayName: Countess"), map[string][]string{"title": {"x"}}, "", []Mod{add("title", "x")}},
		{"derived, written by others before", derive, entry(ada, "uid: ada", "givenName: Ada", "sn: Byron", "displayName: Countess"), map[string][]string{"family_name": {"King"}}, "", []Mod{del("sn", "Byron"), add("sn", "King"), del("displayName", "Countess"), add("displayName", "Ada King")}},
		{"derived for the first time", derive, entry(ada, "uid: ada", "sn: Byron"), map[string][]string{"given_name": {"Ada"}}, "", []Mod{add("givenName", "Ada"), add("displayName", "Ada Byron")}},
		{"the name in the DN", nil, entry(ada, "uid: ada"), map[string][]string{"username": {"a,b"}}, `uid=a\,b`, nil},
		{"only its case", nil, entry(ada, "uid: ada"), map[string][]string{"username": {"Ada"}}, "uid=Ada", nil},
		{"the name in the DN and more", nil, entry(ada, "uid: ada", "title: x"), map[string][]string{"username": {"al"}, "title": {"y"}}, "uid=al", []Mod{del("title", "x"), add("title", "y")}},
		{"one of two names in the DN", nil, entry("cn=Ada L+uid=ada,dc=x", "uid: ada", "cn: Ada L"), map[string][]string{"name": {"Ada B"}}, "cn=Ada B+uid=ada", nil},
		{"another cn than the one in the DN", func(s *Spec) {
			s.Users.Search = Strings{"username"}
			custom(map[string]Rule{"nickname": {Attributes: Strings{"cn"}}, "name": Off()})(s)
		}, entry("cn=Ada L,dc=x", "uid: ada", "cn: Countess", "cn: ada l"), map[string][]string{"nickname": {"Ada B"}}, "cn=Ada B", nil},
		{"the derived name in the DN", func(s *Spec) { s.Users.Derive = map[string]string{"cn": "{givenName} {sn}"} }, entry("cn=Ada Byron,dc=x", "uid: ada", "cn: Ada Byron", "givenName: Ada", "sn: Byron"), map[string][]string{"family_name": {"King"}}, "cn=Ada King", []Mod{del("sn", "Byron"), add("sn", "King")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := openldap(t, c.change)
			old, err := m.User(c.entry)
			if err != nil {
				t.Fatal(err)
			}
			n := old.Clone()
			for f, v := range c.set {
				n.Set(f, v...)
			}
			got, err := m.Change(old, n)
			if err != nil {
				t.Fatal(err)
			}
			if got.NewRDN != c.rename || !reflect.DeepEqual(got.Mods, c.want) {
				t.Errorf("rename %q, %+v\nwant   %q, %+v", got.NewRDN, got.Mods, c.rename, c.want)
			}
			if got.Empty() != (c.rename == "" && c.want == nil) {
				t.Error("Empty is wrong")
			}
		})
	}
}

func TestAChangeThatCannotBeIsRefusedWithItsField(t *testing.T) {
	t.Parallel()
	rules := custom(map[string]Rule{
		"nickname": {Template: "{givenName}"},
		"gender":   {Attributes: Strings{"mail"}, Pattern: "@(.*)$"},
		"phones":   {Attributes: Strings{"telephoneNumber", "mobile"}, OneEach: true}, "mobile": Off(),
		"active": {Attributes: Strings{"status"}, Values: Translations{{"on", "true"}}},
		"flag":   {Attributes: Strings{"flags"}, Bit: 1, Type: TypeBool},
		"zone":   {Attributes: Strings{"tz"}, ReadOnly: true},
	})
	m := openldap(t, rules)
	old, err := m.User(entry("uid=ada,dc=x", "uid: ada", "givenName: Ada", "sn: B", "cn: A", "mail: a@x", "telephoneNumber: 1", "mobile: 2"))
	if err != nil {
		t.Fatal(err)
	}
	if old.Get("nickname") != "Ada" || old.Get("gender") != "x" {
		t.Errorf("template and pattern give %q and %q", old.Get("nickname"), old.Get("gender"))
	}
	for field, values := range map[string][]string{
		"nickname": {"x"}, "gender": {"y"}, "zone": {"UTC"}, "updated_at": {"2026-01-01T00:00:00Z"}, "phones": {"1", "2", "3"}, "active": {"false"}, "username": nil, "family_name": nil,
		"unknown": {"x"}, "photo": {"GIF"}, "language": {"!"},
	} {
		n := old.Clone()
		n.Set(field, values...)
		_, err := m.Change(old, n)
		var f *fault.Error
		if f, _ = err.(*fault.Error); f == nil || f.Code != fault.Invalid || f.Field != field {
			t.Errorf("%s = %q: %v", field, values, err)
		}
	}
	n := old.Clone()
	n.Set("flag", "true")
	if _, err := m.Change(old, n); !fault.Is(err, fault.Internal) {
		t.Errorf("a bit of no number: %v", err)
	}
	if _, err := m.User(&Entry{DN: "uid=a"}); !fault.Is(err, fault.Internal) || !strings.Contains(err.Error(), "entryUUID") {
		t.Errorf("an entry without its id: %v", err)
	}
}

func TestTheEntryOfANewPersonIsComplete(t *testing.T) {
	t.Parallel()
	m := openldap(t, func(s *Spec) {
		s.Users.NewBase = `ou=new\, here,ou=people,dc=example,dc=org`
		s.Users.RDN = Strings{"cn", "uid"}
		s.Users.Derive = map[string]string{"displayName": "{givenName} {sn}"}
		s.Users.OnCreate = map[string]Strings{"cn": {"{givenName} {sn}"}, "homeDirectory": {"/home/{uid}"}, "zz": {"a", "b"}, "gecos": {"{cn}"}, "nothing": {"{l}"}}
		s.Users.Attributes["active"] = Rule{Attributes: Strings{"flags"}, Bit: 2, BitUnset: true}
	})
	u := NewUser(Ref{})
	for f, v := range map[string]string{"username": "a+b", "given_name": "Ann", "family_name": "O, Neil", "emails": "a@x", "active": "true"} {
		u.Set(f, v)
	}
	e, err := m.NewEntry(u)
	if err != nil {
		t.Fatal(err)
	}
	if e.DN != `cn=Ann O\, Neil+uid=a\+b,ou=new\, here,ou=people,dc=example,dc=org` {
		t.Errorf("DN %s", e.DN)
	}
	want := []Attribute{
		{"objectClass", []string{"inetOrgPerson"}}, {"cn", []string{"Ann O, Neil"}}, {"displayName", []string{"Ann O, Neil"}}, {"gecos", []string{"Ann O, Neil"}},
		{"givenName", []string{"Ann"}}, {"homeDirectory", []string{"/home/a+b"}}, {"mail", []string{"a@x"}}, {"sn", []string{"O, Neil"}}, {"uid", []string{"a+b"}}, {"zz", []string{"a", "b"}},
	}
	if !reflect.DeepEqual(e.Attributes, want) {
		t.Errorf("%+v", e.Attributes)
	}
	for field, value := range map[string]string{"family_name": "", "username": "", "updated_at": "2026-01-01T00:00:00Z", "language": "!!"} {
		bad := u.Clone()
		bad.Set(field, value)
		if _, err := m.NewEntry(bad); !fault.Is(err, fault.Invalid) || err.(*fault.Error).Field != field {
			t.Errorf("%s = %q: %v", field, value, err)
		}
	}
	none := openldap(t, func(s *Spec) { s.Users.ObjectClasses = nil })
	if _, err := none.NewEntry(u); !fault.Is(err, fault.Denied) {
		t.Errorf("without classes: %v", err)
	}
}
