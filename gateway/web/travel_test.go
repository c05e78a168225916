package web_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// shop is a page that shows its layout, and a form that leaves notices.
func shop(t *testing.T, opts web.Options) *site {
	t.Helper()
	var s *site
	s = open(t, opts, map[string]web.Handler{
		"GET /page": func(w http.ResponseWriter, r *http.Request) error {
			s.kit.ReturnTo(w, r)
			return s.kit.Page(w, r, 200, templates.LoginPage{Action: "/form"})
		},
		"POST /form": func(w http.ResponseWriter, r *http.Request) error {
			s.kit.Flash(w, r, templates.FlashDone, i18n.M("Your profile was saved."))
			s.kit.Flash(w, r, templates.FlashWarning, i18n.M("But not your photo."))
			return s.kit.SeeOther(w, r, "/page")
		},
		"POST /here": func(w http.ResponseWriter, r *http.Request) error {
			s.kit.Flash(w, r, templates.FlashNotice, i18n.M("Said at once."))
			return s.kit.Page(w, r, 422, templates.LoginPage{})
		},
	})
	return s
}

func TestANoticeIsShownOnceAfterTheRedirect(t *testing.T) {
	t.Parallel()
	b := webtest.New(t, shop(t, web.Options{}).URL)
	page := b.Post("/form")
	if !page.Says("Your profile was saved.") || !page.Says("But not your photo.") {
		t.Errorf("the notices are not on the next page: %q", page.Text("body"))
	}
	if page := b.Get("/page"); page.Says("Your profile was saved.") {
		t.Error("the notice is shown twice")
	}
	if page := b.Post("/here"); !page.Says("Said at once.") {
		t.Error("a notice of the page itself is missing")
	}
	if page := b.Get("/page"); page.Says("Said at once.") {
		t.Error("a notice that was shown at once comes again")
	}
}

func TestNobodyElseCanPutWordsOnOurPages(t *testing.T) {
	t.Parallel()
	s := shop(t, web.Options{})
	b := webtest.New(t, s.URL)
	sealed, err := webtest.Keyring(t).Seal("continue", nil, []byte(`[{"k":"done","t":"Call 555-1234"}]`))
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{`[{"k":"done","t":"Call 555-1234"}]`, sealed, "AA"} {
		b.Header.Set("Cookie", "flash="+url.QueryEscape(value))
		if page := b.Get("/page"); page.Status != 200 || page.Says("555") {
			t.Errorf("cookie %q: status %d, %q", value, page.Status, page.Text("body"))
		}
	}
}

func TestTheReadersLanguage(t *testing.T) {
	t.Parallel()
	s := shop(t, web.Options{Language: func(r *http.Request) string { return r.Header.Get("X-Own") }})
	lang := func(page *webtest.Page) string { return page.Find("html").AttrOr("lang", "") }
	b := webtest.New(t, s.URL)
	if got := lang(b.Get("/page")); got != "en" {
		t.Errorf("without any wish: %q", got)
	}
	b.Header.Set("Accept-Language", "fr-CH, en;q=0.5")
	if page := b.Get("/page"); lang(page) != "fr" || page.Header.Get("Content-Language") != "fr" {
		t.Errorf("by the browser: %q", lang(page))
	}
	b.Header.Set("X-Own", "en")
	if got := lang(b.Get("/page")); got != "en" {
		t.Errorf("the person's own language: %q", got)
	}
	if got := lang(b.Get("/page?lang=fr")); got != "fr" {
		t.Errorf("just chosen: %q", got)
	}
	if got := lang(b.Get("/page")); got != "fr" {
		t.Errorf("chosen before: %q", got)
	}
	for _, wrong := range []string{"xx", "fr;DROP", strings.Repeat("f", 900)} {
		if page := b.Get("/page?lang=" + url.QueryEscape(wrong)); page.Status != 200 || lang(page) != "fr" {
			t.Errorf("lang=%.10q: status %d, %q", wrong, page.Status, lang(page))
		}
	}
}

func TestLanguageSwitchKeepsTheRestOfTheAddress(t *testing.T) {
	t.Parallel()
	page := webtest.New(t, shop(t, web.Options{}).URL).Get("/page?continue=%2Fa%3Fb%3Dc&lang=en")
	href := page.Find("a[hreflang=fr], a[lang=fr]").AttrOr("href", "")
	u, err := url.Parse(href)
	if err != nil || u.Path != "/page" || u.Query().Get("lang") != "fr" || u.Query().Get("continue") != "/a?b=c" {
		t.Errorf("the link to French is %q", href)
	}
}

