package gateway_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// soon asks again and again until the answer is the right one: the gateway notices by itself that a directory is back, in its own time.
func soon(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for late := time.Now().Add(60 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("%s: not within a minute", what)
		}
	}
}

func TestAGatewayThatStartsBeforeItsDirectorySaysSoAndRecovers(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s, Away: true})
		b := g.Browser(t)
		soon(t, "every page says that the directory is away", func() bool { return b.Get("/signin").Status == 503 })
		for _, path := range []string{"/", "/signin", "/profile", "/password/forgot", "/invite", "/admin/status", "/applications"} {
			page := b.Get(path)
			if page.Status != http.StatusServiceUnavailable || page.Header.Get("Retry-After") == "" || !page.Has("main h1") || !page.Has(`a#submit[href="`+path+`"]`) {
				t.Errorf("%s: status %d: %s", path, page.Status, page.Text("main"))
			}
			if strings.Contains(page.Body, "127.0.0.1:") && strings.Contains(page.Body, strings.TrimPrefix(g.Directory.URL, "ldap://")) || strings.Contains(page.Body, "dc=example") {
				t.Errorf("%s tells strangers about the directory", path)
			}
		}
		if status, answer := call(t, "GET", g.URL+"/healthz", "", nil); status != 200 || answer["text"] != "ok\n" {
			t.Errorf("/healthz: %d %v", status, answer)
		}
		if status, answer := call(t, "GET", g.URL+"/readyz", "", nil); status != 503 || len(answer) != 1 || answer["ready"] != false {
			t.Errorf("/readyz: %d %v", status, answer)
		}
		if page := b.Get("/static/nothing"); page.Status != 404 {
			t.Errorf("what needs no directory: status %d", page.Status)
		}
		g.Directory.Start(t)
		soon(t, "/readyz", func() bool { status, _ := call(t, "GET", g.URL+"/readyz", "", nil); return status == 200 })
		soon(t, "the sign-in page", func() bool { return b.Get("/signin").Status == 200 })
		if page := g.SignIn(t, "ada").Get("/profile"); page.Status != 200 {
			t.Errorf("the profile: status %d", page.Status)
		}
	})
}

func TestADirectoryThatGoesWhileAFormIsSentLosesNothing(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s})
		b := g.SignIn(t, "ada")
		b.Header.Set("Accept-Language", "en")
		page := b.Get("/profile")
		g.Directory.Stop(t)
		page = page.Submit("main form.sheet", "mobile", "+44 7700 900999", "given_name", `Ada "the first"`)
		if page.Status != http.StatusServiceUnavailable || !page.Says("What you typed is kept.") {
			t.Fatalf("status %d: %s", page.Status, page.Text("main"))
		}
		if v := page.Find(`[name="given_name"]`).AttrOr("value", ""); v != `Ada "the first"` {
			t.Errorf("the first name is %q", v)
		}
		again := page.Submit("main form")
		if again.Status != http.StatusServiceUnavailable || !again.Has(`[name="mobile"][value="+44 7700 900999"]`) {
			t.Errorf("trying again too early: status %d", again.Status)
		}
		g.Directory.Start(t)
		soon(t, "the form is taken", func() bool { page = again.Submit("main form"); return page.Status != 503 })
		if page.Status != 200 || !page.Has(`[name="mobile"][value="+44 7700 900999"]`) || !page.Has(`[name="given_name"][value='Ada "the first"']`) {
			t.Errorf("status %d: %s", page.Status, page.Text("main"))
		}
	})
}

func TestAPasswordIsNotKeptOnThePageThatSaysTryAgain(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.Browser(t)
	page := b.Get("/signin").Submit("main form", "login", "ada")
	g.Directory.Stop(t)
	page = page.Submit("main form", "password", "ada-password")
	if page.Status != http.StatusServiceUnavailable || strings.Contains(page.Body, "ada-password") {
		t.Errorf("status %d, or the password stands in the page", page.Status)
	}
}

func TestAChangeIsMadeWhollyOrNotAtAll(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	dn, _ := ldaptest.Person(t, "ada")
	var modifies atomic.Int64
	for name, verdict := range map[string]memdir.Verdict{
		"refused": {Result: &memdir.Result{Code: memdir.Busy}}, "cut off before": {DropBefore: true},
	} {
		var page *housetest.Page
		soon(t, "the form is there", func() bool { page = b.Get("/profile"); return page.Status == 200 })
		g.Memory.Intercept(func(op memdir.Op) memdir.Verdict {
			if op.Kind == memdir.KindModify && strings.EqualFold(op.DN, dn) {
				modifies.Add(1)
				return verdict
			}
			return memdir.Verdict{}
		})
		page = page.Submit("main form.sheet", "mobile", "+44 7700 900111", "given_name", "Other", "phones", "+44 1")
		g.Memory.Intercept(nil)
		if page.Status != http.StatusServiceUnavailable || page.Find(`[name="mobile"]`).AttrOr("value", "") != "+44 7700 900111" {
			t.Errorf("%s: status %d: %s", name, page.Status, page.Text("main"))
		}
		e, _ := g.Memory.Get(dn)
		if e.Value("mobile") != "+44 7700 900001" || e.Value("givenName") != "Ada" || !slices.Equal(e.Values("telephoneNumber"), []string{"+44 20 7946 0001"}) {
			t.Errorf("%s: half of it was written: %v", name, e.Attributes)
		}
	}
	if n := modifies.Load(); n != 2 {
		t.Errorf("%d writes were tried: a write is never repeated by itself", n)
	}
	var page *housetest.Page
	soon(t, "the form is there", func() bool { page = b.Get("/profile"); return page.Status == 200 })
	page = page.Submit("main form.sheet", "mobile", "+44 7700 900111", "given_name", "Other")
	if e, _ := g.Memory.Get(dn); page.Status != 200 || e.Value("mobile") != "+44 7700 900111" || e.Value("givenName") != "Other" {
		t.Errorf("afterwards: status %d", page.Status)
	}
}

func TestASlowDirectoryHoldsAPageNoLongerThanItsTimeout(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Config: `directory:
  urls: ["${DIRECTORY}"]
  timeout: 200ms
  dial_timeout: 200ms
  bind_dn: cn=wicketgate,ou=services,dc=example,dc=org
  bind_password: service-password
  preset: openldap
  users: {base: "ou=people,dc=example,dc=org"}
  groups: {base: "ou=groups,dc=example,dc=org"}
`})
	b := g.SignIn(t, "ada")
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	g.Memory.Intercept(func(memdir.Op) memdir.Verdict { return memdir.Verdict{Wait: never} })
	page := b.Get("/profile") // without a bound the test would never end
	if page.Status != http.StatusServiceUnavailable || !page.Has("main h1") {
		t.Errorf("status %d: %s", page.Status, page.Text("main"))
	}
	g.Memory.Intercept(nil)
	soon(t, "the page is back", func() bool { return b.Get("/profile").Status == 200 })
}
