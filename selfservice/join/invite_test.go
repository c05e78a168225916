package join_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
)

func TestOnlyThoseWhoMayInviteCan(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	lee := g.SignIn(t, "lee")
	if page := lee.Get("/invite"); page.Status != http.StatusForbidden || page.Has("form.sheet") {
		t.Errorf("GET: status %d", page.Status)
	}
	if page := lee.Post("/invite", "emails", "x@example.org", "way", "link"); page.Status != http.StatusForbidden || page.Has("#link") {
		t.Errorf("POST: status %d", page.Status)
	}
	if page := g.Browser(t).Get("/invite"); page.URL.Path != "/signin" {
		t.Errorf("a stranger is at %s", page.URL)
	}
	if page := g.SignIn(t, "andre").Get("/invite"); page.Status != 200 || !page.Has("form.sheet") {
		t.Errorf("one of the staff: status %d", page.Status)
	}
	if n := g.Inbox.Count(); n != 0 {
		t.Errorf("%d mails", n)
	}
}

func TestAnInvitationByMailSaysWhoInvitesAndUntilWhen(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	page := invite(t, g, "grace", "emails", "nouveau@example.org", "given_name", "Luc", "family_name", "Moreau", "language", "fr",
		"note", "Welcome aboard, see you on Monday", "way", "mail")
	if page.Status != 200 || !page.Says("nouveau@example.org") || page.Has("#link") {
		t.Fatalf("status %d: %s", page.Status, page.Text("main"))
	}
	m := g.Mail(t, "nouveau@example.org")
	if !strings.Contains(m.Text, "Grace Hopper") || !strings.Contains(m.Text, "Welcome aboard") || !strings.Contains(m.HTML, `lang="fr"`) {
		t.Errorf("the mail says %q", m.Text)
	}
	if l := m.Link("/join"); !strings.HasPrefix(l, g.URL+"/join?t=") {
		t.Errorf("the link is %q", l)
	}
	if lines := g.Audit.All("invitation_sent"); len(lines) != 1 || lines[0]["actor"] == "" || lines[0]["mail"] != "n…u@example.org" {
		t.Errorf("the audit log has %v", lines)
	}
	accept := g.Browser(t).Get(m.Link("/join"))
	if accept.Status != 200 || !accept.Says("Grace Hopper") || !accept.Has(`[name="given_name"][value="Luc"]`) {
		t.Errorf("status %d: %s", accept.Status, accept.Text("main"))
	}
	g.Clock.Advance(14*24*time.Hour + time.Minute)
	if page := g.Browser(t).Get(m.Link("/join")); page.Status != http.StatusGone || !page.Says("too old") {
		t.Errorf("two weeks later: status %d: %s", page.Status, page.Text("main"))
	}
	if page := accept.Submit("main form.sheet", "username", "luc", "password", fresh); page.Status != http.StatusGone {
		t.Errorf("a page that was open for two weeks: status %d", page.Status)
	}
}

