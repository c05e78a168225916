package ldapmap

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func TestEveryFormOfRuleCanBeWritten(t *testing.T) {
	t.Parallel()
	const file = `
users:
  base: ou=people,dc=example,dc=org
  login: [username, emails]
  on_create:
    loginShell: /bin/bash
    objectClassExtra: [a, b]
  attributes:
    username: uid
    name: "{givenName} {sn}"
    phones: [telephoneNumber, mobile]
    nickname: ~
    photo: false
    gender: no
    title: {first: [title, employeeType]}
    active: {attribute: accountStatus, values: {enabled: true, disabled: false, 007: no}}
    favourite_colour:
      attribute: favColour
      label: {en: Favourite colour, fr: Couleur préférée}
      hint: For the t-shirt
      widget: select
      many: false
      choices: [red, green, 3]
      claim: ""
    size:
      attribute: shirtSize
      choices: {s: Small, l: {en: Large, fr: Grand}}
`
	var s Spec
	if err := yaml.UnmarshalWithOptions([]byte(file), &s, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	a := s.Users.Attributes
	if got := s.Users.Base; len(got) != 1 || got[0] != "ou=people,dc=example,dc=org" {
		t.Errorf("base = %q", got)
	}
	if got := s.Users.OnCreate["objectClassExtra"]; len(got) != 2 {
		t.Errorf("on_create = %q", got)
	}
	if a["username"].Attributes[0] != "uid" || a["name"].Template != "{givenName} {sn}" || len(a["phones"].Attributes) != 2 || len(a["title"].First) != 2 {
		t.Errorf("attributes = %+v", a)
	}
	for _, f := range []string{"nickname", "photo", "gender"} {
		if !a[f].isOff() {
			t.Errorf("%s is still mapped: %+v", f, a[f])
		}
	}
	if got := a["active"].Values; len(got) != 3 || got[0] != (Translation{"enabled", "true"}) || got[2] != (Translation{"007", "no"}) {
		t.Errorf("values = %v", got)
	}
	c := a["favourite_colour"]
	if c.Label["fr"] != "Couleur préférée" || c.Hint[""] != "For the t-shirt" || c.Widget != WidgetSelect || c.Many == nil || *c.Many ||
		c.Claim == nil || *c.Claim != "" || len(c.Choices) != 3 || c.Choices[2].Value != "3" {
		t.Errorf("custom field = %+v", c)
	}
	if got := a["size"].Choices; len(got) != 2 || got[1].Label["fr"] != "Grand" || got[0].Label[""] != "Small" {
		t.Errorf("choices = %+v", got)
	}
}

func TestMistakesInRulesNameTheLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ yaml, line, want string }{
		{"users:\n  attributes:\n    name:\n      atribute: cn\n", "[4:", "atribute"},
		{"users:\n  attributes:\n    name: true\n", "[3:", "an attribute, a list"},
		{"users:\n  attributes:\n    name: [cn, [sn]]\n", "[3:", "a list of texts"},
		{"users:\n  base: {a: b}\n", "[2:", "a text or a list"},
		{"users:\n  attributes:\n    x: {attribute: y, values: [1]}\n", "[3:", "found a list, wanted a mapping"},
		{"users:\n  attributes:\n    x: {attribute: y, choices: red}\n", "[3:", `found "red", wanted a list of values`},
		{"users:\n  attributes:\n    x: {attribute: y, label: {en: [a]}}\n", "[3:", "wanted a text"},
		{"users:\n  attributes:\n    x: {attribute: y, choices: {a: [b]}}\n", "[3:", "wanted a text"},
		{"users:\n  nonsense: 1\n", "[2:", "nonsense"},
	} {
		var s Spec
		err := yaml.UnmarshalWithOptions([]byte(c.yaml), &s, yaml.Strict())
		if err == nil {
			t.Errorf("%q was taken", c.yaml)
			continue
		}
		if text := err.Error(); !strings.Contains(text, c.want) || !strings.Contains(text, c.line) {
			t.Errorf("%q: %v; want %q at %s", c.yaml, text, c.want, c.line)
		}
	}
}
