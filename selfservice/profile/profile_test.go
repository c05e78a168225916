package profile_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestAPersonSeesWhatTheyMayAndIsAskedWhatTheyMayChange(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Config: `policy:
  - name: everybody
    can: [edit_self]
    read: [username, given_name, family_name, emails]
    write: [mobile, given_name]
`})
	page := g.SignIn(t, "ada").Get("/profile")
	for selector, wanted := range map[string]bool{
		`input[name="given_name"][value="Ada"]`: true,
		`input[name="mobile"]`:                  true,
		`[name="family_name"]`:                  false,
		`[name="emails"]`:                       false,
		`[name="phones"]`:                       false,
		`[name="photo"]`:                        false,
	} {
		if page.Has(selector) != wanted {
			t.Errorf("%s on the page: %t", selector, !wanted)
		}
	}
	main := page.Text("main")
	if !strings.Contains(main, "Lovelace") || !strings.Contains(main, "countess@example.org") {
		t.Errorf("what may be read is not shown: %s", main)
	}
	if strings.Contains(main, "7946 0001") {
		t.Error("a field that may not be read is shown")
	}
	if page.Has(`a[href="/invite"]`) || page.Has(`a[href="/admin/status"]`) || page.Has(`a[href="/applications"]`) {
		t.Error("the page leads to where this person may not go")
	}
}

func TestFieldsAddedToTheFormByHandChangeNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g *housetest.Gateway) {
		b := g.SignIn(t, "andre")
		page := b.Get("/profile").Submit("main form.sheet",
			"mobile", "+33 6 00 00 00 01", "employee_type", "boss", "title", "Director", "username", "root", "name", "Root", "organisation", "Mine",
			"groups", "admins", "active", "false", "memberOf", "cn=admins", "manager", "uid=ada")
		if page.Status != 200 || !page.Says("enregistrés") {
			t.Fatalf("status %d: %s", page.Status, page.Text("main"))
		}
		if got := values(t, g.Directory, "andre", "mobile"); !slices.Equal(got, []string{"+33 6 00 00 00 01"}) {
			t.Errorf("the telephone is %q", got)
		}
		for attribute, want := range map[string]string{"employeeType": "", "title": "", "uid": "andre", "cn": "André Éluard", "o": "", "manager": ""} {
			if got := strings.Join(values(t, g.Directory, "andre", attribute), "|"); got != want {
				t.Errorf("%s became %q", attribute, got)
			}
		}
	})
}

func TestSomebodyWhoMayNotChangeTheirAccountCannot(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Config: "policy:\n  - {name: readers, read: [\"*\"], write: [\"*\"]}\n"})
	b := g.SignIn(t, "ada")
	if page := b.Get("/profile"); page.Status != 200 || page.Has(`[name="mobile"]`) || page.Has("#submit") {
		t.Errorf("status %d, with something to fill in: %s", page.Status, page.Text("main"))
	}
	if page := b.Post("/profile", "mobile", "+33 6 00 00 00 02"); page.Status != http.StatusForbidden {
		t.Errorf("status %d", page.Status)
	}
	if got := values(t, g.Directory, "ada", "mobile"); !slices.Equal(got, []string{"+44 7700 900001"}) {
		t.Errorf("the telephone is %q", got)
	}
}

func TestWhatCannotBeKeptIsSaidAtItsFieldAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	for _, bad := range []struct{ field, value, words string }{
		{"emails", "not an address", "does not look like a mail address"},
		{"emails", "a@example.org\r\nBcc: b@example.org", "cannot be kept"},
		{"phones", "call me", "does not look like a phone number"},
		{"website", "javascript:alert(1)", "does not look like a web address"},
		{"language", "klingon!", "not a language"},
		{"given_name", strings.Repeat("a", 5000), "too long"},
		{"family_name", "   ", "fill this in"},
	} {
		page := b.Get("/profile").Submit("main form.sheet", "mobile", "+44 7700 900222", bad.field, bad.value)
		if page.Status != http.StatusUnprocessableEntity || !strings.Contains(errorAt(page, bad.field), bad.words) {
			t.Errorf("%s=%.20q: status %d, %q", bad.field, bad.value, page.Status, errorAt(page, bad.field))
		}
		if v, _ := page.Find(`[name="mobile"]`).Attr("value"); v != "+44 7700 900222" {
			t.Errorf("%s=%.20q: what was typed elsewhere is lost: %q", bad.field, bad.value, v)
		}
		if !page.Has(`.summary a[href^="#` + bad.field + `"]`) {
			t.Errorf("%s=%.20q: the summary does not lead to the field", bad.field, bad.value)
		}
	}
	if got := values(t, g.Directory, "ada", "mobile"); !slices.Equal(got, []string{"+44 7700 900001"}) {
		t.Errorf("the telephone is %q", got)
	}
}

func TestSavingWithoutAChangeWritesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g *housetest.Gateway) {
		for _, login := range []string{"ada", "zoe", "jane", "jsmith", "nomail"} {
			b := g.SignIn(t, login)
			page := b.Get("/profile")
			var after *housetest.Page
			if n := g.Counts(func() { after = page.Submit("main form.sheet") }); n.Writes() != 0 {
				t.Errorf("%s: %+v", login, n)
			}
			if after.Status != 200 || !after.Says("Nothing was changed.") && !after.Says("Rien n’a changé") {
				t.Errorf("%s: status %d: %s", login, after.Status, after.Text("main .notice"))
			}
		}
	})
}

func TestAFormThatWasOpenedBeforeDoesNotUndoWhatSomebodyElseChanged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g *housetest.Gateway) {
		b := g.SignIn(t, "ada")
		page := b.Get("/profile")
		set(t, g.Directory, "ada", "mobile", "+44 7700 900333")
		set(t, g.Directory, "ada", "displayName", "Countess Ada")
		page = page.Submit("main form.sheet", "given_name", "Augusta")
		if page.Status != 200 || !page.Says("Your changes are saved.") {
			t.Fatalf("status %d: %s", page.Status, page.Text("main"))
		}
		if got := values(t, g.Directory, "ada", "mobile"); !slices.Equal(got, []string{"+44 7700 900333"}) {
			t.Errorf("the telephone went back to %q", got)
		}
		if got := values(t, g.Directory, "ada", "givenName"); !slices.Equal(got, []string{"Augusta"}) {
			t.Errorf("the name is %q", got)
		}
	})
}

func TestTwoPeopleWhoChangeTheSameFieldAreToldAndDecide(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	page := b.Get("/profile")
	set(t, g.Directory, "ada", "mobile", "+44 7700 900333")
	page = page.Submit("main form.sheet", "mobile", "+44 7700 900444")
	if page.Status != http.StatusUnprocessableEntity || !strings.Contains(errorAt(page, "mobile"), "+44 7700 900333") {
		t.Fatalf("status %d: %s", page.Status, errorAt(page, "mobile"))
	}
	if got := values(t, g.Directory, "ada", "mobile"); !slices.Equal(got, []string{"+44 7700 900333"}) {
		t.Fatalf("the telephone is %q", got)
	}
	if page = page.Submit("main form.sheet"); page.Status != 200 {
		t.Errorf("saving it again: status %d: %s", page.Status, page.Text("main"))
	}
	if got := values(t, g.Directory, "ada", "mobile"); !slices.Equal(got, []string{"+44 7700 900444"}) {
		t.Errorf("the telephone is %q", got)
	}
	page = b.Get("/profile")
	set(t, g.Directory, "ada", "mobile")
	if page = page.Submit("main form.sheet", "mobile", "+44 7700 900555"); !strings.Contains(errorAt(page, "mobile"), "emptied") {
		t.Errorf("an emptied field: %s", errorAt(page, "mobile"))
	}
}

func TestADirectoryThatRefusesAValueIsExplainedAtTheField(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Config: `policy:
  - {name: everybody, can: ["*"], read: ["*"], write: ["*"]}
`})
	page := g.SignIn(t, "ada").Get("/profile").Submit("main form.sheet", "username", "andre")
	if page.Status != http.StatusUnprocessableEntity || !strings.Contains(errorAt(page, "username"), "taken already") {
		t.Errorf("status %d: %s", page.Status, page.Text("main .error"))
	}
}

