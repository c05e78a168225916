// Package lab is a whole gateway to try an application against: a directory in memory, an inbox, a clock that can be moved, and Wicketgate between them, on
// loopback and gone when it ends. `wicketgate testserver` serves it, and gateway/gatewaytest makes a Go package of it; it needs no test to run in, and it is no
// way to run Wicketgate for people.
//
//	lab.go        Start, Reset, Close, and the time
//	world.go      what Reset replaces: the directory, the inbox and the gateway; overlay.go changes parts of its configuration
//	seed.go       who is there from the start
//	people.go     people: made, locked, deleted, given a password; groups.go their groups
//	clients.go    applications
//	revoke.go     what an administrator takes back
//	browser.go    an HTTP client that fills in the gateway's pages for somebody
//	authorize.go  signing in and agreeing without anybody looking at a page; tokens.go goes on to the tokens
//	mails.go      what was mailed
//	control.go    all of that as JSON over HTTP, for programs in any language; orders.go has the list
//	clock.go      the clock
//
// People sign in by the same pages as everybody: there is no back door in the gateway for this. People, groups and locks are written to the directory from outside, as
// its administrator would.
package lab
