package password_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/gateway/web/worldtest"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
)

func TestAChangedPasswordWorksAndTheOldOneAndItsSessionsDoNot(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s})
		here, elsewhere := w.Browser(t), w.Browser(t)
		signIn(w, here, "ada", "ada-password")
		signIn(w, elsewhere, "ada", "ada-password")
		page := here.Get("/password")
		if !page.Says("at least 8 characters") {
			t.Errorf("the rules are not shown before typing: %q", page.Text("main"))
		}
		page = page.Submit("main form", "current", "ada-password", "new", fresh)
		if page.Status != 200 || !page.Says("Your password is changed") {
			t.Fatalf("status %d, %q", page.Status, page.Text("main"))
		}
		if got := w.SignedIn(here); got != "ada" {
			t.Errorf("who changed the password is now %q", got)
		}
		if got := w.SignedIn(elsewhere); got != "nobody" {
			t.Errorf("the other device is still signed in as %q", got)
		}
		if !works(t, w, "ada", fresh) || works(t, w, "ada", "ada-password") {
			t.Error("the new password does not work, or the old one does")
		}
		for _, address := range []string{"ada@example.org", "countess@example.org"} {
			if m := mailTo(t, w, address, "The password of ada was changed"); m.Link("/password/forgot") == "" {
				t.Errorf("the mail to %s has no way out for somebody who did not do it", address)
			}
		}
		if !w.AuditLines.Has(`"password_changed"`, `"username":"ada"`, `"success"`) {
			t.Error("no audit line")
		}
		if logs := w.AuditLines.String() + w.LogLines.String(); strings.Contains(logs, fresh) || strings.Contains(logs, "ada-password") {
			t.Error("a password stands in a log")
		}
	})
}

func TestAWrongCurrentPasswordIsToldAtItsFieldAndCounted(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s})
		b := w.Browser(t)
		signIn(w, b, "grace", "grace-password")
		page := b.Get("/password")
		for range 5 {
			page = page.Submit("main form", "current", "not-my-password", "new", fresh)
			if page.Status != 422 || !strings.Contains(page.Text("#current-error"), "This is not your current password.") {
				t.Fatalf("status %d, %q", page.Status, page.Text("main"))
			}
			if strings.Contains(page.Body, "not-my-password") || strings.Contains(page.Body, fresh) {
				t.Fatal("a typed password stands on the page")
			}
		}
		if page = page.Submit("main form", "current", "grace-password", "new", fresh); page.Status != 429 || page.Header.Get("Retry-After") == "" {
			t.Errorf("the sixth guess: status %d, %q", page.Status, page.Text("main"))
		}
		if strings.Contains(page.Body, fresh) {
			t.Error("the page that asks to wait holds the new password")
		}
		if !w.AuditLines.Has(`"password_change_failed"`, `"username":"grace"`) {
			t.Error("no audit line")
		}
	})
}

func TestOurOwnRulesAreToldBeforeTheDirectoryIsAsked(t *testing.T) {
	t.Parallel()
	w := open(t, worldtest.Options{Server: ldaptest.Memdir(t, ldaptest.Options{})})
	b := w.Browser(t)
	signIn(w, b, "ada", "ada-password")
	form := b.Get("/password")
	for _, c := range []struct{ current, new, field, says string }{
		{"ada-password", "", "password", "Type a new password."},
		{"ada-password", "short", "password", "It needs at least 8 characters."},
		{"ada-password", "            ", "password", "It needs something besides spaces."},
		{"ada-password", "seven\x00green umbrellas", "password", "It contains a character that cannot be typed on a keyboard."},
		{"ada-password", strings.Repeat("x", 10_000), "password", "It must have at most 1000 characters."},
		{"ada-password", "password1", "password", "It is too easy to guess."},
		{"ada-password", "seven lovelace umbrellas", "password", "It must not contain your name, user name or mail address."},
		{"ada-password", "ada-password", "password", "It is the same as the current one."},
		{"", fresh, "current", "Type your current password."},
	} {
		var page *webtest.Page
		cost := w.Counts(func() { page = form.Submit("main form", "current", c.current, "new", c.new) })
		if page.Status != 422 || !strings.Contains(page.Text("#"+c.field+"-error"), c.says) {
			t.Errorf("%.20q: status %d, %q; want %q", c.new, page.Status, page.Text("main"), c.says)
		}
		if cost.Bind != 0 || cost.Extended != 0 || cost.Writes() != 0 {
			t.Errorf("%.20q: the directory was asked: %+v", c.new, cost)
		}
	}
	if page := form.Submit("main form", "current", "ada-password", "new", strings.Repeat("x", 70_000)); page.Status != 413 {
		t.Errorf("a form of 70 KB: status %d", page.Status)
	}
	if !works(t, w, "ada", "ada-password") {
		t.Error("a refused change changed something")
	}
}

