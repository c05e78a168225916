package join_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestAnInvitedPersonMakesTheirAccountAndSignsIn(t *testing.T) {
	t.Parallel()
	each(t, housetest.Options{}, func(t *testing.T, g *housetest.Gateway) {
		own(t, g, "staff", "andre")
		invite(t, g, "andre", "way", "mail", "emails", "luc@example.org", "username", "luc", "given_name", "Luc", "family_name", "Moreau", "in_groups", "staff")
		l := g.Mail(t, "luc@example.org").Link("/join")
		page := g.Browser(t).Get(l)
		for _, locked := range []string{"username", "emails"} {
			if page.Has(`[name="` + locked + `"]`) {
				t.Errorf("%s can be changed", locked)
			}
		}
		page = page.Submit("main form.sheet", "family_name", "Moreau-Petit", "mobile", "+33 6 12 34 56 78", "password", fresh,
			"username", "root", "emails", "boss@example.org", "employee_type", "boss", "in_groups", "admins", "l", "", "title", "Director")
		if page.Status != 200 || !page.Says("luc") || page.Has(".notice.warning") {
			t.Fatalf("status %d: %s", page.Status, page.Text("main"))
		}
		e := find(t, g, "luc")
		for attribute, want := range map[string]string{
			"uid": "luc", "mail": "luc@example.org", "givenName": "Luc", "sn": "Moreau-Petit", "cn": "Luc Moreau-Petit", "employeeType": "", "title": "",
			"memberOf": "cn=staff," + ldaptest.GroupsDN,
		} {
			if got := strings.Join(e.Values(attribute), "|"); got != want {
				t.Errorf("%s is %q", attribute, got)
			}
		}
		if find(t, g, "root") != nil {
			t.Error("a locked field was taken from the form")
		}
		if page := g.SignInWith(t, "luc", fresh).Get("/invite"); page.Status != 200 {
			t.Errorf("the group gives no rights: status %d", page.Status)
		}
		again := g.Browser(t).Get(l)
		if again.Status != http.StatusGone || !again.Says("used already") {
			t.Errorf("the second time: status %d: %s", again.Status, again.Text("main"))
		}
		if page := g.Browser(t).Post("/join", "t", l[strings.Index(l, "?t=")+3:], "username", "luc2", "given_name", "L", "family_name", "M", "password", fresh); page.Status != http.StatusGone || find(t, g, "luc2") != nil {
			t.Errorf("a second account: status %d", page.Status)
		}
		for _, action := range []string{"account_created", "group_member_added"} {
			if lines := g.Audit.All(action); len(lines) != 1 || lines[0]["actor"] == nil {
				t.Errorf("the audit log has %v for %s", lines, action)
			}
		}
	})
}

func TestOfManyWhoAcceptAtOnceOneGetsAnAccount(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s, Replicas: 2})
		l := link(t, g)
		var pages []*housetest.Page
		for range 6 {
			pages = append(pages, g.Browser(t).Get(l))
		}
		got := map[int]int{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for i, page := range pages {
			all.Go(func() {
				status := page.Submit("main form.sheet", "username", fmt.Sprintf("racer%d", i), "given_name", "Rae", "family_name", "Cer", "password", fresh).Status
				mu.Lock()
				defer mu.Unlock()
				got[status]++
			})
		}
		all.Wait()
		made := 0
		for i := range pages {
			if find(t, g, fmt.Sprintf("racer%d", i)) != nil {
				made++
			}
		}
		if got[200] != 1 || got[http.StatusGone] != 5 || made != 1 {
			t.Errorf("the answers are %v, %d accounts were made", got, made)
		}
	})
}

