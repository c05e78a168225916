package password_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/ticket"
	"github.com/wicketgate/wicketgate/gateway/web/worldtest"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
	"github.com/wicketgate/wicketgate/selfservice/password"
)

func TestALinkSetsANewPasswordOnce(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s})
		elsewhere := w.Browser(t)
		signIn(w, elsewhere, "grace", "grace-password")
		link := linkFor(t, w, "grace", "grace@example.org")
		b := w.Browser(t)
		for range 3 { // mail programs and scanners open links
			if page := b.Get(link); page.Status != 200 || !page.Says("Choose a new password") || !page.Says("grace") {
				t.Fatalf("status %d, %q", page.Status, page.Text("main"))
			}
		}
		page := b.Get(link).Submit("main form", "new", fresh)
		if page.Status != 200 || !page.Says("Your password is changed") || !page.Says("Your other devices were signed out.") {
			t.Fatalf("status %d, %q", page.Status, page.Text("main"))
		}
		if w.SignedIn(b) != "nobody" || w.SignedIn(elsewhere) != "nobody" {
			t.Errorf("signed in as %s, elsewhere as %s", w.SignedIn(b), w.SignedIn(elsewhere))
		}
		if page = page.Click("#submit"); !page.Has("#password") || !page.Says("grace") {
			t.Errorf("goes on to %s: %q", page.URL, page.Text("main"))
		}
		if page = page.Submit("main form", "password", fresh); w.SignedIn(b) != "grace" {
			t.Errorf("the new password: at %s, %q", page.URL, page.Text("main"))
		}
		if page := b.Get(link); page.Status != 410 || !page.Says("This link was used already") || !page.Has("a[href='/password/forgot']") {
			t.Errorf("the link again: status %d, %q", page.Status, page.Text("main"))
		}
		mailTo(t, w, "grace@example.org", "The password of grace was changed")
		if !w.AuditLines.Has(`"password_reset"`, `"username":"grace"`, `"success"`) || !w.AuditLines.Has(`"link_refused"`) {
			t.Error("audit lines are missing")
		}
		token := link[strings.Index(link, "t=")+2:]
		if strings.Contains(w.LogLines.String()+w.AuditLines.String(), token) {
			t.Error("the link stands in a log")
		}
	})
}

func TestALinkDiesWithThePasswordItWasMadeFor(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s})
		first, second := linkFor(t, w, "grace", "grace@example.org"), linkFor(t, w, "grace", "grace@example.org")
		b := w.Browser(t)
		open := b.Get(first)
		if page := b.Get(second).Submit("main form", "new", fresh); page.Status != 200 {
			t.Fatalf("status %d, %q", page.Status, page.Text("main"))
		}
		if page := open.Submit("main form", "new", "eight red parasols"); page.Status != 410 || !page.Says("This link is no longer needed") {
			t.Errorf("the older link: status %d, %q", page.Status, page.Text("main"))
		}
		if !works(t, w, "grace", fresh) {
			t.Error("the older link changed the password")
		}
	})
}

