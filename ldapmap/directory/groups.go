package directory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Groups implements ldapmap.People. No read if memberOf tells everything.
func (p *People) Groups(ctx context.Context, u *ldapmap.User) ([]ldapmap.Group, error) {
	if !p.m.HasGroups() {
		return nil, nil
	}
	dns, has := p.m.MemberOf(u)
	if len(dns) > 0 {
		p.members.seen.Store(true)
	}
	if has && (len(dns) > 0 || p.members.tell()) {
		if groups, ok := p.fromMemberOf(dns); ok {
			return groups, nil
		}
	}
	filter, err := p.m.MemberFilter(u)
	if err != nil {
		return nil, err
	}
	groups, err := p.findGroups(ctx, filter, 0)
	if has && len(dns) == 0 && len(groups) > 0 {
		p.members.silent.Store(true)
	}
	return groups, err
}

// fromMemberOf makes groups of their DNs; ok is false if one of them does not tell its group's name.
func (p *People) fromMemberOf(dns []string) ([]ldapmap.Group, bool) {
	groups := make([]ldapmap.Group, 0, len(dns))
	for _, dn := range dns {
		g, known, ours := p.m.GroupOfDN(dn)
		if !ours {
			continue
		}
		if !known {
			return nil, false
		}
		groups = append(groups, g)
	}
	return sorted(groups), true
}

// memberOfKnown is what was learnt about a directory's memberOf. The schema does not tell: slapd knows the attribute whether or not the
// overlay fills it.
type memberOfKnown struct {
	seen   atomic.Bool // somebody has it, so the directory fills it
	silent atomic.Bool // somebody in a group lacks it, so that its absence means nothing
}

// tell reports whether a person without memberOf is in no group.
func (m *memberOfKnown) tell() bool { return m.seen.Load() && !m.silent.Load() }

// FindGroups implements ldapmap.People.
func (p *People) FindGroups(ctx context.Context, names []string, limit int) ([]ldapmap.Group, error) {
	if !p.m.HasGroups() {
		return nil, nil
	}
	return p.findGroups(ctx, p.m.NamedFilter(names), limit)
}

func (p *People) findGroups(ctx context.Context, filter ldapmap.Filter, limit int) ([]ldapmap.Group, error) {
	var groups []ldapmap.Group
	for _, base := range p.m.GroupBases() {
		left := 0
		if limit > 0 {
			left = limit - len(groups)
		}
		found, err := p.d.Find(ctx, Search{Base: base, Filter: filter, Attributes: p.m.GroupAttributes(), Limit: left})
		if err != nil {
			return nil, missingBase("groups.base", base, err)
		}
		for _, e := range found {
			g, err := p.m.Group(e)
			if err != nil {
				return nil, err
			}
			if !slices.ContainsFunc(groups, func(o ldapmap.Group) bool { return o.ID == g.ID }) {
				groups = append(groups, g)
			}
		}
		if limit > 0 && len(groups) >= limit {
			break
		}
	}
	return sorted(groups), nil
}

func sorted(groups []ldapmap.Group) []ldapmap.Group {
	slices.SortFunc(groups, func(a, b ldapmap.Group) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.DN, b.DN))
	})
	return groups
}

// missingBase: a base that does not exist is a mistake in the configuration, and must not look like "nobody found".
func missingBase(key, base string, err error) error {
	if code, ok := ResultCode(err); ok && code == CodeNoSuchObject {
		return fault.New(fault.Internal, "%s %s does not exist, or the service account may not see it: %w", key, quote(base), err)
	}
	return err
}

