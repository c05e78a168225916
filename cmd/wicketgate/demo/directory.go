package demo

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

const (
	suffix       = "dc=lepanier,dc=example"
	service      = "cn=wicketgate,ou=services," + suffix
	rootDN       = "cn=admin," + suffix
	rootPassword = "admin" // of a directory that is gone with the demo and listens on loopback only
)

// schema is what somebody at the cooperative once wrote for its own fields.
const schema = `
attributeTypes: ( 1.3.6.1.4.1.32473.1.1.1 NAME 'membershipNumber' DESC 'Number on the membership card' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributeTypes: ( 1.3.6.1.4.1.32473.1.1.2 NAME 'shift' DESC 'When a member usually helps' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributeTypes: ( 1.3.6.1.4.1.32473.1.1.3 NAME 'favouriteColour' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectClasses: ( 1.3.6.1.4.1.32473.1.2.1 NAME 'panierMember' DESC 'A member of the cooperative' SUP top AUXILIARY MAY ( membershipNumber $ shift $ favouriteColour ) )
`

// access is what a careful administrator would allow: people change their own password, the service account looks after people, groups and its own
// branch, and nobody reads a password.
func access() []memdir.Rule {
	serviceWrites := memdir.By{Who: memdir.IsDN, Name: service, Level: memdir.Write}
	anyoneReads := memdir.By{Who: memdir.Anyone, Level: memdir.Read}
	return []memdir.Rule{
		{Attrs: []string{"userPassword"}, By: []memdir.By{
			{Who: memdir.IsDN, Name: service, Level: memdir.WriteOnly}, {Who: memdir.Self, Level: memdir.WriteOnly}, {Who: memdir.Anonymous, Level: memdir.Auth}}},
		{Attrs: []string{"pwdHistory"}},
		{Base: "ou=wicketgate," + suffix, Scope: memdir.ScopeSubtree, By: []memdir.By{serviceWrites}},
		{Base: "ou=people," + suffix, Scope: memdir.ScopeSubtree, By: []memdir.By{serviceWrites, anyoneReads}},
		{Base: "ou=groups," + suffix, Scope: memdir.ScopeSubtree, By: []memdir.By{serviceWrites, anyoneReads}},
		{By: []memdir.By{anyoneReads}},
	}
}

// openDirectory starts the cooperative's LDAP server.
func openDirectory(port int, log *slog.Logger) (*memdir.Server, error) {
	s, err := memdir.New(memdir.Options{
		Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), Suffixes: []string{suffix}, RootDN: rootDN, RootPassword: rootPassword,
		Schema: schema, Access: access(), Log: log, Index: []string{"membershipNumber"},
		Policy: &memdir.PasswordPolicy{
			MinLength: 8, History: 3, MaxFailure: 10, FailureCountInterval: 10 * time.Minute, LockoutDuration: 5 * time.Minute, MustChange: false,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("making the directory: %w", err)
	}
	people, err := files.ReadFile("directory.ldif")
	if err != nil {
		return nil, err
	}
	if err := s.LoadLDIF(bytes.NewReader(people)); err != nil {
		return nil, fmt.Errorf("filling the directory: %w", err)
	}
	return s, s.Start(context.Background()) // it ends with Close
}
