package directory_test

import (
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestThePresetFitsTheServersSchema(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *company, _ *ldaptest.Server) {
		schema, err := c.d.Schema(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range c.Mapping().Check(schema.ForMapping()) {
			t.Error(p)
		}
	})
}

func TestWhatTheServerDoesNotKnowIsTold(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		c := newCompany(t, s, func(s *ldapmap.Spec) {
			label := ldapmap.LocalText{"": "x"}
			yes := true
			s.Users.ObjectClasses = ldapmap.Strings{"person", "uidObject"}
			s.Users.RDN = ldapmap.Strings{"uid"}
			s.Users.OnCreate = map[string]ldapmap.Strings{"cn": {"{uid}"}, "noSuchThing": {"x"}}
			s.Users.Attributes["family_name"] = ldapmap.Attr("sn") // no longer required
			s.Users.Attributes["shoe"] = ldapmap.Rule{Attributes: ldapmap.Strings{"shoeSize"}, Label: label}
			s.Users.Attributes["boss"] = ldapmap.Rule{Attributes: ldapmap.Strings{"secretary"}, Label: label, Type: ldapmap.TypeNumber}
			s.Users.Attributes["tongues"] = ldapmap.Rule{Attributes: ldapmap.Strings{"preferredLanguage"}, Label: label, Type: ldapmap.TypeLanguage, Many: &yes}
			s.Users.Attributes["language"] = ldapmap.Off()
			s.Users.Attributes["stamp"] = ldapmap.Rule{Attributes: ldapmap.Strings{"createTimestamp"}, Label: label, Type: ldapmap.TypeTime}
			s.Groups.Member, s.Groups.Empty, s.Groups.ObjectClasses = "member", "allow", ldapmap.Strings{"groupOfNames", "noClass"}
		})
		schema, err := c.d.Schema(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, p := range c.Mapping().Check(schema.ForMapping()) {
			all = append(all, p.String())
		}
		text := strings.Join(all, "\n")
		for _, want := range []string{
			`users.attributes.shoe: found "shoeSize"`, "users.attributes.boss", "users.attributes.tongues", "sn is demanded",
			"users.on_create.noSuchThing", "users.attributes.emails", "groups.empty", "noClass",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
	})
}
