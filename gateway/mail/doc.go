// Package mail sends the mails of Wicketgate: reset, invitation, confirmation, notices.
//
// A page calls Mailer.Send and goes on: the mail waits in a bounded queue in memory, a few workers render and deliver it over SMTP
// (github.com/wneessen/go-mail), and what fails for now is tried again with growing pauses. What is lost when a replica is killed
// is at most a mail whose person sees none and asks again; nothing else depends on it.
//
// Mail never fails in silence. Mailer.Status says since when it fails and why, for /readyz, /metrics and the page for administrators;
// every mail that is given up is a line of the audit log; Mailer.Test proves the way to the server without sending anything.
//
//	page -> Send -> queue.go (due times, bounds, drain) -> deliver.go (render, message.go) -> transport.go (dial, TLS, sign in, SMTP)
//	                   ^                                       |
//	                   +------ backoff.go (when to try again) -+-> status.go (what an administrator sees)
//
// Nobody can inject a header: there is one recipient, its address is checked by address.go, the subject is one line, and go-mail
// encodes both. The words come from the templates through Renderer. The package imports templates, gateway/audit and
// ldapmap/fault. gateway/mail/inbox is an SMTP server that keeps what it gets, for the demo and for tests; gateway/mail/mailtest starts one in a test.
package mail
