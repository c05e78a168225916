package profile_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/housetest"
)

// ask puts addresses into the form and sends it.
func ask(b *housetest.Browser, addresses ...string) *housetest.Page {
	var fields []string
	for _, a := range addresses {
		fields = append(fields, "emails", a)
	}
	return b.Get("/profile").Submit("main form.sheet", fields...)
}

// link is the address in the mail that asks for a confirmation.
func link(t *testing.T, g *housetest.Gateway, to string) string {
	t.Helper()
	l := g.Mail(t, to).Link("/profile/confirm")
	if !strings.HasPrefix(l, g.URL+"/profile/confirm?t=") {
		t.Fatalf("the link is %q", l)
	}
	return l
}

func TestANewMailAddressIsUsedOnlyOnceItsOwnerSaysSo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g *housetest.Gateway) {
		b := g.SignIn(t, "ada")
		page := ask(b, "ada@example.org", "countess@example.org", "new@example.org")
		if !page.Says("new@example.org waits") || page.Has(`[name="emails"][value="new@example.org"]`) {
			t.Errorf("the page does not say that the address waits: %s", page.Text("main"))
		}
		if got := values(t, g.Directory, "ada", "mail"); !slices.Equal(got, []string{"ada@example.org", "countess@example.org"}) {
			t.Fatalf("before the confirmation the directory has %q", got)
		}
		l := link(t, g, "new@example.org")
		stranger := g.Browser(t) // another device, where nobody is signed in
		page = stranger.Get(l)
		if page.Status != 200 || !page.Says("new@example.org") || !page.Says("ada") {
			t.Fatalf("status %d: %s", page.Status, page.Text("main"))
		}
		if got := values(t, g.Directory, "ada", "mail"); len(got) != 2 {
			t.Fatal("looking at the link was enough")
		}
		if page = page.Submit("main form"); page.Status != 200 || !page.Says("confirmed") {
			t.Errorf("status %d: %s", page.Status, page.Text("main"))
		}
		if got := values(t, g.Directory, "ada", "mail"); !slices.Equal(got, []string{"ada@example.org", "countess@example.org", "new@example.org"}) {
			t.Errorf("after the confirmation the directory has %q", got)
		}
		for _, old := range []string{"ada@example.org", "countess@example.org"} {
			if m := g.Mail(t, old); !strings.Contains(m.Text, "n…w@example.org") || strings.Contains(m.Text, "new@example.org") {
				t.Errorf("the notice to %s says %q", old, m.Text)
			}
		}
		if page := b.Get("/profile"); page.Says("waits") || !page.Has(`[name="emails"][value="new@example.org"]`) {
			t.Error("it is still shown as waiting")
		}
		if page = g.Browser(t).Get(l); page.Status != http.StatusGone || !page.Says("used already") {
			t.Errorf("the second time: status %d: %s", page.Status, page.Text("main"))
		}
		for _, action := range []string{"mail_change_requested", "mail_changed"} {
			if lines := g.Audit.All(action); len(lines) != 1 || lines[0]["username"] != "ada" || lines[0]["mail"] != "n…w@example.org" {
				t.Errorf("the audit log has %v for %s", lines, action)
			}
		}
	})
}

func TestOnlyTheMailedLinkConfirmsAnAddress(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	ask(b, "ada@example.org", "countess@example.org", "new@example.org")
	l := link(t, g, "new@example.org")
	token := l[strings.Index(l, "?t=")+3:]
	g.Browser(t).Get("/password/forgot").Submit("main form", "login", "lee")
	reset := g.Mail(t, "family@example.org").Link("/password/reset")
	middle := len(token) / 2
	flipped := token[:middle] + string(token[middle]^1) + token[middle+1:]
	for name, bad := range map[string]struct {
		token  string
		status int
	}{
		"cut in two":           {token[:middle], http.StatusBadRequest},
		"one bit":              {flipped, http.StatusBadRequest},
		"nothing":              {"", http.StatusBadRequest},
		"long":                 {strings.Repeat("A", 10_000), http.StatusBadRequest},
		"of another purpose":   {reset[strings.Index(reset, "?t=")+3:], http.StatusBadRequest},
		"not base64":           {"%00<script>", http.StatusBadRequest},
		"with the end changed": {token + "A", http.StatusBadRequest},
	} {
		if page := g.Browser(t).Get("/profile/confirm?t=" + url.QueryEscape(bad.token)); page.Status != bad.status {
			t.Errorf("%s, GET: status %d", name, page.Status)
		}
		if page := g.Browser(t).Post("/profile/confirm", "t", bad.token); page.Status != bad.status || page.Has("script:not([src])") {
			t.Errorf("%s, POST: status %d", name, page.Status)
		}
	}
	if got := values(t, g.Directory, "ada", "mail"); len(got) != 2 {
		t.Errorf("the addresses are %q", got)
	}
	if lines := g.Audit.All("link_refused"); len(lines) != 14 {
		t.Errorf("%d lines in the audit log", len(lines))
	}
	if page := g.Browser(t).Get("/password/reset?t=" + token); page.Status != http.StatusBadRequest {
		t.Errorf("it resets the password: status %d", page.Status)
	}
}

