package templates_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/sample"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func TestAnOrganisationSeesItsOwnNameLogoColoursPagesAndWords(t *testing.T) {
	t.Parallel()
	r := renderer(t, templates.Options{Theme: fstest.MapFS{
		"theme.yaml":                 file("name: Le Panier\nhelp_mail: aide@example.org\ncolours:\n  light: {accent: \"#7a1f3d\", gate: \"#3d1020\"}\n  dark: {accent: \"#f0a8bf\"}\n"),
		"logo.svg":                   file("<svg xmlns='http://www.w3.org/2000/svg'/>"),
		"favicon.png":                file("\x89PNG"),
		"style.css":                  file(".door{outline:0}"),
		"static/tree.svg":            file("<svg xmlns='http://www.w3.org/2000/svg'/>"),
		"html/signin/signedout.html": file(`{{define "title"}}Ciao{{end}}{{define "body"}}{{template "door" .}}{{end}}{{define "main"}}<h1>Ciao {{.Brand.Name}}</h1><img src="{{asset "tree.svg"}}" alt="">{{end}}`),
		"mail/test.txt":              file(`{{define "subject"}}Coucou{{end}}{{define "content"}}Coucou{{end}}`),
		"i18n/fr.po":                 file("msgid \"Sign in\"\nmsgstr \"Entrer\"\n"),
		"README.md":                  file("how this theme was made"),
		".git/config":                file("[core]"),
	}})
	fr := r.Bundle().Locale("fr")
	html, doc := render(t, r, fr, templates.Layout{}, templates.LoginPage{})
	names(t, doc)
	if got := doc.Find("h1").Text(); got != "Entrer" {
		t.Errorf("the heading is %q", got)
	}
	if got := doc.Find("title").Text(); got != "Entrer – Le Panier" {
		t.Errorf("the title is %q", got)
	}
	for _, want := range []string{`src="/static/logo.`, `href="/static/colours.`, `href="/static/custom.`, `href="/static/favicon.`, "mailto:aide@example.org"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	_, doc = render(t, r, fr, templates.Layout{}, templates.SignedOutPage{})
	if got := doc.Find("h1").Text(); got != "Ciao Le Panier" {
		t.Errorf("the replaced page says %q", got)
	}
	if src := doc.Find("main img").AttrOr("src", ""); src == "" || get(r, src).Code != http.StatusOK {
		t.Errorf("the theme's own picture is not served at %q", src)
	}
	css := get(r, r.Asset("colours.css")).Body.String()
	for _, want := range []string{":root{--accent:#7a1f3d;--gate:#3d1020;}", "prefers-color-scheme:dark){:root{--accent:#f0a8bf;}}"} {
		if !strings.Contains(css, want) {
			t.Errorf("the colours are %q, want %q in them", css, want)
		}
	}
	mail, err := r.Mail(fr, templates.TestMail{})
	if err != nil || mail.Subject != "Coucou" {
		t.Errorf("the replaced mail has the subject %q, error %v", mail.Subject, err)
	}
}

func TestTheConfigurationsNameWinsOverTheThemes(t *testing.T) {
	t.Parallel()
	r := renderer(t, templates.Options{Brand: brand(), Theme: fstest.MapFS{"theme.yaml": file("name: Other\n")}})
	if got := r.Brand(); got.Name != "Supercoop" || got.URL != "https://id.example.org" {
		t.Errorf("got %+v", got)
	}
	if got := renderer(t, templates.Options{}).Brand().Name; got != "Wicketgate" {
		t.Errorf("without any name the pages are called %q", got)
	}
}

