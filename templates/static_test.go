package templates_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wicketgate/wicketgate/templates"
)

func TestStaticFilesAreKeptByBrowsersUntilTheyChange(t *testing.T) {
	t.Parallel()
	r := renderer(t, templates.Options{})
	for name, contentType := range map[string]string{"style.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "htmx.min.js": "text/javascript; charset=utf-8", "favicon.svg": "image/svg+xml"} {
		url := r.Asset(name)
		if !regexp.MustCompile(`^/static/[a-z.]+\.[0-9a-f]{10}\.[a-z]+$`).MatchString(url) {
			t.Errorf("%s has the address %q", name, url)
		}
		response := get(r, url)
		h := response.Header()
		if response.Code != http.StatusOK || h.Get("Content-Type") != contentType || h.Get("Cache-Control") != "public, max-age=31536000, immutable" ||
			h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %d %v", name, response.Code, h)
		}
		if name == "style.css" {
			continue // Made of several.
		}
		if want, err := os.ReadFile("static/" + name); err != nil || response.Body.String() != string(want) {
			t.Errorf("%s is not served as it is: %v", name, err)
		}
	}
	a := renderer(t, templates.Options{Theme: fstest.MapFS{"style.css": file("a{}")}})
	b := renderer(t, templates.Options{Theme: fstest.MapFS{"style.css": file("b{}")}})
	if a.Asset("custom.css") == b.Asset("custom.css") {
		t.Error("a changed file keeps its address")
	}
}

func TestStaticFilesAreCompressedForThoseWhoAsk(t *testing.T) {
	t.Parallel()
	r := renderer(t, templates.Options{})
	for header, gzipped := range map[string]bool{"gzip": true, "br;q=1, GZIP;q=0.5": true, "": false, "br": false, "gzip;q=0": false, "gzip; q=0.0": false} {
		request := httptest.NewRequest(http.MethodGet, r.Asset("style.css"), nil)
		request.Header.Set("Accept-Encoding", header)
		response := httptest.NewRecorder()
		r.Static().ServeHTTP(response, request)
		if got := response.Header().Get("Content-Encoding") == "gzip"; got != gzipped {
			t.Errorf("Accept-Encoding %q: gzip is %v", header, got)
		}
		if !gzipped {
			continue
		}
		z, err := gzip.NewReader(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		if css, err := io.ReadAll(z); err != nil || !strings.Contains(string(css), ".gate") {
			t.Errorf("what was compressed does not come out: %v", err)
		}
	}
}

func TestOnlyKnownAddressesAndReadingMethodsAreServed(t *testing.T) {
	t.Parallel()
	r := renderer(t, templates.Options{})
	for _, c := range []struct {
		method, url string
		status      int
	}{
		{http.MethodGet, "/static/", 404}, {http.MethodGet, "/static/style.css", 404}, {http.MethodGet, "/static/../theme.go", 404},
		{http.MethodGet, "/static/htmx.LICENSE.txt", 404}, {http.MethodPost, r.Asset("style.css"), 405}, {http.MethodHead, r.Asset("style.css"), 200},
	} {
		response := httptest.NewRecorder()
		r.Static().ServeHTTP(response, httptest.NewRequest(c.method, c.url, nil))
		if response.Code != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.url, response.Code, c.status)
		}
		if c.method == http.MethodHead && response.Body.Len() > 0 {
			t.Error("HEAD has a body")
		}
	}
	if r.Asset("nothing.css") != "" {
		t.Error("a file that is not there has an address")
	}
}