func TestAConfirmationDiesWithTimeAndWithThePassword(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	ask(b, "ada@example.org", "countess@example.org", "new@example.org")
	old := link(t, g, "new@example.org")
	g.Clock.Advance(24*time.Hour + time.Minute)
	if page := g.Browser(t).Get(old); page.Status != http.StatusGone || !page.Says("too old") {
		t.Errorf("after a day: status %d: %s", page.Status, page.Text("main"))
	}
	b = g.SignIn(t, "ada")
	ask(b, "ada@example.org", "countess@example.org", "newer@example.org")
	next := link(t, g, "newer@example.org")
	confirm := g.Browser(t).Get(next)
	page := b.Get("/password").Submit("main form", "current", "ada-password", "new", "a brand new umbrella stand", "password", "a brand new umbrella stand", "confirm", "a brand new umbrella stand")
	if page.Status != 200 {
		t.Fatalf("changing the password: status %d: %s", page.Status, page.Text("main"))
	}
	if page := confirm.Submit("main form"); page.Status != http.StatusGone || !page.Says("no longer needed") {
		t.Errorf("after a change of the password: status %d: %s", page.Status, page.Text("main"))
	}
	if got := values(t, g.Directory, "ada", "mail"); len(got) != 2 {
		t.Errorf("the addresses are %q", got)
	}
}

func TestWhoReplacesTheirOnlyAddressKeepsItUntilTheNewOneIsConfirmed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g *housetest.Gateway) {
		b := g.SignIn(t, "ada")
		ask(b, "new@example.org")
		first := link(t, g, "new@example.org")
		if got := values(t, g.Directory, "ada", "mail"); len(got) != 2 {
			t.Fatalf("the old ones are gone already: %q", got)
		}
		if page := b.Get("/profile").Submit(`form[action="/profile/mail/resend"]`); !page.Says("give it a minute") {
			t.Errorf("sent again at once: %s", page.Text("main .notice"))
		}
		g.Clock.Advance(2 * time.Minute)
		if page := b.Get("/profile").Submit(`form[action="/profile/mail/resend"]`); !page.Says("We have sent a link") {
			t.Errorf("two minutes later: %s", page.Text("main .notice"))
		}
		second := link(t, g, "new@example.org")
		if first == second {
			t.Error("the second mail has the same link")
		}
		// The link that was sent again does all that the first one would have done.
		if page := g.Browser(t).Get(second).Submit("main form"); page.Status != 200 {
			t.Fatalf("status %d: %s", page.Status, page.Text("main"))
		}
		if got := values(t, g.Directory, "ada", "mail"); !slices.Equal(got, []string{"new@example.org"}) {
			t.Errorf("the addresses are %q", got)
		}
		if page := g.Browser(t).Get(first).Submit("main form"); page.Status != 200 {
			t.Errorf("the first link, which says the same: status %d", page.Status)
		}
		if got := values(t, g.Directory, "ada", "mail"); !slices.Equal(got, []string{"new@example.org"}) {
			t.Errorf("now the addresses are %q", got)
		}
	})
}

