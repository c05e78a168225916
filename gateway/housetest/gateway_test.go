package housetest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestAGatewayInOneCall(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	ada := g.SignIn(t, "ada")
	if page := ada.Get("/profile"); page.Status != 200 || !page.Says("Ada Lovelace") {
		t.Errorf("status %d: %s", page.Status, page.Text("main"))
	}
	if lines := g.Audit.All("sign_in"); len(lines) != 1 || lines[0]["username"] != "ada" {
		t.Errorf("the audit log has %v", lines)
	}
	if len(g.Audit.All("sign_in", "sign_out")) != 1 || len(g.Audit.All("sign_out")) != 0 || len(g.Log.All()) == 0 {
		t.Error("lines are found that are not there, or the other way round")
	}
	if c := g.Counts(func() { g.Browser(t).Get("/signin") }); c != (ldaptest.Counts{}) {
		t.Errorf("a page that needs no directory costs %+v", c)
	}
	g.Browser(t).Get("/password/forgot").Submit("main form", "login", "ada")
	first := g.Mail(t, "ada@example.org")
	g.Clock.Advance(time.Hour) // the next mail of this account may be sent, and the link is too old
	g.Browser(t).Get("/password/forgot").Submit("main form", "login", "ada")
	if second := g.Mail(t, "ada@example.org"); second.ID == first.ID {
		t.Error("a mail is returned twice")
	}
	if page := g.Browser(t).Get(first.Link("/password/reset")); page.Status != 410 {
		t.Errorf("an hour later: status %d", page.Status)
	}
	if _, ok := g.Memory.Get("uid=ada," + ldaptest.PeopleDN); !ok {
		t.Error("the directory cannot be looked into")
	}
}

func TestPartsOfTheConfigurationCanBeReplaced(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{PublicURL: "https://id.example.org", Config: `brand:
  name: The corner shop
# a comment
policy:
  - {name: everybody, read: [username]}
`})
	page := g.Browser(t).Get("/signin")
	if !page.Says("The corner shop") {
		t.Errorf("the page says %s", page.Text("body"))
	}
	if page := g.Browser(t).Get("/.well-known/openid-configuration"); !strings.Contains(page.Body, `"issuer":"https://id.example.org"`) {
		t.Errorf("discovery says %s", page.Body)
	}
}

func TestReplicasShareTheWork(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Replicas: 2})
	g.Only(1)
	b := g.SignIn(t, "ada")
	if err := g.Replicas[1].Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	g.Only(0)
	if page := b.Get("/profile"); page.Status != 200 || page.URL.Path != "/profile" {
		t.Errorf("after the other replica ended: status %d at %s", page.Status, page.URL)
	}
}

func TestHiddenInputsAreFound(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	hidden := housetest.Hidden(g.SignIn(t, "ada").Get("/profile"), "main form.sheet")
	if len(hidden) == 0 || len(hidden)%2 != 0 {
		t.Errorf("they are %q", hidden)
	}
}
