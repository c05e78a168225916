// Package relyingparties signs people in to applications that we did not write, through a whole gateway and in a real browser: what their
// authors understand of OpenID Connect is what counts, not what we do.
//
//	coreos/go-oidc with golang.org/x/oauth2     goapp_test.go
//	Apache with mod_auth_openidc                apache_test.go
//	Authlib in a Flask application (Python)     program_test.go, testdata/authlib
//	openid-client (JavaScript, Node)            program_test.go, testdata/openid-client
//	Dovecot, for mail programs                  dovecot_test.go, testdata/dovecot, with the samples of docs/how-to/mail-clients.md
//
// Each but the last is a web application with its own address, and makes the same journey (journey_test.go): discovery, sign-in and consent in Chromium, the ID
// token with everything the library checks of it, userinfo, a refresh, coming back without a password, signing out from the application, after
// which the gateway knows nobody, and a person who says no. mod_auth_openidc is also told over the back channel that somebody signed out elsewhere.
// world_test.go has the directory, the gateway and the applications' addresses; gateway/programtest finds and starts the programs.
package relyingparties
