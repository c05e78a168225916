package ticket_test

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/gateway/ticket"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

type office struct {
	*ticket.Office
	t     *testing.T
	keys  *seal.Keyring
	spy   *statetest.Spy
	clock time.Time
}

func newOffice(t *testing.T) *office {
	t.Helper()
	keys, err := seal.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, keys: keys, spy: &statetest.Spy{Store: &statetest.Memory{}}, clock: time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)}
	o.Office = o.replica("https://id.example.org")
	return o
}

func (o *office) replica(public string) *ticket.Office {
	o.t.Helper()
	now := func() time.Time { return o.clock }
	x, err := ticket.New(o.keys, state.NewRecords(o.spy, now), public, now)
	if err != nil {
		o.t.Fatal(err)
	}
	return x
}

var ada = ldapmap.Ref{ID: "7f1c2d9e-0000-4000-8000-3f2a6b1c9d10", DN: "uid=ada,ou=staff,ou=people,dc=example,dc=org"}

func (o *office) issue(p ticket.Purpose, data any) ticket.Link {
	o.t.Helper()
	ref, mark := ada, "mark-1"
	if p == ticket.Invitation {
		ref, mark = ldapmap.Ref{}, ""
	}
	l, err := o.Issue(p, ref, mark, data, time.Hour)
	if err != nil {
		o.t.Fatal(err)
	}
	return l
}

func (o *office) open(p ticket.Purpose, token string) ticket.Ticket {
	o.t.Helper()
	t, err := o.Open(p, token)
	if err != nil {
		o.t.Fatal(err)
	}
	return t
}

func TestALinkBringsBackWhatItWasMadeForWithoutAskingAnybody(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	type address struct{ Mail string }
	l := o.issue(ticket.ConfirmMail, address{"ada@exämple.org"})
	got := o.open(ticket.ConfirmMail, l.Token)
	var a address
	if err := got.Data(&a); err != nil || a.Mail != "ada@exämple.org" || got.Ref != ada || !got.Expires.Equal(o.clock.Add(time.Hour)) {
		t.Errorf("got %+v %+v, %v", got, a, err)
	}
	o.spy.Expect(t, "making and opening a link", statetest.Counts{})
	if len(l.URL) > 450 {
		t.Errorf("the link has %d characters: mail programs break it", len(l.URL))
	}
	if strings.Contains(l.URL, "ada") {
		t.Error("the link tells whom it is for")
	}
}

func TestLinksStartWithThePublicURLAndThePageOfTheirPurpose(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for p, path := range map[ticket.Purpose]string{
		ticket.ResetPassword: "/password/reset", ticket.FirstPassword: "/password/first", ticket.ConfirmMail: "/profile/confirm", ticket.Invitation: "/join",
	} {
		for public, prefix := range map[string]string{"https://id.example.org": "", "https://id.example.org/": "", "http://127.0.0.1:8080/sso": "/sso"} {
			o.Office = o.replica(public)
			l := o.issue(p, nil)
			u, err := url.Parse(l.URL)
			if err != nil || u.Path != prefix+path || u.Query().Get(ticket.Param) != l.Token || !strings.HasPrefix(l.URL, public[:17]) {
				t.Errorf("%s at %s: %s, %v", p, public, l.URL, err)
			}
		}
	}
	for _, bad := range []string{"", "id.example.org", "ftp://x", "https://", "https://x?y", "https://x#y", "https://u:p@x", "http://%zz"} {
		if _, err := ticket.New(o.keys, nil, bad, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("public URL %q: %v", bad, err)
		}
	}
}

