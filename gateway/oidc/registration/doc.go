// Package registration lets applications register themselves: OAuth 2.0 Dynamic Client Registration (RFC 7591), its management (RFC 7592), and OpenID Connect
// Dynamic Client Registration 1.0.
//
//	POST   /oauth/register         register.go   anybody, or whoever has been invited
//	GET    /oauth/register/{id}    manage.go     an application about itself, with the token that it got when it registered
//	PUT    /oauth/register/{id}
//	DELETE /oauth/register/{id}
//
//	office.go       Office: the parts; which mode, and the addresses
//	metadata.go     what an application says of itself, read name by name
//	settle.go       what that makes of it: defaults, what it cannot have, its secret
//	documents.go    what it keeps elsewhere: its logo, the list of its sector
//	answer.go       what it is told; errors.go: and when it is refused
//	invite.go       invitations (initial access tokens)
//	bounds.go       how many, how often, and for how long when nobody uses them
//
// An application that nobody looked at is one that anybody may have made: it always asks for consent, has only the scopes of a list, is never trusted, and
// may not ask about tokens (rp.Self). What is kept of a token is its digest.
//
// gateway/oidc makes an Office and mounts it; `wicketgate client invite` invites. It imports gateway/oidc/{rp,keys,remote,logo}, gateway/state, gateway/web and
// gateway/audit.
package registration