func TestTheDirectorysOwnRefusalIsInWords(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s})
		b := w.Browser(t)
		signIn(w, b, "grace", "grace-password")
		b.Get("/password").Submit("main form", "current", "grace-password", "new", fresh)
		w.Clock.Advance(2 * time.Second)
		b = w.Browser(t)
		signIn(w, b, "grace", fresh)
		// Our rules would refuse the old password for the name in it, so it goes through one more.
		page := b.Get("/password").Submit("main form", "current", fresh, "new", "eight red parasols")
		if page.Status != 200 {
			t.Fatalf("status %d, %q", page.Status, page.Text("main"))
		}
		b = w.Browser(t)
		signIn(w, b, "grace", "eight red parasols")
		page = b.Get("/password").Submit("main form", "current", "eight red parasols", "new", fresh)
		if page.Status != 422 || !page.Says("You have used this password before. Choose a new one.") {
			t.Errorf("status %d, %q", page.Status, page.Text("main"))
		}
	})
}

func TestWhoMustChangeDoesSoAndGoesOn(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s})
		b := w.Browser(t)
		page := signIn(w, b, "mustchange", "mustchange-password")
		if page.URL.Path != "/password" || !page.Says("choose a password that only you know") || w.SignedIn(b) != "nobody" {
			t.Fatalf("at %s as %s: %q", page.URL, w.SignedIn(b), page.Text("main"))
		}
		if strings.Contains(page.Body, "mustchange-password") || strings.Contains(page.URL.String(), "mustchange") {
			t.Error("the password or the name stands on the page or in the address")
		}
		page = page.Submit("main form", "current", "mustchange-password", "new", "short")
		if page.Status != 422 || !page.Says("choose a password that only you know") {
			t.Fatalf("after a short one: status %d, %q", page.Status, page.Text("main"))
		}
		page = page.Submit("main form", "current", "mustchange-password", "new", fresh)
		if page.Status != 200 || w.SignedIn(b) != "mustchange" {
			t.Fatalf("status %d as %s, %q", page.Status, w.SignedIn(b), page.Text("main"))
		}
		if page = page.Click("#submit"); page.URL.Path != "/somewhere" {
			t.Errorf("goes on to %s", page.URL)
		}
		if !w.AuditLines.Has(`"msg":"sign_in"`, `"username":"mustchange"`, `"success"`) {
			t.Error("the audit log does not say that somebody signed in")
		}
		if !works(t, w, "mustchange", fresh) {
			t.Error("the new password does not work, or has to be changed again")
		}
	})
}

func TestAHandoverAloneChangesNothing(t *testing.T) {
	t.Parallel()
	w := open(t, worldtest.Options{Server: ldaptest.Memdir(t, ldaptest.Options{})})
	page := signIn(w, w.Browser(t), "mustchange", "mustchange-password")
	thief := w.Browser(t)
	stolen := thief.Get(page.URL.RequestURI()).Submit("main form", "current", "guessed", "new", fresh)
	if stolen.Status != 422 || w.SignedIn(thief) != "nobody" {
		t.Errorf("status %d as %s", stolen.Status, w.SignedIn(thief))
	}
	w.Clock.Advance(time.Hour)
	if old := w.Browser(t).Get(page.URL.RequestURI()); old.URL.Path != "/signin" {
		t.Errorf("an old handover leads to %s", old.URL)
	}
	if forged := w.Browser(t).Get("/password?step=forged"); forged.URL.Path != "/signin" {
		t.Errorf("a forged handover leads to %s", forged.URL)
	}
}

