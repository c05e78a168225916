// Package ldapstate keeps Wicketgate's records in the organisation's own directory, with what every server has: no schema of ours, no
// overlay, no control, no index.
//
// A record is one entry, "cn=<id>,ou=<kind>,<base>", and each of its values is one value of one attribute. The five verbs are one LDAP operation each:
//
//	Get     base-scope search          32 is ErrNotFound
//	Create  Add                        68 is ErrExists
//	Change  Modify, deletes then adds  16 is ErrGone, 20 is ErrPresent, 32 is ErrNotFound
//	Delete  Delete                     32 is ErrNotFound
//	List    one-level search, in pages
//
// A server carries out a Modify whole or not at all, and one after the other, which is what makes a Change decide. Two servers that replicate to each other do
// not: give New a directory whose operations all go to one server at a time (directory.Directory.Writer).
//
// The package imports state, ldapmap and ldapmap/directory; the composition root calls it.
package ldapstate

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// LDAP is what the store needs of a directory; *directory.Directory has it.
type LDAP interface {
	Read(ctx context.Context, dn string, attrs ...string) (*ldapmap.Entry, error)
	Search(ctx context.Context, q directory.Search, yield func(*ldapmap.Entry) bool) error
	Add(ctx context.Context, dn string, attrs []ldapmap.Attribute) error
	Modify(ctx context.Context, dn string, mods []ldapmap.Mod) error
	Delete(ctx context.Context, dn string) error
	Capabilities(ctx context.Context) (directory.Capabilities, error)
}

var _ LDAP = (*directory.Directory)(nil)

// Spelling is the object class of a record's entry; it decides the attribute that holds the values.
type Spelling string

// The spellings. Both classes are in every server's schema that has them at all.
const (
	// ApplicationProcess (RFC 4519 3.1) with description: OpenLDAP, 389-DS, FreeIPA and most others.
	ApplicationProcess Spelling = "applicationProcess"
	// ServiceConnectionPoint with serviceBindingInformation: Active Directory and Samba AD, where applicationProcess belongs to the system.
	ServiceConnectionPoint Spelling = "serviceConnectionPoint"
)

// SpellingFor chooses the spelling that a server takes, by what it says about itself.
func SpellingFor(c directory.Capabilities) Spelling {
	if c.Vendor == directory.ActiveDirectory || c.Vendor == directory.Samba {
		return ServiceConnectionPoint
	}
	return ApplicationProcess
}

// Attribute holds the values of a record.
func (s Spelling) Attribute() string {
	if s == ServiceConnectionPoint {
		return "serviceBindingInformation"
	}
	return "description"
}

// Config says where and how the records lie.
type Config struct {
	Base     string   // the entry below which the branches are, e.g. ou=wicketgate,dc=example,dc=org
	Spelling Spelling // as SpellingFor says if empty
	PageSize int      // entries in one page of List; 0 for the directory's own
}

// Store is a state.Store in a directory.
type Store struct {
	ldap     LDAP
	cfg      Config
	spelling atomic.Value // a Spelling, once it is known
}

var _ state.Store = (*Store)(nil)

// New returns the store. It does not touch the network; call Prepare when the directory can be reached.
func New(l LDAP, cfg Config) *Store {
	s := &Store{ldap: l, cfg: cfg}
	if cfg.Spelling != "" {
		s.spelling.Store(cfg.Spelling)
	}
	return s
}

// spelt returns the spelling, and asks the directory for it the first time.
func (s *Store) spelt(ctx context.Context) (Spelling, error) {
	if known, ok := s.spelling.Load().(Spelling); ok {
		return known, nil
	}
	caps, err := s.ldap.Capabilities(ctx)
	if err != nil {
		return "", fmt.Errorf("asking the directory how records are to be spelt: %w", err)
	}
	s.spelling.Store(SpellingFor(caps))
	return SpellingFor(caps), nil
}

// branch and dn need no escaping: kinds are constants, and state.CheckID leaves nothing in an id that means something in a DN (RFC 4514 2.4).
func (s *Store) branch(k state.Kind) string { return "ou=" + string(k) + "," + s.cfg.Base }
func (s *Store) dn(p state.Path) string     { return "cn=" + p.ID + "," + s.branch(p.Kind) }

// Get implements state.Store.
func (s *Store) Get(ctx context.Context, p state.Path) (state.Record, error) {
	if err := state.CheckPath(p); err != nil {
		return state.Record{}, err
	}
	spelling, err := s.spelt(ctx)
	if err != nil {
		return state.Record{}, err
	}
	e, err := s.ldap.Read(ctx, s.dn(p), spelling.Attribute())
	if err != nil {
		return state.Record{}, s.failed("reading", p, err)
	}
	return state.Record{Path: p, Values: e.Values(spelling.Attribute())}, nil
}

