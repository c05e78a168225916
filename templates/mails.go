package templates

import "time"

// Mail is one mail with its data. The mail structs of this package implement it.
type Mail interface {
	// Template is the mail's files below mail/, without ".html" and ".txt".
	Template() string
}

// Rendered is a mail ready to be sent.
type Rendered struct {
	Subject, HTML, Text string
}

// ResetMail brings a link to choose a new password.
type ResetMail struct {
	// Name and Login say which account: somebody may have several with one address.
	Name, Login string
	Link        string
	Expires     time.Time
	Lifetime    time.Duration
	// Cancel makes the link useless: "this was not me". Empty: the mail says to ignore it.
	Cancel string
}

// Template implements Mail.
func (ResetMail) Template() string { return "reset" }

// FirstPasswordMail brings a link to choose a first password.
type FirstPasswordMail struct {
	Name, Login string
	Link        string
	Expires     time.Time
	Lifetime    time.Duration
}

// Template implements Mail.
func (FirstPasswordMail) Template() string { return "firstpassword" }

// InvitationMail invites somebody to make an account.
type InvitationMail struct {
	// Name is who is invited, as far as known; Inviter is who invites.
	Name, Inviter string
	// Note is a personal word of the inviter; empty: none.
	Note     string
	Link     string
	Expires  time.Time
	Lifetime time.Duration
}

// Template implements Mail.
func (InvitationMail) Template() string { return "invitation" }

// MailConfirmMail goes to a new address, which takes effect when its link is used.
type MailConfirmMail struct {
	Name, Login string
	Address     string
	Link        string
	Expires     time.Time
	Lifetime    time.Duration
}

// Template implements Mail.
func (MailConfirmMail) Template() string { return "mailconfirm" }

// MailChangedNotice goes to the old address after the new one took effect.
type MailChangedNotice struct {
	Name, Login string
	// New is the new address; show it masked if the old mailbox may be in other hands.
	New string
	At  time.Time
}

// Template implements Mail.
func (MailChangedNotice) Template() string { return "mailchanged" }

// PasswordChangedMail says that a password was changed.
type PasswordChangedMail struct {
	Name, Login string
	At          time.Time
	// Forgot leads to the forgotten-password page, for somebody who did not do it; empty: no link.
	Forgot string
}

// Template implements Mail.
func (PasswordChangedMail) Template() string { return "passwordchanged" }

// TestMail proves to an administrator that mails arrive.
type TestMail struct {
	// RequestedBy is who pressed the button; Server is the mail server it went through.
	RequestedBy, Server string
	At                  time.Time
}

// Template implements Mail.
func (TestMail) Template() string { return "test" }
