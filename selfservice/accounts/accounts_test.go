package accounts_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// also signs another one in in the same browser; more is what is filled in beside the password.
func also(t *testing.T, b *housetest.Browser, login string, more ...string) *housetest.Page {
	t.Helper()
	page := b.Get("/signin").Submit("main form", "login", login).Submit("main form", append(more, "password", login+"-password")...)
	if page.Status != 200 || !page.Has(`form[action="/signout"]`) {
		t.Fatalf("%s was not let in: status %d at %s: %s", login, page.Status, page.URL, page.Text("main"))
	}
	return page
}

// cards is who stands on the page, in order; those who are signed out in brackets.
func cards(page *housetest.Page) string {
	var all []string
	for _, card := range page.Find(".personcard").EachIter() {
		name := strings.TrimSpace(card.Find("strong").Text())
		if card.HasClass("away") {
			name = "(" + name + ")"
		}
		all = append(all, name)
	}
	return strings.Join(all, ", ")
}

// handle is what the card of a name posts.
func handle(t *testing.T, page *housetest.Page, name string) string {
	t.Helper()
	for _, card := range page.Find(".personcard").EachIter() {
		if strings.TrimSpace(card.Find("strong").Text()) == name {
			return card.AttrOr("value", "")
		}
	}
	t.Fatalf("there is no card of %s: %s", name, page.Text("main"))
	return ""
}

func choose(t *testing.T, page *housetest.Page, name string) *housetest.Page {
	t.Helper()
	return page.Submit("main form", "account", handle(t, page, name))
}

func TestOneClickGoesOnAsSomebodyElse(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	if page := b.Get("/profile"); page.Has(".others") {
		t.Error("others are offered where there are none")
	}
	page := also(t, b, "grace")
	other := page.Find(".others button")
	if other.Length() != 1 || !strings.Contains(other.Text(), "Ada Lovelace (ada)") || page.Text(".who") != "GHGrace Hopper" {
		t.Fatalf("the header shows %s", page.Text(".viewer"))
	}
	page = b.Get("/profile").Submit(".others", "account", other.AttrOr("value", ""))
	if page.URL.Path != "/profile" || !strings.Contains(page.Text(".who"), "Ada Lovelace") || page.Find("#username").AttrOr("value", page.Text("main")) == "" {
		t.Errorf("at %s as %s", page.URL, page.Text(".who"))
	}
	if page = b.Get("/"); !strings.Contains(page.Text(".who"), "Ada Lovelace") {
		t.Errorf("the next page is %s's", page.Text(".who"))
	}
	page = b.Get("/accounts")
	if got := cards(page); got != "Ada Lovelace, Grace Hopper" || !page.Has("#account-1 .here") || page.Has("#account-2 .here") || !strings.Contains(page.Text("#account-2"), "grace") {
		t.Errorf("the cards are %s: %s", got, page.Text("main"))
	}
	// From a page that not everybody has, home.
	page = b.Get("/admin/status").Submit(".others", "account", handle(t, page, "Grace Hopper"))
	if page.URL.Path != "/" || page.Status != 200 || !strings.Contains(page.Text(".who"), "Grace Hopper") {
		t.Errorf("from the administration: %d at %s", page.Status, page.URL)
	}
}

func TestTheCardsCostTheDirectoryNothingAndAChoiceTheLookAtWhoIsThere(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s})
		b := g.SignIn(t, "ada")
		also(t, b, "grace")
		var page *housetest.Page
		if c := g.Counts(func() { page = b.Get("/accounts") }); c.Search+c.Bind+c.Writes() != 0 {
			t.Errorf("the cards cost %+v", c)
		}
		who := handle(t, page, "Ada Lovelace")
		if c := g.Counts(func() { b.Post("/accounts", "account", who, "continue", "/accounts") }); c.Search != 2 || c.Bind+c.Writes() != 0 {
			t.Errorf("a choice costs %+v", c)
		}
	})
}

