// Package lab is a whole gateway to try an application against: a directory in memory, an inbox, a clock that can be moved, and Wicketgate between them, on
// loopback and gone when it ends. It is what `wicketgate testserver` serves, and gateway/gatewaytest makes a Go package of it; it needs no
// test to run in, and it is no way to run Wicketgate for people.
//
//	lab.go       Start, Reset, Close: the gateway and what is around it
//	people.go    Hands: people, groups and clients, made from outside as an administrator would
//	visit.go     signing in and agreeing without anybody looking at a page
//	control.go   all of that as JSON over HTTP, for programs in any language
//	clock.go     the clock
//
// People sign in by the same pages as everybody: there is no back door in the gateway for this.
package lab
