package lab

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"github.com/wicketgate/wicketgate/gateway/oidc"
)

const (
	maxSteps = 20      // pages, and redirects, of one request
	maxPage  = 4 << 20 // bytes of one page
)

// Visit is somebody at a browser.
type Visit struct {
	// Username is who; empty for a browser at which nobody signs in.
	Username string `json:"username,omitempty"`
	// Password is what they type. Default: theirs.
	Password string `json:"password,omitempty"`
	// Deny says no to the application.
	Deny bool `json:"deny,omitempty"`
	// Cookies are the gateway's, of a browser that was there before.
	Cookies []Cookie `json:"cookies,omitempty"`
}

// Cookie is one of the gateway's.
type Cookie struct {
	// Name is its name.
	Name string `json:"name"`
	// Value is its value.
	Value string `json:"value"`
}

// Browser opens a browser: an HTTP client with cookies that follows redirects, and fills in the gateway's own pages as the visitor would: the login,
// the password, the code of a device that stands in the address, the question whether an application may know something. Every other page it returns, and so a page that asks again.
func (l *Lab) Browser(v Visit) (*http.Client, error) {
	gate, err := url.Parse(l.URL)
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	var cookies []*http.Cookie
	for _, c := range v.Cookies {
		cookies = append(cookies, &http.Cookie{Name: c.Name, Value: c.Value, Path: "/"})
	}
	jar.SetCookies(gate, cookies)
	return &http.Client{
		Transport: &walker{lab: l, gate: gate, jar: jar, visit: v}, Jar: jar, Timeout: patience,
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) >= maxSteps {
				return fmt.Errorf("more than %d redirects", maxSteps)
			}
			return nil
		},
	}, nil
}

// walker answers the gateway's pages below the http.Client, which sees only what comes of it.
type walker struct {
	lab   *Lab
	gate  *url.URL
	jar   http.CookieJar
	visit Visit
	stay  bool // posts nothing to applications
}

// RoundTrip implements http.RoundTripper.
func (w *walker) RoundTrip(r *http.Request) (*http.Response, error) {
	asked := map[string]bool{} // forms that were answered: a second time means that the answer was wrong
	for range maxSteps {
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		w.jar.SetCookies(r.URL, resp.Cookies())
		onward(r, resp)
		if r.URL.Host != w.gate.Host {
			resp.Header.Del("Set-Cookie") // the http.Client would take them for those of the address that it asked for
			return resp, nil
		}
		next, err := w.answer(r, resp, asked)
		if err != nil || next == nil {
			return resp, err
		}
		for _, c := range w.jar.Cookies(next.URL) {
			next.AddCookie(c)
		}
		r = next
	}
	return nil, fmt.Errorf("more than %d pages", maxSteps)
}

// onward makes a redirect of a page that moves on by itself, as the gateway's do after a form, and every redirect absolute.
func onward(r *http.Request, resp *http.Response) {
	to := resp.Header.Get("Location")
	if _, target, ok := strings.Cut(resp.Header.Get("Refresh"), "url="); ok {
		resp.StatusCode, resp.Status, to = http.StatusSeeOther, "303 See Other", target
	}
	if next, err := r.URL.Parse(to); err == nil && to != "" {
		resp.Header.Set("Location", next.String())
	}
}

// answer fills in a page, if it is one to fill in, and returns what to send; nil if not.
func (w *walker) answer(r *http.Request, resp *http.Response, asked map[string]bool) (*http.Request, error) {
	if resp.Header.Get("Location") != "" || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		return nil, nil
	}
	page, err := readPage(resp)
	if err != nil {
		return nil, err
	}
	if form := page.Find("form[data-go]"); form.Length() > 0 && !w.stay { // response_mode=form_post
		return w.post(r, form, "", "")
	}
	ours := func(path string) bool { return strings.HasPrefix(r.URL.Path, path) }
	if w.visit.Username == "" || !slices.ContainsFunc([]string{oidc.PathSignIn, oidc.PathConsent, oidc.PathDevice}, ours) {
		return nil, nil
	}
	decision := "accept"
	if w.visit.Deny {
		decision = "deny"
	}
	password := w.visit.Password
	if password == "" {
		password = w.lab.current().password(w.visit.Username)
	}
	code := page.Find("#user_code").AttrOr("value", "") // stands in the address that a device shows
	for _, known := range []struct{ field, name, value string }{
		{"#user_code", "user_code", code}, {"#accept", "decision", decision}, {"#password", "password", password}, {"#login", "login", w.visit.Username},
	} {
		if field := page.Find(known.field); field.Length() > 0 && !asked[known.field] {
			asked[known.field] = true
			return w.post(r, field.Closest("form"), known.name, known.value)
		} else if field.Length() > 0 {
			break
		}
	}
	return nil, nil
}

// post is a form with its fields as they stand, and one of them filled in.
func (w *walker) post(r *http.Request, form *goquery.Selection, name, value string) (*http.Request, error) {
	to, err := r.URL.Parse(form.AttrOr("action", r.URL.String()))
	if err != nil {
		return nil, err
	}
	values := formValues(form)
	if name != "" {
		values.Set(name, value)
	}
	next, err := http.NewRequestWithContext(r.Context(), http.MethodPost, to.String(), strings.NewReader(values.Encode()))
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]string{"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded", "Origin": w.gate.String()} {
		next.Header.Set(name, value)
	}
	return next, nil
}

func formValues(form *goquery.Selection) url.Values {
	values := url.Values{}
	for _, input := range form.Find("input[name]").EachIter() {
		kind := input.AttrOr("type", "text")
		_, checked := input.Attr("checked")
		if kind == "submit" || (kind == "checkbox" || kind == "radio") && !checked {
			continue
		}
		values.Add(input.AttrOr("name", ""), input.AttrOr("value", ""))
	}
	return values
}

// readPage reads a page and leaves it there to be read again.
func readPage(resp *http.Response) (*goquery.Document, error) {
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxPage+1))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, fmt.Errorf("reading the page at %s: %w", resp.Request.URL.Path, err)
	}
	if len(text) > maxPage {
		return nil, fmt.Errorf("the page at %s has more than %d MB", resp.Request.URL.Path, maxPage>>20)
	}
	resp.Body = io.NopCloser(bytes.NewReader(text))
	return goquery.NewDocumentFromReader(bytes.NewReader(text))
}
