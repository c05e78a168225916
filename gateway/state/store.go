// Package state keeps what Wicketgate itself has to remember: consents, grants, sessions, used links, clients and
// signing keys. There is one small record per person, and it lives in the organisation's own directory
// (state/ldapstate) or, by choice, in SQL (state/sqlstate). A replica keeps nothing of it in memory.
//
// The store is deliberately poor: a record is a path and a set of short text values, and there are five verbs. That is
// exactly what one LDAP Add, Modify, Delete and one-level search do atomically on every server, without a control, a schema or an
// index. The path is the DN, so every hot read is a base-scope read, and every decision that must happen once is one Change.
//
// Records, on top of a Store, makes the decisions of sign-in, consent and tokens:
//
//	store.go check.go       Store, its promises and bounds
//	value.go values.go      the values of a person's record, and how they are spelt
//	person.go records.go    a person as read; Records, and what each decision costs
//	sessions.go             starting, touching and ending sessions; "sign out everywhere"
//	consents.go             consents; revoking an application or a grant
//	redeem.go rotate.go     a code becomes a grant; a refresh token becomes the next
//	use.go waiting.go       what works once; what waits for whoever knows its id
//	tidy.go janitor.go      what has expired goes
//
// state/statetest holds the conformance suite that every implementation of Store passes. The package imports ldapmap/fault alone; session, ticket, oidc and
// the composition root call it.
package state

import (
	"context"
	"errors"
	"fmt"
)

// Kind is a branch of the state tree.
type Kind string

// The branches.
const (
	People  Kind = "people"  // everything about one person; the id is the person's stable id
	Clients Kind = "clients" // a registered application, with its own used and not-before values
	Keys    Kind = "keys"    // signing keys, sealed
	Pending Kind = "pending" // what waits and has no person yet: device codes, pushed requests
)

// Kinds lists all branches, for those who prepare or walk a whole tree.
func Kinds() []Kind { return []Kind{People, Clients, Keys, Pending} }

// Path names a record. IDs are lower-case letters, digits, '.', '_' and '-', 1 to 64 characters (see CheckID): directories compare
// without case and squeeze spaces, so nothing else could tell two records apart everywhere, and a cn is no longer (X.520, Active Directory).
type Path struct {
	Kind Kind
	ID   string
}

func (p Path) String() string { return string(p.Kind) + "/" + p.ID }

// Record is a path and its values, a set without order. Values are UTF-8 text of at most MaxValue bytes; most directories compare them without case and
// squeeze spaces, so whatever decides (ids, generations) is lower-case hex or digits and stands first.
type Record struct {
	Path
	Values []string
}

// Bounds of a record, checked before anything is sent.
const (
	MaxValue  = 60 << 10 // bytes in one value; 60 KB are proven on slapd and 389-DS
	MaxValues = 1000     // values in one record
)

// Errors of the verbs, to be told by errors.Is. ErrGone and ErrPresent are both also ErrConflict. Everything else is a failure
// of the store itself and carries a code of package fault (Unavailable, Denied, Internal).
var (
	ErrNotFound = errors.New("no such record")
	ErrExists   = errors.New("the record exists already")
	ErrConflict = errors.New("the record is not as the change expects")
	ErrGone     = fmt.Errorf("a value to remove is not there: %w", ErrConflict)
	ErrPresent  = fmt.Errorf("a value to add is there already: %w", ErrConflict)
)

// Store keeps records.
type Store interface {
	// Get reads a record. Errors: ErrNotFound.
	Get(ctx context.Context, p Path) (Record, error)

	// Create makes a record, with at least one value. Errors: ErrExists.
	Create(ctx context.Context, r Record) error

	// Change removes and adds values, all or nothing, in this order: a value that stands in both lists must be there and stays, which
	// is how a caller asserts it. Errors: ErrNotFound (no record), ErrGone (a value to remove is missing), ErrPresent (a value to add, that is
	// not in remove, is there already); in each case nothing was changed. Of any number of callers at once that remove the same value, or that
	// add the same value, exactly one succeeds.
	Change(ctx context.Context, p Path, remove, add []string) error

	// Delete removes a record. Errors: ErrNotFound.
	Delete(ctx context.Context, p Path) error

	// List calls yield for each record of a branch, in no order, page after page, until yield returns false. Records made or
	// deleted meanwhile may or may not be seen.
	List(ctx context.Context, k Kind, yield func(Record) bool) error
}

// CheckID tells whether an id can name a record on every store.
func CheckID(id string) error {
	if len(id) == 0 || len(id) > 64 {
		return fmt.Errorf("a record id has 1 to 64 characters, this one has %d", len(id))
	}
	for i := 0; i < len(id); i++ {
		c := id[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' && (c != '.' || i == 0) {
			return fmt.Errorf("character %d of the record id is not a lower-case letter, digit, '.', '_' or '-'", i+1)
		}
	}
	return nil
}
