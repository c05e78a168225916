package directory

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// People finds, reads and changes the people of a directory as a mapping spells them. It implements ldapmap.People and is safe for concurrent use.
type People struct {
	d       *Directory
	m       *ldapmap.Mapping
	clock   func() time.Time
	log     *slog.Logger
	members *memberOfKnown
}

var _ ldapmap.People = (*People)(nil)

// PeopleOption changes how People works.
type PeopleOption func(*People)

// PeopleClock replaces the directory's clock, for the stamps that are written beside a password.
func PeopleClock(now func() time.Time) PeopleOption { return func(p *People) { p.clock = now } }

// NewPeople returns the people of d as m spells them.
func NewPeople(d *Directory, m *ldapmap.Mapping, opts ...PeopleOption) *People {
	p := &People{d: d, m: m, clock: d.clock, log: d.log, members: &memberOfKnown{}}
	for _, o := range opts {
		o(p)
	}
	return p
}

// Mapping tells which fields there are.
func (p *People) Mapping() *ldapmap.Mapping { return p.m }

// Health tells whether the directory answers.
func (p *People) Health(ctx context.Context) error { return p.d.Health(ctx) }

// FindByLogin implements ldapmap.People.
func (p *People) FindByLogin(ctx context.Context, login string) (*ldapmap.User, error) {
	if err := ldapmap.CheckLogin(login); err != nil {
		return nil, err
	}
	found, err := p.find(ctx, p.m.LoginFilter(login, p.m.SignInFilter()), 2)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, fault.New(fault.NotFound, "no person has this login")
	case len(found) > 1:
		return nil, fault.New(fault.Conflict, "several people have this login: %s and %s", quote(found[0].DN), quote(found[1].DN))
	}
	return p.m.User(found[0])
}

// FindForRecovery implements ldapmap.People.
func (p *People) FindForRecovery(ctx context.Context, login string, max int) ([]*ldapmap.User, error) {
	if ldapmap.CheckLogin(login) != nil || max <= 0 {
		return nil, nil
	}
	found, err := p.find(ctx, p.m.RecoveryLoginFilter(login), max)
	if err != nil {
		return nil, err
	}
	return p.users(found)
}

// Get implements ldapmap.People.
func (p *People) Get(ctx context.Context, ref ldapmap.Ref) (*ldapmap.User, error) {
	if ref.ID == "" {
		return nil, fault.New(fault.NotFound, "no stable id")
	}
	if ref.DN != "" && p.isOurs(ref.DN) {
		u, err := p.at(ctx, ref.DN)
		if err != nil || u != nil && u.ID == strings.ToLower(ref.ID) {
			return u, err
		}
	}
	filter, err := p.m.IDFilter(ref.ID)
	if err != nil {
		return nil, err
	}
	found, err := p.find(ctx, ldapmap.And{p.anybody(), filter}, 2)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, fault.New(fault.NotFound, "nobody has the id %s", quote(ref.ID))
	case len(found) > 1:
		return nil, fault.New(fault.Conflict, "several entries have the id %s", quote(ref.ID))
	}
	if !p.split() {
		return p.m.User(found[0])
	}
	u, err := p.at(ctx, found[0].DN)
	if err == nil && (u == nil || u.ID != strings.ToLower(ref.ID)) {
		err = fault.New(fault.NotFound, "the entry with the id %s has just gone", quote(ref.ID))
	}
	if err != nil {
		return nil, err
	}
	return u, nil
}

// at returns the person whose entry is at the DN, whether they may sign in or only ask for a new password; nil if there is none. One read,
// and a second for those who may not sign in.
func (p *People) at(ctx context.Context, dn string) (*ldapmap.User, error) {
	e, err := p.read(ctx, dn, p.m.SignInFilter())
	excluded := false
	if err == nil && e == nil && p.split() {
		e, err = p.read(ctx, dn, p.m.RecoveryFilter())
		excluded = true
	}
	if err != nil || e == nil {
		return nil, err
	}
	u, err := p.m.User(e)
	if err != nil {
		return nil, err
	}
	u.Account.Excluded = excluded
	return u, nil
}