func TestAMistakeInAThemeIsNamedWithItsFile(t *testing.T) {
	t.Parallel()
	many := fstest.MapFS{}
	for i := range 300 {
		many["static/"+strings.Repeat("a", i+1)+".svg"] = file("<svg/>")
	}
	for name, c := range map[string]struct {
		theme fstest.MapFS
		wants []string
	}{
		"unknown key":       {fstest.MapFS{"theme.yaml": file("nam: x\n")}, []string{"theme.yaml", "nam", "1"}},
		"not a colour":      {fstest.MapFS{"theme.yaml": file("colours: {light: {lamp: red}}\n")}, []string{"theme.yaml", "colours.light.lamp", `"red"`, "#1e5945"}},
		"pale accent":       {fstest.MapFS{"theme.yaml": file("colours: {light: {accent: \"#ffcc00\"}}\n")}, []string{"colours.light.accent", "#ffcc00", "contrast", "darker"}},
		"dark accent":       {fstest.MapFS{"theme.yaml": file("colours: {dark: {accent: \"#112233\"}}\n")}, []string{"colours.dark.accent", "lighter"}},
		"template syntax":   {fstest.MapFS{"html/signin/login.html": file("{{define \"main\"}}\n{{if}}\n{{end}}{{end}}")}, []string{"theme/html/signin/login.html:2"}},
		"unknown field":     {fstest.MapFS{"html/signin/login.html": file("{{define \"title\"}}{{end}}{{define \"body\"}}\n\n{{.Page.Pasword}}{{end}}")}, []string{"theme/html/signin/login.html:3", "Pasword"}},
		"open quote":        {fstest.MapFS{"html/signin/login.html": file("{{define \"title\"}}{{end}}{{define \"body\"}}<a href='{{.Layout.Home}}>{{end}}")}, []string{"the page signin/login", "non-text context"}},
		"mail syntax":       {fstest.MapFS{"mail/reset.txt": file("{{define")}, []string{"theme/mail/reset.txt:1"}},
		"no such template":  {fstest.MapFS{"html/signin/logn.html": file("x")}, []string{"html/signin/logn.html", "login.html"}},
		"no such folder":    {fstest.MapFS{"html/sign/login.html": file("x")}, []string{"html/sign/login.html", "no such template"}},
		"file with no use":  {fstest.MapFS{"logo.pdf": file("x")}, []string{"logo.pdf", "no effect"}},
		"large logo":        {fstest.MapFS{"logo.png": {Data: bytes.Repeat([]byte{1}, 600<<10)}}, []string{"logo.png", "512 KB"}},
		"large template":    {fstest.MapFS{"html/frame.html": {Data: bytes.Repeat([]byte{' '}, 300<<10)}}, []string{"html/frame.html", "256 KB"}},
		"large theme.yaml":  {fstest.MapFS{"theme.yaml": {Data: bytes.Repeat([]byte{'#'}, 70<<10)}}, []string{"theme.yaml", "64 KB"}},
		"too many files":    {many, []string{"200 files"}},
		"broken catalogue":  {fstest.MapFS{"i18n/fr.po": file("msgid \"Hello %s\"\nmsgstr \"Bonjour %d\"\n")}, []string{"fr.po", "Hello %s"}},
		"unnamed catalogue": {fstest.MapFS{"i18n/no_language_this.po": file("")}, []string{"no_language_this.po", "named after a language"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := templates.New(templates.Options{Theme: c.theme})
			if err == nil {
				t.Fatal("the theme was taken")
			}
			for _, want := range c.wants {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error lacks %q: %v", want, err)
				}
			}
		})
	}
}

func TestAThemeThatIsEmptyChangesNothing(t *testing.T) {
	t.Parallel()
	plain, themed := renderer(t, templates.Options{}), renderer(t, templates.Options{Theme: fstest.MapFS{"theme.yaml": file("")}})
	en := plain.Bundle().Locale("en")
	for _, p := range sample.Pages(en) {
		a, _ := render(t, plain, en, p.Layout, p.Page)
		b, _ := render(t, themed, themed.Bundle().Locale("en"), p.Layout, p.Page)
		if a != b {
			t.Errorf("%s differs", p.Name)
		}
	}
}

func get(r *templates.Renderer, url string) *httptest.ResponseRecorder {
	response := httptest.NewRecorder()
	r.Static().ServeHTTP(response, httptest.NewRequest(http.MethodGet, url, nil))
	return response
}