func TestTheLanguageOfAPersonIsThatOfTheirPages(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	b.Header.Set("Accept-Language", "en")
	page := b.Get("/profile")
	if page.Text("h1") != "Your profile" {
		t.Fatalf("the title is %q", page.Text("h1"))
	}
	page = page.Submit("main form.sheet", "language", "fr")
	if page.Text("h1") != "Votre profil" || page.Find("html").AttrOr("lang", "") != "fr" {
		t.Errorf("after choosing French the title is %q", page.Text("h1"))
	}
	if page := b.Get("/"); !page.Says("Bonjour") {
		t.Errorf("the next page says %q", page.Text("h1"))
	}
	if page := g.SignIn(t, "andre").Get("/profile"); page.Text("h1") != "Votre profil" || !page.Says("Enregistrer") {
		t.Errorf("somebody whose entry says French sees %q", page.Text("h1"))
	}
}

func TestGroupsAreShownAndCannotBeWritten(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g *housetest.Gateway) {
		page := g.SignIn(t, "ada").Get("/profile")
		if text := page.Text(".groups"); !strings.Contains(text, "staff") || !strings.Contains(text, "admins") || strings.Contains(text, "newsletter") {
			t.Errorf("the groups are %q", text)
		}
		if page.Has(`[name="groups"]`) {
			t.Error("they are asked for")
		}
	})
}

func TestAPageAskedForWithoutSigningInComesBackAfterwards(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	page := g.Browser(t).Get("/profile").Submit("main form", "login", "ada").Submit("main form", "password", "ada-password")
	if page.URL.Path != "/profile" || page.Text("h1") != "Your profile" {
		t.Errorf("it leads to %s: %s", page.URL, page.Text("h1"))
	}
	b := g.Browser(t)
	b.Header.Set("Referer", g.URL+"/profile?lang=en")
	page = b.Post("/profile/mail/resend", "mail", "x@example.org")
	b.Header.Del("Referer")
	page = page.Submit("main form", "login", "ada").Submit("main form", "password", "ada-password")
	if page.Status != 200 || page.URL.Path != "/profile" {
		t.Errorf("after a form that takes posts only it leads to %s, status %d", page.URL, page.Status)
	}
	b = g.Browser(t)
	b.Header.Set("Referer", "https://evil.example/profile")
	page = b.Post("/profile/mail/resend", "mail", "x@example.org")
	b.Header.Del("Referer")
	page = page.Submit("main form", "login", "ada").Submit("main form", "password", "ada-password")
	if page.Status != 200 || page.URL.Path != "/" {
		t.Errorf("another site's Referer leads to %s, status %d", page.URL, page.Status)
	}
}

func TestTheStartPageLeadsWhereAPersonMayGo(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	ada, lee := g.SignIn(t, "ada").Get("/"), g.SignIn(t, "lee").Get("/")
	for _, path := range []string{"/profile", "/password", "/applications", "https://app.example.org"} {
		if !lee.Has(`main a[href="` + path + `"]`) {
			t.Errorf("nothing leads to %s", path)
		}
	}
	for _, path := range []string{"/invite", "/admin/status"} {
		if lee.Has(`a[href="`+path+`"]`) || !ada.Has(`main a[href="`+path+`"]`) {
			t.Errorf("%s is shown to the wrong people", path)
		}
	}
}

func TestOddNamesInTheDirectoryDoNotBreakThePage(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s})
		for login, name := range map[string]string{"jane": "Doe", "zoe": "Müller", "grace": "Hopper", "jsmith": "Smith"} {
			b := g.SignIn(t, login)
			page := b.Get("/profile").Submit("main form.sheet", "mobile", "+44 7700 900555", "given_name", `<b>"O'Neil" & Søn</b>`)
			if page.Status != 200 || !page.Says(name) || page.Has("b") {
				t.Errorf("%s: status %d: %s", login, page.Status, page.Text("main"))
			}
			if v := page.Find(`[name="given_name"]`).AttrOr("value", ""); v != `<b>"O'Neil" & Søn</b>` {
				t.Errorf("%s: the first name is %q", login, v)
			}
		}
	})
}