// A stock OpenLDAP has no password policy: nothing in an entry that may be read tells of a new password but the time of the last change.
func TestALinkDiesWithThePasswordAlsoWithoutAPolicy(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	s, _ := ldaptest.MemdirWith(t, ldaptest.Options{NoPolicy: true}, func(o *memdir.Options) {
		o.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	w := open(t, worldtest.Options{Server: s})
	link := linkFor(t, w, "grace", "grace@example.org")
	ahead.Store(int64(2 * time.Second))
	dn, _ := ldaptest.Person(t, "grace")
	if err := administrator(t, s).PasswordModify(t.Context(), nil, dn, "", "set elsewhere, by hand"); err != nil {
		t.Fatal(err)
	}
	if page := w.Browser(t).Get(link); page.Status != 410 || !page.Says("This link is no longer needed") {
		t.Errorf("status %d, %q", page.Status, page.Text("main"))
	}
}

func TestALinkThatIsOldForeignOrBroken(t *testing.T) {
	t.Parallel()
	w := open(t, worldtest.Options{Server: ldaptest.Memdir(t, ldaptest.Options{})})
	link := linkFor(t, w, "grace", "grace@example.org")
	b := w.Browser(t)
	user, err := w.People.FindByLogin(t.Context(), "grace")
	if err != nil {
		t.Fatal(err)
	}
	foreign, _, err := w.Tickets.Issue(ticket.MailChange, "/password/reset", user.Ref, user.Account.Mark, "x@example.org", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	token := link[strings.Index(link, "t=")+2:]
	cost := w.Counts(func() {
		for name, c := range map[string]struct {
			link, says string
			status     int
		}{
			"cut":      {link[:len(link)-5], "cut in two", 400},
			"changed":  {link[:len(link)-5] + "AAAAA", "cut in two", 400},
			"nothing":  {"/password/reset", "cut in two", 400},
			"foreign":  {foreign, "It was made for something else.", 400},
			"too long": {"/password/reset?t=" + strings.Repeat("A", 5000), "cut in two", 400},
		} {
			if page := b.Get(c.link); page.Status != c.status || !page.Says(c.says) {
				t.Errorf("%s: status %d, %q", name, page.Status, page.Text("main"))
			}
			u, err := url.Parse(c.link)
			if err != nil {
				t.Fatal(err)
			}
			if page := b.Post("/password/reset", "t", u.Query().Get("t"), "new", fresh); page.Status != c.status {
				t.Errorf("%s, posted: status %d, %q", name, page.Status, page.Text("main"))
			}
		}
	})
	if cost != (ldaptest.Counts{}) {
		t.Errorf("the directory was asked: %+v", cost)
	}
	w.Clock.Advance(61 * time.Minute)
	if page := b.Get(link); page.Status != 410 || !page.Says("This link is too old") {
		t.Errorf("old: status %d, %q", page.Status, page.Text("main"))
	}
	if page := b.Post("/password/reset", "t", token, "new", fresh); page.Status != 410 || works(t, w, "grace", fresh) {
		t.Errorf("old, posted: status %d", page.Status)
	}
}

func TestARefusedPasswordCostsNobodyTheLink(t *testing.T) {
	t.Parallel()
	policy := ldaptest.DefaultPolicy()
	policy.MinLength = 25
	ldaptest.EachQuickWith(t, ldaptest.Options{Policy: policy}, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s})
		page := w.Browser(t).Get(linkFor(t, w, "grace", "grace@example.org"))
		for new, says := range map[string]string{
			"short":                     "It needs at least 8 characters.",
			strings.Repeat("x", 10_000): "It must have at most 1000 characters.",
			"          ":                "It needs something besides spaces.",
			"a\x00seven umbrellas":      "It contains a character that cannot be typed on a keyboard.",
			"seven hopper umbrellas":    "It must not contain your name",
			fresh:                       "This password is too short.", // 21 characters: the directory's own policy
		} {
			page = page.Submit("main form", "new", new)
			if page.Status != 422 || !strings.Contains(page.Text(".field.wrong"), says) {
				t.Fatalf("%.20q: status %d, %q; want %q", new, page.Status, page.Text("main"), says)
			}
			if strings.Contains(page.Body, fresh) {
				t.Error("the password stands on the page")
			}
		}
		if !w.AuditLines.Has(`"password_reset_failed"`, `"username":"grace"`) {
			t.Error("no audit line")
		}
		if page = page.Submit("main form", "new", fresh+" and a hat"); page.Status != 200 || !works(t, w, "grace", fresh+" and a hat") {
			t.Errorf("a good one in the end: status %d, %q", page.Status, page.Text("main"))
		}
	})
}

func TestADirectoryThatIsAwayCostsNobodyTheLink(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s})
		page := w.Browser(t).Get(linkFor(t, w, "grace", "grace@example.org"))
		s.Stop(t)
		page = page.Submit("main form", "new", fresh)
		if page.Status != 503 || strings.Contains(page.Body, fresh) {
			t.Fatalf("status %d, %q", page.Status, page.Text("main"))
		}
		s.Start(t)
		if page = page.Submit("main form"); page.Status != 422 || !page.Says("Type a new password.") {
			t.Fatalf("trying again: status %d, %q", page.Status, page.Text("main"))
		}
		if page = page.Submit("main form", "new", fresh); page.Status != 200 || !works(t, w, "grace", fresh) {
			t.Errorf("in the end: status %d, %q", page.Status, page.Text("main"))
		}
	})
}

func TestOfManyPostsAtOnceOneGetsThrough(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s})
		link, err := url.Parse(linkFor(t, w, "grace", "grace@example.org"))
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var wg sync.WaitGroup
		count := map[int]int{}
		winner := ""
		for _, word := range []string{"red", "green", "blue", "black", "white", "yellow", "brown", "purple"} {
			wg.Go(func() {
				new := "seven " + word + " umbrellas"
				resp, err := http.PostForm(w.URL+"/password/reset", url.Values{"t": {link.Query().Get("t")}, "new": {new}})
				if err != nil {
					t.Error(err)
					return
				}
				defer resp.Body.Close()
				_, _ = io.Copy(io.Discard, resp.Body)
				mu.Lock()
				defer mu.Unlock()
				count[resp.StatusCode]++
				if resp.StatusCode == 200 {
					winner = new
				}
			})
		}
		wg.Wait()
		if count[200] != 1 || count[410] != 7 {
			t.Fatalf("answers by status: %v, want one 200 and seven 410", count)
		}
		if !works(t, w, "grace", winner) {
			t.Error("the one that was told it got through did not")
		}
	})
}

