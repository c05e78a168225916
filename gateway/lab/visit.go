package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

const (
	maxSteps = 20      // pages and redirects of one visit
	maxPage  = 4 << 20 // bytes of one page
)

// Visit is what somebody does at the gateway.
type Visit struct {
	Username string `json:"username"`
	Password string `json:"password"` // empty: the standard one, see User
	Deny     bool   `json:"deny"`     // says no to the application
}

// SignIn signs somebody in as the pages do, and returns the cookies of their browser. Errors say what the page said.
func (h *Hands) SignIn(ctx context.Context, v Visit) ([]*http.Cookie, error) {
	b, err := h.browser(v)
	if err != nil {
		return nil, err
	}
	if _, err := b.walk(ctx, h.url+"/signin"); err != nil {
		return nil, err
	}
	return b.client.Jar.Cookies(b.base), nil
}

// Authorize takes a browser to an authorization request (RFC 6749 4.1.1), signs in, answers the consent page if there is one, and returns where the
// browser is sent: the application's redirect URI with the code, or with the error. Errors: a request that ends on a page, with what the
// page says.
func (h *Hands) Authorize(ctx context.Context, v Visit, address string) (*url.URL, error) {
	b, err := h.browser(v)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(address, h.url+"/") {
		return nil, fmt.Errorf("%q is not an address of the gateway, which is at %s", address, h.url)
	}
	at, err := b.walk(ctx, address)
	if err == nil && at == nil {
		err = errors.New("the gateway signed the person in and did not go back to the application")
	}
	return at, err
}

type browser struct {
	Visit
	base   *url.URL
	client *http.Client
	asked  map[string]bool // forms that were answered: a second time means that the answer was wrong
}

func (h *Hands) browser(v Visit) (*browser, error) {
	if v.Username == "" {
		return nil, errors.New("who? a username is missing")
	}
	if v.Password == "" {
		v.Password = standardPassword(v.Username)
	}
	base, err := url.Parse(h.url)
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	return &browser{Visit: v, base: base, asked: map[string]bool{}, client: &http.Client{
		Jar: jar, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, err
}

// walk goes on until the browser leaves the gateway, and returns where to; nil if it ends as somebody who is signed in.
func (b *browser) walk(ctx context.Context, address string) (*url.URL, error) {
	at, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	var form url.Values
	for range maxSteps {
		page, next, err := b.ask(ctx, at, form)
		if err != nil {
			return nil, err
		}
		if next != nil && next.Host != b.base.Host {
			return next, nil
		}
		if at, form = next, nil; next == nil {
			if at, form, err = b.answer(page); err != nil || at == nil {
				return nil, err
			}
		}
	}
	return nil, fmt.Errorf("more than %d pages", maxSteps)
}

// ask asks for a page, and returns it or where it leads.
func (b *browser) ask(ctx context.Context, at *url.URL, form url.Values) (*page, *url.URL, error) {
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(ctx, method, at.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", "en")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.base.String())
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	resp, err := b.client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	to := resp.Header.Get("Location")
	if _, target, ok := strings.Cut(resp.Header.Get("Refresh"), "url="); ok { // how pages lead on after a form
		to = target
	}
	if to != "" {
		next, err := at.Parse(to)
		return nil, next, err
	}
	doc, err := goquery.NewDocumentFromReader(io.LimitReader(resp.Body, maxPage))
	return &page{doc, at, resp.StatusCode}, nil, err
}

type page struct {
	*goquery.Document
	at     *url.URL
	status int
}

// answer fills in what the page asks, and returns where to send it; nil if it asks nothing because all is done.
func (b *browser) answer(p *page) (*url.URL, url.Values, error) {
	decision := "accept"
	if b.Deny {
		decision = "deny"
	}
	for _, known := range []struct{ field, name, value string }{
		{"#accept", "decision", decision}, {"#password", "password", b.Password}, {"#login", "login", b.Username},
	} {
		field := p.Find(known.field)
		if field.Length() == 0 {
			continue
		}
		if b.asked[known.field] {
			break
		}
		b.asked[known.field] = true
		form := field.Closest("form")
		to, err := p.at.Parse(form.AttrOr("action", p.at.String()))
		values := url.Values{}
		for _, input := range form.Find("input[name]:not([type=checkbox]):not([type=radio]):not([type=submit])").EachIter() {
			values.Set(input.AttrOr("name", ""), input.AttrOr("value", ""))
		}
		values.Set(known.name, known.value)
		return to, values, err
	}
	if p.status == http.StatusOK && p.Find(`form[action="/signout"]`).Length() > 0 {
		return nil, nil, nil
	}
	return nil, nil, fmt.Errorf("%s was not let through: at %s (status %d) the page says: %s", b.Username, p.at.Path, p.status, strings.Join(strings.Fields(p.Find("main").Text()), " "))
}
