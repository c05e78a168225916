package ldaptest

import "time"

// Options change what a directory is like. The zero value is a directory with the seed, a password policy, memberOf and
// referential integrity, TLS, and a service account with rights as an administrator should give them.
type Options struct {
	// Needs are features without which the test means nothing: kinds that lack one are skipped, with the reason.
	Needs []Feature
	// LDIF replaces the seed; More is added to it. Entries of More may carry operational attributes such as pwdChangedTime.
	LDIF, More string
	// Empty leaves the directory without any entry.
	Empty bool
	// Schema is more definitions, one a line: "attributeTypes: ( ... )" and "objectClasses: ( ... )".
	Schema string
	// Policy replaces DefaultPolicy; NoPolicy leaves it out.
	Policy   *Policy
	NoPolicy bool
	// Expired are people of the seed, by uid, whose password is older than the policy's MaxAge.
	Expired []string
	// NoMemberOf leaves out memberOf and referential integrity.
	NoMemberOf bool
	// CA and Cert replace the authority and the certificate that are made otherwise; NoTLS offers neither StartTLS nor LDAPS.
	CA    *CA
	Cert  *Cert
	NoTLS bool
	// RequireTLS makes the directory refuse passwords in clear (confidentialityRequired, 13).
	RequireTLS bool
	// SizeLimit is the most entries the service account gets from one search without paging; 0 for no limit. OpenLDAP only.
	SizeLimit int
	// IdleTimeout makes the server close connections that lie idle, in seconds; 0 for never. OpenLDAP only.
	IdleTimeout int
	// ReadOnly refuses all writes.
	ReadOnly bool
}

// Policy is a password policy, as far as all directories have the same.
type Policy struct {
	MinLength       int
	History         int
	MaxFailure      int // wrong passwords that lock the account; 0 for no lock
	LockoutDuration time.Duration
	MinAge          time.Duration
	MaxAge          time.Duration // 0: passwords do not expire. People whose entry has no pwdChangedTime are exempt on OpenLDAP
	ExpireWarning   time.Duration
	Grace           int  // sign-ins left with an expired password
	MustChange      bool // a password set by somebody else has to be changed first
	SafeModify      bool // a change must carry the old password
}

// DefaultPolicy is what the directories have if a test says nothing.
func DefaultPolicy() *Policy {
	return &Policy{MinLength: 8, History: 3, MaxFailure: 5, LockoutDuration: 10 * time.Minute}
}

func (o Options) policy() *Policy {
	switch {
	case o.NoPolicy:
		return nil
	case o.Policy != nil:
		return o.Policy
	default:
		return DefaultPolicy()
	}
}
