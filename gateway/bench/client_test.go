package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// line is what all clients of a measurement share: connections that stay open, as those of a reverse proxy do.
func line(atOnce int) *http.Transport {
	return &http.Transport{MaxIdleConnsPerHost: atOnce, MaxIdleConns: 2 * atOnce}
}

// browser is one person's browser: cookies, an address of its own, and no redirect that it is not told to follow.
type browser struct {
	http.Client
	at   string // the gateway
	from string
}

// newBrowser opens one at an address that nobody else has: with more than thirty people signing in at once, one address would be told to wait.
func newBrowser(at string, t http.RoundTripper) *browser {
	jar, _ := cookiejar.New(nil)                                        // without options it has nothing to fail with
	from := fmt.Sprintf("198.18.%d.%d", rand.IntN(256), rand.IntN(256)) // RFC 2544: for measurements
	return &browser{at: at, from: from, Client: http.Client{Transport: t, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// page is what came: where to, if it was a redirect, or a text.
type page struct {
	status   int
	location *url.URL
	body     string
}

func (b *browser) do(req *http.Request, err error) (page, error) {
	if err != nil {
		return page{}, err
	}
	req.Header.Set("X-Forwarded-For", b.from)
	resp, err := b.Do(req)
	if err != nil {
		return page{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return page{}, err
	}
	p := page{status: resp.StatusCode, body: string(body)}
	to := resp.Header.Get("Location")
	if _, refresh, ok := strings.Cut(resp.Header.Get("Refresh"), "url="); ok { // how a form that was posted leads on
		to = refresh
	}
	if to != "" {
		p.location, err = req.URL.Parse(to)
	}
	return p, err
}

func (b *browser) get(address string) (page, error) {
	return b.do(http.NewRequest(http.MethodGet, address, nil))
}

func (b *browser) post(address string, form url.Values) (page, error) {
	req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return b.do(req, err)
}

var (
	actionOf = regexp.MustCompile(`<form[^>]* action="(/signin[^"]*)"`)
	hiddenOf = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
)

// submit fills one of the two forms of a sign-in in, with names and values in turn. The second names the person again, for password managers.
func (b *browser) submit(p page, values ...string) (page, error) {
	action := actionOf.FindStringSubmatch(p.body)
	if action == nil {
		return page{}, fmt.Errorf("status %d, and no form to sign in with: %.200s", p.status, p.body)
	}
	form := url.Values{}
	for i := 0; i+1 < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	for _, hidden := range hiddenOf.FindAllStringSubmatch(p.body, -1) {
		form.Set(hidden[1], html.UnescapeString(hidden[2]))
	}
	return b.post(b.at+html.UnescapeString(action[1]), form)
}

// follow goes on to where a redirect leads, and no further.
func (b *browser) follow(p page, err error) (page, error) {
	if err != nil {
		return page{}, err
	}
	if p.location == nil {
		return page{}, fmt.Errorf("status %d, and not sent on: %.200s", p.status, p.body)
	}
	return b.get(p.location.String())
}

func (b *browser) authorize() (page, error) {
	return b.get(b.at + "/oauth/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {clientID}, "redirect_uri": {callback}, "state": {"0123456789abcdef"}, "nonce": {"fedcba9876543210"},
		"scope": {"openid profile email"},
	}.Encode())
}

// codeOf reads the code from the redirect to the application.
func codeOf(p page, err error) (string, error) {
	switch {
	case err != nil:
		return "", err
	case p.location == nil:
		return "", fmt.Errorf("status %d instead of a code: %.200s", p.status, p.body)
	case p.location.Query().Get("code") == "":
		return "", fmt.Errorf("no code in %s", p.location)
	}
	return p.location.Query().Get("code"), nil
}

// signIn goes the whole way of somebody with a new browser, to the code.
func (b *browser) signIn(who string) (code string, err error) {
	p, err := b.follow(b.authorize())
	if err != nil {
		return "", err
	}
	if p, err = b.follow(b.submit(p, "login", who)); err != nil {
		return "", err
	}
	return codeOf(b.follow(b.submit(p, "login", who, "password", password)))
}

// tokens are what the application got.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	ID      string `json:"id_token"`
}

func (b *browser) token(form url.Values) (tokens, error) {
	req, err := http.NewRequest(http.MethodPost, b.at+"/oauth/token", strings.NewReader(form.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth(clientID, clientSecret)
	}
	p, err := b.do(req, err)
	if err != nil {
		return tokens{}, err
	}
	var got tokens
	if err := json.Unmarshal([]byte(p.body), &got); err != nil || p.status != http.StatusOK || got.Access == "" || got.ID == "" {
		return tokens{}, fmt.Errorf("status %d instead of tokens: %.200s", p.status, p.body)
	}
	return got, nil
}

func (b *browser) exchange(code string) (tokens, error) {
	return b.token(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}})
}

func (b *browser) refresh(old string) (tokens, error) {
	got, err := b.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {old}})
	if err == nil && got.Refresh == "" {
		err = errors.New("no refresh token came")
	}
	return got, err
}

func (b *browser) userinfo(access, who string) error {
	req, err := http.NewRequest(http.MethodGet, b.at+"/oauth/userinfo", nil)
	if err == nil {
		req.Header.Set("Authorization", "Bearer "+access)
	}
	p, err := b.do(req, err)
	if err == nil && (p.status != http.StatusOK || !strings.Contains(p.body, `"`+who+`@example.org"`)) {
		err = fmt.Errorf("status %d, and not what is known of %s: %.200s", p.status, who, p.body)
	}
	return err
}

// whole is a complete sign-in, as the application sees it.
func (b *browser) whole(who string) (tokens, error) {
	code, err := b.signIn(who)
	if err != nil {
		return tokens{}, err
	}
	got, err := b.exchange(code)
	if err != nil {
		return tokens{}, err
	}
	return got, b.userinfo(got.Access, who)
}
