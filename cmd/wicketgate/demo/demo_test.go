package demo_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/cmd/wicketgate/demo"
	"github.com/wicketgate/wicketgate/gateway/browsertest"
	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
)

// world is a demo of one's own with a browser in front of it.
type world struct {
	t *testing.T
	*demo.Demo
	browser *browsertest.Browser
	log     *bytes.Buffer
}

func open(t *testing.T) *world {
	t.Helper()
	log := &bytes.Buffer{}
	d, err := demo.Start(t.Context(), demo.Options{Out: io.Discard, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("ending the demo: %v", err)
		}
		if t.Failed() {
			t.Log(log.String())
		}
	})
	return &world{t, d, browsertest.Open(t), log}
}

// mail waits for a mail to an address and returns the link in it.
func (w *world) mail(to, part string) string {
	w.t.Helper()
	m, err := w.Mails().Wait(w.t.Context(), func(m inbox.Message) bool { return m.To[0] == to && m.Link(part) != "" })
	if err != nil {
		w.t.Fatalf("waiting for a mail to %s: %v", to, err)
	}
	return m.Link(part)
}

func (w *world) signIn(tab *browsertest.Tab, login, password string) {
	w.t.Helper()
	tab.Fill("#login", login)
	tab.Click("#submit")
	tab.Fill("#password", password)
	tab.Click("#submit")
}

// looks are the ways in which every journey is made: as most people browse, and on a phone, in the dark, in French, without JavaScript.
func looks() map[string]browsertest.Look {
	return map[string]browsertest.Look{
		"laptop":              {},
		"phone-dark-noscript": {Width: 390, Height: 800, Dark: true, NoScript: true},
	}
}

func TestOneSignOnForAnApplication(t *testing.T) {
	t.Parallel()
	w := open(t)
	agreed := false
	for name, look := range looks() {
		tab := w.browser.Tab(t, look)
		tab.Go(w.Orders)
		tab.Shot(name + "-orders")
		tab.Click("#sign-in")
		tab.WaitForText("Orders") // the sign-in page says on whose behalf
		tab.Shot(name + "-signin")
		w.signIn(tab, "wzhang", "password")
		if !agreed { // what was agreed to the first time is remembered
			tab.WaitFor("#accept")
			tab.Shot(name + "-consent")
			tab.Click("#accept")
			agreed = true
		}
		tab.WaitForText("Hello Wei Zhang")
		tab.Shot(name + "-orders-signed-in")
		// signed in already: the application asks again and nobody is bothered
		tab.Go(w.Orders + "/sign-in")
		tab.WaitForText("Hello Wei Zhang")
		if p := tab.Problems(); len(p) > 0 {
			t.Errorf("%s: the browser complains: %q", name, p)
		}
	}
}

func TestSayingNoToAnApplication(t *testing.T) {
	t.Parallel()
	w := open(t)
	tab := w.browser.Tab(t, browsertest.Look{})
	tab.Go(w.Orders + "/sign-in")
	w.signIn(tab, "pierre-yves.legoff@mail.example", "wrong")
	tab.WaitFor("[role=alert]")
	tab.Shot("signin-wrong")
	tab.Go(w.Orders + "/sign-in")
	w.signIn(tab, "imartinez", "password")
	tab.Click("#deny")
	tab.WaitForText("You said no")
}

