package ldapmap

import (
	"maps"
	"reflect"
	"slices"
)

// isOff tells whether the rule unmaps its field: it says so, or nothing at all stands after the field's name.
func (r Rule) isOff() bool { return r.off || reflect.ValueOf(r).IsZero() }

// Over lays s over a preset: what s says counts, the preset fills the rest. Attributes, on_create, derive and with_password are merged
// key by key, lists as a whole.
func (s Spec) Over(preset Spec) Spec {
	u, p := &s.Users, preset.Users
	over(&u.Base, p.Base)
	orElse(&u.Filter, p.Filter)
	orElse(&u.RecoveryFilter, p.RecoveryFilter)
	off := func(field string) bool { r, ok := u.Attributes[field]; return ok && r.isOff() }
	over(&u.Login, slices.DeleteFunc(slices.Clone(p.Login), off)) // a field that is unmapped is no login by default
	over(&u.Search, slices.DeleteFunc(slices.Clone(p.Search), off))
	orElse(&u.ID, p.ID)
	orElse(&u.MemberOf, p.MemberOf)
	over(&u.Account, p.Account)
	u.PasswordReadable = u.PasswordReadable || p.PasswordReadable
	orElse(&u.NewBase, p.NewBase)
	over(&u.RDN, p.RDN)
	over(&u.ObjectClasses, p.ObjectClasses)
	u.OnCreate = merged(u.OnCreate, p.OnCreate)
	u.Derive = merged(u.Derive, p.Derive)
	u.WithPassword = merged(u.WithPassword, p.WithPassword)
	u.Attributes = merged(u.Attributes, p.Attributes)
	for name, rule := range u.Attributes {
		if under, ok := p.Attributes[name]; ok && rule.describesOnly() {
			u.Attributes[name] = rule.spelt(under)
		}
	}

	g, p2 := &s.Groups, preset.Groups
	over(&g.Base, p2.Base)
	orElse(&g.Filter, p2.Filter)
	orElse(&g.ID, p2.ID)
	orElse(&g.Name, p2.Name)
	orElse(&g.DisplayName, p2.DisplayName)
	orElse(&g.Description, p2.Description)
	orElse(&g.Owner, p2.Owner)
	orElse(&g.Member, p2.Member)
	orElse(&g.MemberHolds, p2.MemberHolds)
	orElse(&g.Primary, p2.Primary)
	orElse(&g.Nested, p2.Nested)
	orElse(&g.Empty, p2.Empty)
	orElse(&g.Placeholder, p2.Placeholder)
	orElse(&g.NewBase, p2.NewBase)
	over(&g.RDN, p2.RDN)
	over(&g.ObjectClasses, p2.ObjectClasses)
	g.OnCreate = merged(g.OnCreate, p2.OnCreate)
	return s
}

// describesOnly tells whether the rule only changes the looks of a field, as in {label: ...}, and leaves its spelling to the preset.
func (r Rule) describesOnly() bool {
	return !r.isOff() && len(r.Attributes) == 0 && len(r.First) == 0 && r.Template == ""
}

// spelt returns r with the spelling of under, and with its looks where r has none.
func (r Rule) spelt(under Rule) Rule {
	r.Attributes, r.First, r.Template = under.Attributes, under.First, under.Template
	orElse(&r.Pattern, under.Pattern)
	if len(r.Values) == 0 {
		r.Values = under.Values
	}
	if r.Bit == 0 {
		r.Bit, r.BitUnset = under.Bit, under.BitUnset
	}
	orElse(&r.Default, under.Default)
	orElse(&r.Syntax, under.Syntax)
	r.OneEach = r.OneEach || under.OneEach
	if !r.Verified && r.VerifiedBy == "" {
		r.Verified, r.VerifiedBy = under.Verified, under.VerifiedBy
	}
	orElse(&r.Type, under.Type)
	orElse(&r.Many, under.Many)
	if len(r.Label) == 0 {
		r.Label = under.Label
	}
	if len(r.Hint) == 0 {
		r.Hint = under.Hint
	}
	orElse(&r.Widget, under.Widget)
	if len(r.Choices) == 0 {
		r.Choices = under.Choices
	}
	orElse(&r.Required, under.Required)
	r.ReadOnly = r.ReadOnly || under.ReadOnly
	orElse(&r.MaxLength, under.MaxLength)
	orElse(&r.Claim, under.Claim)
	orElse(&r.Scope, under.Scope)
	orElse(&r.SCIM, under.SCIM)
	orElse(&r.Section, under.Section)
	orElse(&r.Autocomplete, under.Autocomplete)
	r.off = under.off
	return r
}

func orElse[T comparable](v *T, otherwise T) {
	var zero T
	if *v == zero {
		*v = otherwise
	}
}

func over[S ~[]E, E any](v *S, otherwise S) {
	if len(*v) == 0 {
		*v = otherwise
	}
}

func merged[V any](own, preset map[string]V) map[string]V {
	all := maps.Clone(preset)
	if all == nil {
		all = map[string]V{}
	}
	maps.Copy(all, own)
	return all
}
