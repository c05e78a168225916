// Package signin is how people come in and go out: who are you, what is your password, and goodbye.
//
//	GET  /signin            login.go     asks for the login; no read of the directory
//	POST /signin            login.go     303 to the next page, with the login sealed in the address
//	GET  /signin/password   password.go  asks for the password
//	POST /signin/password   password.go  one search, one bind, one record; then a session, or the change page, or one refusal for all
//	GET  /signout           signout.go   asks, and whom if several are signed in, or says goodbye to whoever is not
//	POST /signout           signout.go   ends one session of this browser, or all
//
// Where to go on afterwards travels with every page as web.ReturnTo, sealed. Nothing is kept on the server between
// the pages, so any replica can answer any of them.
//
// The last step ends with Kit.Leave, because it may lead to an application's site; see there.
//
// The package imports gateway/{web,authn,session,visit,audit}, ldapmap and templates. gateway mounts it.
package signin
