// Package inbox is a small SMTP server that keeps what it is sent: the demo shows it as a page, and tests read it.
//
// It speaks real SMTP on a socket (github.com/emersion/go-smtp), so that what it proves of gateway/mail holds for a real server. It delivers nothing,
// keeps a bounded number of messages in memory and is no mail server for anything else.
//
//	Listen            opens a loopback port and serves until Close
//	Server.Messages   what has arrived: parsed, oldest first
//	Server.Wait       the first message that matches, arrived or still to come
//	Options.Fault     makes it refuse, hang or hang up at any step
//
// It imports nothing of this module. cmd/wicketgate's demo and gateway/mail/mailtest use it.
package inbox
