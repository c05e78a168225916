// Package fields turns the table of fields into forms, and what comes back from a form into a changed person.
//
// It is used by every page that shows people: the own profile, invitations, and those who look after others. Which field a
// person may see or write is decided by ldapmap/policy and handed in; how a value is spelt in LDAP is the mapping's business. In between
// stands what this package knows: which widget asks for a field, what a value must look like, and what to say when it does not.
//
//   - form.go: fields and a person to a form
//   - read.go: a posted form to a person, and everything that is wrong with it
//   - seen.go: what a form showed, so that nobody undoes what somebody else changed meanwhile
//   - check.go: what a value of each type must look like
//   - photo.go: an upload to the picture that is kept
package fields
