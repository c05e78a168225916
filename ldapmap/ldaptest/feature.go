package ldaptest

import "testing"

// Feature is something that tests ask of a directory and that not every kind has.
type Feature string

// The features. How a directory is reached and filled:
const (
	SeedTree         Feature = "the entries of seed.ldif to the letter" // else the same people in its own spelling: Server.Person
	PlainPasswords   Feature = "password changes over a plain line"     // else after StartTLS or over LDAPS
	PlainBinds       Feature = "sign-ins over a plain line"
	PolicyAttributes Feature = "password policy attributes such as pwdChangedTime in its entries"       // draft-behera-ldap-password-policy 5.3
	OwnSchema        Feature = "definitions of the test's own in its schema"                            // Options.Schema
	RequireTLS       Feature = "confidentialityRequired (13) to passwords in clear, when it is told to" // Options.RequireTLS
	FoldedValues     Feature = "values compared without case when they are added"                       // RFC 4517 4.2.11, caseIgnoreMatch
	Crowds           Feature = "20,000 people, loaded in the time that a test has"
	AgedPasswords    Feature = "passwords that a test can make old" // Options.Expired
)

// What people and administrators notice:
const (
	MustChange        Feature = "a policy that asks for a new password after every reset"
	GraceLogins       Feature = "sign-ins that are left with an expired password"
	ExpiryWarning     Feature = "a word at sign-in that the password expires soon"
	ResetsKeepHistory Feature = "a password history that binds resets too"
	UnlockForgets     Feature = "an unlock that also forgets the wrong passwords which led to the lock"
	AccountStart      Feature = "accounts that start at a time"
	AccountEnd        Feature = "accounts that end at a time"
	ManyMails         Feature = "several mail addresses for a person"
	EmptyGroups       Feature = "groups without members"
	NestedGroups      Feature = "groups in groups, told by the server"
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
