// Package webtest is a small browser for tests of pages: cookies, forms with their hidden fields, redirects, and the Refresh header with
// which Kit.Leave moves on after a post. It runs no scripts, as the pages must work without them.
//
//	page := webtest.New(t, server.URL).Get("/signin")
//	page = page.Submit("form", "login", "jdoe")
//	if page.Status != 200 || !page.Has("#password") { … }
//
// It is imported by tests alone.
package webtest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// maxHops is how many redirects a browser follows; Chromium follows 20.
const maxHops = 20

// Browser is one browser with its own cookies. It is not safe for concurrent use.
type Browser struct {
	t      testing.TB
	base   *url.URL
	client *http.Client
	// Header is sent with every request; "Accept-Language" for example.
	Header http.Header
}

// New returns a browser that has never been anywhere. Paths are taken below base ("http://127.0.0.1:1234").
func New(t testing.TB, base string) *Browser {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatalf("the address of the server: %v", err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatalf("making a cookie jar: %v", err)
	}
	return &Browser{t: t, base: u, Header: http.Header{"Accept": {"text/html"}}, client: &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Page is what the browser shows.
type Page struct {
	*goquery.Document
	Status int
	Header http.Header
	// URL is where the browser is. If the last answer leads to another site it is that site's address, which is not asked for.
	URL  *url.URL
	Body string
	// Hops are the addresses on the way here.
	Hops    []string
	browser *Browser
}

// Get opens an address: a path of the site or an absolute URL.
func (b *Browser) Get(address string) *Page {
	b.t.Helper()
	return b.follow("GET", b.resolve(b.base, address), "", "")
}

// Post sends a form as our own pages do, without looking at any page first. values are names and values in turn.
func (b *Browser) Post(address string, values ...string) *Page {
	b.t.Helper()
	form := url.Values{}
	set(b.t, form, values)
	return b.follow("POST", b.resolve(b.base, address), form.Encode(), "application/x-www-form-urlencoded")
}

// PostBody sends any body.
func (b *Browser) PostBody(address, kind, body string) *Page {
	b.t.Helper()
	return b.follow("POST", b.resolve(b.base, address), body, kind)
}

// Cookies are those that the browser would send to the site.
func (b *Browser) Cookies() []*http.Cookie { return b.client.Jar.Cookies(b.base) }

// Cookie returns the value of a cookie, or "".
func (b *Browser) Cookie(name string) string {
	for _, c := range b.Cookies() {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// Forget deletes all cookies.
func (b *Browser) Forget() {
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatalf("making a cookie jar: %v", err)
	}
	b.client.Jar = jar
}

func (b *Browser) resolve(from *url.URL, address string) *url.URL {
	b.t.Helper()
	u, err := from.Parse(address)
	if err != nil {
		b.t.Fatalf("the address %q: %v", address, err)
	}
	return u
}

// follow asks and follows redirects within the site.
func (b *Browser) follow(method string, u *url.URL, body, kind string) *Page {
	b.t.Helper()
	var hops []string
	for range maxHops {
		page := b.ask(method, u, body, kind)
		hops = append(hops, method+" "+u.RequestURI())
		page.Hops = hops
		next := page.Header.Get("Location")
		if _, target, ok := strings.Cut(page.Header.Get("Refresh"), "url="); ok {
			next = target
		} else if page.Status < 300 || page.Status > 399 {
			next = ""
		}
		if next == "" {
			return page
		}
		u = b.resolve(u, next)
		if u.Host != b.base.Host {
			page.URL = u
			return page
		}
		method, body, kind = "GET", "", ""
	}
	b.t.Fatalf("more than %d redirects: %s", maxHops, strings.Join(hops, ", "))
	return nil
}

func (b *Browser) ask(method string, u *url.URL, body, kind string) *Page {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, u.String(), strings.NewReader(body))
	if err != nil {
		b.t.Fatalf("asking for %s: %v", u, err)
	}
	for name, values := range b.Header {
		req.Header[name] = values
	}
	if method == "POST" {
		req.Header.Set("Content-Type", kind)
		if req.Header.Get("Sec-Fetch-Site") == "" {
			req.Header.Set("Sec-Fetch-Site", "same-origin")
		}
	}
	resp, err := b.client.Do(req)
	if err != nil {
		b.t.Fatalf("asking for %s: %v", u, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		b.t.Fatalf("reading %s: %v", u, err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(text)))
	if err != nil {
		b.t.Fatalf("parsing %s: %v", u, err)
	}
	return &Page{Document: doc, Status: resp.StatusCode, Header: resp.Header, URL: u, Body: string(text), browser: b}
}

// Has tells whether the page has an element for the CSS selector.
func (p *Page) Has(selector string) bool { return p.Find(selector).Length() > 0 }

// Text is the text of the elements for the selector, with spaces squeezed.
func (p *Page) Text(selector string) string {
	return strings.Join(strings.Fields(p.Find(selector).Text()), " ")
}

// Says tells whether the text stands on the page, whatever the spaces.
func (p *Page) Says(text string) bool { return strings.Contains(p.Text("body"), text) }

// Submit sends the form for the selector: its fields as they stand, with those named in values (name and value in turn) filled in.
func (p *Page) Submit(selector string, values ...string) *Page {
	t := p.browser.t
	t.Helper()
	form := p.Find(selector).First()
	if form.Length() == 0 {
		t.Fatalf("no form %q on %s (status %d): %s", selector, p.URL, p.Status, p.Text("body"))
	}
	fields := fieldsOf(form)
	set(t, fields, values)
	action, _ := form.Attr("action")
	if action == "" {
		action = p.URL.RequestURI()
	}
	target := p.browser.resolve(p.URL, action)
	if method, _ := form.Attr("method"); !strings.EqualFold(method, "post") {
		target.RawQuery = fields.Encode()
		return p.browser.follow("GET", target, "", "")
	}
	return p.browser.follow("POST", target, fields.Encode(), "application/x-www-form-urlencoded")
}

// Click follows the link for the selector.
func (p *Page) Click(selector string) *Page {
	t := p.browser.t
	t.Helper()
	href, ok := p.Find(selector).First().Attr("href")
	if !ok {
		t.Fatalf("no link %q on %s (status %d): %s", selector, p.URL, p.Status, p.Text("body"))
	}
	return p.browser.follow("GET", p.browser.resolve(p.URL, href), "", "")
}

// fieldsOf collects what a browser would send (HTML, "constructing the entry list"), but for buttons and files.
func fieldsOf(form *goquery.Selection) url.Values {
	fields := url.Values{}
	form.Find("input[name], textarea[name], select[name]").Each(func(_ int, s *goquery.Selection) {
		name, _ := s.Attr("name")
		if _, disabled := s.Attr("disabled"); disabled {
			return
		}
		switch kind, _ := s.Attr("type"); {
		case goquery.NodeName(s) == "select":
			s.Find("option[selected]").Each(func(_ int, o *goquery.Selection) { fields.Add(name, o.AttrOr("value", o.Text())) })
		case goquery.NodeName(s) == "textarea":
			fields.Add(name, s.Text())
		case kind == "checkbox" || kind == "radio":
			if _, checked := s.Attr("checked"); checked {
				fields.Add(name, s.AttrOr("value", "on"))
			}
		case kind == "submit" || kind == "button" || kind == "file" || kind == "image" || kind == "reset":
		default:
			fields.Add(name, s.AttrOr("value", ""))
		}
	})
	return fields
}

func set(t testing.TB, form url.Values, values []string) {
	t.Helper()
	if len(values)%2 != 0 {
		t.Fatalf("names and values come in turn: %q", values)
	}
	given := map[string]bool{}
	for i := 0; i < len(values); i += 2 {
		if !given[values[i]] {
			form.Del(values[i])
			given[values[i]] = true
		}
		form.Add(values[i], values[i+1])
	}
}
