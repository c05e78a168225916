package gatewaytest

import (
	"context"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/lab"
)

// User is somebody to be. Only Username is needed: the password becomes "<username>-password", the mail address "<username>@example.org". Groups are made if they are
// not there; Fields are values of other fields by their names in the configuration reference, such as phones or language.
type User = lab.User

// Client is an application. Only ID and RedirectURIs are needed: it gets a secret unless it is Public. Metadata
// is for what has no field of its own.
type Client = lab.Client

// AddUser makes somebody and returns them with what was filled in: Password, Mail, and Subject, which is the claim "sub".
func (g *Gateway) AddUser(t testing.TB, u User) User {
	t.Helper()
	must(t, "adding a user", func(ctx context.Context) (err error) { u, err = g.lab.AddUser(ctx, u); return err })
	return u
}

// AddGroup makes a group, or makes more people members of the one that there is. It needs at least one member.
func (g *Gateway) AddGroup(t testing.TB, name string, usernames ...string) {
	t.Helper()
	must(t, "adding a group", func(ctx context.Context) error { return g.lab.AddGroup(ctx, lab.Group{Name: name, Members: usernames}) })
}

// RemoveMembers takes people out of a group. With its last member the group goes.
func (g *Gateway) RemoveMembers(t testing.TB, group string, usernames ...string) {
	t.Helper()
	must(t, "removing members", func(ctx context.Context) error {
		return g.lab.RemoveMembers(ctx, lab.Group{Name: group, Members: usernames})
	})
}

// AddClient registers an application and returns it with what was filled in: Secret, unless it is Public or has keys.
func (g *Gateway) AddClient(t testing.TB, c Client) Client {
	t.Helper()
	must(t, "adding a client", func(ctx context.Context) (err error) { c, err = g.lab.AddClient(ctx, c); return err })
	return c
}

// SetPassword gives somebody another password, as after a reset: their sessions and the tokens of applications end. Empty: the standard one.
// It takes a second by the gateway's clock, because directories note in whole seconds when a password changed.
func (g *Gateway) SetPassword(t testing.TB, username, password string) {
	t.Helper()
	must(t, "setting a password", func(ctx context.Context) error { return g.lab.SetPassword(ctx, username, password) })
}

// LockUser locks somebody out, as the directory's administrator would: no sign-in, and no new token for any application.
func (g *Gateway) LockUser(t testing.TB, username string) {
	t.Helper()
	must(t, "locking a user", func(ctx context.Context) error { return g.lab.LockUser(ctx, username) })
}

// UnlockUser lets them in again.
func (g *Gateway) UnlockUser(t testing.TB, username string) {
	t.Helper()
	must(t, "unlocking a user", func(ctx context.Context) error { return g.lab.UnlockUser(ctx, username) })
}

// DeleteUser deletes somebody from the directory.
func (g *Gateway) DeleteUser(t testing.TB, username string) {
	t.Helper()
	must(t, "deleting a user", func(ctx context.Context) error { return g.lab.DeleteUser(ctx, username) })
}

// Revoke takes back what somebody lets an application have: its tokens are dead, and it has to ask them again.
func (g *Gateway) Revoke(t testing.TB, username, clientID string) {
	t.Helper()
	must(t, "revoking", func(ctx context.Context) error { return g.lab.Revoke(ctx, username, clientID) })
}

// SignOutEverywhere ends every session of somebody, and every token that applications have for them.
func (g *Gateway) SignOutEverywhere(t testing.TB, username string) {
	t.Helper()
	must(t, "signing out everywhere", func(ctx context.Context) error { return g.lab.SignOutEverywhere(ctx, username) })
}