func TestALinkWorksOnceOnAllReplicas(t *testing.T) {
	t.Parallel()
	for _, p := range []ticket.Purpose{ticket.ResetPassword, ticket.FirstPassword, ticket.ConfirmMail, ticket.Invitation} {
		o := newOffice(t)
		l := o.issue(p, nil)
		var mu sync.Mutex
		var wg sync.WaitGroup
		won := 0
		for range 16 {
			replica := o.replica("https://id.example.org")
			wg.Go(func() {
				tk, err := replica.Open(p, l.Token)
				if err == nil {
					err = replica.Spend(t.Context(), tk)
				}
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case !errors.Is(err, ticket.ErrUsed):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Errorf("%s: %d used it", p, won)
		}
		tk := o.open(p, l.Token)
		o.spy.Counts()
		if err := o.Fresh(t.Context(), tk); !errors.Is(err, ticket.ErrUsed) {
			t.Errorf("%s: a used link looks fresh: %v", p, err)
		}
		o.spy.Expect(t, "looking at a link", statetest.Counts{Get: 1})
		other := o.open(p, o.issue(p, nil).Token)
		if err := o.Fresh(t.Context(), other); err != nil {
			t.Errorf("%s: another link is spent too: %v", p, err)
		}
	}
}

func TestALinkWhosePurposeFailedWorksAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tk := o.open(ticket.ResetPassword, o.issue(ticket.ResetPassword, nil).Token)
	for range 3 {
		if err := errors.Join(o.Fresh(t.Context(), tk), o.Spend(t.Context(), tk), o.Return(t.Context(), tk)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestALinkDiesWhenTheAccountChanges(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tk := o.open(ticket.ResetPassword, o.issue(ticket.ResetPassword, nil).Token)
	u := ldapmap.NewUser(ldapmap.Ref{ID: ada.ID, DN: "uid=ada,ou=elsewhere"})
	if err := tk.Check(u, "mark-1"); err != nil {
		t.Errorf("moved to another place: %v", err)
	}
	other := ldapmap.NewUser(ldapmap.Ref{ID: "somebody", DN: ada.DN})
	for what, err := range map[string]error{"password changed": tk.Check(u, "mark-2"), "mark gone": tk.Check(u, ""), "another person at the same DN": tk.Check(other, "mark-1"),
		"nobody": tk.Check(nil, "mark-1")} {
		if !errors.Is(err, ticket.ErrChanged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := o.open(ticket.Invitation, o.issue(ticket.Invitation, nil).Token).Check(nil, ""); err != nil {
		t.Errorf("an invitation: %v", err)
	}
}

func TestEachWrongLinkSaysWhatIsWrongAndAsksNobody(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	good := o.issue(ticket.ResetPassword, nil).Token
	raw := func(purpose, text string) string {
		s, err := o.keys.Seal(purpose, nil, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	wrong := map[string]error{
		"":                              ticket.ErrMalformed,
		good[:len(good)-1]:              ticket.ErrMalformed,
		good[:40]:                       ticket.ErrMalformed,
		good + "A":                      ticket.ErrMalformed,
		strings.ToUpper(good):           ticket.ErrMalformed,
		" " + good:                      ticket.ErrMalformed,
		strings.Repeat("A", 1<<20):      ticket.ErrMalformed,
		raw("session", `{"p":"reset"}`): ticket.ErrMalformed,
		raw("link", `not json`):         ticket.ErrMalformed,
		raw("link", `{"p":"reset"}`):    ticket.ErrMalformed,
		raw("link", `{"p":"reset","i":"00","e":9999999999}`):            ticket.ErrMalformed, // for nobody
		raw("link", `{"p":"invite","i":"00","e":9999999999,"s":"ada"}`): ticket.ErrMalformed,
		o.issue(ticket.ConfirmMail, nil).Token:                          ticket.ErrPurpose,
		o.issue(ticket.Invitation, nil).Token:                           ticket.ErrPurpose,
	}
	for token, want := range wrong {
		if _, err := o.Open(ticket.ResetPassword, token); !errors.Is(err, want) {
			t.Errorf("%.60q: got %v, want %v", token, err, want)
		}
	}
	held := o.open(ticket.ResetPassword, good)
	o.clock = o.clock.Add(time.Hour)
	if _, err := o.Open(ticket.ResetPassword, good); !errors.Is(err, ticket.ErrExpired) {
		t.Errorf("an expired link: %v", err)
	}
	if err := o.Spend(t.Context(), held); !errors.Is(err, ticket.ErrExpired) {
		t.Errorf("a link that expired while the form was filled in: %v", err)
	}
	o.spy.Expect(t, "wrong links", statetest.Counts{})
	for _, err := range []error{ticket.ErrMalformed, ticket.ErrPurpose, ticket.ErrExpired, ticket.ErrUsed, ticket.ErrChanged} {
		if _, ok := fault.WordsOf(err); !ok || fault.CodeOf(err) == fault.Internal {
			t.Errorf("%v has no words for the person", err)
		}
	}
}

func TestALinkIsNeverTooLong(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	long := ldapmap.Ref{ID: ada.ID, DN: "cn=" + strings.Repeat("x", 4000)}
	l, err := o.Issue(ticket.ResetPassword, long, "m", nil, time.Hour)
	if err != nil || len(l.Token) > ticket.MaxToken {
		t.Errorf("a long DN, which is only a hint: %d characters, %v", len(l.Token), err)
	}
	if _, err := o.Issue(ticket.ConfirmMail, ada, "m", strings.Repeat("x", 4000), time.Hour); !fault.Is(err, fault.Invalid) {
		t.Errorf("long data: %v", err)
	}
	for _, ttl := range []time.Duration{0, -time.Hour, ticket.MaxTTL + 1} {
		if _, err := o.Issue(ticket.ResetPassword, ada, "m", nil, ttl); !fault.Is(err, fault.Invalid) {
			t.Errorf("ttl %v: %v", ttl, err)
		}
	}
	for what, issue := range map[string]func() (ticket.Link, error){
		"a reset for nobody":         func() (ticket.Link, error) { return o.Issue(ticket.ResetPassword, ldapmap.Ref{}, "", nil, time.Hour) },
		"an invitation for somebody": func() (ticket.Link, error) { return o.Issue(ticket.Invitation, ada, "", nil, time.Hour) },
		"no purpose":                 func() (ticket.Link, error) { return o.Issue("", ada, "", nil, time.Hour) },
		"data that is no JSON":       func() (ticket.Link, error) { return o.Issue(ticket.ResetPassword, ada, "", make(chan int), time.Hour) },
	} {
		if _, err := issue(); err == nil {
			t.Errorf("%s was issued", what)
		}
	}
}

func TestDataOfAnotherShapeIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var v struct{ Mail string }
	for _, data := range []any{nil, 7, map[string]string{"Phone": "1"}} {
		if err := o.open(ticket.ConfirmMail, o.issue(ticket.ConfirmMail, data).Token).Data(&v); !errors.Is(err, ticket.ErrMalformed) {
			t.Errorf("%v: %v", data, err)
		}
	}
}

func TestAStoreThatIsDownIsNotAUsedLink(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tk := o.open(ticket.ResetPassword, o.issue(ticket.ResetPassword, nil).Token)
	o.spy.Before = func(string, state.Path) error { return fault.New(fault.Unavailable, "down") }
	for what, err := range map[string]error{"spend": o.Spend(t.Context(), tk), "fresh": o.Fresh(t.Context(), tk), "return": o.Return(t.Context(), tk)} {
		if !fault.Is(err, fault.Unavailable) || errors.Is(err, ticket.ErrUsed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
