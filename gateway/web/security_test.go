package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

func answer(w http.ResponseWriter, _ *http.Request) error { return ok(w) }

func TestEveryResponseHasTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := open(t, web.Options{PublicURL: "https://id.example.org"}, map[string]web.Handler{"GET /": answer, "GET /fails": fails(http.ErrNoCookie)})
	for _, path := range []string{"/", "/fails", "/nowhere"} {
		h := webtest.New(t, s.URL).Get(path).Header
		for name, want := range map[string]string{
			"Content-Security-Policy":      web.ContentSecurityPolicy,
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "same-origin",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cache-Control":                "no-store",
			"Strict-Transport-Security":    "max-age=63072000",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), want)
			}
		}
		if !strings.Contains(h.Get("Permissions-Policy"), "camera=()") {
			t.Errorf("%s: Permissions-Policy is %q", path, h.Get("Permissions-Policy"))
		}
	}
	plain := open(t, web.Options{}, map[string]web.Handler{"GET /": answer})
	if got := webtest.New(t, plain.URL).Get("/").Header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("plain http promises https: %q", got)
	}
	for _, word := range []string{"unsafe-inline", "unsafe-eval", "*", "http:", "https:"} {
		if strings.Contains(web.ContentSecurityPolicy, word) {
			t.Errorf("the policy allows %q", word)
		}
	}
}

func TestAddPolicyAddsToOneResponse(t *testing.T) {
	t.Parallel()
	s := open(t, web.Options{}, map[string]web.Handler{"GET /": func(w http.ResponseWriter, _ *http.Request) error {
		web.AddPolicy(w, "frame-src 'self'")
		web.AllowOpener(w)
		return ok(w)
	}})
	h := webtest.New(t, s.URL).Get("/").Header
	if h.Get("Content-Security-Policy") != web.ContentSecurityPolicy+"; frame-src 'self'" || h.Get("Cross-Origin-Opener-Policy") != "" {
		t.Errorf("headers %v", h)
	}
}

func TestPostsFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	done := 0
	count := func(w http.ResponseWriter, _ *http.Request) error { done++; return ok(w) }
	s := open(t, web.Options{PublicURL: "https://id.example.org", CrossOrigin: []string{"POST /oauth/token"}}, map[string]web.Handler{
		"POST /password": count, "POST /oauth/token": count, "GET /password": count,
	})
	cases := []struct {
		path, site, origin string
		allowed            bool
	}{
		{"/password", "same-origin", "", true},
		{"/password", "none", "", true},
		{"/password", "cross-site", "", false},
		{"/password", "same-site", "", false},
		{"/password", "-", "https://evil.example", false},
		{"/password", "-", "null", false},
		{"/password", "-", "https://id.example.org", true},
		{"/password", "-", "", true}, // neither header: not a browser, so no cookies to abuse
		{"/oauth/token", "cross-site", "https://app.example", true},
	}
	for _, c := range cases {
		before := done
		page := postAs(t, s, c.path, c.site, c.origin)
		if (done == before+1) != c.allowed {
			t.Errorf("%+v: status %d", c, page.StatusCode)
		}
		if !c.allowed && page.StatusCode != 403 {
			t.Errorf("%+v: status %d, want 403", c, page.StatusCode)
		}
	}
}

func postAs(t *testing.T, s *site, path, fetchSite, origin string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+path, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	if fetchSite != "-" {
		req.Header.Set("Sec-Fetch-Site", fetchSite)
	}
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp
}

func TestOversizedAndMalformedRequestsGetAPage(t *testing.T) {
	t.Parallel()
	read := func(w http.ResponseWriter, r *http.Request) error {
		if _, err := web.Form(r); err != nil {
			return err
		}
		return ok(w)
	}
	kit := webtest.Kit(t, web.Options{})
	s := open(t, web.Options{}, map[string]web.Handler{"POST /form": read, "GET /": answer})
	const urlencoded = "application/x-www-form-urlencoded"
	for name, c := range map[string]struct {
		kind, body string
		status     int
	}{
		"fits":        {urlencoded, "a=" + strings.Repeat("x", web.MaxForm-2), 200},
		"too large":   {urlencoded, "a=" + strings.Repeat("x", web.MaxForm-1), 413},
		"not a form":  {"application/json", "{}", 415},
		"no kind":     {"", "a=b", 415},
		"bad escape":  {urlencoded, "a=%zz", 400},
		"not UTF-8":   {urlencoded, "a=%ff", 400},
		"name":        {urlencoded, "%ff=a", 400},
		"many fields": {urlencoded, strings.Repeat("a=&", 1001), 400},
		"multipart":   {"multipart/form-data; boundary=x", "--x\r\nnonsense", 400},
		"no boundary": {"multipart/form-data", "x", 400},
		"empty":       {"", "", 200},
	} {
		page := webtest.New(t, s.URL).PostBody("/form", c.kind, c.body)
		if page.Status != c.status || c.status != 200 && !page.Has("h1") {
			t.Errorf("%s: status %d, want %d; %q", name, page.Status, c.status, page.Text("body"))
		}
	}
	if strings.Contains(s.log.String(), "%zz") {
		t.Error("what was typed stands in the log")
	}
	if page := webtest.New(t, s.URL).Get("/?" + strings.Repeat("x", web.MaxTarget)); page.Status != 414 {
		t.Errorf("long address: status %d", page.Status)
	}
	mux := http.NewServeMux()
	mux.Handle("POST /photo", kit.Handle(read, web.MaxBody(web.MaxForm*2)))
	large := serve(t, kit, mux)
	for n, want := range map[int]int{web.MaxForm * 2: 200, web.MaxForm*2 + 1: 413} {
		if page := webtest.New(t, large).PostBody("/photo", urlencoded, "a="+strings.Repeat("x", n-2)); page.Status != want {
			t.Errorf("%d bytes on a route that takes more: status %d, want %d", n, page.Status, want)
		}
	}
}
