package signin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/selfservice/signin"
	"github.com/wicketgate/wicketgate/templates"
)

// attempt goes through both pages.
func attempt(b *webtest.Browser, login, password string, more ...string) *webtest.Page {
	page := b.Get("/signin").Submit("form", "login", login)
	if !page.Has("#password") {
		return page
	}
	return page.Submit("form", append([]string{"password", password}, more...)...)
}

func TestPeopleSignInWithAnyOfTheirNames(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, s)
		for login, uid := range map[string]string{
			"ada": "ada", "countess@example.org": "ada", " Ada ": "ada", "zoe": "zoe", "grace": "grace", "jane": "jane", "jsmith": "jsmith", "ANDRE@example.org": "andre",
		} {
			b := w.Browser(t)
			page := attempt(b, login, uid+"-password")
			if page.URL.Path != "/" || page.Text("#who") != uid {
				t.Errorf("%q: at %s, status %d, %q", login, page.URL, page.Status, page.Text("body"))
			}
			if !w.AuditLines.Has(`"sign_in"`, `"username":"`+uid+`"`) {
				t.Errorf("%q: no audit line", login)
			}
		}
		if strings.Contains(w.AuditLines.String()+w.LogLines.String(), "-password") {
			t.Error("a password stands in a log")
		}
	})
}

// refusal is what a stranger sees of a sign-in, without what differs between any two requests.
func refusal(page *webtest.Page, login string) string {
	text := strings.ReplaceAll(page.Text("main"), login, "LOGIN")
	return http.StatusText(page.Status) + "|" + text
}