// Create implements state.Store. If the branch is missing, since the directory was down when Prepare should have made it, it is made now.
func (s *Store) Create(ctx context.Context, r state.Record) error {
	if err := state.CheckRecord(r); err != nil {
		return err
	}
	spelling, err := s.spelt(ctx)
	if err != nil {
		return err
	}
	attrs := []ldapmap.Attribute{
		{Name: "objectClass", Values: []string{string(spelling)}},
		{Name: "cn", Values: []string{r.ID}},
		{Name: spelling.Attribute(), Values: r.Values},
	}
	err = s.ldap.Add(ctx, s.dn(r.Path), attrs)
	if code, _ := directory.ResultCode(err); code == directory.CodeNoSuchObject {
		if err := s.Prepare(ctx); err != nil {
			return fmt.Errorf("creating record %s: %w", r.Path, err)
		}
		err = s.ldap.Add(ctx, s.dn(r.Path), attrs)
	}
	if err != nil {
		return s.failed("creating", r.Path, err)
	}
	return nil
}

// Change implements state.Store.
func (s *Store) Change(ctx context.Context, p state.Path, remove, add []string) error {
	if err := state.CheckChange(p, remove, add); err != nil {
		return err
	}
	spelling, err := s.spelt(ctx)
	if err != nil {
		return err
	}
	mods := make([]ldapmap.Mod, 0, 2)
	if len(remove) > 0 { // a delete without values would remove them all (RFC 4511 4.6)
		mods = append(mods, ldapmap.Mod{Op: ldapmap.ModDelete, Name: spelling.Attribute(), Values: remove})
	}
	if len(add) > 0 {
		mods = append(mods, ldapmap.Mod{Op: ldapmap.ModAdd, Name: spelling.Attribute(), Values: add})
	}
	if err := s.ldap.Modify(ctx, s.dn(p), mods); err != nil {
		return s.failed("changing", p, err)
	}
	return nil
}

// Delete implements state.Store.
func (s *Store) Delete(ctx context.Context, p state.Path) error {
	if err := state.CheckPath(p); err != nil {
		return err
	}
	if err := s.ldap.Delete(ctx, s.dn(p)); err != nil {
		return s.failed("deleting", p, err)
	}
	return nil
}

// List implements state.Store. Entries of others below the branch are left out.
func (s *Store) List(ctx context.Context, k state.Kind, yield func(state.Record) bool) error {
	spelling, err := s.spelt(ctx)
	if err != nil {
		return err
	}
	err = s.ldap.Search(ctx, directory.Search{
		Base: s.branch(k), Scope: directory.OneLevel, PageSize: s.cfg.PageSize,
		Filter: ldapmap.Equal{Attribute: "objectClass", Value: string(spelling)}, Attributes: []string{"cn", spelling.Attribute()},
	}, func(e *ldapmap.Entry) bool {
		p := state.Path{Kind: k, ID: e.Value("cn")}
		return state.CheckPath(p) != nil || yield(state.Record{Path: p, Values: e.Values(spelling.Attribute())})
	})
	if code, _ := directory.ResultCode(err); code == directory.CodeNoSuchObject {
		return fault.New(fault.Unavailable, "listing %s: %s is missing from the directory: %w", k, s.branch(k), err)
	}
	if err != nil {
		return fmt.Errorf("listing %s: %w", k, err)
	}
	return nil
}

// failed turns the server's answer into the errors of state.Store.
func (s *Store) failed(doing string, p state.Path, err error) error {
	code, answered := directory.ResultCode(err)
	var is error
	switch {
	case !answered:
		if fault.Is(err, fault.NotFound) { // the entry is there, but the access rules show nothing of it
			return fault.New(fault.Denied, "%s record %s: the directory does not let the service account read it: %w", doing, p, err)
		}
	case code == directory.CodeNoSuchObject:
		is = state.ErrNotFound
	case code == directory.CodeEntryAlreadyExists:
		is = state.ErrExists
	case code == directory.CodeNoSuchAttribute:
		is = state.ErrGone
	case code == directory.CodeAttributeOrValueExists:
		is = state.ErrPresent
	}
	if is != nil {
		return fmt.Errorf("%s record %s: %w", doing, p, is)
	}
	return fmt.Errorf("%s record %s: %w", doing, p, s.explain(err))
}

// explain adds what an administrator can do about it.
func (s *Store) explain(err error) error {
	code, _ := directory.ResultCode(err)
	switch code {
	case directory.CodeObjectClassViolation, directory.CodeUndefinedAttributeType, directory.CodeInvalidAttributeSyntax, directory.CodeUnwillingToPerform:
		used, _ := s.spelling.Load().(Spelling)
		other := ServiceConnectionPoint
		if used == ServiceConnectionPoint {
			other = ApplicationProcess
		}
		return fmt.Errorf("%w (the directory may not take entries of class %s; %s is the other choice for state.spelling)", err, used, other)
	case directory.CodeInsufficientAccessRights:
		return fmt.Errorf("%w (the service account needs to add, change, read and delete entries below %s)", err, s.cfg.Base)
	}
	if errors.Is(err, directory.ErrUnknownOutcome) {
		return fmt.Errorf("the directory did not answer: %w", err)
	}
	return err
}
