// Package session knows who sits at a browser.
//
// A browser holds one sealed cookie: whose it is, when and how they signed in. The person's record holds one `s` value for it (package
// state). No replica holds anything, so every replica can take every request. The cookie alone gives nothing away and decides nothing that matters:
//
//	Current   what the cookie says. No I/O. For the sign-in page, which wants to know whose name to show
//	Load      the person, if the session is alive. One read of the record and one of the entry. For everything else
//
// A session is dead when it has expired, when its `s` value is gone (signed out, also from another browser), when the person signed out everywhere, when
// the password was changed (Account.Mark), and when the account is locked, disabled, has ended or is gone. Nobody needs to be told: the next
// Load finds out. A store or directory that does not answer is an error, and never "signed out".
//
//	manager.go   Start, Current, Load, Touch, End, EndAll
//	cookie.go    the cookie: gorilla/sessions with our keyring as its codec
//	carry.go     Put and Take: short-lived sealed notes that a browser carries from one page to the next
//	device.go    a browser in a few words
//
// The cookie holds a list, so that several people, or one person with several accounts, can be signed in in one browser; today it is a list of one.
// The package imports gateway/{seal,state} and ldapmap; gateway/visit, selfservice and gateway import it.
package session