func TestTheLastAddressCannotBeTakenAway(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	if page := ask(b, ""); page.Status != http.StatusUnprocessableEntity || !page.Says("leave one address") {
		t.Errorf("status %d: %s", page.Status, page.Text(".summary"))
	}
	if page := ask(b, "ada@example.org"); page.Status != 200 || page.Has(".summary") {
		t.Errorf("taking away one of two: status %d", page.Status)
	}
	if got := values(t, g.Directory, "ada", "mail"); !slices.Equal(got, []string{"ada@example.org"}) {
		t.Errorf("the addresses are %q", got)
	}
	if page := g.SignIn(t, "nomail").Get("/profile").Submit("main form.sheet", "mobile", "+44 7700 900777"); page.Status != 200 || !page.Says("saved") {
		t.Errorf("somebody who never had one: status %d: %s", page.Status, page.Text("main"))
	}
}

func TestTheSameAddressInOtherLettersIsNoNewOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g *housetest.Gateway) {
		b := g.SignIn(t, "ada")
		if page := ask(b, "Ada@Example.org", "countess@example.org", "ADA@example.org"); page.Status != 200 || page.Says("waits") {
			t.Errorf("status %d: %s", page.Status, page.Text("main .notice"))
		}
		if got := values(t, g.Directory, "ada", "mail"); len(got) != 2 || !strings.EqualFold(got[0], "ada@example.org") {
			t.Errorf("the addresses are %q", got)
		}
		if n := g.Inbox.Count(); n != 0 {
			t.Errorf("%d mails were sent", n)
		}
	})
}

func TestAWaitingAddressCanBeForgotten(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	page := ask(b, "ada@example.org", "countess@example.org", "new@example.org", "newer@example.org")
	if !page.Says("new@example.org waits") || !page.Says("newer@example.org waits") {
		t.Fatalf("the page says %s", page.Text("main .notice"))
	}
	page = b.Post("/profile/mail/forget", "mail", "new@example.org")
	if page.Status != 200 || page.Says("new@example.org waits") || !page.Says("newer@example.org waits") {
		t.Errorf("status %d: %s", page.Status, page.Text("main .notice"))
	}
	if page := b.Post("/profile/mail/resend", "mail", "victim@example.org"); page.Status != 200 {
		t.Errorf("status %d", page.Status)
	}
	g.Mail(t, "new@example.org")
	g.Mail(t, "newer@example.org")
	if n := g.Inbox.Count(); n != 2 {
		t.Errorf("%d mails were sent", n)
	}
	other := g.SignIn(t, "lee")
	if page := other.Get("/profile"); page.Says("waits") {
		t.Error("somebody else sees the address")
	}
}

func TestNobodysMailboxIsFilledFromTheProfile(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	refused := 0
	for range 15 {
		if page := ask(b, "ada@example.org", "countess@example.org", "victim@example.net"); page.Says("too many mails") {
			refused++
		}
	}
	if refused != 5 {
		t.Errorf("%d of 15 were refused", refused)
	}
	if n := len(g.Audit.All("mail_change_requested")); n != 10 {
		t.Errorf("%d mails", n)
	}
	// Who is slowed down can still change everything else.
	if page := b.Get("/profile").Submit("main form.sheet", "mobile", "+44 7700 900888", "emails", "ada@example.org", "emails", "third@example.net"); !page.Says("Your changes are saved.") || !page.Says("too many mails") {
		t.Errorf("the page says %s", page.Text("main .notice"))
	}
}

func TestTheMailOfSomebodyWhoReadsFrenchIsFrench(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	page := ask(g.SignIn(t, "andre"), "andre@example.org", "eluard@example.org")
	if !page.Says("eluard@example.org") || page.Says("waits for you") {
		t.Errorf("the page says %s", page.Text("main .notice"))
	}
	m := g.Mail(t, "eluard@example.org")
	if !strings.Contains(m.Text, "Bonjour") || !strings.Contains(m.HTML, `lang="fr"`) {
		t.Errorf("the mail says %q", m.Text)
	}
	b := g.Browser(t)
	b.Header.Set("Accept-Language", "fr")
	b.Get(m.Link("/profile/confirm")).Submit("main form")
	if notice := g.Mail(t, "andre@example.org"); !strings.Contains(notice.Text, "Bonjour") {
		t.Errorf("the notice says %q", notice.Text)
	}
}
