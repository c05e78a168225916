package templates

// KnownAccount is somebody whom a browser knows.
type KnownAccount struct {
	Handle string // names the account in forms
	// Name and Login are as they were when this person was last here; either may be empty.
	Name, Login string
	Photo       string // an address on this site; empty for whoever is signed out
	// Live tells that the person is signed in, as far as can be told without asking; else the password is needed again.
	Live bool
	// Current is the one at work.
	Current bool
}

// Called is how the account is named where there is room for one name.
func (a KnownAccount) Called() string { return firstOf(a.Name, a.Login) }

// AccountsPage lets somebody choose whom to go on as, among those whom this browser knows. Choosing posts account (its handle); the buttons have the ids
// account-1, account-2, … in the order of the page. Links: #another, #edit.
type AccountsPage struct {
	Action   string
	Hidden   []Hidden
	Accounts []KnownAccount
	// Another leads to the sign-in page.
	Another string
	// Edit leads to the page with Removing, and back. With Removing the buttons are remove-1, remove-2, …, and post remove (the handle).
	Edit     string
	Removing bool
}

// Template implements Page.
func (AccountsPage) Template() string { return "signin/accounts" }