func TestOnlyLocalAddressesAreFollowed(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/profile", "/oauth/authorize?a=b&c=%2F%2Fevil", "/é", "/a//b", "/?u=https://x.org/"} {
		if err := web.CheckLocal(path); err != nil {
			t.Errorf("%q is refused: %v", path, err)
		}
	}
	for _, path := range []string{
		"", "profile", "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/", "javascript:alert(1)",
		"/\t/evil.example", "/a\nb", "\t//evil.example", " //evil.example", "///evil.example", "/a\x00", "/\xff", "/%zz", "/" + strings.Repeat("a", 7<<10),
	} {
		if web.CheckLocal(path) == nil {
			t.Errorf("%q is taken for a local address", path)
		}
	}
}

func TestWhereToGoOnTravelsSealed(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	now.Store(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC).Unix())
	s := shop(t, web.Options{Clock: func() time.Time { return time.Unix(now.Load(), 0) }})
	to := web.ReturnTo{
		Path: "/oauth/authorize?client_id=orders", Login: "jdoe", Again: true,
		App: templates.AppCard{Name: "Orders", Logo: "/logo/orders", URL: "https://orders.example"},
	}
	value, err := s.kit.SealReturn(to)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.kit.OpenReturn(value); got != to {
		t.Errorf("opened %+v", got)
	}
	page := webtest.New(t, s.URL).Get(web.WithContinue("/page", value))
	if !page.Says("Orders") || page.Header.Get("Cross-Origin-Opener-Policy") != "" {
		t.Errorf("the page does not show the application, or cuts it off: %q %q", page.Text("body"), page.Header)
	}
	home := web.ReturnTo{Path: "/"}
	for _, bad := range []string{"", "//evil.example", "https://evil.example", value + "A", value[1:], strings.Repeat("A", 13<<10)} {
		if got := s.kit.OpenReturn(bad); got != home {
			t.Errorf("%.20q opens as %+v", bad, got)
		}
	}
	if got := s.kit.OpenReturn("/profile"); got.Path != "/profile" {
		t.Errorf("a local path opens as %+v", got)
	}
	now.Add(int64((25 * time.Hour).Seconds()))
	if got := s.kit.OpenReturn(value); got != home {
		t.Errorf("after a day it still opens: %+v", got)
	}
	if _, err := s.kit.SealReturn(web.ReturnTo{Path: "https://evil.example"}); err == nil {
		t.Error("another site was sealed")
	}
	// An application with much to say of itself cannot make the address too long.
	much := strings.Repeat("&", 9000)
	for _, logo := range []string{"data:" + much, "/" + much} {
		long, err := s.kit.SealReturn(web.ReturnTo{Path: "/", App: templates.AppCard{Name: "A", Logo: logo, URL: "https://" + much, Policy: "https://" + much, Terms: "https://" + much}})
		if err != nil || s.kit.OpenReturn(long).App.Name != "A" || len(long) > 500 {
			t.Errorf("%d bytes, %v", len(long), err)
		}
	}
}

func TestLeavingAfterAPostIsNoRedirect(t *testing.T) {
	t.Parallel()
	target := "https://orders.example/cb?code=a%20b&state='x'"
	var s *site
	leave := func(w http.ResponseWriter, r *http.Request) error { return s.kit.Leave(w, r, target) }
	s = open(t, web.Options{}, map[string]web.Handler{"GET /go": leave, "POST /go": leave})
	b := webtest.New(t, s.URL)
	if page := b.Get("/go"); page.Status != 303 || page.Header.Get("Location") != target {
		t.Errorf("GET: %d %q", page.Status, page.Header.Get("Location"))
	}
	page := b.Post("/go")
	if page.Status != 200 || page.Header.Get("Location") != "" || page.Header.Get("Refresh") != "0; url="+target {
		t.Errorf("POST: %d, headers %v", page.Status, page.Header)
	}
	if href := page.Find("#continue").AttrOr("href", ""); mustUnescape(href) != mustUnescape(target) {
		t.Errorf("the link for people is %q", href)
	}
	b.Header.Set("HX-Request", "true")
	if page := b.Post("/go"); page.Header.Get("HX-Redirect") != target {
		t.Errorf("htmx: headers %v", page.Header)
	}
}