func TestALinkNeverLiftsAnAdministratorsLock(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s})
		page := w.Browser(t).Get(linkFor(t, w, "ada", "ada@example.org"))
		dn, _ := ldaptest.Person(t, "ada")
		admin := administrator(t, s)
		lock := ldapmap.Mod{Op: ldapmap.ModReplace, Name: "pwdAccountLockedTime", Values: []string{"000001010000Z"}}
		if err := admin.Modify(t.Context(), dn, []ldapmap.Mod{lock}); err != nil {
			t.Fatal(err)
		}
		page = page.Submit("main form", "new", fresh)
		// Where the directory shows no password times (this person of the seed on slapd has none), the lock kills the link by itself.
		if refused := page.Status == 422 && page.Says("This account is locked."); !refused && page.Status != 410 {
			t.Errorf("status %d, %q", page.Status, page.Text("main"))
		}
		entry, err := admin.Read(t.Context(), dn, "pwdAccountLockedTime")
		if err != nil || entry.Value("pwdAccountLockedTime") != "000001010000Z" {
			t.Errorf("the lock is gone: %v, %v", entry, err)
		}
		if works(t, w, "ada", fresh) || works(t, w, "ada", "ada-password") {
			t.Error("the locked account signs in")
		}
	})
}

func administrator(t *testing.T, s *ldaptest.Server) *directory.Directory {
	t.Helper()
	d, err := directory.Open(directory.Config{URLs: []string{s.URL}, BindDN: ldaptest.AdminDN, BindPassword: ldaptest.AdminPassword})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestALinkOfADeletedAccount(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	w := open(t, worldtest.Options{Server: s})
	link := linkFor(t, w, "grace", "grace@example.org")
	dn, _ := ldaptest.Person(t, "grace")
	if err := administrator(t, s).Delete(t.Context(), dn); err != nil {
		t.Fatal(err)
	}
	if page := w.Browser(t).Get(link); page.Status != 410 || !page.Says("This link is no longer needed") {
		t.Errorf("status %d, %q", page.Status, page.Text("main"))
	}
}

func TestTheMeterAnswersWithOrWithoutScripts(t *testing.T) {
	t.Parallel()
	var flow *password.Flow
	w := open(t, worldtest.Options{Server: ldaptest.Memdir(t, ldaptest.Options{})}, func(f *password.Flow) { flow = f })
	b := w.Browser(t)
	if page := b.Post("/password/strength", "new", "password1"); page.Status != 200 || !page.Has("html[lang] main h1") || !page.Says("It is too easy to guess.") {
		t.Errorf("as a page: %d %q", page.Status, page.Body)
	}
	b.Header.Set("HX-Request", "true")
	cost := w.Counts(func() {
		for field, values := range map[string][]string{
			"new": {"new", fresh}, "password": {"password", fresh},
		} {
			if page := b.Post("/password/strength", values...); page.Has("main") || !page.Says("Good.") {
				t.Errorf("%s: %q", field, page.Body)
			}
		}
		if page := b.Post("/password/strength", "new", "seven lovelace umbrellas", "given_name", "Ada", "family_name", "Lovelace"); !page.Says("It must not contain your name") {
			t.Errorf("the name of who is invited: %q", page.Body)
		}
		if page := b.Post("/password/strength", "new", ""); page.Text("body") != "" {
			t.Errorf("nothing typed: %q", page.Body)
		}
		if page := b.Post("/password/strength", "new", strings.Repeat("4@8({[<3691!|1|70$5+7%2", 500)); !page.Says("It must have at most 1000 characters.") {
			t.Errorf("eleven thousand characters: %q", page.Body)
		}
	})
	if cost != (ldaptest.Counts{}) {
		t.Errorf("the directory was asked: %+v", cost)
	}
	done := flow.Busy()
	if page := b.Post("/password/strength", "new", fresh); page.Status != 204 {
		t.Errorf("while others are judged: %d", page.Status)
	}
	done()
	if page := b.Post("/password/strength", "new", fresh); page.Status != 200 {
		t.Errorf("afterwards: %d", page.Status)
	}
}