// aged is somebody whose password was set a while ago.
func aged(uid string, ago time.Duration) string {
	return "dn: uid=" + uid + "," + ldaptest.PeopleDN + "\nobjectClass: inetOrgPerson\nuid: " + uid + "\ncn: " + uid + "\nsn: Old\nmail: " + uid +
		"@example.org\nuserPassword: " + uid + "-password\npwdChangedTime: " + time.Now().Add(-ago).UTC().Format("20060102150405Z") + "\n"
}

func TestAPasswordAboutToExpireIsMentionedAndMayWait(t *testing.T) {
	t.Parallel()
	policy := ldaptest.DefaultPolicy()
	policy.MaxAge, policy.ExpireWarning = 30*24*time.Hour, 10*24*time.Hour
	ldaptest.EachQuickWith(t, ldaptest.Options{Policy: policy, More: aged("olga", 26*24*time.Hour-time.Minute)}, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s})
		b := w.Browser(t)
		page := signIn(w, b, "olga", "olga-password")
		if page.URL.Path != "/password" || !page.Says("Your password works for 4 more days.") || w.SignedIn(b) != "olga" {
			t.Fatalf("at %s as %s: %q", page.URL, w.SignedIn(b), page.Text("main"))
		}
		if later := page.Click("a.cancel"); later.URL.Path != "/somewhere" {
			t.Errorf("later leads to %s", later.URL)
		}
		page = page.Submit("main form", "current", "olga-password", "new", fresh)
		if page.Status != 200 || w.SignedIn(b) != "olga" {
			t.Errorf("changing at once: status %d as %s, %q", page.Status, w.SignedIn(b), page.Text("main"))
		}
	})
}

func TestAnExpiredPasswordLeadsToAWayOut(t *testing.T) {
	t.Parallel()
	policy := ldaptest.DefaultPolicy()
	policy.MaxAge = 30 * 24 * time.Hour
	ldaptest.EachQuickWith(t, ldaptest.Options{Policy: policy, More: aged("olga", 31*24*time.Hour)}, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s})
		b := w.Browser(t)
		page := signIn(w, b, "olga", "olga-password")
		if page.URL.Path != "/password" || !page.Says("too old to be used") || w.SignedIn(b) != "nobody" {
			t.Fatalf("at %s as %s: %q", page.URL, w.SignedIn(b), page.Text("main"))
		}
		// These servers let nobody bind with an expired password, not even to change it: the page says how to go on.
		page = page.Submit("main form", "current", "olga-password", "new", fresh)
		if page.Status != 422 || !page.Says("Forgotten password") {
			t.Fatalf("status %d, %q", page.Status, page.Text("main"))
		}
		link := linkFor(t, w, "olga", "olga@example.org")
		if page := b.Get(link).Submit("main form", "new", fresh); page.Status != 200 || !works(t, w, "olga", fresh) {
			t.Errorf("by a link: status %d, %q", page.Status, page.Text("main"))
		}
		if page := signIn(w, b, "olga", "wrong"); page.Status != 422 {
			t.Errorf("a wrong password: at %s", page.URL)
		}
	})
}

func TestTheLastSignInsOfAnExpiredPasswordAreMentioned(t *testing.T) {
	t.Parallel()
	policy := ldaptest.DefaultPolicy()
	policy.MaxAge, policy.Grace = 30*24*time.Hour, 3
	ldaptest.EachQuickWith(t, ldaptest.Options{Policy: policy, More: aged("olga", 31*24*time.Hour)}, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s})
		b := w.Browser(t)
		page := signIn(w, b, "olga", "olga-password")
		if page.URL.Path != "/password" || w.SignedIn(b) != "olga" || !page.Says("Why not choose a new one now?") {
			t.Errorf("at %s as %s: %q", page.URL, w.SignedIn(b), page.Text("main"))
		}
	})
}

func TestChangedButNotEverywhereIsToldAsItIs(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		// loginShell is not allowed in these entries, so that the write beside the password fails.
		w := open(t, worldtest.Options{Server: s, Spec: func(spec *ldapmap.Spec) {
			spec.Users.WithPassword = map[string]string{"loginShell": "'/bin/true'"}
		}})
		b := w.Browser(t)
		signIn(w, b, "ada", "ada-password")
		page := b.Get("/password").Submit("main form", "current", "ada-password", "new", fresh)
		if page.Status != 200 || !page.Says("Your password is changed") || !page.Says("Not every system has got the new password yet.") {
			t.Errorf("status %d, %q", page.Status, page.Text("main"))
		}
		if !w.AuditLines.Has(`"password_changed"`, "only in part") {
			t.Error("the audit log does not say that it was done in part")
		}
		if !works(t, w, "ada", fresh) {
			t.Error("the new password does not work")
		}
	})
}