func TestWhatTheDirectoryRefusesIsSaidAndTheLinkStillWorks(t *testing.T) {
	t.Parallel()
	policy := *ldaptest.DefaultPolicy()
	policy.MinLength = 30
	each(t, housetest.Options{Seed: ldaptest.Options{Policy: &policy}}, func(t *testing.T, g *housetest.Gateway) {
		page := g.Browser(t).Get(link(t, g))
		page = page.Submit("main form.sheet", "username", "andre", "given_name", "Luc", "family_name", "Moreau", "password", fresh)
		if page.Status != http.StatusUnprocessableEntity || !strings.Contains(errorAt(page, "username"), "taken") {
			t.Fatalf("a user name that is taken: status %d: %s", page.Status, page.Text(".summary"))
		}
		if page.Has(`[name="password"][value]`) && page.Find(`[name="password"]`).AttrOr("value", "") != "" {
			t.Error("the password is in the page")
		}
		page = page.Submit("main form.sheet", "username", "luc", "password", fresh)
		if page.Status != http.StatusUnprocessableEntity || errorAt(page, "password") == "" {
			t.Fatalf("a password that the directory refuses: status %d: %s", page.Status, page.Text(".summary"))
		}
		if find(t, g, "luc") != nil {
			t.Fatal("there is an account without a password")
		}
		page = page.Submit("main form.sheet", "password", fresh+" and a yellow hat")
		if page.Status != 200 {
			t.Fatalf("the link no longer works: status %d: %s", page.Status, page.Text("main"))
		}
		g.SignInWith(t, "luc", fresh+" and a yellow hat")
		if lines := g.Audit.All("account_create_failed"); len(lines) != 1 {
			t.Errorf("the audit log has %v", lines)
		}
	})
}

func TestAnEntryThatTheSchemaRefusesIsSaidAndTheLinkStillWorks(t *testing.T) {
	t.Parallel()
	each(t, housetest.Options{}, func(t *testing.T, g *housetest.Gateway) {
		// The directory's mail addresses are ASCII (RFC 4524 2.16).
		page := g.Browser(t).Get(link(t, g, "emails", "zoë@example.org"))
		page = page.Submit("main form.sheet", "username", "luc", "given_name", "Luc", "family_name", "Moreau", "password", fresh)
		if page.Status != http.StatusUnprocessableEntity || !page.Has(".summary") || !page.Has(`[name="username"][value="luc"]`) {
			t.Fatalf("status %d: %s", page.Status, page.Text("main"))
		}
		page = page.Submit("main form.sheet", "emails", "zoe.new@example.org", "password", fresh)
		if page.Status != 200 || !page.Says("zoe.new@example.org") {
			t.Fatalf("the link no longer works: status %d: %s", page.Status, page.Text("main"))
		}
	})
}

func TestAnAddressThatNobodyProvedWaitsForItsOwner(t *testing.T) {
	t.Parallel()
	each(t, housetest.Options{}, func(t *testing.T, g *housetest.Gateway) {
		page := g.Browser(t).Get(link(t, g, "emails", "luc@example.org"))
		page = page.Submit("main form.sheet", "username", "luc", "given_name", "Luc", "family_name", "Moreau", "password", fresh,
			"emails", "luc@example.org", "emails", "boss@example.org")
		if page.Status != 200 || !page.Says("We have sent a link to boss@example.org") {
			t.Fatalf("status %d: %s", page.Status, page.Text("main"))
		}
		if e := find(t, g, "luc"); !has(e, "mail", "luc@example.org") {
			t.Errorf("the addresses are %q", e.Values("mail"))
		}
		if page := g.Browser(t).Get(g.Mail(t, "boss@example.org").Link("/profile/confirm")).Submit("main form"); page.Status != 200 {
			t.Fatalf("confirming: status %d: %s", page.Status, page.Text("main"))
		}
		if e := find(t, g, "luc"); !has(e, "mail", "boss@example.org", "luc@example.org") {
			t.Errorf("after the confirmation the addresses are %q", e.Values("mail"))
		}
	})
}

func TestMistakesOfAnInvitedPersonAreSaidAtOnce(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	l := link(t, g)
	for name, bad := range map[string]struct{ field, value, words string }{
		"no user name":          {"username", "", "fill this in"},
		"spaces for a name":     {"username", "   ", "fill this in"},
		"control characters":    {"username", "luc\x01", "cannot be kept"},
		"somebody's address":    {"username", "ada@example.org", "taken"},
		"no last name":          {"family_name", "", "fill this in"},
		"no password":           {"password", "", ""},
		"a short password":      {"password", "abc", ""},
		"spaces for a password": {"password", "          ", ""},
		"NUL in a password":     {"password", "seven green\x00umbrellas", ""},
		"10,000 characters":     {"password", strings.Repeat("umbrella ", 1200), ""},
		"one's own name":        {"password", "luc", ""},
	} {
		values := []string{"username", "luc", "given_name", "Luc", "family_name", "Moreau", "password", fresh}
		page := g.Browser(t).Get(l).Submit("main form.sheet", append(remove(values, bad.field), bad.field, bad.value)...)
		if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Text(".error"), bad.words) || !page.Has("#"+bad.field+"-error") {
			t.Errorf("%s: status %d: %q", name, page.Status, page.Text(".error"))
		}
		if bad.field == "password" && bad.value != "" && strings.Contains(page.Body, bad.value) && strings.TrimSpace(bad.value) != "" && bad.value != "luc" && bad.value != "abc" {
			t.Errorf("%s: the password stands in the page", name)
		}
	}
	if find(t, g, "luc") != nil {
		t.Error("there is an account")
	}
}

