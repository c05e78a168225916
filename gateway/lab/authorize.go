package lab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/oidc"
)

const (
	signedIn = `form[action="/signout"]` // is on every page of somebody who is
	maxSaid  = 600                       // bytes of a page in an error
)

// Answer is where an authorization request sends the browser.
type Answer struct {
	// URL is the application's redirect URI, with what stands behind it.
	URL *url.URL
	// Parameters are what comes along: code and state, or error, wherever the response mode puts them.
	Parameters url.Values
	// Posted tells that they come as a form (response_mode=form_post), not in the URL.
	Posted bool
}

// SignIn opens a browser and signs somebody in. Errors say what the page said.
func (l *Lab) SignIn(ctx context.Context, v Visit) (*http.Client, error) {
	if v.Username == "" {
		return nil, errors.New("username: who?")
	}
	b, err := l.Browser(v)
	if err != nil {
		return nil, err
	}
	resp, err := get(ctx, b, l.URL+oidc.PathSignIn)
	if err != nil {
		return nil, err
	}
	page, err := readPage(resp)
	if err == nil && (resp.StatusCode != http.StatusOK || page.Find(signedIn).Length() == 0) {
		err = notThrough(v.Username, resp)
	}
	return b, err
}

// Cookies are those of the gateway in a browser.
func (l *Lab) Cookies(browser *http.Client) []Cookie {
	cookies := []Cookie{}
	if gate, err := url.Parse(l.URL); err == nil {
		for _, c := range browser.Jar.Cookies(gate) {
			cookies = append(cookies, Cookie{c.Name, c.Value})
		}
	}
	return cookies
}

// Authorize takes a browser of Browser or SignIn to an authorization request (RFC 6749 4.1.1) and returns where it is sent from there. Errors: a
// request that ends on a page, with what the page says.
func (l *Lab) Authorize(ctx context.Context, browser *http.Client, address string) (Answer, error) {
	if !strings.HasPrefix(address, l.URL+"/") {
		return Answer{}, fmt.Errorf("url: %q is not an address of the gateway, which is at %s", address, l.URL)
	}
	near, who := *browser, Visit{}
	if w, ok := browser.Transport.(*walker); ok {
		staying := *w
		staying.stay = true
		near.Transport, who = &staying, w.visit
	}
	near.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if l.URL != r.URL.Scheme+"://"+r.URL.Host {
			return http.ErrUseLastResponse
		}
		return browser.CheckRedirect(r, via)
	}
	resp, err := get(ctx, &near, address)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	if to, err := resp.Location(); err == nil {
		return checked(who, Answer{URL: to, Parameters: parameters(to)})
	}
	page, err := readPage(resp)
	if err != nil {
		return Answer{}, err
	}
	if form := page.Find("form[data-go]"); form.Length() > 0 {
		to, err := url.Parse(form.AttrOr("action", ""))
		if err != nil {
			return Answer{}, err
		}
		return checked(who, Answer{URL: to, Parameters: formValues(form), Posted: true})
	}
	return Answer{}, notThrough(who.Username, resp)
}

// checked holds the answer against what the visitor would have said.
func checked(who Visit, a Answer) (Answer, error) {
	if who.Deny && !a.Parameters.Has("error") {
		return Answer{}, fmt.Errorf("deny: nobody asked %s, who let this application in before, or it is trusted", who.Username)
	}
	return a, nil
}

func get(ctx context.Context, c *http.Client, address string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", "en")
	return c.Do(r)
}

// parameters are those of the query, or of the fragment if there is one.
func parameters(u *url.URL) url.Values {
	if values, err := url.ParseQuery(u.Fragment); err == nil && u.Fragment != "" {
		return values
	}
	return u.Query()
}

// notThrough says where somebody got stuck.
func notThrough(who string, resp *http.Response) error {
	page, err := readPage(resp)
	if err != nil {
		return err
	}
	said := strings.Join(strings.Fields(page.Find("main").Text()), " ")
	if len(said) > maxSaid {
		said = strings.ToValidUTF8(said[:maxSaid], "") + "…"
	}
	at := fmt.Sprintf("at %s (status %d) the page says: %s", resp.Request.URL.Path, resp.StatusCode, said)
	switch {
	case who == "":
		return fmt.Errorf("username: nobody is signed in, and nothing says who should be: %s", at)
	case resp.StatusCode == http.StatusOK && page.Find(signedIn).Length() > 0:
		return fmt.Errorf("%s was signed in, and did not go back to the application: %s", who, at)
	default:
		return fmt.Errorf("%s was not let through: %s", who, at)
	}
}