func TestTheDirectoryGoesAwayDuringAChange(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s})
		b := w.Browser(t)
		page := signIn(w, b, "mustchange", "mustchange-password")
		s.Stop(t)
		page = page.Submit("main form", "current", "mustchange-password", "new", fresh)
		if page.Status != 503 || strings.Contains(page.Body, "umbrellas") || strings.Contains(page.Body, "mustchange-password") {
			t.Fatalf("status %d, %q", page.Status, page.Text("main"))
		}
		s.Start(t)
		if page = page.Submit("main form"); page.Status != 422 || !page.Has("#current") {
			t.Fatalf("trying again: status %d, %q", page.Status, page.Text("main"))
		}
		if page = page.Submit("main form", "current", "mustchange-password", "new", fresh); page.Status != 200 {
			t.Errorf("in the end: status %d, %q", page.Status, page.Text("main"))
		}
	})
}

func TestWhoIsNotSignedInComesBackAfterSigningIn(t *testing.T) {
	t.Parallel()
	w := open(t, worldtest.Options{Server: ldaptest.Memdir(t, ldaptest.Options{})})
	page := w.Browser(t).Get("/password")
	if page.URL.Path != "/signin" {
		t.Fatalf("at %s", page.URL)
	}
	if page = page.Submit("main form", "login", "ada").Submit("main form", "password", "ada-password"); page.URL.Path != "/password" || !page.Has("#current") {
		t.Errorf("afterwards at %s", page.URL)
	}
}

func TestWhoMayNotEditTheirAccountMayStillReplaceWhatTheyMust(t *testing.T) {
	t.Parallel()
	w := open(t, worldtest.Options{
		Server: ldaptest.Memdir(t, ldaptest.Options{}),
		Rules:  []policy.RuleSpec{{Name: "guests", Can: ldapmap.Strings{"use_oidc"}}},
	})
	b := w.Browser(t)
	signIn(w, b, "ada", "ada-password")
	if page := b.Get("/password"); page.Status != 403 || !page.Says("You cannot open this page") {
		t.Errorf("status %d, %q", page.Status, page.Text("main"))
	}
	if page := b.Post("/password", "current", "ada-password", "new", fresh); page.Status != 403 {
		t.Errorf("posted: status %d, %q", page.Status, page.Text("main"))
	}
	page := signIn(w, b, "mustchange", "mustchange-password").Submit("main form", "current", "mustchange-password", "new", fresh)
	if page.Status != 200 {
		t.Errorf("who must: status %d, %q", page.Status, page.Text("main"))
	}
}

func TestOtherDevicesAreSignedOutEvenWhereThePasswordsAgeCannotBeSeen(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuickWith(t, ldaptest.Options{NoPolicy: true}, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, worldtest.Options{Server: s, Spec: func(spec *ldapmap.Spec) { spec.Users.Account = ldapmap.Strings{} }})
		u, err := w.People.FindByLogin(t.Context(), "ada")
		if err != nil {
			t.Fatal(err)
		}
		if s.Kind.Name == "slapd" && u.Account.Mark != "" { // in memory the service account may read hashes
			t.Fatalf("the test is wrong: the entry shows %q", u.Account.Mark)
		}
		here, elsewhere := w.Browser(t), w.Browser(t)
		signIn(w, here, "ada", "ada-password")
		signIn(w, elsewhere, "ada", "ada-password")
		if page := here.Get("/password").Submit("main form", "current", "ada-password", "new", fresh); page.Status != 200 {
			t.Fatalf("status %d, %q", page.Status, page.Text("main"))
		}
		if w.SignedIn(here) != "ada" || w.SignedIn(elsewhere) != "nobody" {
			t.Errorf("here %s, elsewhere %s", w.SignedIn(here), w.SignedIn(elsewhere))
		}
	})
}
