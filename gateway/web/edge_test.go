package web_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

func TestAPublicURLIsAnOriginAndNothingElse(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://id.example.org": "https://id.example.org/x", "https://id.example.org/": "https://id.example.org/x", "http://127.0.0.1:8080": "http://127.0.0.1:8080/x",
	} {
		if got := webtest.Kit(t, web.Options{PublicURL: address}).Link("/x"); got != want {
			t.Errorf("%s: links look like %s", address, got)
		}
	}
	for _, bad := range []string{"", "id.example.org", "ftp://id.example.org", "https://", "https://id.example.org/sso", "https://u:p@id.example.org", "https://x?y", "https://x#y", "https://\x00"} {
		if _, err := web.ParsePublicURL(bad); err == nil {
			t.Errorf("%q is taken for a public URL", bad)
		}
	}
	renderer := webtest.Renderer(t)
	good := web.Options{Renderer: renderer, Bundle: renderer.Bundle(), Sealer: webtest.Keyring(t), PublicURL: "https://id.example.org"}
	noSealer, noURL, badRoute := good, good, good
	noSealer.Sealer, noURL.PublicURL, badRoute.CrossOrigin = nil, "", []string{"POST {"}
	for name, opts := range map[string]web.Options{"no sealer": noSealer, "no URL": noURL, "a route that is none": badRoute} {
		if _, err := web.New(opts); err == nil {
			t.Errorf("%s: a kit was made", name)
		}
	}
}

func TestAHandlerOutsideTheMiddlewareStillFailsWithAPage(t *testing.T) {
	t.Parallel()
	kit := webtest.Kit(t, web.Options{})
	server := httptest.NewServer(kit.Handle(fails(fault.New(fault.NotFound, "x"))))
	t.Cleanup(server.Close)
	if page := webtest.New(t, server.URL).Get("/"); page.Status != 404 || !page.Says("There is nothing here") || page.Header.Get("X-Request-Id") == "" {
		t.Errorf("status %d, %q", page.Status, page.Text("body"))
	}
}

// brokenRenderer cannot draw anything.
type brokenRenderer struct{}

func (brokenRenderer) Page(io.Writer, *i18n.Locale, templates.Layout, templates.Page) error {
	return errors.New("the theme is broken: secret path")
}

func (brokenRenderer) Partial(io.Writer, *i18n.Locale, string, templates.Page) error {
	return errors.New("the theme is broken: secret path")
}

func TestABrokenThemeStillLeavesANumberToAskFor(t *testing.T) {
	t.Parallel()
	var s *site
	s = open(t, web.Options{Renderer: brokenRenderer{}, Bundle: webtest.Renderer(t).Bundle()}, map[string]web.Handler{
		"GET /": func(w http.ResponseWriter, r *http.Request) error {
			return s.kit.Page(w, r, 200, templates.LoginPage{})
		},
		"GET /part": func(w http.ResponseWriter, r *http.Request) error {
			return s.kit.Partial(w, r, 200, "strength", templates.StrengthMeter{})
		},
	})
	for _, path := range []string{"/", "/part"} {
		page := webtest.New(t, s.URL).Get(path)
		if page.Status != 500 || !strings.Contains(page.Body, page.Header.Get("X-Request-Id")) || strings.Contains(page.Body, "secret") {
			t.Errorf("%s: status %d, %q", path, page.Status, page.Body)
		}
	}
	if !strings.Contains(s.log.String(), "the theme is broken") {
		t.Error("the log does not say why")
	}
}

func TestPartialsAreForHTMXAlone(t *testing.T) {
	t.Parallel()
	var s *site
	s = open(t, web.Options{}, map[string]web.Handler{"POST /": func(w http.ResponseWriter, r *http.Request) error {
		if !web.IsPartial(r) {
			return s.kit.Page(w, r, 200, templates.StrengthMeter{Typed: true, Score: 4, Accepted: true})
		}
		return s.kit.Partial(w, r, 200, "strength", templates.StrengthMeter{Typed: true, Score: 4, Accepted: true})
	}})
	for _, c := range []struct {
		htmx, boosted string
		whole         bool
	}{{"", "", true}, {"true", "", false}, {"true", "true", true}} {
		b := webtest.New(t, s.URL)
		b.Header.Set("HX-Request", c.htmx)
		b.Header.Set("HX-Boosted", c.boosted)
		page := b.Post("/")
		if strings.Contains(page.Body, "<!doctype") != c.whole || !page.Says("Strong.") || !strings.Contains(page.Header.Get("Vary"), "HX-Request") {
			t.Errorf("%+v: %q", c, page.Body)
		}
	}
}

func TestAFormWithAFileIsKeptButForTheFile(t *testing.T) {
	t.Parallel()
	s := open(t, web.Options{}, map[string]web.Handler{"POST /profile": fails(fault.New(fault.Unavailable, "down")), "POST /read": func(w http.ResponseWriter, r *http.Request) error {
		form, err := web.Form(r)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, form.Get("given"))
		return err
	}})
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	_ = m.WriteField("given", "André")
	part, err := m.CreateFormFile("photo", "me.jpg")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write([]byte("\xff\xd8 a photo"))
	_ = m.Close()
	page := webtest.New(t, s.URL).PostBody("/profile", m.FormDataContentType(), body.String())
	if page.Status != 503 || page.Find("form input[name=given]").AttrOr("value", "") != "André" || page.Has("input[name=photo]") {
		t.Errorf("status %d, %q", page.Status, page.Body)
	}
	const lost = "The photo is not: choose it once more afterwards."
	if !strings.Contains(page.Text("main"), lost) {
		t.Errorf("the page does not say that the photo is lost: %q", page.Text("main"))
	}
	if page := webtest.New(t, s.URL).PostBody("/profile", "application/x-www-form-urlencoded", "given=x"); strings.Contains(page.Text("main"), lost) {
		t.Errorf("a photo is missed that nobody sent: %q", page.Text("main"))
	}
	if page := webtest.New(t, s.URL).PostBody("/read", m.FormDataContentType(), body.String()); page.Text("body") != "André" {
		t.Errorf("read %q", page.Body)
	}
}

