package ldapmap

import (
	"slices"
)

// Mapping is a compiled configuration of how people and groups are spelt in a directory. It never changes, so that everybody may use it at once.
// Compile makes it.
type Mapping struct {
	spec   UsersSpec
	fields []Field // in the order of a page
	rules  []*rule // in the order of fields; those of the directory only
	byName map[string]*rule

	bases    []DN
	newBase  DN
	filter   Filter
	recovery Filter
	login    []*rule
	search   []*rule
	account  []accountKind
	onCreate []made
	derive   []made
	password []made

	attributes []string
	groups     *groupMapping // nil: no groups
}

// rule is a compiled Rule.
type rule struct {
	field      Field
	attributes []string
	// first: the first attribute present counts; otherwise the values of all are put together.
	first    bool
	template *template
	codec    codec
	pattern  *patternPart
	values   Translations
	bit      uint32
	unset    bool
	def      string
	oneEach  bool
	// verified and verifiedBy say who vouches for the values; see Mapping.Vouched.
	verified   bool
	verifiedBy string
}

// Fields returns the fields that are mapped, in the order of a page. It is a copy.
func (m *Mapping) Fields() []Field { return slices.Clone(m.fields) }

// Field returns the mapped field of that name.
func (m *Mapping) Field(name string) (Field, bool) {
	for _, f := range m.fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// Attributes returns the attributes to ask for when reading people: the mapped ones, and by name the operational ones that tell identity,
// groups and the state of the account. It is a copy.
func (m *Mapping) Attributes() []string { return slices.Clone(m.attributes) }

// Bases returns where people are looked for.
func (m *Mapping) Bases() []string { return slices.Clone(m.spec.Base) }

// NewBase returns where new entries are made.
func (m *Mapping) NewBase() string { return m.newBase.String() }

// SignInFilter says which entries are people who may sign in.
func (m *Mapping) SignInFilter() Filter { return m.filter }

// RecoveryFilter says which entries are people who may ask for a new password.
func (m *Mapping) RecoveryFilter() Filter { return m.recovery }

// LoginFields returns the names of the fields by which people sign in.
func (m *Mapping) LoginFields() []string { return slices.Clone(m.spec.Login) }

// CanCreate tells whether the configuration says enough to make entries.
func (m *Mapping) CanCreate() bool { return len(m.spec.ObjectClasses) > 0 && len(m.spec.RDN) > 0 }
