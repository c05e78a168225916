package session_test

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestTheCookieIsForThisHostAloneOverTLSAndNotForScripts(t *testing.T) {
	t.Parallel()
	for public, want := range map[string]struct {
		name   string
		secure bool
	}{
		"https://id.example.org":     {"__Host-wicketgate", true},
		"https://id.example.org/sso": {"__Host-wicketgate", true},
		"https://localhost:8443":     {"__Host-wicketgate", true},
		"http://127.0.0.1:8080":      {"wicketgate", false},
		"http://localhost:8080":      {"wicketgate", false},
		"http://id.localhost":        {"wicketgate", false},
		"http://[::1]:8080":          {"wicketgate", false},
	} {
		w, b := newWorld(t, session.Config{PublicURL: public}), newBrowser()
		w.signIn(b, "ada", session.Opts{})
		c := b.last
		if c.Name != want.name || c.Secure != want.secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("%s: %+v", public, c)
		}
		plain, err := base64.RawURLEncoding.DecodeString(c.Value)
		if err != nil || bytes.Contains(plain, []byte("uid=ada")) || len(c.Value) > 700 {
			t.Errorf("%s: a cookie of %d bytes", public, len(c.Value))
		}
		b.visit(func(rw http.ResponseWriter, r *http.Request) { must(t, w.End(rw, r)) })
		if b.last.Name != want.name || b.last.MaxAge >= 0 || b.last.Path != "/" || b.last.Secure != want.secure || b.last.Value != "" {
			t.Errorf("%s, taking it away: %+v", public, b.last)
		}
	}
	for _, public := range []string{"http://id.example.org", "http://192.168.1.2", "ftp://localhost", "https://", "", "http://%zz", "http://localhost.evil.org"} {
		if _, err := session.New(nil, nil, nil, session.Config{PublicURL: public}, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("public URL %q: %v", public, err)
		}
	}
	if _, err := session.New(nil, nil, nil, session.Config{PublicURL: "https://x"}, nil); err != nil {
		t.Error(err)
	}
}

func TestACookieThatIsNotOursIsNobodyAndAsksNobody(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{}), newBrowser()
	w.signIn(b, "ada", session.Opts{})
	const name = "__Host-wicketgate"
	good := b.jar[name]
	seal := func(purpose, ad, text string) string {
		s, err := w.keys.Seal(purpose, []byte(ad), []byte(text))
		must(t, err)
		return s
	}
	account := `{"i":"a","s":"a","p":"id-ada","a":1,"e":99999999999,"n":1}`
	many := "[" + strings.Repeat(account+",", 8) + account + "]"
	bad := map[string]string{
		"empty": "", "words": "signed-in-as-ada", "truncated": good[:len(good)-2], "half": good[:len(good)/2], "longer": good + "AAAA", "oversized": strings.Repeat("A", 1<<16),
		"flipped": good[:30] + "x" + good[31:] + "", "upper case": strings.ToUpper(good),
		"for another purpose":   seal("link", name, `{"l":[`+account+`]}`),
		"for another name":      seal("session cookie", "wicketgate", `{"l":[`+account+`]}`),
		"no JSON":               seal("session cookie", name, "hello"),
		"nobody in it":          seal("session cookie", name, `{"l":[{"i":"","p":"id-ada","e":99999999999}]}`),
		"without a person":      seal("session cookie", name, `{"l":[{"i":"a","p":"","e":99999999999}]}`),
		"an empty list":         seal("session cookie", name, `{"l":[]}`),
		"more accounts than go": seal("session cookie", name, `{"l":`+many+`}`),
		"expired":               seal("session cookie", name, `{"l":[{"i":"a","p":"id-ada","e":1}]}`),
	}
	if bad["flipped"] == good {
		bad["flipped"] = good[:30] + "y" + good[31:]
	}
	w.spy.Counts()
	for what, value := range bad {
		b.jar[name] = value
		w.expectNobody(what, b)
		if s, err := w.Current(b.request()); s != nil || err != nil {
			t.Errorf("%s: %+v, %v", what, s, err)
		}
	}
	w.spy.Expect(t, "bad cookies", statetest.Counts{})
	if w.people.reads != 0 {
		t.Errorf("%d entries were read", w.people.reads)
	}
	b.jar[name] = seal("session cookie", name, `{"l":[{"i":"made-up","p":"id-ada","e":99999999999}]}`)
	w.expectNobody("a session that nobody started", b)
}

