package policy

import (
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/wicketgate/wicketgate/ldapmap"
)

// Ability is something that a person may do.
type Ability string

// The abilities.
const (
	EditSelf      Ability = "edit_self"      // see and change their own account, password included
	UseOIDC       Ability = "use_oidc"       // sign in to applications
	Invite        Ability = "invite"         // invite people
	ManageUsers   Ability = "manage_users"   // create, change, lock and delete other people
	ManageGroups  Ability = "manage_groups"  // change who is in a group
	ManageClients Ability = "manage_clients" // register applications
	SeeStatus     Ability = "see_status"     // see how the gateway does, and what went wrong
)

// Abilities returns all abilities.
func Abilities() []Ability {
	return []Ability{EditSelf, UseOIDC, Invite, ManageUsers, ManageGroups, ManageClients, SeeStatus}
}

// RuleSpec is one rule of the configuration.
type RuleSpec struct {
	// Name is for administrators: messages and the audit log name the rule by it.
	Name string `yaml:"name"`
	// For says whom the rule is about: one who is matched by any of these. Empty: everybody who has signed in.
	For Who `yaml:"for"`
	// Can lists abilities; "*" is all.
	Can ldapmap.Strings `yaml:"can"`
	// Read and Write list fields of people; "*" is all. To write is to read.
	Read  ldapmap.Strings `yaml:"read"`
	Write ldapmap.Strings `yaml:"write"`
}

// Who is a list of Match; in YAML also a single one.
type Who []Match

// Match is a condition on a person. Everything it says must hold. In YAML it is the word everybody or anonymous, or a mapping.
type Match struct {
	Anonymous bool              `yaml:"-"`      // somebody who has not signed in
	Group     string            `yaml:"group"`  // a member of the group with this name or DN
	Field     map[string]string `yaml:"field"`  // one of the field's values is this, without case; "*": it has one
	Person    string            `yaml:"person"` // the one with this user name or DN
	Below     string            `yaml:"below"`  // whose entry is below this DN
}

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (w *Who) UnmarshalYAML(n ast.Node) error {
	if list, ok := n.(*ast.SequenceNode); ok {
		for _, v := range list.Values {
			var m Match
			if err := m.UnmarshalYAML(v); err != nil {
				return err
			}
			*w = append(*w, m)
		}
		return nil
	}
	var m Match
	if err := m.UnmarshalYAML(n); err != nil {
		return err
	}
	*w = Who{m}
	return nil
}

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (m *Match) UnmarshalYAML(n ast.Node) error {
	switch v := n.(type) {
	case *ast.StringNode:
		switch v.Value {
		case "everybody":
			return nil
		case "anonymous":
			m.Anonymous = true
			return nil
		}
	case *ast.MappingNode, *ast.MappingValueNode:
		type keys Match // without this method
		return yaml.NodeToValue(n, (*keys)(m), yaml.Strict())
	}
	return &yaml.SyntaxError{
		Message: fmt.Sprintf("found %s, wanted everybody, anonymous, or a mapping such as {group: staff}", n.String()), Token: n.GetToken(),
	}
}

// Default returns the rules of a configuration that has none: everybody sees their account and changes how they are called, reached and
// shown; the members of the administrators' group, if one is named, do everything.
func Default(adminGroup string) []RuleSpec {
	rules := []RuleSpec{{
		Name: "everybody",
		Can:  ldapmap.Strings{string(EditSelf), string(UseOIDC)},
		Read: ldapmap.Strings{"*"},
		Write: ldapmap.Strings{
			ldapmap.Name, ldapmap.GivenName, ldapmap.MiddleName, ldapmap.FamilyName, ldapmap.DisplayName, ldapmap.Nickname, ldapmap.Photo,
			ldapmap.Emails, ldapmap.Phones, ldapmap.Mobile, ldapmap.Language, ldapmap.Zone, ldapmap.Website, ldapmap.Birthdate, ldapmap.Gender,
			ldapmap.Address, ldapmap.Street, ldapmap.Locality, ldapmap.Region, ldapmap.PostalCode, ldapmap.Country,
		},
	}}
	if adminGroup != "" {
		rules = append(rules, RuleSpec{
			Name: "administrators", For: Who{{Group: adminGroup}}, Can: ldapmap.Strings{"*"}, Read: ldapmap.Strings{"*"}, Write: ldapmap.Strings{"*"},
		})
	}
	return rules
}
