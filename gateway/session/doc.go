// Package session knows who sits at a browser.
//
// A browser holds sealed cookies with a list of accounts: whose they are, when and how they signed in. The first one is at work. The person's record holds one `s`
// value for each session (package state). No replica holds anything, so every replica can take every request. The cookie alone gives nothing away and decides
// nothing that matters:
//
//	Accounts   whom the browser knows, as the cookie says: signed in, or remembered. No I/O. For the account chooser and the header
//	Current    who is at work, as the cookie says. No I/O
//	Load       the person at work, if the session is alive; LoadSession: another one. One read of the record and one of the entry. For everything else
//
// A session is dead when it has expired, when its `s` value is gone (signed out, also from another browser), when the person signed out everywhere, when
// the password was changed (Account.Mark), and when the account is locked, disabled, has ended or is gone. Nobody needs to be told: the next
// Load finds out. A store or directory that does not answer is an error, and never "signed out".
//
// Several people, or one person with several accounts, can be signed in in one browser (MaxAccounts). Each has a session with an id and a sid of its own, so that what
// an application got in one is never touched by another. Who asked to stay signed in is in a second cookie, which stays when the browser is closed; it may remember them
// for a while after they signed out (Config.Known). Both cookies together hold no more than one may.
//
//	manager.go   Start, Current, Load, Work, Touch
//	end.go       End, EndSessions, Left, Forget, EndAll
//	accounts.go  an account in the list
//	cookies.go   the list, in two cookies
//	cookie.go    a cookie: gorilla/sessions with our keyring as its codec
//	state.go     the browser state that applications may watch (OpenID Connect Session Management 1.0)
//	carry.go     Put and Take: short-lived sealed notes that a browser carries from one page to the next
//	device.go    a browser in a few words
//
// The package imports gateway/{seal,state} and ldapmap; gateway/visit, selfservice and gateway import it.
package session