func TestWhoseSessionIsOverTypesThePasswordAndNothingElse(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	also(t, b, "grace")
	// Ada changes her password elsewhere.
	fresh := "a whole new password, twice as long"
	g.SignIn(t, "ada").Get("/password").Submit("main form", "current", "ada-password", "new", fresh)
	page := choose(t, b.Get("/accounts?continue=/applications"), "Ada Lovelace")
	if page.URL.Path != "/signin/password" || !page.Says("ada") {
		t.Fatalf("at %s: %s", page.URL, page.Text("main"))
	}
	if got := cards(b.Get("/accounts")); got != "Grace Hopper" {
		t.Errorf("the cards are %s", got)
	}
	if page = page.Submit("main form", "password", fresh); page.URL.Path != "/applications" || !strings.Contains(page.Text(".who"), "Ada Lovelace") {
		t.Errorf("at %s as %s", page.URL, page.Text(".who"))
	}
	g.Clock.Advance(2 * time.Hour) // idle
	page = b.Get("/profile")
	if page.URL.Path != "/accounts" || cards(page) != "(Ada Lovelace), (Grace Hopper)" {
		t.Fatalf("after two hours: at %s with %s", page.URL, cards(page))
	}
	if page = choose(t, page, "Grace Hopper").Submit("main form", "password", "grace-password"); page.URL.Path != "/profile" {
		t.Errorf("at %s: %s", page.URL, page.Text("main"))
	}
	if page = b.Get("/accounts").Click("#another"); page.URL.Path != "/signin" || page.Find("#login").AttrOr("value", "") != "" {
		t.Errorf("another account: at %s with %q", page.URL, page.Find("#login").AttrOr("value", ""))
	}
}

func TestAnExpiredSessionOfTheOnlyOneLeadsToTheSignInPageWithTheLogin(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	g.Clock.Advance(3 * time.Hour)
	page := b.Get("/profile")
	if page.URL.Path != "/signin" || page.Find("#login").AttrOr("value", "") != "ada" || !page.Has("#accounts") {
		t.Errorf("at %s: %s", page.URL, page.Text("main"))
	}
	if page = g.Browser(t).Get("/profile"); page.URL.Path != "/signin" || page.Find("#login").AttrOr("value", "") != "" || page.Has("#accounts") {
		t.Errorf("a stranger is at %s: %s", page.URL, page.Text("main"))
	}
}

func TestWhoAskedToStayIsRememberedAfterSigningOutUntilTheyAreRemoved(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.Browser(t)
	also(t, b, "ada", "stay", "1")
	also(t, b, "grace")
	page := b.Get("/signout")
	if page.Find("input[type=radio]").Length() != 3 || !page.Has("#account-1[checked]") || !strings.Contains(page.Text("label[for=account-1]"), "Grace Hopper") {
		t.Fatalf("who is asked: %s", page.Text("main"))
	}
	page = page.Submit("main form", "account", "all")
	if page.URL.Path != "/signout" || !page.Says("You are signed out") {
		t.Fatalf("at %s: %s", page.URL, page.Text("main"))
	}
	page = b.Get("/accounts")
	if got := cards(page); got != "(Ada Lovelace)" || page.Has(".personcard img") {
		t.Fatalf("the cards are %s", got)
	}
	if p := choose(t, page, "Ada Lovelace"); p.URL.Path != "/signin/password" {
		t.Errorf("at %s", p.URL)
	}
	page = page.Click("#edit")
	if !page.Has("#remove-1") || page.Has("#account-1") || page.Has("#another") {
		t.Fatalf("to remove one: %s", page.Text("main"))
	}
	page = page.Submit("main form", "remove", handle(t, page, "Ada Lovelace"))
	if page.URL.Path != "/accounts" || !page.Says("Ada Lovelace is removed from this browser.") || cards(page) != "" {
		t.Errorf("at %s: %s", page.URL, page.Text("main"))
	}
	if b.Cookie("wicketgate")+b.Cookie("wicketgate_stay") != "" {
		t.Error("something of her is left in the browser")
	}

	g = housetest.Start(t, housetest.Options{Config: "sessions:\n  known: 0s\n"})
	b = g.Browser(t)
	also(t, b, "ada", "stay", "1")
	b.Post("/signout")
	if got := cards(b.Get("/accounts")); got != "" {
		t.Errorf("known: 0s, and there is %s", got)
	}
}

func TestRemovingSomebodyWhoIsSignedInSignsThemOutAndNobodyElse(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	also(t, b, "grace")
	thief := g.Browser(t)
	for _, c := range b.Cookies() {
		thief.Header.Add("Cookie", c.Name+"="+c.Value)
	}
	page := b.Get("/accounts?edit=1")
	page = page.Submit("main form", "remove", handle(t, page, "Grace Hopper"))
	if got := cards(page); got != "Ada Lovelace" {
		t.Errorf("the cards are %s", got)
	}
	if page = thief.Get("/profile"); page.Status == 200 && page.URL.Path == "/profile" {
		t.Errorf("a copy of the cookie is good still: as %s", page.Text(".who"))
	}
	if page = b.Get("/profile"); !strings.Contains(page.Text(".who"), "Ada Lovelace") || page.Has(".others") {
		t.Errorf("who is left: %s", page.Text(".viewer"))
	}
	if lines := g.Audit.All("sign_out"); len(lines) != 1 || lines[0]["username"] != "grace" {
		t.Errorf("the audit log has %v", lines)
	}
}

