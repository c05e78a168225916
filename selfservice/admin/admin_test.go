package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
	"github.com/wicketgate/wicketgate/templates"
)

var pages = []string{"/admin/status", "/admin/mails", "/admin/mails/reset", "/admin/mails/reset/html"}

func TestOnlyThoseWhoLookAfterTheServiceSeeHowItIs(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	grace, stranger := g.SignIn(t, "grace"), g.Browser(t)
	for _, path := range pages {
		if page := grace.Get(path); page.Status != http.StatusForbidden || page.Has(".checks") {
			t.Errorf("%s: status %d for one of the staff", path, page.Status)
		}
		if page := stranger.Get(path); page.URL.Path != "/signin" {
			t.Errorf("%s: a stranger is at %s", path, page.URL)
		}
	}
	if page := grace.Post("/admin/mails/test"); page.Status != http.StatusForbidden {
		t.Errorf("a test mail: status %d", page.Status)
	}
	if n := g.Inbox.Count(); n != 0 {
		t.Errorf("%d mails were sent", n)
	}
}

func TestTheStatusPageSaysThatAllIsWell(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	page := g.SignIn(t, "ada").Get("/admin/status")
	if page.Status != 200 || page.Find(".checks .ok").Length() != 3 {
		t.Errorf("status %d: %s", page.Status, page.Text(".checks"))
	}
	if !page.Says(g.Directory.URL) || !page.Says("Version test") {
		t.Errorf("it says %s", page.Text("main"))
	}
	if strings.Contains(page.Body, "service-password") || strings.Contains(page.Body, housetest.MasterSecret) {
		t.Error("a secret stands on the page")
	}
}

func TestAMailServerThatFailsIsSeenByAnAdministrator(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	g.Inbox.Fail(inbox.From, inbox.Fault{Code: 451, Text: "the disk is full <b>today</b>"}, -1)
	b := g.SignIn(t, "ada")
	page := b.Get("/admin/mails").Submit("main form")
	if page.Status != 200 || !page.Says("could not be sent") || !page.Says("the disk is full <b>today</b>") || page.Has("main b") {
		t.Errorf("the test mail: status %d: %s", page.Status, page.Text("main .notice"))
	}
	page = b.Get("/admin/status")
	if page.Find(".checks .failing").Length() != 1 || !strings.Contains(page.Text(".checks .failing"), "the disk is full") {
		t.Errorf("the status page says %s", page.Text(".checks"))
	}
	if lines := g.Audit.All("admin_test_mail_sent"); len(lines) != 1 || lines[0]["outcome"] != "failure" {
		t.Errorf("the audit log has %v", lines)
	}
	g.Inbox.Recover()
	page = b.Get("/admin/mails").Submit("main form")
	if page.Status != 200 || !page.Says("has taken the test mail for ada@example.org") {
		t.Errorf("the second test mail: status %d: %s", page.Status, page.Text("main .notice"))
	}
	if m := g.Mail(t, "ada@example.org"); !strings.Contains(m.Text, "Ada Lovelace") {
		t.Errorf("it says %q", m.Text)
	}
	if page := b.Get("/admin/status"); page.Find(".checks .ok").Length() != 3 {
		t.Errorf("after it recovered: %s", page.Text(".checks"))
	}
}

func TestAQueueThatFailsIsSeenWithoutATestMail(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	g.Inbox.Fail(inbox.From, inbox.Fault{Code: 451, Text: "come back later"}, -1)
	g.Browser(t).Get("/password/forgot").Submit("main form", "login", "lee")
	g.Inbox.Await(t, inbox.From)
	b := g.SignIn(t, "ada")
	// The server's answer travels back to the queue at its own pace.
	var page *housetest.Page
	for range 1000 {
		if page = b.Get("/admin/status"); page.Has(".checks .failing") {
			break
		}
	}
	if text := page.Text(".checks .failing"); !strings.Contains(text, "come back later") || !strings.Contains(text, "1 mail waits") {
		t.Errorf("the status page says %s", page.Text(".checks"))
	}
}

