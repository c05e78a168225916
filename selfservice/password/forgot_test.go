package password_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/gateway/web/worldtest"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/selfservice/password"
)

func forgot(b *webtest.Browser, login string) *webtest.Page {
	return b.Get("/password/forgot").Submit("main form", "login", login)
}

func TestForgottenNeverTellsWhetherThereIsSuchAnAccount(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s})
		forgot(w.Browser(t), "nobody") // what is read once is read
		var first string
		for _, login := range []string{"nobody", "ada", "family@example.org", "nomail", "locked", "*)(uid=*", "nobody@example.org", `\`, "Ada"} {
			var page *webtest.Page
			form := w.Browser(t).Get("/password/forgot")
			cost := w.Counts(func() { page = form.Submit("main form", "login", login) })
			seen := http.StatusText(page.Status) + strings.ReplaceAll(page.Text("main"), login, "LOGIN")
			if first == "" {
				first = seen
			}
			if seen != first || page.Status != 200 || !page.Says("If there is an account for "+login) {
				t.Errorf("%q sees %q, others see %q", login, seen, first)
			}
			if cost.Search != 1 || cost.Bind != 0 || cost.Writes() != 0 {
				t.Errorf("%q costs %+v, it should be one search", login, cost)
			}
		}
		got := strings.Join(delivered(t, w), "; ")
		want := "[ada@example.org] A new password for ada; [ada@example.org] A new password for ada; [countess@example.org] A new password for ada; " +
			"[countess@example.org] A new password for ada; [family@example.org] A new password for lee; [family@example.org] A new password for mei"
		if got != want {
			t.Errorf("mails: %s\nwant:  %s", got, want)
		}
		for _, words := range [][]string{
			{`"password_reset_requested"`, `"login":"no…"`, `"failure"`}, {`"username":"nomail"`, "no mail address"}, {`"username":"locked"`, "locked"},
			{`"username":"ada"`, `"success"`},
		} {
			if !w.AuditLines.Has(words...) {
				t.Errorf("no audit line with %q", words)
			}
		}
	})
}

func TestTheAnswerTakesItsLeastTimeWhoeverIsAskedFor(t *testing.T) {
	t.Parallel()
	var slept []time.Duration
	w := open(t, worldtest.Options{Server: ldaptest.Memdir(t, ldaptest.Options{})}, func(f *password.Flow) {
		f.Floor, f.Sleep = time.Hour, password.SleepInto(&slept)
	})
	forgot(w.Browser(t), "ada")
	forgot(w.Browser(t), "nobody")
	if len(slept) != 2 || slept[0] < 59*time.Minute || slept[1] < 59*time.Minute {
		t.Errorf("slept %v", slept)
	}
}

func TestTheMailNamesTheAccountAndSpeaksItsLanguage(t *testing.T) {
	t.Parallel()
	w := open(t, worldtest.Options{Server: ldaptest.Memdir(t, ldaptest.Options{})})
	forgot(w.Browser(t), "andre")
	m := w.Inbox.Wait(t, func(m inbox.Message) bool { return m.To[0] == "andre@example.org" })
	link := m.Link("/password/reset")
	if !strings.HasPrefix(link, w.URL+"/password/reset?t=") || !strings.Contains(m.Text, "andre") || strings.Contains(m.Subject, "A new password") {
		t.Errorf("subject %q, link %q, text %q", m.Subject, link, m.Text)
	}
	b := w.Browser(t)
	b.Header.Set("Host", "evil.example")
	b.Header.Set("X-Forwarded-Host", "evil.example")
	forgot(b, "grace")
	if m := w.Inbox.Wait(t, func(m inbox.Message) bool { return m.To[0] == "grace@example.org" }); strings.Contains(m.Text+m.HTML, "evil.example") {
		t.Error("whoever asks chooses where the link leads")
	}
}

func TestOneOfSeveralAddressesIsEnough(t *testing.T) {
	t.Parallel()
	w := open(t, worldtest.Options{Server: ldaptest.Memdir(t, ldaptest.Options{})})
	forgot(w.Browser(t), "Countess@Example.org")
	if got := strings.Join(delivered(t, w), "; "); got != "[countess@example.org] A new password for ada" {
		t.Errorf("mails: %s", got)
	}
}

func TestNobodysMailboxIsFlooded(t *testing.T) {
	t.Parallel()
	w := open(t, worldtest.Options{Server: ldaptest.Memdir(t, ldaptest.Options{})})
	for _, login := range []string{"grace", "GRACE", "grace@example.org", "grace", "grace"} {
		if page := forgot(w.Browser(t), login); page.Status != 200 || !page.Says("a mail with a link is on its way") {
			t.Errorf("%s: status %d, %q", login, page.Status, page.Text("main"))
		}
	}
	if !w.AuditLines.Has(`"username":"grace"`, "too many links") {
		t.Error("no audit line of the limit")
	}
	w.Clock.Advance(6 * time.Minute)
	forgot(w.Browser(t), "grace")
	if got := delivered(t, w); len(got) != 4 {
		t.Errorf("%d mails, want three and, later, one more: %q", len(got), got)
	}
}

func TestOneAddressCannotAskForEverybody(t *testing.T) {
	t.Parallel()
	w := open(t, worldtest.Options{Server: ldaptest.Memdir(t, ldaptest.Options{})})
	b := w.Browser(t)
	for range 20 {
		if page := forgot(b, "nobody"); page.Status != 200 {
			t.Fatalf("status %d", page.Status)
		}
	}
	page := forgot(b, "nobody")
	if page.Status != 429 || page.Header.Get("Retry-After") != "10" || !page.Says("Please wait a moment") {
		t.Errorf("status %d, %q", page.Status, page.Text("main"))
	}
}

func TestImpossibleLoginsAreRefusedClearly(t *testing.T) {
	t.Parallel()
	w := open(t, worldtest.Options{Server: ldaptest.Memdir(t, ldaptest.Options{})})
	cost := w.Counts(func() {
		for login, want := range map[string]string{
			" ": "Type your user name or mail address.", strings.Repeat("j", 257): "That is too long for a user name or mail address.",
			"ada\x00": "That has a character in it that no user name has.",
		} {
			if page := forgot(w.Browser(t), login); page.Status != 422 || !page.Says(want) {
				t.Errorf("%.10q: status %d, %q", login, page.Status, page.Text("main"))
			}
		}
	})
	if cost != (ldaptest.Counts{}) {
		t.Errorf("the directory was asked: %+v", cost)
	}
}

func TestWithoutMailNobodyIsPromisedOne(t *testing.T) {
	t.Parallel()
	w := open(t, worldtest.Options{Server: ldaptest.Memdir(t, ldaptest.Options{}), NoMail: true})
	b := w.Browser(t)
	if page := b.Get("/password/forgot"); page.Status != 404 || !page.Says("Passwords cannot be reset by mail here.") {
		t.Errorf("status %d, %q", page.Status, page.Text("main"))
	}
	if page := b.Post("/password/forgot", "login", "ada"); page.Status != 404 {
		t.Errorf("status %d", page.Status)
	}
	if page := b.Get("/signin"); page.Has("a[href*=forgot]") {
		t.Error("the sign-in page has a link that leads nowhere")
	}
	signIn(w, b, "ada", "ada-password")
	if page := b.Get("/password").Submit("main form", "current", "ada-password", "new", fresh); page.Status != 200 {
		t.Errorf("changing without mail: status %d, %q", page.Status, page.Text("main"))
	}
}

func TestTheDirectoryIsAwayAndNoMailIsPromised(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	w := open(t, worldtest.Options{Server: s})
	form := w.Browser(t).Get("/password/forgot")
	s.Stop(t)
	page := form.Submit("main form", "login", "ada")
	if page.Status != 503 || page.Says("on its way") {
		t.Fatalf("status %d, %q", page.Status, page.Text("main"))
	}
	s.Start(t)
	if page = page.Submit("main form"); page.Status != 200 || !page.Says("If there is an account for ada") {
		t.Errorf("trying again: status %d, %q", page.Status, page.Text("main"))
	}
}

func TestWhatWasTypedAtTheSignInIsThere(t *testing.T) {
	t.Parallel()
	w := open(t, worldtest.Options{Server: ldaptest.Memdir(t, ldaptest.Options{})})
	page := w.Browser(t).Get("/signin").Submit("main form", "login", "grace").Click("a[href*=forgot]")
	if got := page.Find("#login").AttrOr("value", ""); got != "grace" {
		t.Errorf("the login is %q", got)
	}
}

func TestAFirstPasswordComesByMail(t *testing.T) {
	t.Parallel()
	// The directory in memory lets the service account see that there is no password.
	w := open(t, worldtest.Options{Server: ldaptest.Memdir(t, ldaptest.Options{}), Spec: func(s *ldapmap.Spec) { s.Users.PasswordReadable = true }})
	b := w.Browser(t)
	page := b.Get("/password/first").Submit("main form", "login", "newcomer")
	if page.Status != 200 || !page.Says("If the account newcomer has no password yet, a mail is on its way.") {
		t.Fatalf("status %d, %q", page.Status, page.Text("main"))
	}
	m := w.Inbox.Wait(t, func(m inbox.Message) bool { return m.To[0] == "newcomer@example.org" })
	link := m.Link("/password/first?t=")
	if link == "" || !strings.Contains(m.Text, "no password yet") {
		t.Fatalf("the mail says %q", m.Text)
	}
	if page := b.Get(strings.Replace(link, "/first", "/reset", 1)); page.Status != 400 || !page.Says("This link does not work") {
		t.Errorf("the link on another page: %d %q", page.Status, page.Text("main"))
	}
	page = b.Get(link)
	if !page.Says("Choose your password") || !page.Says("newcomer") {
		t.Fatalf("status %d, %q", page.Status, page.Text("main"))
	}
	if page = page.Submit("main form", "new", fresh); page.Status != 200 || !works(t, w, "newcomer", fresh) {
		t.Errorf("status %d, %q", page.Status, page.Text("main"))
	}
	if page := b.Get(link); page.Status != 410 || !page.Says("This link was used already") {
		t.Errorf("again: status %d, %q", page.Status, page.Text("main"))
	}
}
