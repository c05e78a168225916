package ldapmap

import (
	"context"
	"time"
)

// People is what pages, claims, SCIM and the command line use to read and change the people in a directory. It
// is implemented by ldapmap/directory (and later by SQL); policy is not its business: it does what the caller decided.
//
// Errors carry a code of package fault. Unavailable means the directory did not answer, and nothing is known to have been written unless the
// method says otherwise. Invalid names the field. Denied means the directory's own access rules refused it. Reads
// that fail on one server are tried once on another; writes never are.
//
// The password never appears in an error.
type People interface {
	// FindByLogin returns the one person whom a login names, by the mapping's login fields and sign-in filter. Errors: NotFound
	// for nobody, Conflict if several match; callers must show both alike. One search.
	FindByLogin(ctx context.Context, login string) (*User, error)

	// FindForRecovery returns everybody whom a login or mail address names, by the recovery filter, which also finds people
	// whose password has expired; at most max people. No match is no error. One search.
	FindForRecovery(ctx context.Context, login string, max int) ([]*User, error)

	// Get returns a person: by a base-scope read of ref.DN if that entry still has ref.ID, else by a search for ref.ID. Errors: NotFound.
	Get(ctx context.Context, ref Ref) (*User, error)

	// List calls yield for each person that matches, page after page, until yield returns false. The order is the server's.
	List(ctx context.Context, q Query, yield func(*User) bool) error

	// Authenticate checks the password by a bind as the person on a connection that serves nothing else. A wrong password, a locked
	// account and the like are not errors: the Verdict says what the server said. Errors: Unavailable, Internal.
	Authenticate(ctx context.Context, u *User, password string) (Verdict, error)

	// ChangePassword is done by the person, who knows the old password: bound as the person, so that the directory's own policy
	// decides. Errors: Invalid with field "current" (old password wrong) or "password" (refused by policy; words say why), Denied.
	// A *Partial error means that the password was changed but a follow-up write was not.
	ChangePassword(ctx context.Context, u *User, old, new string) error

	// SetPassword is done by the service account after the person proved themselves by a link. It never lifts a lock that an
	// administrator set. Errors: as ChangePassword.
	SetPassword(ctx context.Context, u *User, new string) error

	// Create makes the entry for draft (its ID and DN are ignored) with the password, which may be empty for none. It returns the
	// person as the directory has it afterwards. Errors: Conflict with the field that is taken, Invalid, Denied.
	Create(ctx context.Context, draft *User, password string) (*User, error)

	// Update writes the difference between two versions of a person, value by value in one Modify (and a rename first, if the RDN
	// changes), so that changes of others to other values survive. It returns the person as the directory has it afterwards.
	// Errors: Conflict if a value to remove is gone, Invalid, Denied, *Partial if renamed but not modified.
	Update(ctx context.Context, old, new *User) (*User, error)

	// Delete removes the entry. Errors: NotFound, Denied.
	Delete(ctx context.Context, u *User) error

	// Move puts the entry, with the name it has, directly below another one: a DN that is one of users.base or lies below one. It returns the person as
	// the directory has it afterwards. Errors: Invalid if base is not such a DN, NotFound if it does not exist, Conflict if the name is taken there, Denied.
	Move(ctx context.Context, u *User, base string) (*User, error)

	// SetAccount locks or unlocks an account, limits it in time, or asks for a new password, all in one Modify. It returns the person as the directory has it
	// afterwards. Errors: Denied if the directory has no place for some part of it (see AccountPowers) or does not let us; Conflict if somebody
	// else changed the account meanwhile.
	SetAccount(ctx context.Context, u *User, change AccountChange) (*User, error)

	// AccountPowers tells which parts of an AccountChange this directory can keep.
	AccountPowers(ctx context.Context) (AccountPowers, error)

	// Groups returns the groups the person is in, sorted by name. No read if the entry's memberOf tells and was fetched with u; else
	// one search.
	Groups(ctx context.Context, u *User) ([]Group, error)

	// FindGroups returns the groups with these names, or all up to limit if names is empty.
	FindGroups(ctx context.Context, names []string, limit int) ([]Group, error)

	// AddMember and RemoveMember add or remove one value, so that two administrators at once both win. Adding a member
	// twice, or removing one who is not in, is no error.
	AddMember(ctx context.Context, group Group, u *User) error
	RemoveMember(ctx context.Context, group Group, u *User) error

	// Mapping tells which fields there are.
	Mapping() *Mapping

	// Health tells whether the directory answers, for /readyz. Errors say which server failed and why: for administrators only.
	Health(ctx context.Context) error
}

// Query asks for people. Search is looked for in the mapping's search fields; Limit 0 means no limit.
type Query struct {
	Search string
	Filter Filter // in addition; nil for none
	Limit  int
}

// Verdict is the directory's answer to a sign-in.
type Verdict struct {
	Outcome Outcome
	// GraceLeft counts the sign-ins left with an expired password; -1 if the server said nothing.
	GraceLeft int
	// ExpiresIn is the time until the password expires; 0 if the server said nothing.
	ExpiresIn time.Duration
	// Detail is the server's own code and text, for administrators and the audit log.
	Detail string
}

// Outcome of a sign-in.
type Outcome string

// The outcomes. MustChange and Expired mean that the right password was given where the server tells (AD does); where
// the server refuses the bind before it looks at the password, Expired proves nothing about who is there.
const (
	OK         Outcome = "ok"
	Wrong      Outcome = "wrong"       // wrong password, or an empty one, which is never sent
	Locked     Outcome = "locked"      // too many failures, or by an administrator
	Disabled   Outcome = "disabled"    // the account is switched off, not yet valid or has ended
	Expired    Outcome = "expired"     // the password has expired and cannot be used any more
	MustChange Outcome = "must_change" // right password, to be changed before anything else
)

// Partial is returned when a change was made but not all of it: Done says what stands, Err what failed.
type Partial struct {
	Done string
	Err  error
}

func (p *Partial) Error() string { return p.Done + ", but then: " + p.Err.Error() }

// Unwrap returns what failed.
func (p *Partial) Unwrap() error { return p.Err }
