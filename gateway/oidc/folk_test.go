package oidc_test

import (
	"context"
	"sync"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// folk are people without a directory, for tests of the protocol; those with one are in directory_test.go.
type folk struct {
	mu    sync.Mutex
	users map[string]*ldapmap.User
	gets  int
	err   error
}

func newFolk() *folk {
	f := &folk{users: map[string]*ldapmap.User{}}
	u := ldapmap.NewUser(ldapmap.Ref{ID: ada, DN: "uid=ada,ou=people,dc=example,dc=org"})
	u.Set(ldapmap.Username, "ada")
	u.Set(ldapmap.Name, "Ada Lovelace")
	u.Set(ldapmap.GivenName, "Ada")
	u.Set(ldapmap.FamilyName, "Lovelace")
	u.Set(ldapmap.Emails, "ada@example.org", "countess@example.org")
	u.Set(ldapmap.Phones, "+44 20 7946 0001", "+44 7700 900001")
	u.Set(ldapmap.Locality, "London")
	u.Set(ldapmap.Country, "GB")
	u.Set(ldapmap.Language, "en")
	u.Set(ldapmap.UpdatedAt, "2026-01-02T03:04:05Z")
	u.Set("favourite_colour", "red")
	u.Account.Mark = "20260101000000Z"
	f.users[ada] = u
	g := ldapmap.NewUser(ldapmap.Ref{ID: grace, DN: "cn=Grace Hopper,ou=staff,ou=people,dc=example,dc=org"})
	g.Set(ldapmap.Username, "grace")
	g.Set(ldapmap.Name, "Grace Hopper")
	f.users[grace] = g
	return f
}

// change edits somebody, as an administrator would.
func (f *folk) change(id string, edit func(*ldapmap.User)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	u := f.users[id].Clone()
	edit(u)
	f.users[id] = u
}

func (f *folk) remove(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.users, id)
}

func (f *folk) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

func (f *folk) counted() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.gets
	f.gets = 0
	return n
}

func (f *folk) Get(_ context.Context, ref ldapmap.Ref) (*ldapmap.User, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gets++
	if f.err != nil {
		return nil, f.err
	}
	if u := f.users[ref.ID]; u != nil {
		return u.Clone(), nil
	}
	return nil, fault.New(fault.NotFound, "nobody has the id %s", ref.ID)
}

func (f *folk) Groups(_ context.Context, u *ldapmap.User) ([]ldapmap.Group, error) {
	if u.ID == ada {
		return []ldapmap.Group{{Name: "admins"}, {Name: "staff"}}, nil
	}
	return nil, nil
}
