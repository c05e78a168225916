package ldapstate

import (
	"context"
	"fmt"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Prepare makes the branches below the base that are not there yet. Replicas may do it at once, and again.
//
// Errors: Invalid if the base is missing, Denied if the service account may not see it or add below it; both with the LDIF that an administrator can
// add instead. Unavailable: try again later; Create does so by itself.
func (s *Store) Prepare(ctx context.Context) error {
	if _, err := s.spelt(ctx); err != nil {
		return err
	}
	if _, err := s.ldap.Read(ctx, s.cfg.Base, "objectClass"); err != nil {
		code, answered := directory.ResultCode(err)
		switch {
		case code == directory.CodeNoSuchObject:
			return fault.New(fault.Invalid, "the base of Wicketgate's records, %s, is missing from the directory, or the service account may not see it. "+
				"An administrator can add it:\n\n%s\n%w", s.cfg.Base, s.LDIF(), err)
		case !answered && fault.Is(err, fault.NotFound), code == directory.CodeInsufficientAccessRights:
			return fault.New(fault.Denied, "the service account may not read the base of Wicketgate's records, %s: it needs to read, add, change and delete "+
				"entries below it: %w", s.cfg.Base, err)
		}
		return fmt.Errorf("looking for the base of the records, %s: %w", s.cfg.Base, err)
	}
	for _, k := range state.Kinds() {
		if err := s.prepareBranch(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) prepareBranch(ctx context.Context, k state.Kind) error {
	_, err := s.ldap.Read(ctx, s.branch(k), "objectClass")
	if err == nil {
		return nil
	}
	if code, _ := directory.ResultCode(err); code != directory.CodeNoSuchObject {
		return fmt.Errorf("looking for the branch %s: %w", s.branch(k), err)
	}
	err = s.ldap.Add(ctx, s.branch(k), []ldapmap.Attribute{
		{Name: "objectClass", Values: []string{"organizationalUnit"}},
		{Name: "ou", Values: []string{string(k)}},
	})
	code, _ := directory.ResultCode(err)
	switch {
	case err == nil, code == directory.CodeEntryAlreadyExists: // another replica was faster
		return nil
	case fault.Is(err, fault.Denied):
		return fault.New(fault.Denied, "the directory does not let the service account add below %s, where Wicketgate keeps its records. An administrator "+
			"can give it the right to add, change, read and delete there, and may add these entries:\n\n%s\n%w", s.cfg.Base, s.LDIF(), err)
	}
	return fmt.Errorf("adding the branch %s: %w", s.branch(k), err)
}

// LDIF gives the entries that Prepare wants to find, for an administrator to add by hand.
func (s *Store) LDIF() string {
	var b strings.Builder
	if attr, value, ok := firstRDN(s.cfg.Base); ok && strings.EqualFold(attr, "ou") {
		fmt.Fprintf(&b, "dn: %s\nobjectClass: organizationalUnit\nou: %s\n\n", s.cfg.Base, value)
	}
	for _, k := range state.Kinds() {
		fmt.Fprintf(&b, "dn: %s\nobjectClass: organizationalUnit\nou: %s\n\n", s.branch(k), k)
	}
	return b.String()
}

// firstRDN splits off the first RDN of a DN if it is plain: one attribute, nothing escaped.
func firstRDN(dn string) (attr, value string, ok bool) {
	rdn, _, _ := strings.Cut(dn, ",")
	if strings.ContainsAny(rdn, `\+"#;<>`) {
		return "", "", false
	}
	attr, value, ok = strings.Cut(rdn, "=")
	return strings.TrimSpace(attr), strings.TrimSpace(value), ok
}
