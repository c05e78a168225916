package clients_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
)

func TestOnlyThoseWhoMayLookAfterApplications(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	grace, stranger := g.SignIn(t, "grace"), g.Browser(t)
	for _, path := range []string{"/admin/clients", "/admin/clients/new", "/admin/clients/app/files"} {
		if page := grace.Get(path); page.Status != http.StatusForbidden {
			t.Errorf("%s: status %d for one of the staff", path, page.Status)
		}
		if page := stranger.Get(path); page.URL.Path != "/signin" {
			t.Errorf("%s: a stranger is at %s", path, page.URL)
		}
	}
	for _, path := range []string{"/admin/clients/new", "/admin/clients/app/files", "/admin/clients/app/files/secret", "/admin/clients/app/files/remove"} {
		if page := grace.Post(path, "client_id", "evil", "redirect_uris", "https://evil.example.org/cb", "typed", "files"); page.Status != http.StatusForbidden {
			t.Errorf("posting to %s: status %d", path, page.Status)
		}
	}
	if page := grace.Get("/"); page.Has("a[href='/admin/clients']") {
		t.Error("it is offered to one of the staff")
	}
	if lines := g.Audit.All("client_registered", "client_changed", "client_deleted"); len(lines) != 0 {
		t.Errorf("something happened: %v", lines)
	}
}

func TestAnApplicationIsAddedChangedGivenANewSecretAndRemoved(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	if page := b.Get("/admin/status"); !page.Has("a[href='/admin/clients']") {
		t.Error("no link leads there")
	}
	if page := b.Get("/admin/clients"); page.Status != 200 || page.Find("#recipes a").Length() != 8 {
		t.Fatalf("status %d: %s", page.Status, page.Text("main"))
	}
	form := b.Get("/admin/clients/new?template=nextcloud")
	if form.Has("[name=redirect_uris]") || form.Find("[name=client_name]").AttrOr("value", "") != "Nextcloud" {
		t.Errorf("the form: %s", form.Text("main"))
	}
	page := form.Submit("main form", "client_id", "files", "client_uri", "https://files.example.org/")
	secret := page.Text("#secret code")
	if page.Status != 200 || len(secret) != 43 || !strings.Contains(page.Text("#paste"), secret) || !page.Says("https://files.example.org/apps/user_oidc/code") || page.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("status %d: %s", page.Status, page.Text("main"))
	}
	page = b.Get("/admin/clients/app/files?template=grafana")
	if page.Has("#secret") || strings.Contains(page.Body, secret) || !strings.Contains(page.Text("#paste"), "THE-SECRET") {
		t.Error("the secret is shown a second time")
	}
	page = page.Submit("form.sheet", "client_name", "Our files", "trusted", "1")
	if page.URL.Path != "/admin/clients/app/files" || !page.Says("Our files is changed.") || !page.Says("nobody is asked for consent") {
		t.Errorf("after a change: %s", page.Text("main"))
	}
	if page = page.Submit("form.sheet", "client_uri", "nonsense"); page.Status != http.StatusUnprocessableEntity || !page.Says("no web address") || !page.Has("#client_uri-error") {
		t.Errorf("a wrong address: %d %s", page.Status, page.Text("main"))
	}
	page = b.Get("/admin/clients/app/files").Submit("#rotate")
	if again := page.Text("#secret code"); page.Status != 200 || len(again) != 43 || again == secret {
		t.Errorf("a new secret: %d %q", page.Status, again)
	}
	if page = b.Get("/admin/clients/app/files").Submit("#remove", "typed", "file"); page.Status != http.StatusUnprocessableEntity || !page.Has("#typed-error") {
		t.Errorf("removed by a slip: %d", page.Status)
	}
	page = page.Submit("#remove", "typed", "files")
	if page.URL.Path != "/admin/clients" || !page.Says("files is removed.") || page.Has("a[href='/admin/clients/app/files']") {
		t.Errorf("after it was removed: %s", page.Text("main"))
	}
	if page = b.Get("/admin/clients/app/files"); page.Status != http.StatusNotFound {
		t.Errorf("its page: %d", page.Status)
	}
	lines := g.Audit.All("client_registered", "client_changed", "client_deleted")
	if len(lines) != 4 || lines[0]["client"] != "files" || lines[0]["actor"] == "" {
		t.Errorf("the audit log has %v", lines)
	}
	if strings.Contains(g.Audit.String(), secret) {
		t.Error("the secret is in the audit log")
	}
}