func TestLookingAfterMyAccount(t *testing.T) {
	t.Parallel()
	w := open(t)
	photo := filepath.Join(t.TempDir(), "me.png")
	if err := os.WriteFile(photo, aPicture(t), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, look := range looks() {
		person := map[string]string{"laptop": "fndiaye", "phone-dark-noscript": "tlefevre"}[name]
		tab := w.browser.Tab(t, look)
		tab.Go(w.Gateway)
		w.signIn(tab, person, "password")
		tab.WaitFor(`[action="/signout"]`)
		tab.Shot(name + "-home")
		tab.Go(w.Gateway + "/profile")
		tab.WaitFor("#submit")
		tab.Shot(name + "-profile")
		tab.Fill("[name=given_name]", "Camille-"+person)
		tab.Fill("[name=emails]", person+"@new.example")
		tab.Upload("[name=photo]", photo)
		tab.Click("#submit")
		tab.WaitForText(person + "@new.example")
		tab.Shot(name + "-profile-saved")
		if got := tab.Value("[name=given_name]"); got != "Camille-"+person {
			t.Errorf("%s: the first name is %q after saving", name, got)
		}
		if got := tab.Value("[name=emails]"); got == person+"@new.example" {
			t.Errorf("%s: the new mail address took effect before it was confirmed", name)
		}
		tab.Go(w.mail(person+"@new.example", "/profile/confirm"))
		tab.Shot(name + "-mail-confirm")
		tab.Click("#submit")
		tab.WaitGone("[name=t]")
		tab.Go(w.Gateway + "/profile")
		if got := tab.Value("[name=emails]"); got != person+"@new.example" {
			t.Errorf("%s: the mail address is %q after it was confirmed", name, got)
		}
		if p := tab.Problems(); len(p) > 0 {
			t.Errorf("%s: the browser complains: %q", name, p)
		}
	}
}

func TestForgottenPassword(t *testing.T) {
	t.Parallel()
	w := open(t)
	for name, look := range looks() {
		person, mail := "lwojcik", ""
		if name != "laptop" {
			person = "emarchand" // has never had one
		}
		mail = w.mailOf(person)
		tab := w.browser.Tab(t, look)
		tab.Go(w.Gateway + "/password/forgot")
		tab.Shot(name + "-forgot")
		tab.Fill("#login", person)
		tab.Click("#submit")
		tab.WaitForText(person)
		tab.Shot(name + "-forgot-sent")
		link := w.mail(mail, "/password/")
		tab.Go(link)
		tab.Shot(name + "-reset")
		tab.Fill("#password", "correct horse battery")
		tab.Click("#submit")
		tab.WaitGone("#password")
		tab.Shot(name + "-reset-done")
		again := w.browser.Tab(t, look)
		again.Go(link)
		again.Shot(name + "-link-used")
		if again.Has("#password") {
			t.Errorf("%s: the link works twice", name)
		}
		again.Go(w.Gateway + "/signin")
		w.signIn(again, person, "correct horse battery")
		again.WaitFor(`[action="/signout"]`)
	}
}

func TestPasswordThatMustBeChanged(t *testing.T) {
	t.Parallel()
	w := open(t)
	tab := w.browser.Tab(t, browsertest.Look{})
	tab.Go(w.Gateway)
	w.signIn(tab, "kmoreau", "welcome-kevin")
	tab.WaitFor("#password")
	tab.Shot("must-change")
	tab.Fill("#password", "short")
	tab.Click("#submit")
	tab.WaitFor("[data-focus]") // the summary of what is wrong
	tab.Shot("must-change-refused")
	tab.Fill("#current", "welcome-kevin")
	tab.Fill("#password", "a much longer one, indeed")
	tab.Click("#submit")
	tab.WaitGone("#password")
	tab.Shot("must-change-done")
	tab.Click("main a") // "Continue"
	tab.WaitFor(`[action="/signout"]`)
}

func TestLockedAndUnknownAccountsLookTheSame(t *testing.T) {
	t.Parallel()
	w := open(t)
	var said []string
	for _, who := range [][2]string{{"bcaron", "password"}, {"nobody.at.all", "password"}, {"wzhang", "wrong"}} {
		tab := w.browser.Tab(t, browsertest.Look{})
		tab.Go(w.Gateway)
		w.signIn(tab, who[0], who[1])
		tab.WaitFor("[role=alert]")
		said = append(said, strings.ReplaceAll(tab.Body(), who[0], "LOGIN"))
	}
	if said[0] != said[1] || said[1] != said[2] {
		t.Errorf("a stranger can tell them apart:\n%s", strings.Join(said, "\n-----\n"))
	}
}

func TestInvitation(t *testing.T) {
	t.Parallel()
	w := open(t)
	for name, look := range looks() {
		login := map[string]string{"laptop": "gaston", "phone-dark-noscript": "gisele"}[name]
		tab := w.browser.Tab(t, look)
		tab.Go(w.Gateway + "/invite")
		w.signIn(tab, "adurand", "password")
		tab.WaitFor("[name=given_name]")
		tab.Shot(name + "-invite")
		tab.Fill("[name=given_name]", "Gaston")
		tab.Fill("[name=username]", login)
		tab.Fill("[name=emails]", login+"@mail.example")
		tab.Click("#submit")
		tab.WaitForText(login + "@mail.example")
		tab.Shot(name + "-invited")
		guest := w.browser.Tab(t, look)
		guest.Go(w.mail(login+"@mail.example", "/join"))
		guest.WaitFor("[name=family_name]")
		guest.Shot(name + "-accept")
		guest.Fill("[name=family_name]", "Lagaffe")
		guest.Fill("[name=password]", "a seagull and a cat")
		guest.Click("#submit")
		guest.WaitGone("[name=family_name]")
		guest.Shot(name + "-welcome")
		guest.Go(w.Gateway + "/signin")
		w.signIn(guest, login, "a seagull and a cat")
		guest.WaitFor(`[action="/signout"]`)
	}
}

func TestAdministratorSeesHowTheServiceIs(t *testing.T) {
	t.Parallel()
	w := open(t)
	tab := w.browser.Tab(t, browsertest.Look{})
	tab.Go(w.Gateway + "/admin/status")
	w.signIn(tab, "bakesson", "password")
	tab.WaitFor(`[action="/signout"]`)
	tab.Shot("admin-status")
	tab.Go(w.Gateway + "/admin/mails")
	tab.Shot("admin-mails")
	tab.Go(w.Gateway + "/admin/mails/reset?in=fr")
	tab.Shot("admin-mail")
	member := w.browser.Tab(t, browsertest.Look{})
	member.Go(w.Gateway + "/admin/status")
	w.signIn(member, "wzhang", "password")
	member.WaitGone("#password")
	member.Shot("admin-refused")
	if strings.Contains(member.Body(), "ldap://") {
		t.Error("an ordinary member sees the address of the directory")
	}
}

func TestInboxShowsMails(t *testing.T) {
	t.Parallel()
	w := open(t)
	tab := w.browser.Tab(t, browsertest.Look{})
	tab.Go(w.Gateway + "/password/forgot")
	tab.Fill("#login", "dupont.family@mail.example")
	tab.Click("#submit")
	w.mail("dupont.family@mail.example", "/password/reset")
	tab.Go(w.Inbox)
	tab.WaitFor(".mails a")
	tab.Shot("inbox")
	tab.Click(".mails a")
	tab.WaitFor("iframe")
	tab.Shot("inbox-mail")
	r, err := http.Get(w.Inbox + "/mail/99999")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close() //nolint:errcheck // a test
	if r.Request.URL.Path != "/" {
		t.Errorf("a mail that is not there leads to %s", r.Request.URL)
	}
}
