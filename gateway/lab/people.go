package lab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// User is somebody to be. Only Username is needed.
type User struct {
	// Username is what they are called, and sign in with.
	Username string `json:"username"`
	// Password is what they type. Default: the username with "-password" behind it.
	Password string `json:"password,omitempty"`
	// GivenName is their given name.
	GivenName string `json:"given_name,omitempty"`
	// FamilyName is their family name. Default: the username.
	FamilyName string `json:"family_name,omitempty"`
	// Mail is their mail address. Default: the username at example.org.
	Mail string `json:"mail,omitempty"`
	// Groups are the groups that they are in; one that is not there is made. Members of "admins" are administrators.
	Groups []string `json:"groups,omitempty"`
	// Fields are values of other fields, by the names of the configuration reference: phones, language, locality and so on.
	Fields map[string][]string `json:"fields,omitempty"`
	// Subject is the stable id that the directory gives them, which is the claim "sub". It cannot be chosen.
	Subject string `json:"sub,omitempty"`
}

func standardPassword(username string) string { return username + "-password" }

// AddUser makes somebody, and returns them with what was filled in. Errors: a username that is empty or taken, a field that there is not, a group
// without a name.
func (l *Lab) AddUser(ctx context.Context, u User) (User, error) { return l.current().addUser(ctx, u) }

func (w *world) addUser(ctx context.Context, u User) (User, error) {
	switch {
	case u.Username == "":
		return u, errors.New("username: a user needs one")
	case u.Subject != "":
		return u, errors.New("sub: the directory gives it, and nobody can choose it")
	case slices.Contains(u.Groups, ""):
		return u, errors.New("groups: a group needs a name")
	case len(u.Groups) > 0 && !w.people.Mapping().HasGroups():
		return u, errors.New("groups: the configuration has no groups")
	}
	or := func(v *string, standard string) {
		if *v == "" {
			*v = standard
		}
	}
	or(&u.Password, standardPassword(u.Username))
	or(&u.FamilyName, u.Username)
	or(&u.Mail, u.Username+"@example.org")
	made, err := w.people.Create(ctx, w.draft(u), u.Password)
	switch {
	case fault.Is(err, fault.Conflict):
		return u, fmt.Errorf("username: somebody is called %q already", u.Username)
	case err != nil:
		return u, fmt.Errorf("making %q: %w", u.Username, plainly(err))
	}
	u.Subject = made.ID
	w.passwords.Store(u.Username, u.Password)
	for _, g := range u.Groups {
		if err := w.join(ctx, g, made); err != nil {
			return u, fmt.Errorf("making %q a member of %q: %w", u.Username, g, err)
		}
	}
	return u, nil
}

// plainly puts the name of the field before what is wrong with it.
func plainly(err error) error {
	if said, ok := fault.WordsOf(err); ok && said.Field != "" {
		return fmt.Errorf("%s: %s", said.Field, fmt.Sprintf(said.Words, said.Args...))
	}
	return err
}

// draft is the person as the mapping takes them.
func (w *world) draft(u User) *ldapmap.User {
	draft := ldapmap.NewUser(ldapmap.Ref{})
	full := u.FamilyName
	if u.GivenName != "" {
		full = u.GivenName + " " + u.FamilyName
	}
	for field, value := range map[string]string{
		ldapmap.Username: u.Username, ldapmap.GivenName: u.GivenName, ldapmap.FamilyName: u.FamilyName, ldapmap.Name: full, "display_name": full, ldapmap.Emails: u.Mail,
	} {
		if f, ok := w.people.Mapping().Field(field); ok && !f.ReadOnly {
			draft.Set(field, value)
		}
	}
	for field, values := range u.Fields {
		draft.Set(field, values...)
	}
	return draft
}

// find returns who has the username.
func (w *world) find(ctx context.Context, username string) (*ldapmap.User, error) {
	if username == "" {
		return nil, errors.New("username: who?")
	}
	u, err := w.people.FindByLogin(ctx, username)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return nil, fmt.Errorf("username: nobody is called %q", username)
	}
	return u, err
}

// LockUser locks somebody out, as the directory's administrator would: they cannot sign in, and no application gets a token for them any more.
func (l *Lab) LockUser(ctx context.Context, username string) error {
	return l.current().setLock(ctx, username, ldapmap.PermanentLock)
}

// UnlockUser lets them in again.
func (l *Lab) UnlockUser(ctx context.Context, username string) error {
	return l.current().setLock(ctx, username)
}

func (w *world) setLock(ctx context.Context, username string, values ...string) error {
	u, err := w.find(ctx, username)
	if err != nil {
		return err
	}
	return w.admin.Modify(ctx, u.DN, []ldapmap.Mod{{Op: ldapmap.ModReplace, Name: "pwdAccountLockedTime", Values: values}})
}

// SetPassword gives somebody another password, as after a reset: their sessions and the tokens of applications end. Empty: the standard one. It takes a
// second by the lab's clock, because directories note in whole seconds when a password changed.
func (l *Lab) SetPassword(ctx context.Context, username, password string) error {
	w := l.current()
	u, err := w.find(ctx, username)
	if err != nil {
		return err
	}
	if password == "" {
		password = standardPassword(username)
	}
	w.clock.Advance(time.Second)
	if err := w.people.SetPassword(ctx, u, password); err != nil {
		return fmt.Errorf("setting the password of %q: %w", username, plainly(err))
	}
	w.passwords.Store(username, password)
	return nil
}

// DeleteUser deletes somebody from the directory.
func (l *Lab) DeleteUser(ctx context.Context, username string) error {
	w := l.current()
	u, err := w.find(ctx, username)
	if err != nil {
		return err
	}
	w.passwords.Delete(username)
	return w.people.Delete(ctx, u)
}

// password is what somebody types.
func (w *world) password(username string) string {
	if p, ok := w.passwords.Load(username); ok {
		return p.(string)
	}
	return standardPassword(username)
}