func TestWhatNoPersonTypedIsNotKept(t *testing.T) {
	t.Parallel()
	s := open(t, web.Options{}, map[string]web.Handler{"POST /x": fails(fault.New(fault.Unavailable, "down"))})
	for name, values := range map[string][]string{
		"many": strings.Split(strings.Repeat("a,b,", 201)+"a,b", ","), "large": {"a", strings.Repeat("x", 50<<10)},
	} {
		if page := webtest.New(t, s.URL).Post("/x", values...); page.Status != 503 || page.Has("main form") {
			t.Errorf("%s: status %d, %d bytes", name, page.Status, len(page.Body))
		}
	}
}

func TestALongNoticeIsCutAndOnlyTheLastAreKept(t *testing.T) {
	t.Parallel()
	var s *site
	s = open(t, web.Options{}, map[string]web.Handler{
		"POST /": func(w http.ResponseWriter, r *http.Request) error {
			for _, word := range []string{"first", "second", "third", "fourth"} {
				s.kit.Flash(w, r, templates.FlashDone, i18n.M("The %s notice.", word))
			}
			s.kit.Flash(w, r, templates.FlashDone, i18n.Verbatim(strings.Repeat("é", 900)))
			return s.kit.SeeOther(w, r, "/")
		},
		"GET /": func(w http.ResponseWriter, r *http.Request) error {
			return s.kit.Page(w, r, 200, templates.LoginPage{})
		},
	})
	page := webtest.New(t, s.URL).Post("/")
	if page.Says("The first notice.") || !page.Says("The fourth notice.") || strings.Count(page.Body, "é") != 200 || strings.Contains(page.Body, "\ufffd") {
		t.Errorf("%d é on %q", strings.Count(page.Body, "é"), page.Text("body"))
	}
}

func TestWithoutRandomnessThereIsStillAnAnswer(t *testing.T) {
	t.Parallel()
	s := open(t, web.Options{Rand: iotest.ErrReader(io.ErrUnexpectedEOF)}, map[string]web.Handler{"GET /": answer})
	if page := webtest.New(t, s.URL).Get("/"); page.Status != 200 || page.Header.Get("X-Request-Id") != "unknown" {
		t.Errorf("status %d, id %q", page.Status, page.Header.Get("X-Request-Id"))
	}
}

func TestTheServerBoundsWhatItReads(t *testing.T) {
	t.Parallel()
	log := &lines{}
	server := web.NewServer("", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _ = ok(w) }), slog.New(slog.NewTextHandler(log, nil)))
	if server.ReadHeaderTimeout == 0 || server.ReadTimeout == 0 || server.WriteTimeout == 0 || server.IdleTimeout == 0 {
		t.Error("a client could hold on for ever")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	for size, want := range map[int]int{8 << 10: 200, 64 << 10: 431} {
		b := webtest.New(t, "http://"+listener.Addr().String())
		b.Header.Set("X-Large", strings.Repeat("x", size))
		if page := b.Get("/"); page.Status != want {
			t.Errorf("%d bytes of headers: status %d, want %d", size, page.Status, want)
		}
	}
}

func TestWordsOfTheConfigurationFallBackToEnglish(t *testing.T) {
	t.Parallel()
	bundle := webtest.Renderer(t).Bundle()
	texts := map[string]string{"en": "Member number", "fr": "Numéro"}
	if got := web.Words(texts, bundle.Locale("fr")); got != "Numéro" {
		t.Errorf("in French: %q", got)
	}
	if got := web.Words(map[string]string{"en": "Member number"}, bundle.Locale("fr")); got != "Member number" {
		t.Errorf("without French: %q", got)
	}
	if got := web.Words(nil, bundle.Locale("fr")); got != "" {
		t.Errorf("without any: %q", got)
	}
}

func TestThePersonsOwnLanguageComesFromThePageToo(t *testing.T) {
	t.Parallel()
	var s *site
	s = open(t, web.Options{}, map[string]web.Handler{"GET /": func(w http.ResponseWriter, r *http.Request) error {
		web.SetLanguage(r, "fr")
		w.Header().Set("X-Addr", web.ClientAddr(r).String())
		return s.kit.Page(w, r, 200, templates.LoginPage{Hidden: web.Hidden(r, templates.Hidden{Name: "a", Value: "b"})})
	}})
	page := webtest.New(t, s.URL).Get("/?continue=%2Fprofile")
	if page.Find("html").AttrOr("lang", "") != "fr" || page.Header.Get("X-Addr") != "127.0.0.1" {
		t.Errorf("lang %q, address %q", page.Find("html").AttrOr("lang", ""), page.Header.Get("X-Addr"))
	}
	if page.Find("input[name=continue]").AttrOr("value", "") != "/profile" || page.Find("input[name=a]").AttrOr("value", "") != "b" {
		t.Errorf("hidden fields are missing: %s", page.Body)
	}
	if got := web.WithContinue("/password?step=x", "/profile"); got != "/password?step=x&continue=%2Fprofile" {
		t.Errorf("added to a query: %q", got)
	}
	if got := web.WithContinue("/signin", ""); got != "/signin" {
		t.Errorf("nothing to add: %q", got)
	}
}
