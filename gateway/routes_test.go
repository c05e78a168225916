package gateway_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/gateway/oidc"
)

// routes are all patterns that the program registers, read from the source: a new one cannot be forgotten here.
func routes(t *testing.T, method string) []string {
	t.Helper()
	pattern := regexp.MustCompile(`\("` + method + ` (?:(/[^"]*)"|"\+(\w+))`)
	named := map[string]string{
		"pathReset": "/password/reset", "pathFirst": "/password/first", "PathConsent": "/consent",
		"PathDevice": "/device", "pathDeviceConfirm": "/device/confirm", "PathApplications": "/applications",
	}
	var found []string
	for _, folder := range []string{".", "../selfservice/signin", "../selfservice/password", "../selfservice/profile", "../selfservice/join", "../selfservice/consents", "../selfservice/admin"} {
		files, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
				continue
			}
			src, err := os.ReadFile(folder + "/" + f.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range pattern.FindAllStringSubmatch(string(src), -1) {
				if m[2] != "" && named[m[2]] == "" {
					t.Fatalf("%s registers %s: say here which address that is", f.Name(), m[2])
				}
				found = append(found, strings.TrimSuffix(m[1], "{$}")+named[m[2]])
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestNoOtherSiteCanPostToOurPages(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	posts := routes(t, "POST")
	if len(posts) < 17 {
		t.Fatalf("found only %q", posts)
	}
	for _, headers := range []http.Header{
		{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}, {"Sec-Fetch-Site": {""}, "Origin": {"https://evil.example"}},
		{"Sec-Fetch-Site": {""}, "Origin": {"null"}},
	} {
		for _, path := range posts {
			r, err := http.NewRequestWithContext(t.Context(), "POST", g.URL+path, strings.NewReader("x=1"))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for name, values := range headers {
				if values[0] != "" {
					r.Header[name] = values
				}
			}
			for _, c := range b.Cookies() {
				r.AddCookie(c)
			}
			resp := send(t, r)
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusForbidden {
				t.Errorf("POST %s with %v: status %d", path, headers, resp.StatusCode)
			}
		}
	}
	// Those of OAuth are open to other sites on purpose, and none else.
	for _, pattern := range oidc.CrossOrigin() {
		_, path, _ := strings.Cut(pattern, " ")
		if slices.Contains(posts, path) || !strings.HasPrefix(path, "/oauth/") {
			t.Errorf("%s is a page, and open to other sites", path)
		}
	}
}

func TestEveryPageIsServedWithTheHeadersThatProtectIt(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	ada, stranger := g.SignIn(t, "ada"), g.Browser(t)
	paths := append(routes(t, "GET"), "/oauth/authorize", "/nowhere", "/profile?x="+strings.Repeat("y", 20_000))
	if len(paths) < 22 {
		t.Fatalf("found only %q", paths)
	}
	for _, path := range paths {
		path = strings.NewReplacer("{mail}", "reset", "{hash}", "0011").Replace(path)
		for _, b := range []*housetest.Browser{ada, stranger} {
			page := b.Get(path)
			h := page.Header
			policy := h.Get("Content-Security-Policy")
			if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe-eval") || h.Get("X-Content-Type-Options") != "nosniff" ||
				h.Get("Referrer-Policy") == "" || h.Get("X-Request-Id") == "" {
				t.Errorf("%.60s: status %d, %v", path, page.Status, h)
			}
			if strings.HasPrefix(page.URL.Path, "/static/") {
				continue // pictures have a policy of their own
			}
			if strings.Contains(policy, "unsafe") && !strings.HasSuffix(path, "/html") {
				t.Errorf("%s: the policy is %s", path, policy)
			}
			if page.Has("script:not([src])") || page.Has("style") && !strings.HasSuffix(path, "/html") || strings.Contains(page.Body, " onclick=") || page.Has("main [style]") && !strings.HasSuffix(path, "/html") {
				t.Errorf("%s has script or style of its own", path)
			}
			if strings.HasPrefix(h.Get("Content-Type"), "text/html") && !strings.Contains(h.Get("Cache-Control"), "no-store") {
				t.Errorf("%s may be kept by a cache: %s", path, h.Get("Cache-Control"))
			}
		}
	}
}

func TestAddressesThatAreNotThereAreAnsweredByAPage(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "andre") // who reads French
	for path, want := range map[string]int{
		"/nowhere": 404, "/profile/": 404, "/admin": 404, "/profile/photo/../../etc/passwd": 404, "/%00": 400, "/%0d%0aSet-Cookie:x=y": 400, "/static/": 404, "/static/../gateway.go": 404,
	} {
		if page := b.Get(path); page.Status != want || !page.Has("main h1") && want == 404 && !strings.HasPrefix(path, "/static") {
			t.Errorf("%s: status %d: %s", path, page.Status, page.Text("body"))
		}
	}
	for path, method := range map[string]string{"/signout": "DELETE", "/profile": "PUT", "/signin": "PATCH", "/profile/mail/resend": "GET", "/oauth/token": "GET"} {
		r, err := http.NewRequestWithContext(t.Context(), method, g.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Accept", "text/html")
		resp := send(t, r)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") == "" {
			t.Errorf("%s %s: status %d, allowed %q", method, path, resp.StatusCode, resp.Header.Get("Allow"))
		}
	}
	if page := b.Get("/nowhere"); page.Find("html").AttrOr("lang", "") == "" {
		t.Error("the page has no language")
	}
}

func TestRequestsThatAreTooLargeOrNoFormsAreRefusedByAPage(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	const form = "application/x-www-form-urlencoded"
	for _, path := range routes(t, "POST") {
		limit := 70_000
		if path == "/profile" || path == "/join" {
			limit = 9 << 20
		}
		for name, bad := range map[string]struct {
			kind, body string
			want       int
		}{
			"large":      {form, "login=" + strings.Repeat("a", limit), 413},
			"JSON":       {"application/json", `{"login":"ada"}`, 415},
			"no UTF-8":   {form, "login=%ff%fe", 400},
			"no form":    {form, "login=%zz", 400},
			"many":       {form, strings.Repeat("a=1&", 1500), 400},
			"multipart":  {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"login\"\r\n\r\nada", 400},
			"no borders": {"multipart/form-data", "login=ada", 400},
		} {
			if page := b.PostBody(path, bad.kind, bad.body); page.Status != bad.want || !page.Has("main h1") {
				t.Errorf("%s, %s: status %d: %s", path, name, page.Status, page.Text("h1"))
			}
		}
	}
	if page := b.Get("/?" + strings.Repeat("a", 20_000)); page.Status != http.StatusRequestURITooLong {
		t.Errorf("a long address: status %d", page.Status)
	}
}

func TestRawNonsenseOnTheWireIsAnsweredAndHarmsNobody(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	for _, raw := range []string{
		"\x16\x03\x01\x02\x00\x01", "GET /signin HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "POST /signin HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("y", 100_000) + "\r\n\r\n",
		"POST /signin HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nzz\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(g.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprint(conn, raw+"\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err == nil {
			if resp.StatusCode < 400 || resp.StatusCode > 499 {
				t.Errorf("%.30q: status %d", raw, resp.StatusCode)
			}
			_ = resp.Body.Close()
		}
		_ = conn.Close()
	}
	if page := g.Browser(t).Get("/signin"); page.Status != 200 {
		t.Errorf("afterwards: status %d", page.Status)
	}
}

func TestTheHostHeaderDecidesNothing(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	for _, headers := range []http.Header{
		{"X-Forwarded-Host": {"evil.example"}, "X-Forwarded-Proto": {"https"}}, {"Forwarded": {"host=evil.example"}}, {"X-Original-Url": {"https://evil.example/"}},
	} {
		for _, path := range []string{"/profile", "/invite", "/signin", "/oauth/authorize?client_id=app&redirect_uri=https://evil.example/", "/.well-known/openid-configuration", "/password/forgot"} {
			r, err := http.NewRequestWithContext(t.Context(), "GET", g.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host, r.Header = "evil.example", headers.Clone()
			resp := send(t, r)
			if text := seen(t, resp, "no login"); strings.Contains(resp.Header.Get("Location"), "evil") || strings.Contains(text, "evil.example") && !strings.Contains(path, "evil.example") {
				t.Errorf("%s with %v: status %d, Location %q", path, headers, resp.StatusCode, resp.Header.Get("Location"))
			}
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", g.URL+"/password/forgot", strings.NewReader("login=ada"))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "evil.example"
	r.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Sec-Fetch-Site": {"same-origin"}, "X-Forwarded-Host": {"evil.example"}}
	_ = send(t, r).Body.Close()
	m := g.Mail(t, "ada@example.org")
	if link := m.Link("/password/reset"); !strings.HasPrefix(link, g.URL+"/") || strings.Contains(string(m.Raw), "evil") {
		t.Errorf("the mail leads to %q", link)
	}
}
