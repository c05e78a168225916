package ldapmap

import (
	"maps"
	"reflect"
	"slices"
)

// Spec is the part of the configuration that says how people and groups are spelt: `directory.users` and `directory.groups`. Presets are
// Specs too, in the same YAML. Decode it with goccy/go-yaml in strict mode; Compile finds what is wrong in it.
type Spec struct {
	Users  UsersSpec  `yaml:"users"`
	Groups GroupsSpec `yaml:"groups"`
}

// UsersSpec says where people are and how they are spelt.
type UsersSpec struct {
	// Base is where people are looked for: one DN or several, each with all that is below it.
	Base Strings `yaml:"base"`
	// Filter says which entries are people who may sign in.
	Filter string `yaml:"filter"`
	// RecoveryFilter says who may ask for a new password. It should also find people whose password has expired. Empty: Filter.
	RecoveryFilter string `yaml:"recovery_filter"`
	// Login names the fields by which people name themselves when they sign in.
	Login Strings `yaml:"login"`
	// Search names the fields in which administrators search.
	Search Strings `yaml:"search"`
	// ID is the attribute that never changes: entryUUID, objectGUID, nsUniqueId ...
	ID string `yaml:"id"`
	// MemberOf is the attribute in which the directory lists the groups of a person. Empty: none, groups are searched.
	MemberOf string `yaml:"member_of"`
	// Account names what the directory knows of locks, expiry and password changes: any of ppolicy, shadow, samba, 389ds, freeipa,
	// activedirectory.
	Account Strings `yaml:"account"`
	// PasswordReadable says that the service account may read userPassword, so that its absence means "no password".
	PasswordReadable bool `yaml:"password_readable"`

	// NewBase is where new entries are made. Empty: the first Base.
	NewBase string `yaml:"new_base"`
	// RDN is the attribute (or several, for a multi-valued RDN) that names a new entry.
	RDN Strings `yaml:"rdn"`
	// ObjectClasses are those of new entries.
	ObjectClasses Strings `yaml:"object_classes"`
	// OnCreate gives attributes of a new entry: constants or templates such as "/home/{uid}".
	OnCreate map[string]Strings `yaml:"on_create"`
	// Derive keeps attributes in step: each is a template over other attributes, and written whenever one of those is.
	Derive map[string]string `yaml:"derive"`
	// WithPassword keeps attributes in step with the password: attribute to days, seconds, nt_hash or a constant in quotes such as "'TRUE'".
	WithPassword map[string]string `yaml:"with_password"`

	// Attributes maps fields to rules.
	Attributes map[string]Rule `yaml:"attributes"`
}

// GroupsSpec says where groups are and how they are spelt. Without Base there are no groups.
type GroupsSpec struct {
	Base   Strings `yaml:"base"`
	Filter string  `yaml:"filter"`
	ID     string  `yaml:"id"` // as for users; empty: as for users
	// Name, DisplayName, Description and Owner are attributes.
	Name        string `yaml:"name"`
	DisplayName string `yaml:"display_name"`
	Description string `yaml:"description"`
	Owner       string `yaml:"owner"`
	// Member is the attribute with the members, and MemberHolds what its values are: dn or username.
	Member      string `yaml:"member"`
	MemberHolds string `yaml:"member_holds"`
	// Primary is an attribute that people and groups share (gidNumber): who has the group's value is in it, listed or not.
	Primary string `yaml:"primary"`
	// Empty says what happens when the last member leaves: allow (the class permits it), placeholder, or delete (the group).
	Empty string `yaml:"empty"`
	// Placeholder is the member of a group without members. It is never shown.
	Placeholder string `yaml:"placeholder"`
	// NewBase, RDN, ObjectClasses and OnCreate are as for users.
	NewBase       string             `yaml:"new_base"`
	RDN           Strings            `yaml:"rdn"`
	ObjectClasses Strings            `yaml:"object_classes"`
	OnCreate      map[string]Strings `yaml:"on_create"`
}

// Rule says how a field is spelt. In YAML it is one of
//
//	uid                           an attribute
//	"{givenName} {sn}"            a template: read-only
//	[telephoneNumber, mobile]     attributes whose values are put together; each value stays in the attribute it came from
//	no                            not mapped, although the preset maps it
//	{attribute: favColour, ...}   a mapping with the keys below
type Rule struct {
	// Where the values are: exactly one of these.
	Attributes Strings `yaml:"attribute"`
	First      Strings `yaml:"first"` // the first of these attributes that is present
	Template   string  `yaml:"template"`

	// Pattern takes a part of each value: a regular expression whose first group (or whole match) is the value. Read-only.
	Pattern string `yaml:"pattern"`
	// Values translates: what the directory has to what the field has, in order of preference for writing.
	Values Translations `yaml:"values"`
	// Bit is the bit of an integer (userAccountControl) that a bool field stands for, and BitUnset makes the field true when the bit is not set.
	Bit      uint32 `yaml:"bit"`
	BitUnset bool   `yaml:"bit_unset"`
	// Default is the field's value when the attribute is absent.
	Default string `yaml:"default"`
	// Syntax is the codec: see Codecs. Empty: by the attribute and the field's type.
	Syntax string `yaml:"syntax"`
	// OneEach says that each of several attributes holds one value.
	OneEach bool `yaml:"one_each"`

	// How the field looks to people; each overrides the standard field's.
	Type         Type        `yaml:"type"`
	Many         *bool       `yaml:"many"`
	Label        LocalText   `yaml:"label"`
	Hint         LocalText   `yaml:"hint"`
	Widget       Widget      `yaml:"widget"`
	Choices      ChoicesSpec `yaml:"choices"`
	Required     *bool       `yaml:"required"`
	ReadOnly     bool        `yaml:"read_only"`
	MaxLength    int         `yaml:"max_length"`
	Claim        *string     `yaml:"claim"`
	Scope        string      `yaml:"scope"`
	SCIM         *string     `yaml:"scim"`
	Section      Section     `yaml:"section"`
	Autocomplete string      `yaml:"autocomplete"`

	off bool // "no"
}

// Off is the rule that unmaps a field of the preset.
func Off() Rule { return Rule{off: true} }

// Attr is the rule for a plain attribute, or for several.
func Attr(names ...string) Rule { return Rule{Attributes: names} }

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