func mustUnescape(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

func TestNobodyIsSentToAScript(t *testing.T) {
	t.Parallel()
	var target atomic.Value
	var s *site
	s = open(t, web.Options{}, map[string]web.Handler{"GET /go": func(w http.ResponseWriter, r *http.Request) error {
		return s.kit.Leave(w, r, target.Load().(string))
	}, "GET /see": func(w http.ResponseWriter, r *http.Request) error {
		return s.kit.SeeOther(w, r, "https://evil.example")
	}})
	for _, bad := range []string{"javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "//evil.example", "evil.example", "https://a\r\nX: y", "https://a/\"x", ""} {
		target.Store(bad)
		if page := webtest.New(t, s.URL).Get("/go"); page.Status != 500 {
			t.Errorf("%q: status %d", bad, page.Status)
		}
	}
	for _, good := range []string{"https://orders.example/cb?code=x", "http://127.0.0.1:1/cb", "com.example.app:/cb?code=x", "/oauth/authorize?x=y"} {
		target.Store(good)
		if page := webtest.New(t, s.URL).Get("/go"); len(page.Hops) == 1 && (page.Status != 303 || page.Header.Get("Location") != good) {
			t.Errorf("%q: status %d", good, page.Status)
		}
	}
	if page := webtest.New(t, s.URL).Get("/see"); page.Status != 500 {
		t.Errorf("SeeOther to another site: %d", page.Status)
	}
}

func TestCookiesAreTiedToHostAndHTTPS(t *testing.T) {
	t.Parallel()
	s := shop(t, web.Options{PublicURL: "https://id.example.org"})
	req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/form", nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	raw.Body.Close()
	set := raw.Header.Values("Set-Cookie")
	if len(set) != 1 {
		t.Fatalf("cookies %q", set)
	}
	for _, part := range []string{"__Host-flash=", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"} {
		if !strings.Contains(set[0], part) {
			t.Errorf("%q lacks %s", set[0], part)
		}
	}
	if strings.Contains(set[0], "Domain") {
		t.Errorf("%q has a domain", set[0])
	}
}

func TestErrorsLandAtTheirField(t *testing.T) {
	t.Parallel()
	form := templates.Form{Sections: []templates.Section{{Fields: []templates.Field{{Name: "emails"}}}}}
	if !web.Explain(&form, fault.Say(fault.Conflict, "emails", "%s is taken.", "a@b")) {
		t.Fatal("not explained")
	}
	if got := form.Sections[0].Fields[0].Error.String(); got != "a@b is taken." {
		t.Errorf("at the field: %q", got)
	}
	if !web.Explain(&form, fault.Say(fault.Invalid, "elsewhere", "Too long.")) || form.Problems[0].Message.String() != "Too long." {
		t.Errorf("an error of no field of the form: %+v", form.Problems)
	}
	for _, err := range []error{fault.New(fault.Invalid, "no words"), fault.Say(fault.Unavailable, "", "Later."), bytes.ErrTooLarge} {
		if web.Explain(&form, err) {
			t.Errorf("%v was taken for a mistake in the form", err)
		}
	}
}

func TestAMailSpeaksTheReadersLanguageElseThatOfThePage(t *testing.T) {
	t.Parallel()
	kit := webtest.Kit(t, web.Options{})
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Accept-Language", "fr")
	for own, want := range map[string]string{"": "fr", "en": "en", "en-GB, fr;q=0.1": "en", "xx": "fr"} {
		if got := kit.LocaleOf(r, own).Tag(); got != want {
			t.Errorf("somebody with %q reads %q, want %q", own, got, want)
		}
	}
}

func TestWhatWasDoneOnlyInPartIsLogged(t *testing.T) {
	t.Parallel()
	var s *site
	s = open(t, web.Options{}, map[string]web.Handler{"GET /": func(w http.ResponseWriter, r *http.Request) error {
		s.kit.Note(r, errors.New("the mail was not sent"))
		return ok(w)
	}})
	id := webtest.New(t, s.URL).Get("/").Header.Get("X-Request-Id")
	if log := s.log.String(); !strings.Contains(log, "the mail was not sent") || strings.Count(log, id) != 2 {
		t.Errorf("the log says %q", log)
	}
}

func TestMetricsSeeTheRouteAndNeverThePath(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen []string
	s := open(t, web.Options{Observe: func(route, method string, status int, _ time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, fmt.Sprint(method, " ", route, " ", status))
	}}, map[string]web.Handler{"GET /photo/{id}": answer})
	b := webtest.New(t, s.URL)
	b.Get("/photo/4711")
	b.Get("/nowhere/4711")
	mu.Lock()
	defer mu.Unlock()
	if got := strings.Join(seen, ", "); got != "GET GET /photo/{id} 200, GET  404" {
		t.Errorf("observed %q", got)
	}
}
