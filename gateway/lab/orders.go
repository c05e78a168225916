package lab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"
)

// mailWait is for mails that are still on their way.
const mailWait = 5 * time.Second

// Order is one thing that can be ordered by JSON.
type Order struct {
	// Path is where it is posted to.
	Path string
	// Does says what it does, in a sentence.
	Does string
	// Takes and Gives are structs; their JSON is the order and the answer. Gives has no fields if there is nothing to tell.
	Takes, Gives reflect.Type

	handler http.Handler
}

// Orders are all that Control takes, as docs/reference/testserver.md lists them.
func (l *Lab) Orders() []Order {
	return []Order{
		order("/users", "Makes somebody. The answer has what was filled in, and their `sub`.", l.AddUser),
		order("/users/lock", "Locks somebody out: no sign-in, and no new token for any application.", l.orderLock),
		order("/users/unlock", "Lets them in again.", l.orderUnlock),
		order("/users/password", "Gives somebody another password, as after a reset: their sessions and tokens end.", l.orderPassword),
		order("/users/delete", "Deletes somebody from the directory.", l.orderDelete),
		order("/groups", "Makes a group, or more people members of the one that there is.", done(l.AddGroup)),
		order("/groups/remove-members", "Takes people out of a group. With its last member the group goes.", done(l.RemoveMembers)),
		order("/clients", "Registers an application. The answer has the secret, if it got a new one.", l.AddClient),
		order("/sign-in", "Signs somebody in without pages.", l.orderSignIn),
		order("/authorize", "Takes a browser to an authorization request, signs in and agrees (or not), and says where the browser is sent.", l.orderAuthorize),
		order("/tokens", "Does all of that for an application, and redeems the code: the answer is that of the token endpoint.", l.orderTokens),
		order("/revoke", "Takes back what somebody lets an application have.", l.orderRevoke),
		order("/sign-out", "Signs somebody out everywhere; every token for them is dead.", l.orderSignOut),
		order("/advance", "Makes it later, for the gateway, the directory and the inbox.", l.orderAdvance),
		order("/mails", "Reads what was mailed, oldest first.", l.orderMails),
		order("/reset", "Goes back to what was there at the start: the seed, or nobody.", done(func(ctx context.Context, _ Nothing) error { return l.Reset(ctx) })),
	}
}

// Nothing is an order or an answer that says nothing: {}.
type Nothing struct{}

// done makes an order of what answers nothing.
func done[T any](do func(context.Context, T) error) func(context.Context, T) (Nothing, error) {
	return func(ctx context.Context, o T) (Nothing, error) { return Nothing{}, do(ctx, o) }
}

// PersonOrder names somebody.
type PersonOrder struct {
	// Username is who.
	Username string `json:"username"`
}

func (l *Lab) orderLock(ctx context.Context, o PersonOrder) (Nothing, error) {
	return Nothing{}, l.LockUser(ctx, o.Username)
}

func (l *Lab) orderUnlock(ctx context.Context, o PersonOrder) (Nothing, error) {
	return Nothing{}, l.UnlockUser(ctx, o.Username)
}

func (l *Lab) orderDelete(ctx context.Context, o PersonOrder) (Nothing, error) {
	return Nothing{}, l.DeleteUser(ctx, o.Username)
}

func (l *Lab) orderSignOut(ctx context.Context, o PersonOrder) (Nothing, error) {
	return Nothing{}, l.SignOutEverywhere(ctx, o.Username)
}

// PasswordOrder is a new password.
type PasswordOrder struct {
	// Username is whose.
	Username string `json:"username"`
	// Password is the new one. Default: the username with "-password" behind it.
	Password string `json:"password"`
}

func (l *Lab) orderPassword(ctx context.Context, o PasswordOrder) (Nothing, error) {
	return Nothing{}, l.SetPassword(ctx, o.Username, o.Password)
}

// RevokeOrder names an application that somebody let in.
type RevokeOrder struct {
	// Username is who.
	Username string `json:"username"`
	// Client is the application.
	Client string `json:"client_id"`
}

