// Package memdir is an LDAPv3 server that keeps its entries in memory. It exists for `wicketgate demo` and for
// tests, which want a real directory on a real socket within milliseconds; it stores nothing on disk and is no
// replacement for a directory server.
//
// A tour, in the order a request travels:
//
//	options.go server.go     what can be set; listeners, start, stop, start again
//	conn.go dispatch.go      one reader and one worker a connection, StartTLS, limits, answers
//	wire.go message.go       bounded BER, the LDAPMessage (RFC 4511 4.1), requests, responses
//	intercept.go counts.go   fault injection and operation budgets for tests
//	op_*.go                  one file an operation; control.go what controls add to it
//	filter*.go match.go      search filters (RFC 4511 4.5.1.7) and how they meet an entry
//	candidates.go            which entries the indexes say a filter can match; selection.go what is sent of them
//	schema*.go syntax.go     RFC 4512 definitions, RFC 4517 syntaxes; rules.go the matching rules
//	dn.go entry.go tree.go   names, copy-on-write entries, the tree with its equality indexes
//	password.go policy*.go   hashes, and draft-behera-ldap-password-policy-10
//	groups.go access.go      memberOf, referential integrity, access rules
//	ldif.go inspect.go       RFC 2849 in and out, entries for tests to look at
//
// Every operation is atomic: a write holds the one lock from its first check to its last change, and either
// changes everything or nothing. A search matches under the read lock, so that it sees one moment of the
// directory, and sends its answer after letting go.
//
// Where servers differ memdir does as OpenLDAP's slapd 2.5 does, with these exceptions: renaming through Modify is
// notAllowedOnRDN (67), as RFC 4511 says, and not namingViolation; an unauthenticated bind succeeds unless
// Options.RefuseUnauthenticatedBind; and LDAP_MATCHING_RULE_IN_CHAIN, which slapd lacks, is answered as Active
// Directory does.
//
// Of this module the package imports ldapmap alone, for the text form of names. Callers are the demo and tests, ldapmap/ldaptest before all.
package memdir
