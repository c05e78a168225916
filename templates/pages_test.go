package templates_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
	"github.com/wicketgate/wicketgate/templates/sample"
)

func renderer(t *testing.T, o templates.Options) *templates.Renderer {
	t.Helper()
	if o.Now == nil {
		o.Now = sample.Moment
	}
	r, err := templates.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func brand() templates.Brand {
	return templates.Brand{Name: "Supercoop", URL: "https://id.example.org/", HelpURL: "https://example.org/help", HelpMail: "accounts@example.org"}
}

func render(t *testing.T, r *templates.Renderer, loc *i18n.Locale, layout templates.Layout, page templates.Page) (string, *goquery.Document) {
	t.Helper()
	var b bytes.Buffer
	if err := r.Page(&b, loc, layout, page); err != nil {
		t.Fatal(err)
	}
	html := b.String()
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return html, doc
}

// TestEveryPageCanBeUsedByEverybody looks at each page in each state and language for what stops people who use a screen reader or a
// keyboard, and for what the Content-Security-Policy would block.
func TestEveryPageCanBeUsedByEverybody(t *testing.T) {
	t.Parallel()
	r := renderer(t, templates.Options{Brand: brand()})
	for _, loc := range r.Bundle().Locales() {
		for _, p := range sample.Pages(loc) {
			t.Run(loc.Tag()+"/"+p.Name, func(t *testing.T) {
				t.Parallel()
				html, doc := render(t, r, loc, p.Layout, p.Page)
				for _, trace := range []string{"%!", "<no value>", "ZgotmplZ", "0xc0", "{{"} {
					if strings.Contains(html, trace) {
						t.Errorf("the page contains %q", trace)
					}
				}
				structure(t, doc, loc)
				names(t, doc)
				references(t, doc)
				policy(t, doc)
			})
		}
	}
}

func structure(t *testing.T, doc *goquery.Document, loc *i18n.Locale) {
	t.Helper()
	if lang, _ := doc.Find("html").Attr("lang"); lang != loc.Tag() {
		t.Errorf("lang is %q", lang)
	}
	for _, selector := range []string{"h1", "main#main", "title", `a.skip[href="#main"]`, "header", "footer"} {
		if n := doc.Find(selector).Length(); n != 1 {
			t.Errorf("%d × %s, want 1", n, selector)
		}
	}
	if title := doc.Find("title").Text(); !strings.HasSuffix(title, " – Supercoop") || strings.HasPrefix(title, " – ") {
		t.Errorf("title %q", title)
	}
	if n := doc.Find(".summary").Length(); n > 0 && !strings.HasPrefix(doc.Find("title").Text(), loc.T("Error:")) {
		t.Error("the title does not say that there is a problem")
	}
}

// names checks that everything one can use or see has a name.
func names(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find("input:not([type=hidden]):not([aria-hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if strings.TrimSpace(doc.Find(fmt.Sprintf("label[for=%q]", id)).Text()) == "" && s.AttrOr("aria-label", "") == "" {
			t.Errorf("no label for %s", outer(s))
		}
	})
	doc.Find("a, button, summary, legend, h1, h2, label, dt, iframe").Each(func(_ int, s *goquery.Selection) {
		if strings.TrimSpace(s.Text()+s.AttrOr("aria-label", "")+s.AttrOr("title", "")) == "" {
			t.Errorf("without text: %s", outer(s))
		}
	})
	doc.Find("img").Each(func(_ int, s *goquery.Selection) {
		if _, ok := s.Attr("alt"); !ok {
			t.Errorf("without alt: %s", outer(s))
		}
	})
	doc.Find("svg").Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("aria-hidden", "") != "true" {
			t.Errorf("a drawing that a screen reader would meet: %.80s", outer(s))
		}
	})
	doc.Find("button:not([type])").Each(func(_ int, s *goquery.Selection) { t.Errorf("button without type: %s", outer(s)) })
}

// references checks that ids are unique and that everything that points to one finds it.
func references(t *testing.T, doc *goquery.Document) {
	t.Helper()
	ids := map[string]int{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) { ids[s.AttrOr("id", "")]++ })
	for id, n := range ids {
		if n > 1 || id == "" {
			t.Errorf("%d elements with the id %q", n, id)
		}
	}
	for _, attribute := range []string{"for", "aria-describedby", "aria-labelledby", "data-reveal", "data-copy"} {
		doc.Find("[" + attribute + "]").Each(func(_ int, s *goquery.Selection) {
			for _, id := range strings.Fields(s.AttrOr(attribute, "")) {
				if ids[id] == 0 {
					t.Errorf("%s names %q, which is not there: %s", attribute, id, outer(s))
				}
			}
		})
	}
	doc.Find(`a[href^="#"], [hx-target^="#"]`).Each(func(_ int, s *goquery.Selection) {
		if id := strings.TrimPrefix(s.AttrOr("href", s.AttrOr("hx-target", "")), "#"); ids[id] == 0 {
			t.Errorf("leads to %q, which is not there: %s", id, outer(s))
		}
	})
}