func TestTheSignOutButtonSignsOutWhoeverIsAtWork(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	page := also(t, b, "grace").Submit(`form[action="/signout"]`)
	if page.URL.Path != "/accounts" || !page.Says("Grace Hopper is signed out.") || cards(page) != "Ada Lovelace" {
		t.Errorf("at %s: %s", page.URL, page.Text("main"))
	}
	if page = choose(t, page, "Ada Lovelace").Submit(`form[action="/signout"]`); page.URL.Path != "/signout" || !page.Says("You are signed out") {
		t.Errorf("at %s: %s", page.URL, page.Text("main"))
	}
}

func TestSigningOutEverywhereAndANewPasswordAreForOneAccount(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "grace")
	also(t, b, "ada")
	page := b.Get("/password").Submit("main form", "current", "ada-password", "new", "a whole new password, twice as long")
	if got := cards(b.Get("/accounts")); page.Status != 200 || got != "Ada Lovelace, Grace Hopper" {
		t.Errorf("after a new password: %d, %s", page.Status, got)
	}
	elsewhere := g.SignInWith(t, "ada", "a whole new password, twice as long")
	b.Get("/sessions/everywhere").Submit("main form")
	if got := cards(b.Get("/accounts")); got != "Grace Hopper" {
		t.Errorf("here are %s", got)
	}
	if page = elsewhere.Get("/profile"); page.URL.Path != "/signin" {
		t.Errorf("elsewhere: at %s", page.URL)
	}
	if page = b.Get("/profile"); !strings.Contains(page.Text(".who"), "Grace Hopper") {
		t.Errorf("grace is out too: at %s", page.URL)
	}
}

func TestAPhotoIsShownToTheBrowserThatItsPersonIsSignedInAtAlone(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "andre")
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewGray(image.Rect(0, 0, 90, 90))); err != nil {
		t.Fatal(err)
	}
	if page := housetest.Upload(t, b, "/profile", "photo", "me.png", photo.Bytes()); page.Status != 200 {
		t.Fatalf("the photo: status %d", page.Status)
	}
	also(t, b, "grace")
	src := b.Get("/accounts").Find("#account-2 img").AttrOr("src", "")
	if !strings.HasPrefix(src, "/accounts/photo/") {
		t.Fatalf("the photo is at %q", src)
	}
	page := b.Get(src)
	if page.Status != 200 || page.Header.Get("Content-Type") != "image/jpeg" || !strings.Contains(page.Header.Get("Cache-Control"), "private") {
		t.Errorf("status %d, %v", page.Status, page.Header)
	}
	for what, status := range map[string]int{
		src + "x": b.Get(src + "x").Status, "in another browser": g.SignIn(t, "grace").Get(src).Status, "for a stranger": g.Browser(t).Get(src).Status,
		"of nobody": b.Get("/accounts/photo/0000000000000000/x").Status,
	} {
		if status != http.StatusNotFound {
			t.Errorf("%s: status %d", what, status)
		}
	}
	page = b.Get("/accounts?edit=1")
	page.Submit("main form", "remove", handle(t, page, "André Éluard"))
	if status := b.Get(src).Status; status != http.StatusNotFound {
		t.Errorf("after he was removed: status %d", status)
	}
}

func TestWhatIsPostedByMistakeOrByOthersDoesNothing(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	also(t, b, "grace")
	for _, values := range [][]string{{"account", "x"}, {"remove", "x"}, {}, {"account", strings.Repeat("x", 10000)}} {
		if page := b.Post("/accounts", values...); page.URL.Path != "/accounts" || page.Status != 200 || cards(page) != "Grace Hopper, Ada Lovelace" {
			t.Errorf("%.20q: %d at %s, %s", values, page.Status, page.URL, cards(page))
		}
	}
	who := handle(t, b.Get("/accounts"), "Ada Lovelace")
	for _, evil := range []string{"//evil.example/", "https://evil.example/"} {
		if page := b.Post("/accounts", "account", who, "continue", evil); page.URL.Path != "/" || !strings.HasPrefix(page.URL.String(), g.URL) {
			t.Errorf("continue=%s leads to %s", evil, page.URL)
		}
	}
	b.Header.Set("Origin", "https://evil.example")
	b.Header.Set("Sec-Fetch-Site", "cross-site")
	for _, field := range []string{"account", "remove"} {
		if page := b.Post("/accounts", field, who); page.Status != http.StatusForbidden {
			t.Errorf("%s from another site: status %d", field, page.Status)
		}
	}
	if page := g.Browser(t).Get("/accounts"); page.Status != 200 || cards(page) != "" || !page.Has("#another") || page.Has("#edit") {
		t.Errorf("a stranger sees %s", page.Text("main"))
	}
}
