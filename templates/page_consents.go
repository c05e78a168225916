package templates

import (
	"time"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

// ConsentPage asks whether an application may know something. Buttons: decision = "accept" (#accept) or "deny" (#deny).
type ConsentPage struct {
	Action string
	Hidden []Hidden
	App    AppCard
	// Account is who is signed in; Switch is where "not you?" leads.
	Account Account
	Switch  string
	Scopes  []Scope
	// Acts are the APIs that the application wants to use in the person's name.
	Acts []Act
	// Offline says that access lasts while the person is away.
	Offline bool
	// Again says that consent was given before and more is asked now; new scopes are marked by Scope.New.
	Again bool
	// Unknown says that the application registered itself and that nobody here has looked at it.
	Unknown bool
	// Leads says where one goes from here, for an application that registered itself: "sheets.example.org". Empty: nothing is said.
	Leads string
	// Device is the code that a device shows which asks; empty when the application is in this browser.
	Device string
}

// Template implements Page.
func (ConsentPage) Template() string { return "consents/consent" }

// DevicePage asks for the code that a device shows. Input: user_code (#user_code). Button: #submit.
type DevicePage struct {
	Action string
	Code   string
	Error  i18n.Message
}

// Template implements Page.
func (DevicePage) Template() string { return "consents/device" }

// DeviceDonePage says how it ended for the device; Name is who it is signed in as.
type DeviceDonePage struct {
	Allowed bool
	Name    string
}

// Template implements Page.
func (DeviceDonePage) Template() string { return "consents/devicedone" }

// Account is a person as a page names them.
type Account struct {
	Name, Login, Photo string
}

// Scope is one thing that is asked, in plain words.
type Scope struct {
	// Label is what the application gets: "Your name".
	Label string
	// Claims are the values it would see now.
	Claims []Claim
	New    bool
}

// Act is an API that the application wants to use.
type Act struct {
	// Label is what it would do: "Use Stock in your name".
	Label string
	// Can are the things it could do there; empty: not known.
	Can []string
	New bool
}

// Claim is a value an application would see.
type Claim struct {
	Label  string
	Values []string
	// Image is the address of a photo, shown instead of the values.
	Image string
}

// ApplicationsPage lists the applications one has signed in to. Revoking posts client (its id) to Revoke after a question.
type ApplicationsPage struct {
	Apps   []Consented
	Revoke string
	Now    time.Time
}

// Template implements Page.
func (ApplicationsPage) Template() string { return "consents/applications" }

// Consented is an application with what it may know.
type Consented struct {
	ID, Name, Logo, URL string
	Scopes              []string
	Since, LastUsed     time.Time // LastUsed is zero when unknown.
	// Trusted applications belong to the organisation and cannot be revoked.
	Trusted bool
}
