package authn

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// People is the part of ldapmap.People that signing in needs.
type People interface {
	FindByLogin(ctx context.Context, login string) (*ldapmap.User, error)
	Authenticate(ctx context.Context, u *ldapmap.User, password string) (ldapmap.Verdict, error)
}

// Bounds of what is typed. More is refused like a wrong password, without asking the directory.
const (
	MaxLogin    = 256  // bytes
	MaxPassword = 4000 // bytes
)

// AMRPassword is the authentication method of RFC 8176 2; ACRPassword the level that a password alone gives.
const (
	AMRPassword = "pwd"
	ACRPassword = "1"
)

// DefaultFloor is the least time that a refusal takes unless told otherwise: more than a slow hash and less than people mind.
const DefaultFloor = 300 * time.Millisecond

// ErrRefused is the one answer to everything that does not let somebody in and may not be told apart. Its code is Denied.
var ErrRefused error = fault.Say(fault.Denied, "", "The name and the password do not belong together, or this account cannot sign in just now.")

// Options are what an Authenticator is made of. People and Decoy are required.
type Options struct {
	People People
	Decoy  Decoy
	Audit  *audit.Log
	// Accounts and Addresses are the paces; zero: AccountPace and AddressPace.
	Accounts, Addresses Pace
	// Size is how many accounts and addresses are remembered; 0: DefaultLimiterSize of each.
	Size int
	// Floor is the least time that a refusal takes; 0: DefaultFloor, below 0: none.
	Floor time.Duration
	// Clock and Sleep are time itself; nil: the real one. Sleep returns early when ctx ends.
	Clock func() time.Time
	Sleep func(ctx context.Context, d time.Duration)
}

// Authenticator lets people in. It is safe for concurrent use.
type Authenticator struct {
	opts                Options
	accounts, addresses *Limiter
}

// New checks the options.
func New(opts Options) (*Authenticator, error) {
	if opts.People == nil || opts.Decoy == nil {
		return nil, errors.New("authn.New needs people and a decoy")
	}
	if opts.Accounts == (Pace{}) {
		opts.Accounts = AccountPace()
	}
	if opts.Addresses == (Pace{}) {
		opts.Addresses = AddressPace()
	}
	if opts.Floor == 0 {
		opts.Floor = DefaultFloor
	}
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	if opts.Sleep == nil {
		opts.Sleep = Sleep
	}
	return &Authenticator{
		opts:     opts,
		accounts: NewLimiter(opts.Accounts, opts.Size, opts.Clock), addresses: NewLimiter(opts.Addresses, opts.Size, opts.Clock),
	}, nil
}

// From says where a request came from.
type From struct {
	IP        netip.Addr
	RequestID string
	Client    string // the application on whose behalf somebody signs in, for the audit log
	Device    Device // the browser, if somebody signed in there before
}

// Result is the answer to a right password.
type Result struct {
	User *ldapmap.User
	// Outcome is OK, MustChange or Expired; with the latter two nobody is signed in before the password was changed.
	Outcome ldapmap.Outcome
	// GraceLeft and ExpiresIn are as in ldapmap.Verdict.
	GraceLeft int
	ExpiresIn time.Duration
	// AMR and ACR say how the person proved themselves (OpenID Connect Core 2).
	AMR []string
	ACR string
}

// SignIn checks a login and a password: one search and one bind, whether or not there is such an account. Errors: ErrRefused,
// Throttled (with a *Throttled in the chain), Unavailable and what else the directory may fail with; then nothing was counted.
func (a *Authenticator) SignIn(ctx context.Context, login, password string, from From) (Result, error) {
	start := a.opts.Clock()
	address := AddressKey(from.IP)
	if wait := a.addresses.Take(address); wait > 0 {
		a.log(ctx, audit.SignInDelayed, login, nil, from, "too many failures from this address")
		return Result{}, throttled(wait)
	}
	if !fit(login, password) {
		return a.refuse(ctx, start, login, nil, from, "not a possible login or password")
	}
	user, err := a.opts.People.FindByLogin(ctx, login)
	why := ""
	switch code := fault.CodeOf(err); {
	case err == nil:
	case code == fault.NotFound:
		why = "no such login"
	case code == fault.Conflict:
		why = "the login names several entries"
	default:
		a.addresses.Undo(address)
		return Result{}, fmt.Errorf("looking for who signs in: %w", err)
	}
	if err != nil {
		user = nil
	}
	account := accountKey(login, user)
	if from.Device.knows(user) {
		account = "device:" + from.Device.Nonce
	}
	if wait := a.accounts.Take(account); wait > 0 {
		a.log(ctx, audit.SignInDelayed, login, user, from, "too many failures for this account")
		a.floor(ctx, start)
		return Result{}, throttled(wait)
	}
	var verdict ldapmap.Verdict
	if user == nil {
		err = a.opts.Decoy(ctx, password)
	} else {
		verdict, err = a.opts.People.Authenticate(ctx, user, password)
	}
	if err != nil {
		a.accounts.Undo(account)
		a.addresses.Undo(address)
		return Result{}, fmt.Errorf("checking a password: %w", err)
	}
	if user == nil {
		return a.refuse(ctx, start, login, nil, from, why)
	}
	outcome := judge(user, verdict, a.opts.Clock())
	if outcome != ldapmap.OK && outcome != ldapmap.MustChange && outcome != ldapmap.Expired {
		return a.refuse(ctx, start, login, user, from, string(outcome)+" "+verdict.Detail)
	}
	a.accounts.Clear(account)
	a.addresses.Undo(address)
	if outcome == ldapmap.OK {
		a.log(ctx, audit.SignIn, "", user, from, verdict.Detail)
	} else {
		a.log(ctx, audit.SignInFailed, login, user, from, "the right password, but "+string(outcome)+" "+verdict.Detail)
	}
	return Result{
		User: user, Outcome: outcome, GraceLeft: verdict.GraceLeft, ExpiresIn: verdict.ExpiresIn,
		AMR: []string{AMRPassword}, ACR: ACRPassword,
	}, nil
}

