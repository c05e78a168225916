// Package rp is what the provider knows of relying parties: the applications that may send people here (a client in RFC 6749).
//
//	client.go        Client: what an application is, by the names of RFC 7591
//	check.go problem.go   what it may say of itself; each mistake with its field, in words for a page
//	loosened.go      where it goes beyond the strict kind
//	logout.go        what it says about signing out
//	claim.go         claims of its own, beside those of its scopes
//	subject.go       under which name it knows people, and whose sector it is in
//	prove.go secret.go   how it proves itself, and how its secrets are made, kept and replaced
//	access_token.go  in which form it gets access tokens
//	resource.go resources.go   Resource: an API that access tokens can be meant for
//	self.go          what is kept of one that registered itself, and what such a one can never have
//	keys.go          its public keys, or where they are
//	redirect.go      which addresses may be registered, and which one a request may name
//	grants.go response_type.go   the vocabulary
//	clients.go       Clients: finds them, those of the configuration and those of the state tree, with few reads
//	registry.go      Registry: adds, changes and removes the latter, for commands, pages and dynamic registration
//
// gateway/oidc uses it for each request, selfservice/clients, gateway/recipes and `wicketgate client` to look after applications. It imports gateway/state
// and ldapmap/fault, and knows neither HTTP nor fosite.
package rp
