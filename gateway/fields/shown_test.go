package fields_test

import (
	"slices"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/fields"
	"github.com/wicketgate/wicketgate/ldapmap"
)

func TestValuesThatCannotBeChangedAreWrittenForReading(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		field  ldapmap.Field
		values []string
		en, fr []string
	}{
		"yes":       {field: ldapmap.Field{Type: ldapmap.TypeBool}, values: list("true"), en: list("Yes"), fr: list("Oui")},
		"no":        {field: ldapmap.Field{Type: ldapmap.TypeBool}, values: list("false"), en: list("No"), fr: list("Non")},
		"a date":    {field: ldapmap.Field{Type: ldapmap.TypeDate}, values: list("2001-12-31"), en: list("31 December 2001"), fr: list("31 décembre 2001")},
		"no date":   {field: ldapmap.Field{Type: ldapmap.TypeDate}, values: list("last summer"), en: list("last summer"), fr: list("last summer")},
		"no time":   {field: ldapmap.Field{Type: ldapmap.TypeTime}, values: list("noon"), en: list("noon"), fr: list("noon")},
		"a person":  {field: ldapmap.Field{Type: ldapmap.TypePerson}, values: list(`cn=Doe\, Jane \+ Co,ou=people,dc=example`), en: list("Doe, Jane + Co"), fr: list("Doe, Jane + Co")},
		"no person": {field: ldapmap.Field{Type: ldapmap.TypePerson}, values: list("Jane"), en: list("Jane"), fr: list("Jane")},
		"a choice": {field: ldapmap.Field{Type: ldapmap.TypeText, Choices: []ldapmap.Choice{
			{Value: "red", Label: ldapmap.Text{Own: map[string]string{"en": "Red", "fr": "Rouge"}}},
		}}, values: list("red", "mauve"), en: list("Red", "mauve"), fr: list("Rouge", "mauve")},
	} {
		for tag, want := range map[string][]string{"en": c.en, "fr": c.fr} {
			f := c.field
			f.Name, f.Section, f.Many = "x", ldapmap.SectionMore, true
			set := fields.Set{Fields: []ldapmap.Field{f}, Write: func(string) bool { return false }}
			form := set.Form(holding(map[string][]string{"x": c.values}), locale(t, tag))
			got := form.Sections[0].Fields[0]
			if got.Value != "" {
				got.Values = append(got.Values, got.Value)
			}
			if !slices.Equal(got.Values, want) || !got.ReadOnly {
				t.Errorf("%s, %s: %q", name, tag, got.Values)
			}
		}
	}
}
