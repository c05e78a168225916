// Package directory speaks LDAP. It is the only package of the program that imports go-ldap, and everything that goes over the
// wire to a directory goes through it: people and groups (people.go and its neighbours, on top of the transport), the
// state records (gateway/state/ldapstate, through Writer), and the `check` and `inspect` commands.
//
// A tour of the transport, from the outside to the wire:
//
//	config.go target.go tls.go   what an administrator can say, checked; server addresses; certificates
//	directory.go status.go       Open, Close, the pinned Writer, who is well and who is not
//	search.go write.go range.go  the operations; attributes that Active Directory gives in pieces
//	dialect*.go                  how each kind of server wants passwords changed, and what its answers mean
//	bind.go exop.go policy.go    a person's own connection, RFC 3062, password policy answers
//	attempt.go                   which server, how often, and what a broken connection means
//	server.go pool.go            health and connections of one server
//	conn.go wire.go observe.go   one connection: dial, StartTLS, deadlines, bounds; a word to whoever counts
//	errors.go codes.go           server results as errors with a code of package fault
//	rootdse.go capabilities.go   what a server is and can do
//	schema.go schema_parse.go    RFC 4512 definitions
//	dn.go                        names: equality, parts, escaping
//
// The rules it keeps: nothing is sent before TLS stands; an empty password is never sent; a person's bind happens on a connection
// which serves nothing else; reads are tried once more on another server and writes never; every call ends with its
// context or with the configured timeout, whichever is first; and every answer is bounded.
//
// It imports ldapmap and ldapmap/fault, and nothing else of this module.
package directory