func TestADirectoryThatHasStoppedServingIsSeen(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	g.Memory.Intercept(func(op memdir.Op) memdir.Verdict {
		if op.Kind == memdir.KindSearch && op.DN == "" {
			return memdir.Verdict{Result: &memdir.Result{Code: memdir.Unavailable, Diagnostic: "taking a nap"}}
		}
		return memdir.Verdict{}
	})
	if text := b.Get("/admin/status").Text(".checks .failing"); !strings.Contains(text, "taking a nap") {
		t.Errorf("the status page says %q", text)
	}
}

func TestMailIsShownAsOffWhereThereIsNone(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Config: "mail: {}\n"})
	b := g.SignIn(t, "ada")
	if page := b.Get("/admin/status"); page.Find(".checks .off").Length() != 1 {
		t.Errorf("the status page says %s", page.Text(".checks"))
	}
	if page := b.Get("/admin/mails"); page.Status != 200 || page.Has("main form") {
		t.Error("a test mail is offered")
	}
	if page := b.Post("/admin/mails/test"); page.Status != 200 || !page.Says("could not be sent") {
		t.Errorf("sent by hand: status %d: %s", page.Status, page.Text("main .notice"))
	}
}

func TestEveryMailCanBeLookedAtInBothLanguages(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	list := b.Get("/admin/mails")
	var links []string
	for _, a := range list.Find("main .mails a").EachIter() {
		links = append(links, a.AttrOr("href", ""))
	}
	if len(links) != 14 {
		t.Fatalf("%d links: %q", len(links), links)
	}
	subjects := map[string]bool{}
	for _, l := range links {
		page := b.Get(l)
		subject := page.Text(".subject dd")
		if page.Status != 200 || subject == "" || subjects[subject] || len(page.Text("pre")) < 50 {
			t.Errorf("%s: status %d, subject %q", l, page.Status, subject)
		}
		subjects[subject] = true
		frame := page.Find("iframe")
		if policy := page.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-src 'self'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: the policy is %s", l, policy)
		}
		if _, ok := frame.Attr("sandbox"); !ok {
			t.Errorf("%s: the frame is no sandbox", l)
		}
		body := b.Get(frame.AttrOr("src", ""))
		language := l[len(l)-2:]
		if body.Status != 200 || body.Header.Get("Content-Security-Policy") != templates.MailPreviewBodyPolicy || body.Header.Get("X-Frame-Options") != "SAMEORIGIN" ||
			body.Find("html").AttrOr("lang", "") != language || body.Has("script") {
			t.Errorf("%s: the mail itself: status %d, %v", l, body.Status, body.Header)
		}
		if !strings.Contains(body.Body, g.URL) && !strings.Contains(l, "test") && !strings.Contains(l, "mailchanged") && !strings.Contains(l, "mail-changed") {
			t.Errorf("%s: no link of the mail leads to us", l)
		}
	}
	if page := b.Get("/admin/mails/nothing"); page.Status != http.StatusNotFound {
		t.Errorf("a mail that does not exist: status %d", page.Status)
	}
	if page := b.Get("/admin/mails/nothing/html"); page.Status != http.StatusNotFound {
		t.Errorf("its body: status %d", page.Status)
	}
}

func TestAnAdministratorWithoutAnAddressIsToldSo(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Config: "policy:\n  - {name: all, can: [\"*\"], read: [\"*\"]}\n"})
	b := g.SignIn(t, "nomail")
	if page := b.Get("/admin/mails"); page.Has("main form") {
		t.Error("a test mail is offered")
	}
	if page := b.Post("/admin/mails/test"); page.Status != http.StatusUnprocessableEntity || !page.Says("You have no mail address") {
		t.Errorf("status %d: %s", page.Status, page.Text("main"))
	}
}
