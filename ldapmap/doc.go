// Package ldapmap knows people and their LDAP spelling: no network, no HTTP.
//
// The rest of the program speaks of a User with named fields and of a Group; a directory holds entries with
// attributes that somebody chose years ago. The Mapping, compiled from the configuration, translates between the two, in both directions,
// and finds the smallest change that turns one version of a person into another. People is the interface through which
// everything above reads and writes.
//
//   - user.go, group.go, account.go: the model
//   - field.go, fields.go: the one table of fields; clean.go checks what people type
//   - spec.go, preset.go: the mapping as it is configured; compile*.go, check.go: every mistake in it at once
//   - mapping.go: the compiled mapping; read.go, create.go, groups.go: entries to people and back
//   - groups_ad.go: groups of groups and the primary group in Active Directory
//   - vouched.go: whether the directory vouches for a mail address
//   - change.go: two versions of a person to a Modify; password.go: what changes with the password
//   - codec*.go: LDAP syntaxes and Go values
//   - filter.go, find.go: search filters; the only place that escapes
//   - dn.go: names of entries, compared and escaped
//   - store.go: People
//
// ldapmap/directory talks LDAP, ldapmap/policy decides who may do what, ldapmap/memdir is a server for the demo and for tests.
package ldapmap