func TestMistakesAreToldWhereTheyAre(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	good := []string{"client_id", "wiki", "redirect_uris", "https://wiki.example.org/cb", "public", "1"}
	page := b.Get("/admin/clients/new").Submit("main form", good...)
	if page.Status != 200 || page.Has("#secret") || !page.Says("must use PKCE") || page.Has("#rotate") {
		t.Fatalf("a public one: %d %s", page.Status, page.Text("main"))
	}
	for name, c := range map[string]struct {
		template, field string
		status          int
		values          []string
	}{
		"there is one": {"", "client_id", http.StatusConflict, good},
		"a wrong id":   {"", "client_id", http.StatusUnprocessableEntity, []string{"client_id", "My Wiki", "redirect_uris", "https://wiki.example.org/cb"}},
		"a fragment":   {"", "redirect_uris", http.StatusUnprocessableEntity, []string{"client_id", "x", "redirect_uris", "https://wiki.example.org/cb#x"}},
		"no way back":  {"", "redirect_uris", http.StatusUnprocessableEntity, []string{"client_id", "x"}},
		"no address":   {"grafana", "client_uri", http.StatusUnprocessableEntity, []string{"client_id", "x"}},
		"an odd scope": {"", "scope", http.StatusUnprocessableEntity, []string{"client_id", "x", "redirect_uris", "https://a.example.org/cb", "scope", `a"`}},
	} {
		page := b.Get("/admin/clients/new?template="+c.template).Submit("main form", c.values...)
		if page.Status != c.status || !page.Has("#"+c.field+"-error") {
			t.Errorf("%s: %d %s", name, page.Status, page.Text("main"))
		}
	}
	for _, path := range []string{"/admin/clients/new?template=toaster", "/admin/clients/app/wiki?template=toaster", "/admin/clients/app/nobody"} {
		if page := b.Get(path); page.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, page.Status)
		}
	}
	if page := b.Post("/admin/clients/app/wiki/secret"); page.Status != http.StatusUnprocessableEntity {
		t.Errorf("a secret for one that keeps none: %d", page.Status)
	}
}

func TestMistakesAreToldInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	page := b.Get("/admin/clients/new?lang=fr").Submit("main form", "client_id", "wiki", "redirect_uris", "http://wiki.example.org/cb")
	if got := page.Text("#redirect_uris-error"); page.Status != http.StatusUnprocessableEntity || !strings.Contains(got, "http ne vaut que pour cette machine") {
		t.Errorf("status %d: %q in\n%s", page.Status, got, page.Text("main"))
	}
	if page = b.Get("/admin/clients/new?template=grafana").Submit("main form", "client_id", "graphs", "client_uri", "nonsense"); !strings.Contains(page.Text("#client_uri-error"), "n’est pas l’adresse d’une application") {
		t.Errorf("status %d: %s", page.Status, page.Text("main"))
	}
}

func TestApplicationsOfTheFileAreShownAndNotChanged(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Config: "clients:\n  - {id: intranet, name: Intranet, redirect_uris: ['https://intranet.example.org/cb'], trusted: true}\n"})
	b := g.SignIn(t, "ada")
	b.Header.Set("Accept-Language", "fr")
	if page := b.Get("/admin/clients"); !page.Says("Intranet") {
		t.Errorf("the list: %s", page.Text("main"))
	}
	if page := b.Get("/admin/clients/app/intranet"); page.Status != 200 || page.Has("form.sheet") || page.Has("#remove") || page.Has("#rotate") {
		t.Errorf("its page: %d %s", page.Status, page.Text("main"))
	}
	for _, what := range []string{"", "/secret", "/remove"} {
		if page := b.Post("/admin/clients/app/intranet"+what, "typed", "intranet"); page.Status != http.StatusForbidden {
			t.Errorf("%q: %d", what, page.Status)
		}
	}
}