// judge joins what the server answered with what the entry says, since a mapped field ("active") binds nobody but us.
func judge(user *ldapmap.User, verdict ldapmap.Verdict, now time.Time) ldapmap.Outcome {
	switch {
	case verdict.Outcome != ldapmap.OK && verdict.Outcome != ldapmap.MustChange && verdict.Outcome != ldapmap.Expired:
		return verdict.Outcome
	case user.Account.Locked:
		return ldapmap.Locked
	case !user.Account.Active(now):
		return ldapmap.Disabled
	case verdict.Outcome == ldapmap.OK && user.Account.MustChange:
		return ldapmap.MustChange
	}
	return verdict.Outcome
}

// Attempt counts a try at the password of somebody who is known, as on the change page, where a stolen session could be used to guess. done must be
// called with the outcome: Right clears the count, Void takes the try back. Errors: Throttled.
func (a *Authenticator) Attempt(user *ldapmap.User, ip netip.Addr) (done func(Outcome), err error) {
	account, address := accountKey("", user), AddressKey(ip)
	if wait := a.addresses.Take(address); wait > 0 {
		return nil, throttled(wait)
	}
	if wait := a.accounts.Take(account); wait > 0 {
		a.addresses.Undo(address)
		return nil, throttled(wait)
	}
	return func(o Outcome) {
		switch o {
		case Right:
			a.accounts.Clear(account)
			a.addresses.Undo(address)
		case Void:
			a.accounts.Undo(account)
			a.addresses.Undo(address)
		}
	}, nil
}

// Outcome of an Attempt.
type Outcome int

// The outcomes: a wrong guess, the right password, and a try that told nothing, because nobody answered or something else was wrong.
const (
	WrongGuess Outcome = iota
	Right
	Void
)

func (a *Authenticator) refuse(ctx context.Context, start time.Time, login string, user *ldapmap.User, from From, why string) (Result, error) {
	a.log(ctx, audit.SignInFailed, login, user, from, strings.TrimSpace(why))
	a.floor(ctx, start)
	return Result{}, ErrRefused
}

// floor waits until a refusal has taken its least time.
func (a *Authenticator) floor(ctx context.Context, start time.Time) {
	if rest := a.opts.Floor - a.opts.Clock().Sub(start); rest > 0 {
		a.opts.Sleep(ctx, rest)
	}
}

func (a *Authenticator) log(ctx context.Context, action audit.Action, login string, user *ldapmap.User, from From, detail string) {
	e := audit.Event{Action: action, Login: login, RequestID: from.RequestID, Client: from.Client, Detail: detail}
	if from.IP.IsValid() {
		e.IP = from.IP.String()
	}
	if user != nil {
		e.Person, e.Username = user.ID, user.Get(ldapmap.Username)
	}
	a.opts.Audit.Event(ctx, e)
}

// fit tells what is worth asking the directory. An empty password would be an anonymous bind, which succeeds on many servers; a NUL ends the
// password on servers written in C.
func fit(login, password string) bool {
	return login != "" && len(login) <= MaxLogin && password != "" && len(password) <= MaxPassword && !strings.ContainsRune(password, 0)
}

// accountKey is the canonical name of an account: the stable id of the entry, else what was typed, in one spelling.
func accountKey(login string, user *ldapmap.User) string {
	if user != nil {
		return "id:" + user.ID
	}
	return "login:" + Canonical(login)
}

// Canonical is one spelling for all that a directory takes for the same login: without case, compatibility forms and extra spaces.
func Canonical(login string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(login))), " ")
}

// Sleep waits for d or for the end of ctx.
func Sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