func TestWhatIsWrongWithAnInvitationIsSaidAtItsField(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	own(t, g, "newsletter", "jane")
	for name, bad := range map[string]struct {
		values []string
		field  string
		words  string
	}{
		"no address for a mail":  {[]string{"way", "mail"}, "emails", "address that the invitation is sent to"},
		"not an address":         {[]string{"way", "mail", "emails", "nobody"}, "emails", "does not look like a mail address"},
		"two lines in a mail":    {[]string{"way", "mail", "emails", "a@example.org\nBcc: b@example.org"}, "emails", "cannot be kept"},
		"a user name taken":      {[]string{"way", "link", "username", "ada"}, "username", "taken"},
		"a user name as a mail":  {[]string{"way", "link", "username", "ada@example.org"}, "username", "taken"},
		"no way":                 {[]string{"way", "pigeon"}, "way", "one of the answers"},
		"a novel":                {[]string{"way", "link", "note", strings.Repeat("a", 501)}, "note", "too long"},
		"a group nobody offered": {[]string{"way", "link", "in_groups", "admins"}, "in_groups", "one of the answers"},
	} {
		page := invite(t, g, "jane", append([]string{"given_name", "Kept"}, bad.values...)...)
		if page.Status != http.StatusUnprocessableEntity || page.Has("#link") || !strings.Contains(errorAt(page, bad.field), bad.words) {
			t.Errorf("%s: status %d: %q", name, page.Status, errorAt(page, bad.field))
		}
		if !page.Has(`[name="given_name"][value="Kept"]`) {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
	if n := g.Inbox.Count(); n != 0 {
		t.Errorf("%d mails", n)
	}
}

func TestNobodyHandsOutGroupsThatAreNotTheirs(t *testing.T) {
	t.Parallel()
	each(t, housetest.Options{}, func(t *testing.T, g *housetest.Gateway) {
		offered := func(who string) []string {
			var names []string
			for _, n := range g.SignIn(t, who).Get("/invite").Find(`[name="in_groups"]`).EachIter() {
				names = append(names, n.AttrOr("value", ""))
			}
			slices.Sort(names)
			return names
		}
		if got := offered("andre"); len(got) != 0 {
			t.Errorf("one of the staff can choose %q", got)
		}
		if page := invite(t, g, "andre", "way", "link", "in_groups", "staff"); page.Status != http.StatusUnprocessableEntity || page.Has("#link") {
			t.Errorf("a member handed out the group: status %d", page.Status)
		}
		own(t, g, "staff", "andre")
		if got := offered("andre"); !slices.Equal(got, []string{"staff"}) {
			t.Errorf("the owner of a group can choose %q", got)
		}
		if got := offered("ada"); !slices.Equal(got, []string{"admins", "newsletter", "staff"}) {
			t.Errorf("an administrator can choose %q", got)
		}
		for _, name := range []string{"admins", "newsletter", "*", "staff)(cn=*"} {
			if page := invite(t, g, "andre", "way", "link", "in_groups", name); page.Status != http.StatusUnprocessableEntity || page.Has("#link") {
				t.Errorf("%s was handed out by hand: status %d", name, page.Status)
			}
		}
	})
}

func TestWithoutMailInvitationsAreLinks(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Config: "mail: {}\n"})
	page := g.SignIn(t, "andre").Get("/invite")
	if !page.Has(`[name="way"][value="mail"][disabled]`) || !page.Has(`[name="way"][value="link"][checked]`) {
		t.Error("the mail can be chosen")
	}
	if bad := page.Submit("main form.sheet", "way", "mail", "emails", "x@example.org"); bad.Status != http.StatusUnprocessableEntity {
		t.Errorf("chosen by hand: status %d", bad.Status)
	}
	l := page.Submit("main form.sheet", "username", "luc", "emails", "luc@example.org").Find("#link").AttrOr("value", "")
	accept := g.Browser(t).Get(l)
	if accept.Has(`[name="emails"]`) || !accept.Says("luc@example.org") {
		t.Error("an address that no mail can prove can be changed")
	}
	accept = accept.Submit("main form.sheet", "given_name", "Luc", "family_name", "Moreau", "password", fresh, "emails", "boss@example.org")
	if accept.Status != 200 {
		t.Fatalf("status %d: %s", accept.Status, accept.Text("main"))
	}
	if e := find(t, g, "luc"); !has(e, "mail", "luc@example.org") {
		t.Errorf("the addresses are %q", e.Values("mail"))
	}
}

func TestAMailServerThatIsDownDoesNotHoldTheInvitation(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	g.Inbox.Fail(inbox.Connect, inbox.Fault{Hang: true}, -1)
	if page := invite(t, g, "andre", "way", "mail", "emails", "x@example.org"); page.Status != 200 {
		t.Errorf("status %d", page.Status)
	}
}

func TestAnInvitationTooLongForALinkIsRefused(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	values := []string{"way", "link"}
	for range 20 {
		values = append(values, "phones", "+33 5 56 00 00 00 "+strings.Repeat("/", len(values)))
	}
	long := strings.Repeat("é", 250)
	values = append(values, "given_name", long, "family_name", long, "name", long+long)
	page := invite(t, g, "jane", values...)
	if page.Status != http.StatusUnprocessableEntity || page.Has("#link") {
		t.Errorf("status %d: %s", page.Status, page.Text("main"))
	}
}
