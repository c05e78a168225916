package authn_test

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// people is a directory of three in memory that notes what it was asked. The flows' tests do the same over a real socket.
type people struct {
	mu      sync.Mutex
	asked   []string
	verdict map[string]ldapmap.Verdict // by user name, after the right password
	change  func(*ldapmap.User)
	down    bool
}

func (p *people) note(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, what)
}

func (p *people) take() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := strings.Join(p.asked, " ")
	p.asked = nil
	return s
}

func (p *people) FindByLogin(_ context.Context, login string) (*ldapmap.User, error) {
	p.note("search")
	if p.down {
		return nil, fault.New(fault.Unavailable, "down")
	}
	switch login {
	case "jane", "jane@example.org", "Jane":
		u := ldapmap.NewUser(ldapmap.Ref{ID: "id-jane", DN: "uid=jane"})
		u.Set(ldapmap.Username, "jane")
		if p.change != nil {
			p.change(u)
		}
		return u, nil
	case "twins":
		return nil, fault.New(fault.Conflict, "two entries")
	}
	return nil, fault.New(fault.NotFound, "nobody")
}

func (p *people) Authenticate(_ context.Context, u *ldapmap.User, password string) (ldapmap.Verdict, error) {
	p.note("bind")
	if p.down {
		return ldapmap.Verdict{}, fault.New(fault.Unavailable, "down")
	}
	if u.DN == "uid=jane" && password == "right horse" {
		if v, ok := p.verdict["jane"]; ok {
			return v, nil
		}
		return ldapmap.Verdict{Outcome: ldapmap.OK, GraceLeft: -1}, nil
	}
	return ldapmap.Verdict{Outcome: ldapmap.Wrong, GraceLeft: -1, Detail: "49 invalidCredentials"}, nil
}

type bench struct {
	*authn.Authenticator
	people *people
	clock  *clock
	audit  *bytes.Buffer
	slept  *[]time.Duration
}

