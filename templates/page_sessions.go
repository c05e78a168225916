package templates

import "time"

// SessionsPage lists the browsers one is signed in with. Ending one posts session (its id) to End after a question.
type SessionsPage struct {
	Sessions []Session
	End      string
	// Everywhere leads to the page that asks before signing out everywhere.
	Everywhere string
}

// Template implements Page.
func (SessionsPage) Template() string { return "sessions/sessions" }

// Session is one browser that somebody is signed in with.
type Session struct {
	ID string
	// Device is the browser in a few words; empty if nobody knows.
	Device      string
	Since, Seen time.Time // Seen is exact to the hour.
	Current     bool      // the one that looks at the page
}

// EverywherePage asks before signing out everywhere. Button: #submit.
type EverywherePage struct {
	Action, Cancel string
}

// Template implements Page.
func (EverywherePage) Template() string { return "sessions/everywhere" }