func TestNobodyCanTellAnAccountFromNone(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, s)
		attempt(w.Browser(t), "grace", "wrong-password-0") // what is read once is read
		var first string
		var cost ldaptest.Counts
		for _, c := range [][2]string{
			{"grace", "wrong-password"}, {"nobody", "wrong-password"}, {"family@example.org", "lee-password"}, {"locked", "locked-password"},
			{"newcomer", "wrong-password"}, {"*)(uid=*", "wrong-password"}, {`\`, "wrong-password"}, {"uid=grace,ou=people", "wrong-password"},
		} {
			b := w.Browser(t)
			page := b.Get("/signin").Submit("form", "login", c[0])
			var answer *webtest.Page
			counts := w.Counts(func() { answer = page.Submit("form", "password", c[1]) })
			counts.Connections = 0
			seen := refusal(answer, c[0])
			if first == "" {
				first, cost = seen, counts
			}
			if seen != first || answer.Status != 422 {
				t.Errorf("%q: sees %q, but others see %q", c[0], seen, first)
			}
			if counts != cost || counts.Search != 1 || counts.Bind != 1 || counts.Writes() != 0 {
				t.Errorf("%q: costs %+v, others %+v; it should be one search and one bind", c[0], counts, cost)
			}
			if w.SignedIn(b) != "nobody" {
				t.Errorf("%q is signed in", c[0])
			}
		}
		if !w.AuditLines.Has(`"sign_in_failed"`, `"username":"grace"`) || !w.AuditLines.Has(`"sign_in_failed"`, `"login":"no…"`) {
			t.Error("failures are not in the audit log")
		}
	})
}

func TestASignInCostsNoMoreThanItMust(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, s)
		attempt(w.Browser(t), "ada", "ada-password") // the first one ever makes the record
		b := w.Browser(t)
		var page *webtest.Page
		if c := w.Counts(func() { page = b.Get("/signin").Submit("form", "login", "ada") }); c != (ldaptest.Counts{}) {
			t.Errorf("the pages before the password cost %+v", c)
		}
		values := []string{"login", "ada", "password", "ada-password"}
		var answer *http.Response
		c := w.Counts(func() { answer = post(t, w.URL+"/signin/password", values...) })
		if answer.StatusCode != 200 || answer.Header.Get("Refresh") != "0; url=/" {
			t.Fatalf("status %d, headers %v", answer.StatusCode, answer.Header)
		}
		// One search for the entry and one read of the record; LDAP counts both as searches.
		if c.Search != 2 || c.Bind != 1 || c.Writes() > 1 || c.Extended != 0 {
			t.Errorf("a sign-in costs %+v", c)
		}
		_ = page
	})
}

// post sends a form and does not follow.
func post(t *testing.T, address string, values ...string) *http.Response {
	t.Helper()
	var form strings.Builder
	for i := 0; i < len(values); i += 2 {
		form.WriteString(values[i] + "=" + values[i+1] + "&")
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", address, strings.NewReader(form.String()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp
}

func TestImpossibleInputIsRefusedClearly(t *testing.T) {
	t.Parallel()
	w := open(t, ldaptest.Memdir(t, ldaptest.Options{}))
	b := w.Browser(t)
	for login, want := range map[string]string{
		"": "Type your user name or mail address.", "   ": "Type your user name or mail address.",
		strings.Repeat("j", 257): "That is too long for a user name or mail address.",
		"ada\x00":                "That has a character in it that no user name has.",
	} {
		page := b.Get("/signin").Submit("form", "login", login)
		if page.Status != 422 || !page.Says(want) || page.Find("#login[aria-invalid]").Length() != 1 {
			t.Errorf("login %.10q: %d %q", login, page.Status, page.Text("main"))
		}
	}
	cost := w.Counts(func() {
		for password, want := range map[string]string{
			"":                          "Type your password.",
			"ada-password\x00x":         "That has a character in it that no password has.",
			strings.Repeat("x", 10_000): "That is longer than any password here.",
		} {
			page := attempt(b, "ada", password, "stay", "1")
			if page.Status != 422 || !page.Says(want) || !page.Says("ada") || page.Find("#password[aria-invalid]").Length() != 1 {
				t.Errorf("password %.10q: %d %q", password, page.Status, page.Text("main"))
			}
			if !page.Has("#stay[checked]") {
				t.Errorf("password %.10q: what was ticked is lost", password)
			}
		}
		if page := b.Post("/signin/password", "password", "x"); page.Status != 422 || !page.Has("#login") {
			t.Errorf("a password without a login: %d %q", page.Status, page.Text("main"))
		}
	})
	if cost != (ldaptest.Counts{}) {
		t.Errorf("the directory was asked: %+v", cost)
	}
	if page := attempt(b, "ada", "        "); page.Status != 422 || !page.Says("do not belong together") {
		t.Errorf("only spaces: %d %q", page.Status, page.Text("main"))
	}
}

func TestWhoComesWithoutALoginStartsAtTheFirstPage(t *testing.T) {
	t.Parallel()
	w := open(t, ldaptest.Memdir(t, ldaptest.Options{}))
	for _, path := range []string{"/signin/password", "/signin/password?who=forged&continue=%2Fprofile"} {
		page := w.Browser(t).Get(path)
		if page.URL.Path != "/signin" || !page.Has("#login") {
			t.Errorf("%s leads to %s", path, page.URL)
		}
	}
}

func TestTooManyTriesWaitAndSayHowLong(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, s)
		b := w.Browser(t)
		for _, login := range []string{"nobody", "andre"} {
			for range 5 {
				if page := attempt(b, login, "wrong-password"); page.Status != 422 {
					t.Fatalf("%s: status %d", login, page.Status)
				}
			}
			page := attempt(b, login, "andre-password")
			if page.Status != 429 || page.Header.Get("Retry-After") != "5" || !page.Says("5 seconds") || page.Has("input[type=password]") {
				t.Errorf("%s: status %d, Retry-After %q, %q", login, page.Status, page.Header.Get("Retry-After"), page.Text("main"))
			}
			if page = page.Click("#submit"); !page.Has("#password") || !page.Says(login) {
				t.Errorf("%s: after the wait there is no way on: %q", login, page.Text("main"))
			}
		}
		if !w.AuditLines.Has(`"sign_in_delayed"`, `"username":"andre"`) {
			t.Error("the delay is not in the audit log")
		}
	})
}

func TestTheDirectoryIsAwayAndNothingIsLost(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, s)
		b := w.Browser(t)
		page := b.Get("/signin?continue=/signout").Submit("form", "login", "ada")
		s.Stop(t)
		page = page.Submit("form", "password", "ada-password", "stay", "1")
		if page.Status != 503 || !page.Says("We cannot reach the accounts just now") || page.Header.Get("Retry-After") == "" {
			t.Fatalf("status %d, %q", page.Status, page.Text("body"))
		}
		if strings.Contains(page.Body, "ada-password") {
			t.Error("the password stands on the page")
		}
		s.Start(t)
		page = page.Submit("form") // try again: without the password, which nobody keeps
		if page.Status != 422 || !page.Says("Type your password.") || !page.Says("ada") || !page.Has("#stay[checked]") {
			t.Fatalf("after trying again: status %d, %q", page.Status, page.Text("main"))
		}
		if page = page.Submit("form", "password", "ada-password"); page.URL.Path != "/signout" || w.SignedIn(b) != "ada" {
			t.Errorf("in the end: at %s, %q", page.URL, page.Text("body"))
		}
	})
}

func TestStaySignedIn(t *testing.T) {
	t.Parallel()
	w := open(t, ldaptest.Memdir(t, ldaptest.Options{}))
	lasting := func(values ...string) bool {
		resp := post(t, w.URL+"/signin/password", append(values, "login", "ada", "password", "ada-password")...)
		for _, c := range resp.Cookies() {
			if c.Name == "wicketgate" || c.Name == "wicketgate_stay" {
				return c.MaxAge > 0
			}
		}
		t.Fatal("no session cookie")
		return false
	}
	if lasting() {
		t.Error("the session stays although nobody asked for it")
	}
	if !lasting("stay", "1") {
		t.Error("the session ends with the browser although it should stay")
	}
	never := open(t, ldaptest.Memdir(t, ldaptest.Options{}), func(f *signin.Flow) { f.OfferStay = false })
	w = never
	if lasting("stay", "1") {
		t.Error("the session stays although that is not offered")
	}
}

func TestAfterwardsPeopleAreWhereTheyWantedToGo(t *testing.T) {
	t.Parallel()
	w := open(t, ldaptest.Memdir(t, ldaptest.Options{}))
	value, err := w.Kit.SealReturn(web.ReturnTo{
		Path: "/oauth/authorize?client_id=orders&state=x", Login: "ada@example.org", App: templates.AppCard{Name: "Orders", URL: "https://orders.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	page := w.Browser(t).Get(web.WithContinue("/signin", value))
	for _, step := range []string{"login", "password", "wrong password"} {
		if !page.Says("Orders") {
			t.Errorf("the %s page does not say on whose behalf", step)
		}
		switch step {
		case "login":
			if got := page.Find("#login").AttrOr("value", ""); got != "ada@example.org" {
				t.Errorf("the login that the application suggested is %q", got)
			}
			page = page.Submit("form")
		case "password":
			page = page.Submit("form", "password", "wrong-password")
		}
	}
	page = page.Submit("form", "password", "ada-password")
	if page.URL.RequestURI() != "/oauth/authorize?client_id=orders&state=x" {
		t.Errorf("led to %s", page.URL)
	}
	for _, evil := range []string{"//evil.example/", "https://evil.example/", `/\evil.example`, value + "x"} {
		b := w.Browser(t)
		page := b.Get(web.WithContinue("/signin", evil)).Submit("form", "login", "ada").Submit("form", "password", "ada-password")
		if page.URL.Host != strings.TrimPrefix(w.URL, "http://") || page.URL.Path != "/" {
			t.Errorf("continue=%.20q led to %s", evil, page.URL)
		}
	}
}

func TestASecondSignInOfTheSamePersonEndsTheFirstAndItsIDIsWorthNothing(t *testing.T) {
	t.Parallel()
	w := open(t, ldaptest.Memdir(t, ldaptest.Options{}))
	b := w.Browser(t)
	attempt(b, "ada", "ada-password")
	old := b.Cookie("wicketgate")
	attempt(b, "grace", "grace-password")
	if got := w.SignedIn(b); got != "grace" {
		t.Errorf("signed in as %q", got)
	}
	thief := w.Browser(t)
	thief.Header.Set("Cookie", "wicketgate="+old)
	if got := w.SignedIn(thief); got != "ada" {
		t.Errorf("grace signed in beside ada, who is now %q", got)
	}
	attempt(b, "ada", "ada-password")
	if got := w.SignedIn(thief); got != "nobody" {
		t.Errorf("the earlier session lives on as %q", got)
	}
}

func TestSigningOutAsksFirstAndThenEndsTheSession(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := open(t, s)
		b := w.Browser(t)
		attempt(b, "ada", "ada-password")
		cookie := b.Cookie("wicketgate")
		page := b.Get("/signout")
		if !page.Says("Sign out?") || w.SignedIn(b) != "ada" {
			t.Fatalf("a link alone signed out: %q", page.Text("main"))
		}
		page = page.Submit("main form")
		if page.URL.Path != "/signout" || !page.Says("You are signed out") || w.SignedIn(b) != "nobody" || b.Cookie("wicketgate") != "" {
			t.Errorf("at %s: %q", page.URL, page.Text("main"))
		}
		thief := w.Browser(t)
		thief.Header.Set("Cookie", "wicketgate="+cookie)
		if got := w.SignedIn(thief); got != "nobody" {
			t.Errorf("a copy of the cookie still is %q", got)
		}
		if !w.AuditLines.Has(`"sign_out"`, `"person"`) {
			t.Error("no audit line")
		}
		if page := b.Post("/signout"); page.Status != 200 || !page.Says("You are signed out") {
			t.Errorf("signing out twice: %d %q", page.Status, page.Text("main"))
		}
	})
}

func TestSigningOutWhileTheDirectoryIsAwayIsToldAsItIs(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	w := open(t, s)
	b := w.Browser(t)
	attempt(b, "ada", "ada-password")
	s.Stop(t)
	page := b.Post("/signout")
	if page.Status != 503 || !page.Says("Signed out in this browser only") || b.Cookie("wicketgate") != "" {
		t.Errorf("status %d, cookie %q, %q", page.Status, b.Cookie("wicketgate"), page.Text("main"))
	}
	if w.AuditLines.Has(`"sign_out"`) {
		t.Error("the audit log says it was done")
	}
}

func TestSignOutLeadsBackToTheApplication(t *testing.T) {
	t.Parallel()
	w := open(t, ldaptest.Memdir(t, ldaptest.Options{}))
	value, err := w.Kit.SealReturn(web.ReturnTo{Path: "/", App: templates.AppCard{Name: "Orders", URL: "https://orders.example"}})
	if err != nil {
		t.Fatal(err)
	}
	b := w.Browser(t)
	attempt(b, "ada", "ada-password")
	page := b.Get(web.WithContinue("/signout", value)).Submit("main form")
	if page.Find("main a[href='https://orders.example']").Length() == 0 {
		t.Errorf("no way back: %q", page.Text("body"))
	}
}

func TestThePagesAreTranslatedAndLabelled(t *testing.T) {
	t.Parallel()
	w := open(t, ldaptest.Memdir(t, ldaptest.Options{}), func(f *signin.Flow) {
		f.Label = map[string]string{"en": "Member number", "fr": "Numéro d'adhérent"}
	})
	b := w.Browser(t)
	if page := b.Get("/signin"); page.Text("label[for=login]") != "Member number" {
		t.Errorf("label %q", page.Text("label[for=login]"))
	}
	b.Header.Set("Accept-Language", "fr")
	if page := b.Get("/signin"); page.Text("label[for=login]") != "Numéro d'adhérent" {
		t.Errorf("label %q", page.Text("label[for=login]"))
	}
}