func (l *Lab) orderRevoke(ctx context.Context, o RevokeOrder) (Nothing, error) {
	return Nothing{}, l.Revoke(ctx, o.Username, o.Client)
}

// SignedIn is a browser at which somebody is signed in.
type SignedIn struct {
	// Cookies are the gateway's, for a browser of your own or for the next visit.
	Cookies []Cookie `json:"cookies"`
}

func (l *Lab) orderSignIn(ctx context.Context, v Visit) (SignedIn, error) {
	b, err := l.SignIn(ctx, v)
	if err != nil {
		return SignedIn{}, err
	}
	return SignedIn{l.Cookies(b)}, nil
}

// AuthorizeOrder is an authorization request and who makes it.
type AuthorizeOrder struct {
	Visit
	// URL is where the application sends the browser.
	URL string `json:"url"`
}

// Authorized is where an authorization request leads.
type Authorized struct {
	// Location is the application's address to which the browser is sent.
	Location string `json:"location"`
	// Parameters are what comes along, such as code and state, or error.
	Parameters map[string]string `json:"parameters"`
	// Posted tells that they come as a form (response_mode=form_post), not in the address.
	Posted bool `json:"posted"`
	// Cookies are the gateway's afterwards.
	Cookies []Cookie `json:"cookies"`
}

func (l *Lab) orderAuthorize(ctx context.Context, o AuthorizeOrder) (Authorized, error) {
	b, err := l.Browser(o.Visit)
	if err != nil {
		return Authorized{}, err
	}
	back, err := l.Authorize(ctx, b, o.URL)
	if err != nil {
		return Authorized{}, err
	}
	first := map[string]string{}
	for name := range back.Parameters {
		first[name] = back.Parameters.Get(name)
	}
	return Authorized{Location: back.URL.String(), Parameters: first, Posted: back.Posted, Cookies: l.Cookies(b)}, nil
}

// TokensOrder asks for tokens.
type TokensOrder struct {
	Visit
	// Client is an application that was made by /clients.
	Client string `json:"client_id"`
	// Scope are the scopes to ask for, separated by spaces. Default: openid.
	Scope string `json:"scope"`
}

func (l *Lab) orderTokens(ctx context.Context, o TokensOrder) (Tokens, error) {
	return l.Tokens(ctx, o.Visit, o.Client, strings.Fields(o.Scope))
}

// AdvanceOrder moves the clock.
type AdvanceOrder struct {
	// Seconds is by how much: 0 to ten years.
	Seconds int64 `json:"seconds"`
}

// Advanced is the clock.
type Advanced struct {
	// Now is the time of the gateway, as RFC 3339 has it.
	Now time.Time `json:"now"`
}

func (l *Lab) orderAdvance(_ context.Context, o AdvanceOrder) (Advanced, error) {
	if o.Seconds < 0 || o.Seconds > int64(maxAdvance/time.Second) {
		return Advanced{}, fmt.Errorf("seconds: the clock goes on by 0 to %d at once", maxAdvance/time.Second)
	}
	err := l.Advance(time.Duration(o.Seconds) * time.Second)
	return Advanced{l.Now().UTC()}, err
}

// MailsOrder asks for mails.
type MailsOrder struct {
	// To is the address. Default: everybody's.
	To string `json:"to"`
	// AtLeast is how many to wait for, some seconds at most; then the answer has those that there are. Default: 1.
	AtLeast *int `json:"at_least"`
}

// Mailed are mails.
type Mailed struct {
	// Mails are the mails, each with to, subject, text and links (the addresses in it).
	Mails []Mail `json:"mails"`
}

func (l *Lab) orderMails(ctx context.Context, o MailsOrder) (Mailed, error) {
	n := 1
	if o.AtLeast != nil {
		n = *o.AtLeast
	}
	if n < 0 || n > maxMails {
		return Mailed{}, fmt.Errorf("at_least: want 0 to %d", maxMails)
	}
	ctx, cancel := context.WithTimeout(ctx, mailWait)
	defer cancel()
	mails, err := l.WaitForMails(ctx, o.To, n)
	if errors.Is(err, context.DeadlineExceeded) {
		mails, err = l.Mails(o.To), nil
	}
	return Mailed{mails}, err
}
