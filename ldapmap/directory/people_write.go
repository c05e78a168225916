package directory

import (
	"context"
	"fmt"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Create implements ldapmap.People. If the password is refused the entry is taken back, so that the person can try again with another; if
// that fails too, the error is a *ldapmap.Partial.
func (p *People) Create(ctx context.Context, draft *ldapmap.User, password string) (*ldapmap.User, error) {
	if password != "" {
		if err := checkPassword("password", password); err != nil {
			return nil, err
		}
	}
	e, err := p.m.NewEntry(draft)
	if err != nil {
		return nil, err
	}
	if err := p.free(ctx, draft); err != nil {
		return nil, err
	}
	d, err := p.dialect(ctx)
	if err != nil {
		return nil, err
	}
	withPassword := d.complete(e, password)
	if e, err = p.add(ctx, draft, e); err != nil {
		return nil, err
	}
	u, err := p.again(ctx, e.DN)
	if err != nil {
		return nil, &ldapmap.Partial{Done: "the account was made", Err: err}
	}
	if password == "" {
		return u, nil
	}
	if withPassword {
		return u, p.followUp(ctx, u, password)
	}
	if err := p.setPassword(ctx, u, password); err != nil {
		if _, partly := err.(*ldapmap.Partial); partly {
			return u, err
		}
		// The person's request may be over; the entry has to go nevertheless.
		if undo := p.d.Delete(context.WithoutCancel(ctx), e.DN); undo != nil {
			return u, &ldapmap.Partial{Done: "the account was made, without a password", Err: fmt.Errorf("%w; taking it back: %w", err, undo)}
		}
		return nil, err
	}
	return p.again(ctx, e.DN)
}

// add writes a new entry. Where entries are named by something that nobody typed, such as the full name, it gives a namesake another name.
func (p *People) add(ctx context.Context, draft *ldapmap.User, e *ldapmap.Entry) (*ldapmap.Entry, error) {
	err := p.d.Add(ctx, e.DN, e.Attributes)
	if code, ok := ResultCode(err); ok && code == CodeEntryAlreadyExists {
		other, can := p.m.Namesake(e, draft)
		if _, gone := p.d.Read(ctx, e.DN, "objectClass"); can && gone == nil {
			e, err = other, p.d.Add(ctx, other.DN, other.Attributes)
		}
	}
	if r, ok := resultIn(err); ok {
		if _, refused := adPolicy(r.Diagnostic); refused {
			return nil, refusal(err)
		}
	}
	if err != nil {
		return nil, p.about(err, e.DN)
	}
	return e, nil
}

// free tells whether somebody already signs in with the draft's user name: the directory itself only knows that a DN is taken.
func (p *People) free(ctx context.Context, draft *ldapmap.User) error {
	name := draft.Get(ldapmap.Username)
	if name == "" {
		return nil
	}
	found, err := p.find(ctx, p.m.UsernameFilter(name), 1)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return taken(ldapmap.Username, fmt.Errorf("%s has this user name", quote(found[0].DN)))
	}
	return nil
}

func taken(field string, err error) error {
	return &fault.Error{Code: fault.Conflict, Field: field, Words: "This is taken already.", Err: err}
}

// Update implements ldapmap.People.
func (p *People) Update(ctx context.Context, old, new *ldapmap.User) (*ldapmap.User, error) {
	change, err := p.m.Change(old, new)
	if err != nil {
		return nil, err
	}
	if change.Empty() {
		return p.again(ctx, old.DN)
	}
	if name := new.Get(ldapmap.Username); name != "" && !strings.EqualFold(name, old.Get(ldapmap.Username)) {
		if err := p.free(ctx, new); err != nil {
			return nil, err
		}
	}
	dn := old.DN
	if change.NewRDN != "" {
		if dn, err = p.d.Rename(ctx, dn, change.NewRDN, true, ""); err != nil {
			return nil, p.about(err, change.NewRDN)
		}
	}
	if len(change.Mods) > 0 {
		if err := p.d.Modify(ctx, dn, change.Mods); err != nil {
			err = p.explainModify(err, change.Mods)
			if change.NewRDN != "" {
				err = &ldapmap.Partial{Done: "the name was changed", Err: err}
			}
			return nil, err
		}
	}
	u, err := p.again(ctx, dn)
	if err != nil {
		return nil, &ldapmap.Partial{Done: "the change was made", Err: err}
	}
	return u, nil
}

// Delete implements ldapmap.People.
func (p *People) Delete(ctx context.Context, u *ldapmap.User) error { return p.d.Delete(ctx, u.DN) }

// about names the field in a refusal of a new entry or name: the one that names the entry if the name is taken.
func (p *People) about(err error, name string) error {
	code, ok := ResultCode(err)
	if !ok {
		return err
	}
	if code == CodeEntryAlreadyExists {
		field := ldapmap.Username
		if dn, bad := ldapmap.ParseDN(name); bad == nil && len(dn) > 0 {
			if f := p.m.FieldOf(dn.RDN()[0].Attribute); f != "" {
				field = f
			}
		}
		return taken(field, err)
	}
	return p.named(err, nil)
}

// explainModify says what a refused change means to the person.
func (p *People) explainModify(err error, mods []ldapmap.Mod) error {
	switch code, ok := ResultCode(err); {
	case !ok:
		return err
	case code == CodeNoSuchAttribute || code == CodeAttributeOrValueExists:
		return &fault.Error{Code: fault.Conflict, Err: err,
			Words: "Somebody else changed this account at the same moment. Please look at it again, and repeat your change."}
	}
	return p.named(err, mods)
}

// named finds the field of an Invalid answer: the one attribute that was changed, or the one that the server's text names.
func (p *People) named(err error, mods []ldapmap.Mod) error {
	f, ok := asFault(err)
	if !ok || f.Code != fault.Invalid || f.Words != "" {
		return err
	}
	field := ""
	var result *ResultError
	if r, ok := resultIn(err); ok {
		result = r
	}
	for _, m := range mods {
		name := p.m.FieldOf(m.Name)
		if name != "" && (len(mods) == 1 || result != nil && strings.Contains(strings.ToLower(result.Diagnostic), strings.ToLower(m.Name))) {
			field = name
			break
		}
	}
	return &fault.Error{Code: fault.Invalid, Field: field, Words: "The directory does not accept this value.", Err: err}
}
