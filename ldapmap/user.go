package ldapmap

import (
	"slices"
	"time"
)

// Ref points at one person: ID is the stable identity (entryUUID, objectGUID ... in text form), DN is a hint
// that makes the next read a base-scope read. A stale DN is not an error: the store then searches by ID.
type Ref struct {
	ID string
	DN string
}

// The names of the fields that the program itself speaks of. Every other field of a person is known by configuration alone; see the
// table in field.go.
const (
	Username    = "username"
	Name        = "name" // the full name as shown: cn or displayName
	GivenName   = "given_name"
	FamilyName  = "family_name"
	Emails      = "emails"
	Phones      = "phones"
	Language    = "language" // BCP 47
	Photo       = "photo"    // JPEG
	GroupsField = "groups"
)

// User is a person as every package but the directory's sees them: named fields with canonical values.
//
// Canonical values are text: RFC 3339 in UTC for times, "true" and "false", decimal numbers, E.164 or as typed for phones, and the raw
// bytes for photos. What LDAP makes of them is the mapping's business alone.
type User struct {
	Ref
	Account Account
	values  map[string][]string
	// entry is what the directory returned, without the password: Update finds the exact raw values in it. It is never changed. Nil for a
	// person who did not come from a directory.
	entry *Entry
}

// NewUser returns a person with the given reference and no values.
func NewUser(ref Ref) *User { return &User{Ref: ref, values: map[string][]string{}} }

// Get returns the first value of the field, or "".
func (u *User) Get(field string) string {
	if v := u.values[field]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// All returns all values of the field. The slice is the user's own: do not change it.
func (u *User) All(field string) []string { return u.values[field] }

// Set replaces the values of the field; empty strings are dropped, no values remove the field.
func (u *User) Set(field string, values ...string) {
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
	if len(values) == 0 {
		delete(u.values, field)
		return
	}
	u.values[field] = values
}

// Fields returns the names of the fields that have a value, sorted.
func (u *User) Fields() []string {
	names := make([]string, 0, len(u.values))
	for n := range u.values {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Clone returns a copy that can be changed without changing u.
func (u *User) Clone() *User {
	c := *u
	c.values = make(map[string][]string, len(u.values))
	for k, v := range u.values {
		c.values[k] = slices.Clone(v)
	}
	return &c
}

// DisplayName is what to call the person on a page: the name, else the user name, else the first mail.
func (u *User) DisplayName() string {
	for _, f := range []string{Name, GivenName, Username, Emails} {
		if v := u.Get(f); v != "" {
			return v
		}
	}
	return ""
}

// Account is what the directory says of the account behind an entry. Zero values mean "nothing known", which is "no obstacle".
type Account struct {
	Locked     bool      // by an administrator, or for too many failures and still in force
	LockedOut  bool      // by wrong passwords, on a server that only a bind asks whether the lock is still in force
	Disabled   bool      // switched off (userAccountControl, nsAccountLock, a mapped field "active")
	NotBefore  time.Time // the account starts then
	Expires    time.Time // the account ends then
	MustChange bool      // the password has to be changed before anything else
	// Excluded is true for somebody whom only the recovery filter finds, not the sign-in filter: they may ask for a new password, no more. Only
	// People.Get tells; who was found by a login is in the filter that was asked.
	Excluded bool
	// NoPassword is true if it is known that the entry has no password; false if it has one or it cannot be told.
	NoPassword bool
	// Mark changes whenever the password changes, as far as the directory lets us see (pwdChangedTime, pwdLastSet, a digest of the
	// readable hash ...). Links and sessions are bound to it. Empty if nothing can be seen.
	Mark string
	// Changed is when the entry was last written, as the directory spells it; empty if it cannot be seen.
	Changed string
}

// LinkMark is what a link for a new password is bound to: the Mark, or, where the directory shows nothing that changes with the password (an
// OpenLDAP without password policy), the last change of the entry. Any other change then kills the link too, which costs a person another mail; a
// session must not end for that, so sessions use the Mark alone.
func (a Account) LinkMark() string {
	if a.Mark != "" || a.Changed == "" {
		return a.Mark
	}
	return "changed " + a.Changed
}

// Active tells whether the person may be let in at the time.
func (a Account) Active(now time.Time) bool {
	return !a.Locked && !a.Disabled && !a.Excluded &&
		(a.NotBefore.IsZero() || !now.Before(a.NotBefore)) &&
		(a.Expires.IsZero() || now.Before(a.Expires))
}
