package oidc_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/registration"
)

func TestALogoIsFetchedOnceDrawnAnewAndShownWithoutAskingItsSiteAgain(t *testing.T) {
	t.Parallel()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewNRGBA(image.Rect(0, 0, 300, 300))); err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int32
	site := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		switch r.URL.Path {
		case "/logo.png":
			_, _ = rw.Write(picture.Bytes())
		case "/logo.svg":
			_, _ = rw.Write([]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`))
		case "/large":
			_, _ = rw.Write(make([]byte, 65<<10))
		default:
			http.NotFound(rw, r)
		}
	}))
	defer site.Close()
	w := newWorld(t, registering(registration.Open))
	got := w.registered(map[string]any{"client_name": "Sheets", "logo_uri": site.URL + "/logo.png", "policy_uri": "https://sheets.example.org/privacy", "tos_uri": "https://sheets.example.org/terms"})
	if got["logo_uri"] != site.URL+"/logo.png" || asked.Load() != 1 {
		t.Errorf("it is told %v, its site was asked %d times", got["logo_uri"], asked.Load())
	}
	w.set(ada, "")
	page := w.browser().Get(w.rp(fmt.Sprint(got["client_id"])).authURL())
	if !strings.Contains(page.Body, "data:image/png;base64,") || strings.Contains(page.Body, site.URL) || asked.Load() != 1 {
		t.Errorf("asked %d times; the page: %.300s", asked.Load(), page.Body)
	}
	path, mine := w.own(got)
	said := map[string]any{"client_id": got["client_id"], "redirect_uris": []string{callback}, "logo_uri": site.URL + "/logo.png"}
	if status, got := w.tell("PUT", path, mine, said); status != 200 || got["logo_uri"] != site.URL+"/logo.png" {
		t.Errorf("changed: %d %v", status, got)
	}
	delete(said, "logo_uri")
	if status, got := w.tell("PUT", path, mine, said); status != 200 || got["logo_uri"] != nil {
		t.Errorf("taken away: %d %v", status, got)
	}
	// What cannot be shown is left out, and the application registered all the same.
	for _, logo := range []string{site.URL + "/logo.svg", site.URL + "/large", site.URL + "/missing", "data:image/png;base64,AAAA", "data:text/html,x", "/static/app.css", "ftp://x"} {
		if got := w.registered(map[string]any{"logo_uri": logo}); got["logo_uri"] != nil {
			t.Errorf("%s: %v", logo, got["logo_uri"])
		}
	}
	inside := newWorld(t, registering(registration.Open), atIssuer("https://id.example.org"))
	before := asked.Load()
	if status, got := inside.tell("POST", pathRegister, "", map[string]any{"redirect_uris": []string{callback}, "logo_uri": site.URL + "/logo.png"}); status != 201 || got["logo_uri"] != nil || asked.Load() != before {
		t.Errorf("an address inside the organisation: %d %v, asked %d times", status, got["logo_uri"], asked.Load()-before)
	}
}

func TestASectorHasToListEveryRedirectURI(t *testing.T) {
	t.Parallel()
	var list atomic.Value
	list.Store(`["https://a.example.org/cb"]`)
	site := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/sector" {
			http.NotFound(rw, r)
			return
		}
		_, _ = rw.Write([]byte(list.Load().(string)))
	}))
	defer site.Close()
	w := newWorld(t, registering(registration.Open))
	said := map[string]any{"redirect_uris": []string{"https://a.example.org/cb", "https://b.example.org/cb"}, "sector_identifier_uri": site.URL + "/sector", "subject_type": "pairwise"}
	for _, doc := range []string{`["https://a.example.org/cb"]`, `["https://a.example.org/cb","https://b.example.org/cb/"]`, `{"a":1}`, `x`, `[1]`} {
		list.Store(doc)
		w.later(time.Minute)
		if status, got := w.tell("POST", pathRegister, "", said); status != 400 || got["error"] != "invalid_client_metadata" || !strings.Contains(fmt.Sprint(got["error_description"]), "sector_identifier_uri") {
			t.Errorf("%s: %d %v", doc, status, got)
		}
	}
	list.Store(`["https://x.example.org/","https://b.example.org/cb","https://a.example.org/cb"]`)
	w.later(11 * time.Second) // it was fetched a moment ago, and is fetched again because it lacks one
	if got := w.registered(said); got["subject_type"] != "pairwise" || got["sector_identifier_uri"] != site.URL+"/sector" {
		t.Errorf("%v", got)
	}
	said["sector_identifier_uri"] = site.URL + "/missing"
	if status, got := w.tell("POST", pathRegister, "", said); status != 400 {
		t.Errorf("a list that is not there: %d %v", status, got)
	}
	delete(said, "sector_identifier_uri")
	if status, got := w.tell("POST", pathRegister, "", said); status != 400 || !strings.Contains(fmt.Sprint(got["error_description"]), "sector_identifier_uri") {
		t.Errorf("two hosts without a list: %d %v", status, got)
	}
}
