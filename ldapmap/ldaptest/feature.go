package ldaptest

import "testing"

// Feature is something that tests ask of a directory and that not every kind has.
type Feature string

// The features. How a directory is reached and filled:
const (
	SeedTree         Feature = "the entries of seed.ldif to the letter"                                 // else the same people in its own spelling: Server.Person
	PlainPasswords   Feature = "password changes over a plain line"                                     // else after StartTLS or over LDAPS
	PolicyAttributes Feature = "password policy attributes such as pwdChangedTime in its entries"       // draft-behera-ldap-password-policy 5.3
	OwnSchema        Feature = "definitions of the test's own in its schema"                            // Options.Schema
	RequireTLS       Feature = "confidentialityRequired (13) to passwords in clear, when it is told to" // Options.RequireTLS
)

// Need skips the test, with the reason, if the directory lacks one of the features. Options.Needs is better: it does not start the server first.
func (s *Server) Need(t testing.TB, needs ...Feature) {
	t.Helper()
	if why := s.Kind.Lacking(needs...); why != "" {
		t.Skip(why)
	}
}

// Has tells whether the directory has the feature.
func (s *Server) Has(f Feature) bool { return s.Kind.Lacking(f) == "" }
