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

type link struct{ URL, Token string }

const page = "/some/page"

func (o *office) issue(p ticket.Purpose, data any) link {
	o.t.Helper()
	ref, mark := ada, "mark-1"
	if p == ticket.Invitation {
		ref, mark = ldapmap.Ref{}, ""
	}
	text, expires, err := o.Issue(p, page, ref, mark, data, time.Hour)
	if err != nil {
		o.t.Fatal(err)
	}
	u, err := url.Parse(text)
	if err != nil || !expires.Equal(o.clock.Add(time.Hour)) {
		o.t.Fatalf("%s, %v, %v", text, expires, err)
	}
	return link{text, u.Query().Get(ticket.Param)}
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
	l := o.issue(ticket.MailChange, address{"ada@exämple.org"})
	got := o.open(ticket.MailChange, l.Token)
	var a address
	if err := got.Decode(&a); err != nil || a.Mail != "ada@exämple.org" || got.Ref != ada || !got.Expires.Equal(o.clock.Add(time.Hour)) {
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
	for public, want := range map[string]string{
		"https://id.example.org": "https://id.example.org/some/page?t=", "https://id.example.org/": "https://id.example.org/some/page?t=",
		"http://127.0.0.1:8080/sso": "http://127.0.0.1:8080/sso/some/page?t=",
	} {
		o.Office = o.replica(public)
		if l := o.issue(ticket.ResetPassword, nil); !strings.HasPrefix(l.URL, want) || l.URL != want+l.Token {
			t.Errorf("at %s: %s", public, l.URL)
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
	for _, p := range []ticket.Purpose{ticket.ResetPassword, ticket.FirstPassword, ticket.MailChange, ticket.Invitation} {
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
		if err := o.Unspent(t.Context(), tk); !errors.Is(err, ticket.ErrUsed) {
			t.Errorf("%s: a used link looks fresh: %v", p, err)
		}
		o.spy.Expect(t, "looking at a link", statetest.Counts{Get: 1})
		other := o.open(p, o.issue(p, nil).Token)
		if err := o.Unspent(t.Context(), other); err != nil {
			t.Errorf("%s: another link is spent too: %v", p, err)
		}
	}
}

func TestALinkWhosePurposeFailedWorksAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tk := o.open(ticket.ResetPassword, o.issue(ticket.ResetPassword, nil).Token)
	for range 3 {
		if err := errors.Join(o.Unspent(t.Context(), tk), o.Spend(t.Context(), tk), o.Restore(t.Context(), tk)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestALinkDiesWhenTheAccountChanges(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tk := o.open(ticket.ResetPassword, o.issue(ticket.ResetPassword, nil).Token)
	user := func(id, dn, mark string) *ldapmap.User {
		u := ldapmap.NewUser(ldapmap.Ref{ID: id, DN: dn})
		u.Account.Mark = mark
		return u
	}
	if err := tk.Check(user(ada.ID, "uid=ada,ou=elsewhere", "mark-1")); err != nil {
		t.Errorf("moved to another place: %v", err)
	}
	for what, u := range map[string]*ldapmap.User{
		"password changed": user(ada.ID, ada.DN, "mark-2"), "mark gone": user(ada.ID, ada.DN, ""), "another person at the same DN": user("else", ada.DN, "mark-1"), "nobody": nil,
	} {
		if err := tk.Check(u); !errors.Is(err, ticket.ErrChanged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := o.open(ticket.Invitation, o.issue(ticket.Invitation, nil).Token).Check(nil); err != nil {
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
		o.issue(ticket.MailChange, nil).Token:                           ticket.ErrPurpose,
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
	l, _, err := o.Issue(ticket.ResetPassword, page, long, "m", nil, time.Hour)
	if err != nil || len(l) > ticket.MaxToken {
		t.Errorf("a long DN, which is only a hint: %d characters, %v", len(l), err)
	}
	if _, _, err := o.Issue(ticket.MailChange, page, ada, "m", strings.Repeat("x", 4000), time.Hour); !fault.Is(err, fault.Invalid) {
		t.Errorf("long data: %v", err)
	}
	for _, ttl := range []time.Duration{0, -time.Hour, ticket.MaxTTL + 1} {
		if _, _, err := o.Issue(ticket.ResetPassword, page, ada, "m", nil, ttl); !fault.Is(err, fault.Invalid) {
			t.Errorf("ttl %v: %v", ttl, err)
		}
	}
	for what, c := range map[string]struct {
		purpose ticket.Purpose
		path    string
		ref     ldapmap.Ref
		data    any
	}{
		"a reset for nobody":         {ticket.ResetPassword, page, ldapmap.Ref{}, nil},
		"an invitation for somebody": {ticket.Invitation, page, ada, nil},
		"no purpose":                 {"", page, ada, nil},
		"a foreign page":             {ticket.ResetPassword, "https://evil.example", ada, nil},
		"data that is no JSON":       {ticket.ResetPassword, page, ada, make(chan int)},
	} {
		if _, _, err := o.Issue(c.purpose, c.path, c.ref, "", c.data, time.Hour); err == nil {
			t.Errorf("%s was issued", what)
		}
	}
}

func TestDataOfAnotherShapeIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var v struct{ Mail string }
	for _, data := range []any{nil, 7, map[string]string{"Phone": "1"}} {
		if err := o.open(ticket.MailChange, o.issue(ticket.MailChange, data).Token).Decode(&v); !errors.Is(err, ticket.ErrMalformed) {
			t.Errorf("%v: %v", data, err)
		}
	}
}

func TestAStoreThatIsDownIsNotAUsedLink(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tk := o.open(ticket.ResetPassword, o.issue(ticket.ResetPassword, nil).Token)
	o.spy.Before = func(string, state.Path) error { return fault.New(fault.Unavailable, "down") }
	for what, err := range map[string]error{"spend": o.Spend(t.Context(), tk), "fresh": o.Unspent(t.Context(), tk), "return": o.Restore(t.Context(), tk)} {
		if !fault.Is(err, fault.Unavailable) || errors.Is(err, ticket.ErrUsed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
