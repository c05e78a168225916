package signin_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/selfservice/signin"
)

func TestWhoMustChangeIsNotSignedInButLedToTheChangePage(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, s)
		b := w.Browser(t)
		page := b.Get("/signin?continue=%2Fprofile").Submit("form", "login", "mustchange").Submit("form", "password", "mustchange-password", "stay", "1")
		if page.URL.Path != "/password" || page.URL.Query().Get("continue") != "/profile" || w.SignedIn(b) != "nobody" {
			t.Fatalf("at %s as %s", page.URL, w.SignedIn(b))
		}
		page = page.Submit("main form", "current", "mustchange-password", "new", "seven green umbrellas")
		if page.Status != 200 || w.SignedIn(b) != "mustchange" {
			t.Fatalf("status %d, %q", page.Status, page.Text("main"))
		}
		if href := page.Find("main a#submit").AttrOr("href", ""); href != "/profile" {
			t.Errorf("goes on to %q", href)
		}
	})
}

func TestAPasswordThatLastsLongEnoughIsNotMentioned(t *testing.T) {
	t.Parallel()
	policy := ldaptest.DefaultPolicy()
	policy.MaxAge, policy.ExpireWarning = 30*24*time.Hour, 29*24*time.Hour
	more := "dn: uid=olga," + ldaptest.PeopleDN + "\nobjectClass: inetOrgPerson\nuid: olga\ncn: Olga\nsn: Old\nuserPassword: olga-password\n" +
		"pwdChangedTime: " + time.Now().Add(-10*24*time.Hour).UTC().Format("20060102150405Z") + "\n"
	ldaptest.EachQuickWith(t, ldaptest.Options{Policy: policy, More: more}, func(t *testing.T, s *ldaptest.Server) {
		for warn, want := range map[time.Duration]string{0: "/", 25 * 24 * time.Hour: "/password"} {
			w := open(t, s, func(f *signin.Flow) { f.WarnBefore = warn })
			b := w.Browser(t)
			if page := attempt(b, "olga", "olga-password"); page.URL.Path != want || w.SignedIn(b) != "olga" {
				t.Errorf("warning %v before: at %s as %s", warn, page.URL, w.SignedIn(b))
			}
		}
	})
}

func TestARequestThatIsNoFormIsRefused(t *testing.T) {
	t.Parallel()
	w := open(t, ldaptest.Memdir(t, ldaptest.Options{}), func(f *signin.Flow) { f.Forgot = false })
	b := w.Browser(t)
	for _, path := range []string{"/signin", "/signin/password", "/signout"} {
		if page := b.PostBody(path, "application/json", `{"login":"ada"}`); page.Status != 415 {
			t.Errorf("%s: JSON: status %d", path, page.Status)
		}
		if page := b.PostBody(path, "application/x-www-form-urlencoded", "login="+strings.Repeat("x", 70_000)); page.Status != 413 {
			t.Errorf("%s: 70 KB: status %d", path, page.Status)
		}
	}
	if page := b.Get("/signin"); page.Has("a[href*=forgot]") {
		t.Error("a link for forgotten passwords, though there is no mail")
	}
}

func TestABrowserThatIsKnownDoesNotWaitForTheGuessesOfOthers(t *testing.T) {
	t.Parallel()
	w := open(t, ldaptest.Memdir(t, ldaptest.Options{NoPolicy: true})) // without the directory's own lockout
	home := w.Browser(t)
	attempt(home, "ada", "ada-password")
	known := home.Cookie("known")
	home.Post("/signout")
	if known == "" || home.Cookie("known") != known {
		t.Fatalf("the browser is not known after signing out: %q", home.Cookie("known"))
	}
	stranger := w.Browser(t)
	for range 6 {
		attempt(stranger, "ada", "wrong-password")
	}
	if page := attempt(stranger, "ada", "ada-password"); page.Status != 429 {
		t.Errorf("the stranger: status %d", page.Status)
	}
	if page := attempt(home, "ada", "ada-password"); page.Status != 200 || w.SignedIn(home) != "ada" {
		t.Errorf("at home: status %d, %q", page.Status, page.Text("main"))
	}
	if home.Cookie("known") != known {
		t.Error("the cookie changes with every sign-in")
	}
}
