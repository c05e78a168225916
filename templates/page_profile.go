package templates

import (
	"time"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

// HomePage is where a signed-in person arrives. An empty address hides its card.
type HomePage struct {
	// Name is how to greet them: the given name where there is one.
	Name         string
	Profile      string
	Password     string
	Applications string
	Sessions     string
	Invite       string
	Admin        string
	Apps         []AppLink
	// PasswordDays is how long the password lasts; nil when it does not expire soon.
	PasswordDays *int
}

// Template implements Page.
func (HomePage) Template() string { return "profile/home" }

// Days is PasswordDays for templates: fmt would print the address of a pointer.
func (p HomePage) Days() int {
	if p.PasswordDays == nil {
		return 0
	}
	return *p.PasswordDays
}

// AppLink is an application one can go to.
type AppLink struct {
	Name, Description, URL, Logo string
}

// ProfilePage shows and edits one's own account. The form's fields decide what; names on the wire are theirs. Button: #submit.
type ProfilePage struct {
	Form  Form
	Name  string
	Login string
	Photo string // An address on this site; empty: initials.
	// Readable is false when nothing can be written: no button is shown.
	Writable bool
	// Pending are mail addresses that wait for a click.
	Pending []PendingMail
	Groups  []Group
	Since   time.Time
	// Password leads to the change page; empty: no link. PasswordChanged is when it last was.
	Password        string
	PasswordChanged time.Time
}

// Template implements Page.
func (ProfilePage) Template() string { return "profile/profile" }

// PendingMail is a mail address that waits for confirmation. Resend and Cancel are where the buttons post to, with the address as "mail"; empty: no button.
type PendingMail struct {
	Address        string
	Sent           time.Time
	Resend, Cancel string
}

// Group is a group somebody belongs to.
type Group struct {
	Name, Description string
	Owner             bool
}

// MailConfirmPage is where the link of a confirmation mail leads. Mail scanners open links, so the change is made by the button (#submit).
type MailConfirmPage struct {
	Action  string
	Hidden  []Hidden
	Address string
	// Name and Login say whose address it becomes.
	Name, Login string
}

// Template implements Page.
func (MailConfirmPage) Template() string { return "profile/mailconfirm" }

// MailConfirmedPage says that the address is in use now.
type MailConfirmedPage struct {
	Address  string
	Continue string
	Notes    []i18n.Message
}

// Template implements Page.
func (MailConfirmedPage) Template() string { return "profile/mailconfirmed" }