func TestALongDNStillFitsIntoTheCookie(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{}), newBrowser()
	w.user("ada").DN = "cn=" + strings.Repeat("x", 5000)
	w.signIn(b, "ada", session.Opts{})
	if len(b.last.Value) > 3900 || w.who(b) != "ada" {
		t.Errorf("a cookie of %d bytes", len(b.last.Value))
	}
	endless := ldapmap.NewUser(ldapmap.Ref{ID: "x"})
	endless.Account.Mark = strings.Repeat("m", 5000)
	b.visit(func(rw http.ResponseWriter, r *http.Request) {
		if err := w.Start(rw, r, endless, session.Opts{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an account with an endless mark: %v", err)
		}
	})
}

type typed struct{ Login, Next string }

func TestANoteIsCarriedOnceAndNoLonger(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{}), newBrowser()
	put := func() {
		b.visit(func(rw http.ResponseWriter, r *http.Request) {
			must(t, w.Put(rw, r, "signin", typed{"andré", "/profile"}, 10*time.Minute))
		})
	}
	take := func(name string) (got typed, ok bool) {
		b.visit(func(rw http.ResponseWriter, r *http.Request) {
			var err error
			ok, err = w.Take(rw, r, name, &got)
			must(t, err)
		})
		return got, ok
	}
	put()
	if c := b.last; c.Name != "__Host-wicketgate_signin" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.MaxAge != 600 || strings.Contains(c.Value, "andr") {
		t.Errorf("cookie %+v", c)
	}
	if got, ok := take("signin"); !ok || got != (typed{"andré", "/profile"}) {
		t.Errorf("%+v, %v", got, ok)
	}
	if _, ok := take("signin"); ok {
		t.Error("it came twice")
	}
	put()
	w.clock = w.clock.Add(10 * time.Minute)
	if _, ok := take("signin"); ok {
		t.Error("it came after its time")
	}
	put()
	b.jar["__Host-wicketgate_other"] = b.jar["__Host-wicketgate_signin"]
	b.jar["__Host-wicketgate"] = b.jar["__Host-wicketgate_signin"]
	if _, ok := take("other"); ok {
		t.Error("it came under another name")
	}
	w.expectNobody("a note in place of the session", b)
	for _, junk := range []string{"", "junk", strings.Repeat("A", 1<<16)} {
		b.jar["__Host-wicketgate_signin"] = junk
		if _, ok := take("signin"); ok {
			t.Errorf("%.20q was taken", junk)
		}
	}
	w.spy.Expect(t, "notes", statetest.Counts{})
}

func TestNotesHaveBounds(t *testing.T) {
	t.Parallel()
	w, b := newWorld(t, session.Config{}), newBrowser()
	b.visit(func(rw http.ResponseWriter, r *http.Request) {
		for what, err := range map[string]error{
			"long":     w.Put(rw, r, "a", strings.Repeat("x", 4000), time.Minute),
			"no ttl":   w.Put(rw, r, "a", 1, 0),
			"too late": w.Put(rw, r, "a", 1, session.MaxCarry+1),
		} {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		for _, name := range []string{"", "A", "a b", "a;b", strings.Repeat("a", 33)} {
			_, err := w.Take(rw, r, name, new(int))
			if err == nil || w.Put(rw, r, name, 1, time.Minute) == nil {
				t.Errorf("name %q", name)
			}
		}
		if w.Put(rw, r, "a", make(chan int), time.Minute) == nil {
			t.Error("a value that is no JSON")
		}
	})
	if b.last != nil {
		t.Errorf("a cookie was set: %+v", b.last)
	}
}
