package templates

import (
	"time"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

// CheckState is how a part of the service is.
type CheckState string

// The states.
const (
	CheckOK       CheckState = "ok"
	CheckDegraded CheckState = "degraded"
	CheckFailing  CheckState = "failing"
	CheckOff      CheckState = "off"
)

// StatusPage tells an administrator how the service is.
type StatusPage struct {
	Checks  []Check
	Version string
	// Started is when this replica started; Now is when the page was made.
	Started, Now time.Time
	// Mails leads to the mail previews, Clients to the registered applications; empty: no link.
	Mails, Clients string
}

// Template implements Page.
func (StatusPage) Template() string { return "admin/status" }

// Check is one part of the service.
type Check struct {
	Name  i18n.Message
	State CheckState
	// Detail is for an administrator: "ldaps://ldap1.example.org, 12 ms".
	Detail string
	// LastError is the last failure, also when it is mended by now.
	LastError string
	// Since is when the present state began.
	Since time.Time
	// Queue is how many jobs wait; negative: there is no queue.
	Queue int
}

// MailPreviewsPage lists the mails the service sends. The test button posts to Test; empty: no button.
type MailPreviewsPage struct {
	Mails []MailPreviewLink
	Test  string
	// TestAddress is where a test mail would go.
	TestAddress string
}

// Template implements Page.
func (MailPreviewsPage) Template() string { return "admin/mails" }

// MailPreviewLink leads to the previews of one mail.
type MailPreviewLink struct {
	Name  i18n.Message
	Links []LanguageLink
}

// MailPreviewPage shows one mail as it will arrive.
//
// The HTML is framed from Body, an address that answers with Rendered.HTML. That response needs the header of
// MailPreviewBodyPolicy, and this page's policy needs "frame-src 'self'" added.
type MailPreviewPage struct {
	Name      i18n.Message
	Subject   string
	Body      string
	Text      string
	Languages []LanguageLink
	Back      string
}

// Template implements Page.
func (MailPreviewPage) Template() string { return "admin/mail" }

// MailPreviewBodyPolicy is the Content-Security-Policy of a framed mail: styles of its own, nothing else, no script, no link out of its frame.
const MailPreviewBodyPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
