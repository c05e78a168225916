// Package fields turns the table of fields into forms, and what comes back from a form into a changed person.
//
// It is used by every page that shows people: the own profile, invitations, and those who look after others. Which field a
// person may see or write is decided by ldapmap/policy and handed in; how a value is spelt in LDAP is the mapping's business. In between
// stands what this package knows: which widget asks for a field, and what came back. What a value must look like is said by ldapmap.Field.Clean.
//
//   - form.go: fields and a person to a form
//   - read.go: a posted form to a person, and everything that is wrong with it
//   - seen.go: what a form showed, so that nobody undoes what somebody else changed meanwhile
//   - photo.go: an upload to the picture that is kept
package fields
