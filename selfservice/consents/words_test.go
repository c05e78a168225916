package consents

import (
	"testing"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap"
)

func TestValuesAreWrittenForReading(t *testing.T) {
	t.Parallel()
	loc := webtest.Renderer(t).Bundle().Match("en")
	colours := []ldapmap.Choice{{Value: "r", Label: ldapmap.Text{Own: map[string]string{"en": "Red"}}}}
	for _, c := range []struct {
		f       ldapmap.Field
		v, want string
	}{
		{ldapmap.Field{Type: ldapmap.TypeBool}, "true", "Yes"},
		{ldapmap.Field{Type: ldapmap.TypeBool}, "false", "No"},
		{ldapmap.Field{Choices: colours}, "r", "Red"},
		{ldapmap.Field{Choices: colours}, "x", "x"},
		{ldapmap.Field{Type: ldapmap.TypeDate}, "2001-02-03", "3 February 2001"},
		{ldapmap.Field{Type: ldapmap.TypeDate}, "long ago", "long ago"},
		{ldapmap.Field{Type: ldapmap.TypeTime}, "long ago", "long ago"},
		{ldapmap.Field{Type: ldapmap.TypeText}, "<b>", "<b>"},
	} {
		if got := value(c.f, c.v, loc); got != c.want {
			t.Errorf("%s %q is written %q, want %q", c.f.Type, c.v, got, c.want)
		}
	}
	if got := value(ldapmap.Field{Type: ldapmap.TypeTime}, "2001-02-03T04:05:06Z", loc); got == "2001-02-03T04:05:06Z" {
		t.Error("a time is written as machines do")
	}
	f := &Flow{}
	s := f.scope(nil, oidc.Asked{Scope: "profile", New: true, Claims: []oidc.AskedClaim{
		{Field: ldapmap.Field{Name: "photo", Type: ldapmap.TypePhoto}, Values: []string{"\xff\xd8"}}, {Field: ldapmap.Field{Name: "odd"}, Values: []string{"1", "2"}},
	}}, true, loc)
	if !s.New || s.Claims[0].Image != "data:image/jpeg;base64,/9g=" || s.Claims[0].Values != nil || s.Claims[1].Label != "odd" || len(s.Claims[1].Values) != 2 {
		t.Errorf("%+v", s)
	}
	for scope, want := range map[string]string{"phone": "Your phone number", "address": "Your postal address", oidc.ScopeOffline: "Access while you are away"} {
		if got := f.label(scope, loc); got != want {
			t.Errorf("%s is called %q", scope, got)
		}
	}
}