// policy checks that nothing needs an exception from the Content-Security-Policy, and nothing comes from elsewhere.
func policy(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Get(0).Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") || a.Key == "hx-vars" || strings.Contains(a.Val, "javascript:") || a.Key == "hx-vals" && strings.HasPrefix(a.Val, "js:") {
				t.Errorf("inline code or style in %s", outer(s))
			}
		}
	})
	if n := doc.Find("style, script:not([src]), base, object, embed").Length(); n > 0 {
		t.Errorf("%d elements that the policy forbids", n)
	}
	doc.Find("script[src], link[href], img[src]").Each(func(_ int, s *goquery.Selection) {
		source := s.AttrOr("src", s.AttrOr("href", ""))
		if !strings.HasPrefix(source, templates.StaticPrefix) && !strings.HasPrefix(source, "data:image/") {
			t.Errorf("from elsewhere: %s", outer(s))
		}
	})
}

func outer(s *goquery.Selection) string {
	html, err := goquery.OuterHtml(s)
	if err != nil {
		return err.Error()
	}
	return html
}

func TestAFirstVisitIsLight(t *testing.T) {
	t.Parallel()
	r := renderer(t, templates.Options{Brand: brand()})
	fr := r.Bundle().Locale("fr")
	for _, p := range sample.Pages(fr) {
		if p.Name != "signin" && p.Name != "profile" {
			continue
		}
		html, doc := render(t, r, fr, p.Layout, p.Page)
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(html)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		total := b.Len()
		doc.Find("script[src], link[href]").Each(func(_ int, s *goquery.Selection) {
			request := httptest.NewRequest(http.MethodGet, s.AttrOr("src", s.AttrOr("href", "")), nil)
			request.Header.Set("Accept-Encoding", "br, gzip")
			response := httptest.NewRecorder()
			r.Static().ServeHTTP(response, request)
			if response.Code != http.StatusOK {
				t.Errorf("%s: %d", request.URL, response.Code)
			}
			total += response.Body.Len()
		})
		if total > 60_000 {
			t.Errorf("%s weighs %d bytes, more than 60 KB", p.Name, total)
		}
		t.Logf("%s weighs %d bytes", p.Name, total)
	}
}

// TestHooksForHandlersAndBrowserTestsStay holds the ids and names that the handlers read and browser tests click.
func TestHooksForHandlersAndBrowserTestsStay(t *testing.T) {
	t.Parallel()
	r := renderer(t, templates.Options{Brand: brand()})
	en := r.Bundle().Locale("en")
	for name, selectors := range map[string][]string{
		"signin":          {"form[method=post][action='/signin'] input#login[name=login][autocomplete=username]", "button#submit", "a[href='/password/forgotten']", "a[href='/join']", ".caller strong", "a[href='https://orders.example.org/']"},
		"signin-password": {"input#password[name=password][autocomplete=current-password]", "input[name=login][value='zoe.lefevre']", "input#stay[name=stay][value='1']", "input[type=hidden][name=r][value=sealed-request]", "button#submit"},
		"forgot":          {"input#login[name=login]", "button#submit"},
		"reset":           {"input#password[name=new][autocomplete=new-password][hx-post='/password/strength']", "#password-strength", ".rules li", "button#submit"},
		"change":          {"input#current[name=current]", "input#password[name=new]", "button#submit"},
		"consent":         {"button#accept[name=decision][value=accept]", "button#deny[name=decision][value=deny]", "input[type=hidden][name=r]"},
		"profile":         {"form[enctype='multipart/form-data'] button#submit", "input[type=file][name=photo]", "input[name=emails]", "input[name=mail][value='zoe@example.net']"},
		"accept":          {"input#password[name=new]", "button#submit", ".locked"},
		"invited-link":    {"input#link[readonly]"},
		"error-503":       {"form[method=post][action='/profile'] input[type=hidden][name=phone]", "button#submit"},
		"mail-confirm":    {"form[method=post] button#submit"},
		"applications":    {"form[action='/applications/revoke'] input[name=client][value=orders]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := named(t, en, name)
			_, doc := render(t, r, en, p.Layout, p.Page)
			for _, selector := range selectors {
				if doc.Find(selector).Length() == 0 {
					t.Errorf("no %s", selector)
				}
			}
		})
	}
}

func named(t *testing.T, loc *i18n.Locale, name string) sample.Named {
	t.Helper()
	for _, p := range sample.Pages(loc) {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("no sample %s", name)
	return sample.Named{}
}

func TestEveryPageAndMailHasASample(t *testing.T) {
	t.Parallel()
	r := renderer(t, templates.Options{})
	shown := map[string]bool{"password/strength": true} // A partial.
	for _, p := range sample.Pages(r.Bundle().Locale("en")) {
		shown[p.Page.Template()] = true
	}
	for _, m := range sample.Mails("", sample.Moment()) {
		shown["mail/"+m.Mail.Template()] = true
	}
	for _, name := range r.Names() {
		if !shown[name] {
			t.Errorf("%s has no sample, so nobody looks at it", name)
		}
	}
}
