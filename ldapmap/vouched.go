package ldapmap

import (
	"slices"
	"strings"
)

// Vouched tells whether the directory vouches that a value of a field is the person's: the mapping says so of all values (verified), or an attribute of the entry
// does (verified_by). False for a value that the person does not have.
func (m *Mapping) Vouched(u *User, field, value string) bool {
	r := m.byName[field]
	if r == nil || value == "" || !slices.Contains(u.All(field), value) {
		return false
	}
	if r.verified || r.verifiedBy == "" || u.entry == nil {
		return r.verified
	}
	return slices.ContainsFunc(u.entry.Values(r.verifiedBy), func(v string) bool {
		return strings.EqualFold(v, "TRUE") || strings.EqualFold(v, value) // RFC 4517 3.3.3
	})
}

// vouching compiles who vouches for the values of a field.
func (c *compiler) vouching(path string, s Rule, r *rule) {
	if !s.Verified && s.VerifiedBy == "" {
		return
	}
	if r.field.Type != TypeMail && r.field.Type != TypePhone {
		c.add(path+".verified", "", "a field of mail addresses or phone numbers: nothing else is told as verified")
	}
	if s.VerifiedBy == "" {
		return
	}
	if s.Verified {
		c.add(path+".verified", "true", "one of verified and verified_by")
	}
	c.attribute(path+".verified_by", s.VerifiedBy)
	for _, a := range r.attributes {
		if strings.EqualFold(a, s.VerifiedBy) {
			c.add(path+".verified_by", a, "another attribute: one that people write themselves vouches for nothing", "verified: true says that the directory vouches for every value")
		}
	}
}
