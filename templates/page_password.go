package templates

import (
	"time"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

// ForgotPage asks whose password was forgotten. Input: login (#login). Button: #submit.
type ForgotPage struct {
	Action      string
	Hidden      []Hidden
	Login       string
	Label, Hint string
	Error       i18n.Message
	Back        string
}

// Template implements Page.
func (ForgotPage) Template() string { return "password/forgot" }

// ForgotSentPage says that a mail is on its way if there is such an account.
type ForgotSentPage struct {
	Login    string
	Lifetime time.Duration // Of the link.
	Retry    string        // ForgotPage again.
	Back     string        // The sign-in page.
}

// Template implements Page.
func (ForgotSentPage) Template() string { return "password/sent" }

// ResetPage is where the link of a mail leads: choose a new password. Input: new (#password). Button: #submit.
type ResetPage struct {
	Action string
	Hidden []Hidden
	// Name and Login say whose password it is.
	Name, Login string
	// First is true when the account had no password before.
	First bool
	Rules []i18n.Message
	// Strength is as in Field.Strength.
	Strength string
	// Problems are the rules the password broke and the directory's own refusal, in words.
	Problems []i18n.Message
}

// Template implements Page.
func (ResetPage) Template() string { return "password/reset" }

// ResetDonePage says that the new password is in force.
type ResetDonePage struct {
	Continue string
	// SignedOut says that other devices were signed out.
	SignedOut bool
	// Notes say what could not be done.
	Notes []i18n.Message
}

// Template implements Page.
func (ResetDonePage) Template() string { return "password/done" }

// LinkProblem is why a link from a mail does not work.
type LinkProblem string

// The reasons.
const (
	LinkUsed    LinkProblem = "used"
	LinkExpired LinkProblem = "expired"
	LinkChanged LinkProblem = "changed" // The account changed since: a newer password, another address.
	LinkForeign LinkProblem = "foreign" // Made for another purpose.
	LinkBroken  LinkProblem = "broken"  // Cut off or tampered with.
)

// LinkProblemPage says why a link does not work and how to get a new one.
type LinkProblemPage struct {
	Problem LinkProblem
	// Retry asks for a new link (usually the forgotten-password page); empty: nobody can ask for one themselves.
	Retry string
	// Home is the sign-in page.
	Home string
}

// Template implements Page.
func (LinkProblemPage) Template() string { return "password/link" }

// ChangeReason is why somebody is on the change page.
type ChangeReason string

// The reasons.
const (
	ChangeVoluntary ChangeReason = ""
	ChangeMust      ChangeReason = "must"     // The directory, or an administrator, demands it.
	ChangeExpired   ChangeReason = "expired"  // Too old to sign in with.
	ChangeExpiring  ChangeReason = "expiring" // Still good for DaysLeft days.
)

// ChangePage changes a known password. Inputs: current (#current), new (#password). Button: #submit.
type ChangePage struct {
	Action string
	Hidden []Hidden
	Login  string
	Reason ChangeReason
	// DaysLeft is used with ChangeExpiring; 0 is "today".
	DaysLeft int
	// Later leads on without a change, with ChangeExpiring; empty: no link.
	Later  string
	Cancel string // Empty: no link.
	// HideCurrent leaves the current password out: it was typed a moment ago.
	HideCurrent  bool
	CurrentError i18n.Message
	Rules        []i18n.Message
	Strength     string
	Problems     []i18n.Message
}

// Template implements Page.
func (ChangePage) Template() string { return "password/change" }

// ChangedPage says that the password was changed, and honestly what was not.
type ChangedPage struct {
	Continue string
	Notes    []i18n.Message
}

// Template implements Page.
func (ChangedPage) Template() string { return "password/changed" }

// StrengthMeter is the judgement on a password while it is typed. Render it with Partial(w, loc, "strength", page).
type StrengthMeter struct {
	// Typed is false while there is nothing to judge.
	Typed bool
	// Score goes from 0 (guessed at once) to 4 (strong), as zxcvbn has it.
	Score int
	// Accepted is false while a rule is broken.
	Accepted bool
	// Problems are the rules it breaks; Advice is how to make it better.
	Problems []i18n.Message
	Advice   i18n.Message
}

// Template implements Page.
func (StrengthMeter) Template() string { return "password/strength" }
