package authn

import (
	"context"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// Decoy makes the directory check a password for nobody: the bind that a login gets which names no entry. It has to cost the
// server what a wrong password of a person costs, so the server has to hash.
//
// A bind as an entry that does not exist is answered without hashing and stands out as soon as people's passwords are hashed slowly. A bind as the
// service account with a wrong password would count towards the lockout of the very account that everything depends on. That leaves two good ones, and
// the composition root offers both:
//
//   - a bind as the service account with its right password: the same hashing, and never a failure;
//   - DecoyEntry, an entry that an administrator made for this, with the people's password policy but for the lockout.
//
// Errors are those of Authenticate; the verdict does not matter.
type Decoy func(ctx context.Context, password string) error

// DecoyEntry binds as the entry with what was typed.
func DecoyEntry(people People, dn string) Decoy {
	nobody := ldapmap.NewUser(ldapmap.Ref{DN: dn})
	return func(ctx context.Context, password string) error {
		_, err := people.Authenticate(ctx, nobody, password)
		return err
	}
}