func open(t *testing.T) *bench {
	t.Helper()
	b := &bench{people: &people{verdict: map[string]ldapmap.Verdict{}}, clock: newClock(), audit: &bytes.Buffer{}, slept: &[]time.Duration{}}
	a, err := authn.New(authn.Options{
		People: b.people, Decoy: authn.DecoyEntry(b.people, "cn=decoy"), Audit: audit.New(b.audit, b.clock.Now), Clock: b.clock.Now,
		Sleep: func(_ context.Context, d time.Duration) { *b.slept = append(*b.slept, d) },
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Authenticator = a
	return b
}

func from(ip string) authn.From { return authn.From{IP: netip.MustParseAddr(ip), RequestID: "r1"} }

func TestTheRightPasswordLetsIn(t *testing.T) {
	t.Parallel()
	b := open(t)
	got, err := b.SignIn(t.Context(), "jane@example.org", "right horse", from("192.0.2.1"))
	if err != nil {
		t.Fatal(err)
	}
	if got.User.ID != "id-jane" || got.Outcome != ldapmap.OK || len(got.AMR) != 1 || got.AMR[0] != "pwd" || got.ACR == "" || got.GraceLeft != -1 {
		t.Errorf("result %+v", got)
	}
	if asked := b.people.take(); asked != "search bind" {
		t.Errorf("asked the directory for %q", asked)
	}
	if len(*b.slept) != 0 {
		t.Error("the right password had to wait")
	}
	line := b.audit.String()
	if !strings.Contains(line, `"sign_in"`) || !strings.Contains(line, `"person":"id-jane"`) || strings.Contains(line, "horse") {
		t.Errorf("audit line %s", line)
	}
}

func TestStrangersCannotTellAccountsFromNothing(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.people.verdict["jane"] = ldapmap.Verdict{Outcome: ldapmap.Locked}
	for name, try := range map[string][2]string{
		"a wrong password": {"jane", "wrong"},
		"no such account":  {"nobody", "wrong"},
		"two accounts":     {"twins", "wrong"},
		"a locked account": {"jane", "right horse"},
		"an injection":     {"*)(uid=*", "wrong"},
	} {
		*b.slept = nil
		_, err := b.SignIn(t.Context(), try[0], try[1], from("192.0.2.1"))
		if !errors.Is(err, authn.ErrRefused) || err.Error() != authn.ErrRefused.Error() {
			t.Errorf("%s: %v", name, err)
		}
		if asked := b.people.take(); asked != "search bind" {
			t.Errorf("%s: asked the directory for %q, not for one search and one bind", name, asked)
		}
		if len(*b.slept) != 1 || (*b.slept)[0] != 300*time.Millisecond {
			t.Errorf("%s: slept %v", name, *b.slept)
		}
	}
	if n := strings.Count(b.audit.String(), `"sign_in_failed"`); n != 5 {
		t.Errorf("%d audit lines of failures, want 5", n)
	}
}

func TestImpossibleInputNeverReachesTheDirectory(t *testing.T) {
	t.Parallel()
	b := open(t)
	for name, try := range map[string][2]string{
		"an empty password, which would bind anonymously": {"jane", ""},
		"no login":                    {"", "x"},
		"a NUL":                       {"jane", "right horse\x00tail"},
		"ten thousand characters":     {"jane", strings.Repeat("a", 10_000)},
		"a login of a thousand bytes": {strings.Repeat("j", 1000), "x"},
	} {
		if _, err := b.SignIn(t.Context(), try[0], try[1], from("192.0.2.1")); !errors.Is(err, authn.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
		if asked := b.people.take(); asked != "" {
			t.Errorf("%s: asked the directory for %q", name, asked)
		}
	}
}

func TestTriesAreCountedForTheEntryWhateverWasTyped(t *testing.T) {
	t.Parallel()
	b := open(t)
	for i, login := range []string{"jane", "Jane", "jane@example.org", "jane", "Jane"} {
		if _, err := b.SignIn(t.Context(), login, "wrong", from("192.0.2."+string(rune('1'+i)))); !errors.Is(err, authn.ErrRefused) {
			t.Fatalf("free try %d: %v", i+1, err)
		}
	}
	b.people.take()
	_, err := b.SignIn(t.Context(), "jane@example.org", "right horse", from("192.0.2.99"))
	var wait *authn.Throttled
	if !errors.As(err, &wait) || !fault.Is(err, fault.Throttled) || wait.RetryAfter() != 5*time.Second {
		t.Fatalf("the sixth try: %v", err)
	}
	if asked := b.people.take(); asked != "search" {
		t.Errorf("while it has to wait the directory is asked for %q", asked)
	}
	if !strings.Contains(b.audit.String(), `"sign_in_delayed"`) {
		t.Error("no audit line of the delay")
	}
	b.clock.Advance(5 * time.Second)
	if _, err := b.SignIn(t.Context(), "jane", "right horse", from("192.0.2.99")); err != nil {
		t.Fatalf("after the delay: %v", err)
	}
	for range 4 {
		if _, err := b.SignIn(t.Context(), "jane", "wrong", from("192.0.2.1")); !errors.Is(err, authn.ErrRefused) {
			t.Fatalf("the right password did not clear the count: %v", err)
		}
	}
}

func TestMissingAccountsAreSlowedDownLikeRealOnes(t *testing.T) {
	t.Parallel()
	b := open(t)
	for _, login := range []string{"nobody", "NOBODY", " nobody ", "ｎobody", "nobody"} {
		if _, err := b.SignIn(t.Context(), login, "wrong", from("192.0.2.1")); !errors.Is(err, authn.ErrRefused) {
			t.Fatalf("%q: %v", login, err)
		}
	}
	b.people.take()
	if _, err := b.SignIn(t.Context(), "nobody", "wrong", from("192.0.2.1")); !fault.Is(err, fault.Throttled) {
		t.Errorf("the sixth try: %v", err)
	}
	if asked := b.people.take(); asked != "search" {
		t.Errorf("asked for %q", asked)
	}
}

func TestOneAddressCannotTryManyAccounts(t *testing.T) {
	t.Parallel()
	b := open(t)
	var err error
	n := 0
	for ; n < 100 && !fault.Is(err, fault.Throttled); n++ {
		_, err = b.SignIn(t.Context(), "user"+strings.Repeat("x", n), "wrong", from("2001:db8::1"))
	}
	if n != 31 {
		t.Errorf("throttled after %d tries, want 31", n)
	}
	b.people.take()
	if _, err := b.SignIn(t.Context(), "jane", "right horse", from("2001:db8::2")); !fault.Is(err, fault.Throttled) {
		t.Errorf("from the same network: %v", err)
	}
	if asked := b.people.take(); asked != "" {
		t.Errorf("asked for %q", asked)
	}
	if _, err := b.SignIn(t.Context(), "jane", "right horse", from("2001:db8:0:1::2")); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
}

func TestAnAbsentDirectoryIsNobodysFault(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.people.down = true
	for range 50 {
		if _, err := b.SignIn(t.Context(), "jane", "right horse", from("192.0.2.1")); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("while it is away: %v", err)
		}
	}
	b.people.down = false
	if _, err := b.SignIn(t.Context(), "jane", "right horse", from("192.0.2.1")); err != nil {
		t.Errorf("when it is back: %v", err)
	}
}

func TestARightPasswordThatMustBeChanged(t *testing.T) {
	t.Parallel()
	for _, outcome := range []ldapmap.Outcome{ldapmap.MustChange, ldapmap.Expired} {
		b := open(t)
		b.people.verdict["jane"] = ldapmap.Verdict{Outcome: outcome}
		got, err := b.SignIn(t.Context(), "jane", "right horse", from("192.0.2.1"))
		if err != nil || got.Outcome != outcome {
			t.Errorf("%s: %+v, %v", outcome, got, err)
		}
		if strings.Contains(b.audit.String(), `"msg":"sign_in"`) {
			t.Errorf("%s: the audit log says somebody signed in", outcome)
		}
	}
	b := open(t)
	b.people.change = func(u *ldapmap.User) { u.Account.MustChange = true }
	if got, err := b.SignIn(t.Context(), "jane", "right horse", from("192.0.2.1")); err != nil || got.Outcome != ldapmap.MustChange {
		t.Errorf("by the entry alone: %+v, %v", got, err)
	}
}

func TestAnEntrySwitchedOffDoesNotSignInThoughTheServerBinds(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*ldapmap.User){
		"locked":   func(u *ldapmap.User) { u.Account.Locked = true },
		"disabled": func(u *ldapmap.User) { u.Account.Disabled = true },
		"ended":    func(u *ldapmap.User) { u.Account.Expires = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) },
		"future":   func(u *ldapmap.User) { u.Account.NotBefore = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		b := open(t)
		b.people.change = change
		if _, err := b.SignIn(t.Context(), "jane", "right horse", from("192.0.2.1")); !errors.Is(err, authn.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAStolenSessionCannotGuessThePassword(t *testing.T) {
	t.Parallel()
	b := open(t)
	user, err := b.people.FindByLogin(t.Context(), "jane")
	if err != nil {
		t.Fatal(err)
	}
	ip := netip.MustParseAddr("192.0.2.1")
	for i := range 20 {
		done, err := b.Attempt(user, ip)
		if err != nil {
			t.Fatalf("try %d that told nothing was counted: %v", i, err)
		}
		done(authn.Void)
	}
	for range 5 {
		done, err := b.Attempt(user, ip)
		if err != nil {
			t.Fatal(err)
		}
		done(authn.WrongGuess)
	}
	if _, err := b.Attempt(user, ip); !fault.Is(err, fault.Throttled) {
		t.Errorf("the sixth guess: %v", err)
	}
	if _, err := b.SignIn(t.Context(), "jane", "right horse", from("192.0.2.9")); !fault.Is(err, fault.Throttled) {
		t.Errorf("the sign-in page has a count of its own: %v", err)
	}
	b.clock.Advance(5 * time.Second)
	done, err := b.Attempt(user, ip)
	if err != nil {
		t.Fatal(err)
	}
	done(authn.Right)
	if _, err := b.Attempt(user, ip); err != nil {
		t.Errorf("after the right password: %v", err)
	}
}

func TestMissingPartsAreAnError(t *testing.T) {
	t.Parallel()
	if _, err := authn.New(authn.Options{}); err == nil {
		t.Error("an Authenticator without a directory was made")
	}
}

func TestARefusalReallyTakesItsLeastTime(t *testing.T) {
	t.Parallel()
	p := &people{}
	a, err := authn.New(authn.Options{People: p, Decoy: authn.DecoyEntry(p, "cn=decoy"), Floor: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // nobody waits any more, so neither does the answer
	if _, err := a.SignIn(ctx, "nobody", "x", from("192.0.2.1")); !errors.Is(err, authn.ErrRefused) {
		t.Error(err)
	}
}

func TestWhyALoginCannotBeOne(t *testing.T) {
	t.Parallel()
	for login, wrong := range map[string]bool{"": true, strings.Repeat("é", 200): true, "a\tb": true, "a\x7f": true, "jane": false, "*)(uid=*": false, "André É": false} {
		if got := authn.LoginProblem(login); got.IsZero() == wrong {
			t.Errorf("%.10q: %q", login, got.String())
		}
	}
}