// read returns the entry if it is there and passes the filter; nil if not.
func (p *People) read(ctx context.Context, dn string, filter ldapmap.Filter) (*ldapmap.Entry, error) {
	found, err := p.d.Find(ctx, Search{Base: dn, Scope: Base, Filter: filter, Attributes: p.m.Attributes(), Limit: 1})
	if missing(err) || err == nil && len(found) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// split tells whether other people may ask for a new password than may sign in.
func (p *People) split() bool { return p.m.SignInFilter().String() != p.m.RecoveryFilter().String() }

// anybody is the filter for everybody whom we may read.
func (p *People) anybody() ldapmap.Filter {
	if !p.split() {
		return p.m.SignInFilter()
	}
	return ldapmap.Or{p.m.SignInFilter(), p.m.RecoveryFilter()}
}

// missing tells that an entry is not there; a DN that the server cannot read names none.
func missing(err error) bool {
	code, ok := ResultCode(err)
	return ok && (code == CodeNoSuchObject || code == CodeInvalidDNSyntax) || fault.Is(err, fault.NotFound)
}

// isOurs tells whether the DN is below one of the bases, so that a DN from a link or session leads nowhere else.
func (p *People) isOurs(text string) bool {
	dn, err := ldapmap.ParseDN(text)
	return err == nil && slices.ContainsFunc(p.m.Bases(), func(b string) bool {
		base, err := ldapmap.ParseDN(b)
		return err == nil && dn.Below(base)
	})
}

// List implements ldapmap.People.
func (p *People) List(ctx context.Context, q ldapmap.Query, yield func(*ldapmap.User) bool) error {
	filter := p.m.SearchFilter(q.Search)
	if q.Filter != nil {
		filter = ldapmap.And{filter, q.Filter}
	}
	left, stopped := q.Limit, false
	for _, base := range p.m.Bases() {
		err := p.d.Search(ctx, Search{Base: base, Filter: filter, Attributes: p.m.Attributes(), Limit: left}, func(e *ldapmap.Entry) bool {
			u, err := p.m.User(e)
			if err != nil {
				p.log.WarnContext(ctx, "a person is left out", "error", err)
				return true
			}
			if q.Limit > 0 {
				left--
			}
			stopped = !yield(u) || q.Limit > 0 && left == 0
			return !stopped
		})
		if err != nil || stopped {
			return missingBase("users.base", base, err)
		}
	}
	return nil
}

// find searches all bases for at most max entries. Bases that lie within each other give an entry once.
func (p *People) find(ctx context.Context, filter ldapmap.Filter, max int) ([]*ldapmap.Entry, error) {
	var all []*ldapmap.Entry
	for _, base := range p.m.Bases() {
		found, err := p.d.Find(ctx, Search{Base: base, Filter: filter, Attributes: p.m.Attributes(), Limit: max})
		if err != nil {
			return nil, missingBase("users.base", base, err)
		}
		for _, e := range found {
			if !slices.ContainsFunc(all, func(o *ldapmap.Entry) bool { return ldapmap.SameDN(o.DN, e.DN) }) && len(all) < max {
				all = append(all, e)
			}
		}
		if len(all) == max {
			break
		}
	}
	return all, nil
}

func (p *People) users(entries []*ldapmap.Entry) ([]*ldapmap.User, error) {
	users := make([]*ldapmap.User, 0, len(entries))
	for _, e := range entries {
		u, err := p.m.User(e)
		if err != nil {
			return nil, err
		}
		users = append(users, u)
	}
	return users, nil
}

// again reads a person after a write, from where the write went if it can be helped.
func (p *People) again(ctx context.Context, dn string) (*ldapmap.User, error) {
	e, err := p.d.Read(ctx, dn, p.m.Attributes()...)
	if err != nil {
		return nil, err
	}
	return p.m.User(e)
}

// asFault finds the coded error in a chain.
func asFault(err error) (*fault.Error, bool) {
	var f *fault.Error
	ok := errors.As(err, &f)
	return f, ok
}
