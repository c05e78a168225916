package lab

import (
	"context"
	"errors"
	"fmt"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
)

// Group is a group with some of its members. In this directory nobody's group does not exist: the last member who leaves takes it along.
type Group struct {
	// Name is the group's name, as applications see it in the claim "groups".
	Name string `json:"name"`
	// Members are usernames; at least one.
	Members []string `json:"members"`
}

// AddGroup makes a group, or makes more people members of the one that there is. Errors: no name, no members, a member who is not there.
func (l *Lab) AddGroup(ctx context.Context, g Group) error { return l.current().addGroup(ctx, g) }

func (w *world) addGroup(ctx context.Context, g Group) error {
	members, err := w.members(ctx, g)
	if err != nil {
		return err
	}
	for _, u := range members {
		if err := w.join(ctx, g.Name, u); err != nil {
			return fmt.Errorf("making the group %q: %w", g.Name, err)
		}
	}
	return nil
}

// RemoveMembers takes people out of a group. Errors: nobody to take out, a group or a person that is not there. Who is not in it is none.
func (l *Lab) RemoveMembers(ctx context.Context, g Group) error {
	w := l.current()
	members, err := w.members(ctx, g)
	if err != nil {
		return err
	}
	found, err := w.people.FindGroups(ctx, []string{g.Name}, 1)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("name: there is no group %q", g.Name)
	}
	if err != nil {
		return err
	}
	for _, u := range members {
		if err := w.people.RemoveMember(ctx, found[0], u); err != nil {
			return fmt.Errorf("taking %q out of %q: %w", u.Get(ldapmap.Username), g.Name, err)
		}
	}
	return nil
}

// members are the people whom an order about a group names.
func (w *world) members(ctx context.Context, g Group) ([]*ldapmap.User, error) {
	switch {
	case !w.people.Mapping().HasGroups():
		return nil, errors.New("the configuration has no groups")
	case g.Name == "":
		return nil, errors.New("name: which group?")
	case len(g.Members) == 0:
		return nil, errors.New("members: who?")
	}
	var members []*ldapmap.User
	for _, m := range g.Members {
		u, err := w.find(ctx, m)
		if err != nil {
			return nil, fmt.Errorf("members: nobody is called %q", m)
		}
		members = append(members, u)
	}
	return members, nil
}

// join makes the group with its first member, or adds one.
func (w *world) join(ctx context.Context, group string, u *ldapmap.User) error {
	err := w.admin.Add(ctx, "cn="+ldapmap.EscapeDN(group)+","+w.people.Mapping().GroupBases()[0], []ldapmap.Attribute{
		{Name: "objectClass", Values: []string{"groupOfNames"}}, {Name: "cn", Values: []string{group}}, {Name: "member", Values: []string{u.DN}},
	})
	if code, _ := directory.ResultCode(err); code != directory.CodeEntryAlreadyExists {
		return err
	}
	found, err := w.people.FindGroups(ctx, []string{group}, 1)
	if err == nil && len(found) == 0 {
		err = errors.New("the configuration's filter for groups does not find it")
	}
	if err != nil {
		return err
	}
	return w.people.AddMember(ctx, found[0], u)
}