func remove(values []string, field string) []string {
	var kept []string
	for i := 0; i < len(values); i += 2 {
		if values[i] != field {
			kept = append(kept, values[i], values[i+1])
		}
	}
	return kept
}

func TestNamesThatMeanSomethingToLDAPOrHTMLAreJustNames(t *testing.T) {
	t.Parallel()
	directory := `directory:
  urls: ["${DIRECTORY}"]
  bind_dn: cn=wicketgate,ou=services,dc=example,dc=org
  bind_password: service-password
  preset: openldap
  users: {base: "ou=people,dc=example,dc=org", rdn: cn}
  groups: {base: "ou=groups,dc=example,dc=org"}
`
	each(t, housetest.Options{Config: directory}, func(t *testing.T, g *housetest.Gateway) {
		for i, name := range []string{
			"Smith, Jr.", "A + B", "#leading", `"quoted"`, `back\slash`, "a=b", "<b>bold</b>", "semi;colon", "*)(uid=*", "Zoë 王小明", "trailing #", "a,ou=staff",
		} {
			login := fmt.Sprintf("odd%d", i)
			page := g.Browser(t).Get(link(t, g, "name", name, "username", login))
			page = page.Submit("main form.sheet", "given_name", "Given", "family_name", name, "password", fresh)
			if page.Status != 200 || page.Has("b") {
				t.Errorf("%s: status %d: %s", name, page.Status, page.Text("main"))
				continue
			}
			if e := find(t, g, login); !has(e, "cn", name) || !has(e, "sn", name) {
				t.Errorf("%s: the directory has %v", name, e)
			}
			if page := g.SignInWith(t, login, fresh).Get("/profile"); page.Status != 200 || !page.Says(name) {
				t.Errorf("%s: the profile says %s", name, page.Text("h1"))
			}
		}
	})
}

func TestAUserNameThatMeansSomethingToLDAPIsJustAName(t *testing.T) {
	t.Parallel()
	each(t, housetest.Options{}, func(t *testing.T, g *housetest.Gateway) {
		for _, login := range []string{"smith, jr.", "*)(uid=*", "#one", "a+b", `q"uote`} {
			page := g.Browser(t).Get(link(t, g)).Submit("main form.sheet", "username", login, "given_name", "Given", "family_name", "Family", "password", fresh)
			if page.Status != 200 {
				t.Errorf("%s: status %d: %s", login, page.Status, page.Text("main"))
				continue
			}
			g.SignInWith(t, login, fresh)
		}
	})
}

func TestAnInvitationThatWasTamperedWithIsRefused(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	l := link(t, g, "username", "luc")
	token := l[strings.Index(l, "?t=")+3:]
	g.Browser(t).Get("/password/forgot").Submit("main form", "login", "ada")
	reset := g.Mail(t, "ada@example.org").Link("/password/reset")
	for name, bad := range map[string]string{
		"cut in two": token[:len(token)/2], "nothing": "", "one letter": token[:20] + string(token[20]^1) + token[21:],
		"of another purpose": reset[strings.Index(reset, "?t=")+3:], "long": strings.Repeat("A", 9000),
	} {
		if page := g.Browser(t).Post("/join", "t", bad, "username", "luc", "given_name", "L", "family_name", "M", "password", fresh); page.Status != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, page.Status)
		}
	}
	if find(t, g, "luc") != nil {
		t.Error("there is an account")
	}
}

func TestAGroupThatIsGoneIsSaidAndTheAccountStands(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	own(t, g, "staff", "andre")
	l := link(t, g, "username", "luc", "in_groups", "staff")
	if err := admin(t, g).Delete(t.Context(), "cn=staff,"+ldaptest.GroupsDN); err != nil {
		t.Fatal(err)
	}
	page := g.Browser(t).Get(l).Submit("main form.sheet", "given_name", "Luc", "family_name", "Moreau", "password", fresh)
	if page.Status != 200 || !page.Says("You could not be added to the group staff") {
		t.Errorf("status %d: %s", page.Status, page.Text("main"))
	}
	g.SignInWith(t, "luc", fresh)
}
