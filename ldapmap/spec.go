package ldapmap

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
	// Nested says how members of groups within groups are found: no (the directory tells them itself, or there are none), or in_chain (by Active
	// Directory's matching rule; memberOf is not asked then).
	Nested string `yaml:"nested"`
	// Primary is an attribute that people and groups share (gidNumber): who has the group's value is in it, listed or not. primaryGroupID is
	// Active Directory's, and stands for the group with that SID.
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
	// Verified says that the directory vouches for the values: applications are told that a mail address or phone number is the person's (email_verified).
	Verified bool `yaml:"verified"`
	// VerifiedBy is an attribute that vouches for them, entry by entry: it is TRUE, or holds the values that are verified.
	VerifiedBy string `yaml:"verified_by"`

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
