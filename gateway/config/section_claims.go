package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap"
)

// ClientClaim is a claim that one client gets beside those of its scopes, or in place of one of them. Exactly one of value, field, template and groups says what it is.
type ClientClaim struct {
	// Value is the same for everybody: a text, or several as a list.
	Value ldapmap.Strings `yaml:"value"`
	// Type makes numbers or true and false of value: number or bool. Default: text.
	Type string `yaml:"type"`
	// Field is a field of the person, under the claim's name.
	Field string `yaml:"field"`
	// Template is a text with fields in braces, such as "{given_name} {family_name}".
	Template string `yaml:"template"`
	// Groups makes the claim of the groups that the person is in.
	Groups *ClaimGroups `yaml:"groups"`
	// In says where it is told: userinfo, id_token, or both. Default: at userinfo, and with claims_in_id_token in both.
	In ldapmap.Strings `yaml:"in"`
	// Label is what the consent page calls it. Default: as the field is called.
	Label ldapmap.LocalText `yaml:"label"`
}

// ClaimGroups makes a claim of groups.
type ClaimGroups struct {
	// Match is a regular expression: the groups whose name it matches are told, or what its one group in parentheses matches. Default: all groups.
	Match string `yaml:"match"`
	// Names are groups and what the claim calls them, such as {grafana-admins: Admin, grafana-editors: Editor}; no others are told. The order of the file counts.
	Names ldapmap.Translations `yaml:"names"`
	// Prefix stands before each name.
	Prefix string `yaml:"prefix"`
	// First tells one name alone, the first of names that fits, as a text and not as a list.
	First bool `yaml:"first"`
	// Otherwise is told to those who are in none of the groups. Default: nothing with first, else an empty list.
	Otherwise string `yaml:"otherwise"`
}

func (c ClientClaim) claim() rp.Claim {
	o := rp.Claim{Values: c.Value, Type: c.Type, Field: c.Field, Template: c.Template, In: c.In, Label: c.Label}
	if g := c.Groups; g != nil {
		o.Groups = &rp.ClaimGroups{Match: g.Match, Prefix: g.Prefix, First: g.First, Otherwise: g.Otherwise}
		for _, n := range g.Names {
			o.Groups.Names = append(o.Groups.Names, rp.GroupName{Group: n.Directory, As: n.Field})
		}
	}
	return o
}

// checkClaims tells which claims of a client are made of what there is not.
func (c *Config) checkClaims(r *report, key string, claims map[string]ClientClaim) {
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		one := claims[name].claim()
		at := key + "." + name
		if one.Groups != nil && c.Mapping != nil && !c.Mapping.HasGroups() {
			r.at(at+".groups", "", "directory.groups with a base, or nobody is in any", "")
		}
		for _, field := range one.Fields() {
			if c.Mapping == nil {
				break
			}
			f, mapped := c.Mapping.Field(field)
			if mapped && f.Type != ldapmap.TypePhoto {
				continue
			}
			var known []string
			for _, f := range c.Mapping.Fields() {
				known = append(known, f.Name)
			}
			hint := ""
			if near := ldapmap.Nearest(field, known); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			r.at(at, field, "a field of directory.users.attributes", hint)
		}
	}
}