// AddMember implements ldapmap.People. The placeholder of an empty group stays until there is a person, and goes then.
func (p *People) AddMember(ctx context.Context, group ldapmap.Group, u *ldapmap.User) error {
	attribute, value, err := p.member(group, u)
	if err != nil {
		return err
	}
	err = p.d.Modify(ctx, group.DN, []ldapmap.Mod{{Op: ldapmap.ModAdd, Name: attribute, Values: []string{value}}})
	if code, ok := ResultCode(err); ok && (code == CodeAttributeOrValueExists || code == CodeEntryAlreadyExists) { // Active Directory says 68
		return nil
	}
	if err != nil {
		return err
	}
	if rule, placeholder := p.m.EmptyGroups(); rule == ldapmap.EmptyPlaceholder {
		err := p.d.Modify(ctx, group.DN, []ldapmap.Mod{{Op: ldapmap.ModDelete, Name: attribute, Values: []string{placeholder}}})
		if code, ok := ResultCode(err); err != nil && !(ok && code == CodeNoSuchAttribute) {
			p.log.WarnContext(ctx, "the placeholder stays in a group that has members", "group", group.DN, "error", err)
		}
	}
	return nil
}

// RemoveMember implements ldapmap.People. The class of a group may demand a member: the last one leaves by the mapping's rule.
func (p *People) RemoveMember(ctx context.Context, group ldapmap.Group, u *ldapmap.User) error {
	attribute, value, err := p.member(group, u)
	if err != nil {
		return err
	}
	remove := ldapmap.Mod{Op: ldapmap.ModDelete, Name: attribute, Values: []string{value}}
	err = p.d.Modify(ctx, group.DN, []ldapmap.Mod{remove})
	code, ok := ResultCode(err)
	switch {
	case ok && code == CodeNoSuchAttribute:
		return nil
	case ok && code == CodeUnwillingToPerform: // Active Directory says so of somebody who is not in, and of much else
		if in, unknown := p.lists(ctx, group, attribute, value); unknown == nil && !in {
			return nil
		}
		return err
	case !ok || code != CodeObjectClassViolation:
		return err
	}
	// The server says that the group needs a member.
	switch rule, placeholder := p.m.EmptyGroups(); rule {
	case ldapmap.EmptyPlaceholder:
		err = p.d.Modify(ctx, group.DN, []ldapmap.Mod{{Op: ldapmap.ModAdd, Name: attribute, Values: []string{placeholder}}, remove})
		if code, ok := ResultCode(err); ok && code == CodeNoSuchAttribute {
			return nil
		}
		return err
	case ldapmap.EmptyDelete:
		return p.deleteEmpty(ctx, group, attribute, value)
	}
	return &fault.Error{Code: fault.Conflict, Words: "This is the last member, and a group of this kind cannot be empty.", Err: err}
}

// lists tells whether the group names the value. One read.
func (p *People) lists(ctx context.Context, group ldapmap.Group, attribute, value string) (bool, error) {
	found, err := p.d.Find(ctx, Search{Base: group.DN, Scope: Base, Filter: ldapmap.Equal{Attribute: attribute, Value: value}, Attributes: []string{"cn"}, Limit: 1})
	return len(found) > 0, err
}

// deleteEmpty deletes a group whose only member is the one who leaves. Somebody may join at this very moment: the group is renamed by nobody
// and read before it goes, which leaves a window that LDAP cannot close without an assertion; it is as short as it can be.
func (p *People) deleteEmpty(ctx context.Context, group ldapmap.Group, attribute, value string) error {
	e, err := p.d.Read(ctx, group.DN, attribute)
	if err != nil {
		if missing(err) {
			return nil
		}
		return err
	}
	if left := e.Values(attribute); len(left) != 1 || !ldapmap.SameDN(left[0], value) {
		return p.d.Modify(ctx, group.DN, []ldapmap.Mod{{Op: ldapmap.ModDelete, Name: attribute, Values: []string{value}}})
	}
	if err := p.d.Delete(ctx, group.DN); err != nil && !missing(err) {
		return err
	}
	return nil
}

// member tells the attribute and the value by which the group lists the person.
func (p *People) member(group ldapmap.Group, u *ldapmap.User) (attribute, value string, err error) {
	value, err = p.m.MemberValue(u)
	if err != nil {
		return "", "", err
	}
	if group.DN == "" {
		return "", "", fault.New(fault.NotFound, "the group is not known")
	}
	return p.m.MemberAttribute(), value, nil
}
