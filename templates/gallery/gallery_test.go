package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/PuerkitoBio/goquery"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/sample"
)

func TestEveryLinkOfTheGalleryLeadsToAPageOrMail(t *testing.T) {
	t.Parallel()
	renderer, err := templates.New(templates.Options{Now: sample.Moment, Theme: fstest.MapFS{}})
	if err != nil {
		t.Fatal(err)
	}
	gallery := handler(renderer)
	get := func(url string) *httptest.ResponseRecorder {
		response := httptest.NewRecorder()
		gallery.ServeHTTP(response, httptest.NewRequest(http.MethodGet, url, nil))
		return response
	}
	index, err := goquery.NewDocumentFromReader(get("/").Body)
	if err != nil {
		t.Fatal(err)
	}
	links := index.Find("a")
	if links.Length() < 100 {
		t.Errorf("only %d links", links.Length())
	}
	links.Each(func(_ int, s *goquery.Selection) {
		url := s.AttrOr("href", "")
		response := get(url)
		policy := response.Header().Get("Content-Security-Policy")
		if response.Code != http.StatusOK || !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") != strings.HasPrefix(url, "/mails/") {
			t.Errorf("%s: %d, policy %q", url, response.Code, policy)
		}
	})
	for _, url := range []string{"/pages/en/none", "/pages/xx/signin", "/mails/en/none.html", "/mails/xx/reset.txt", "/none"} {
		if code := get(url).Code; code != http.StatusNotFound {
			t.Errorf("%s: %d", url, code)
		}
	}
}

func TestTheGallerySaysWhatIsWrongAtStart(t *testing.T) {
	t.Parallel()
	theme := t.TempDir()
	if err := run("127.0.0.1:99999", theme); err == nil || !strings.Contains(err.Error(), "127.0.0.1:99999") {
		t.Errorf("got %v", err)
	}
}
