// Package oidc is the OpenID provider: applications send people here to find out who they are (OpenID Connect Core 1.0, OAuth 2.0).
//
//	GET, POST /oauth/authorize                     authorize.go   who is there, may they, do they agree; back with a code
//	                                               again.go       whether somebody has to sign in (again); back.go: the way back
//	                                               request.go     reading and checking the request; it waits sealed in the address
//	                                               pkce.go redirect.go
//	POST /oauth/token                              token.go       grant_code.go, grant_refresh.go; idtoken.go
//	                                               wish.go, aim.go: what is asked for, and what one token is for
//	                                               access_token.go: sealed, or signed as a JWT (access_jwt.go)
//	POST /oauth/device_authorization               device.go, grant_device.go; device_page.go: what the page /device asks and does
//	GET, POST /oauth/userinfo                      userinfo.go    claims.go, scopes.go; claims_request.go, asked.go: claims by name; claims_client.go
//	POST /oauth/introspect                         introspect.go
//	POST /oauth/revoke                             revoke.go
//	GET, POST /oauth/logout                        logout.go      goodbye.go: the signed-out page; backchannel.go: telling applications
//	GET /oauth/check-session                       checksession.go   a frame that tells an application whether its person is still there
//	GET /oauth/jwks                                discovery.go   package keys
//	GET /.well-known/openid-configuration          discovery.go
//	GET /.well-known/oauth-authorization-server    discovery.go
//	pages /consent and /applications               consent.go, applications.go: what selfservice/consents asks and does
//	under which name an application knows people    subject.go
//	commands and pages about clients               package rp: what a client is and may say; registration.go
//	how clients prove themselves                   client_auth.go, assertion.go, verify.go; rp/prove.go; remote: their documents
//
// Nothing is stored of a sign-on but one grant in the person's record. Codes and tokens are sealed texts that carry what others keep in tables
// (tokens.go), and each is redeemed or renewed by one decision of gateway/state, on whichever replica. So a text that was
// made up is told from a good one without asking the directory.
//
// fosite parses the requests, runs the handlers and names the errors; docs/adr/0002-fosite.md says why its own handlers and storage do not
// serve here. This is the only package that imports it.
//
// The package is used by gateway, which makes a Provider and mounts it, and by selfservice/consents. It imports its own parts keys, remote and rp, and
// gateway/state, gateway/web, gateway/audit, ldapmap and templates.
package oidc
