package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// site serves handlers through the whole chain, with the log kept.
type site struct {
	*httptest.Server
	kit *web.Kit
	log *lines
}

type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func open(t *testing.T, opts web.Options, routes map[string]web.Handler) *site {
	t.Helper()
	log := &lines{}
	opts.Log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	kit := webtest.Kit(t, opts)
	mux := http.NewServeMux()
	for pattern, h := range routes {
		mux.Handle(pattern, kit.Handle(h))
	}
	s := &site{Server: httptest.NewServer(kit.Middleware(kit.Routes(mux))), kit: kit, log: log}
	t.Cleanup(s.Close)
	return s
}

func serve(t *testing.T, kit *web.Kit, mux *http.ServeMux) string {
	t.Helper()
	server := httptest.NewServer(kit.Middleware(kit.Routes(mux)))
	t.Cleanup(server.Close)
	return server.URL
}

// fails answers with an error.
func fails(err error) web.Handler {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

type wait struct{ error }

func (w wait) Unwrap() error           { return w.error }
func (wait) RetryAfter() time.Duration { return 1500 * time.Millisecond }

func TestEveryErrorIsAPage(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		err    error
		status int
		says   string
	}{
		"notfound":    {fault.New(fault.NotFound, "no entry cn=secret"), 404, "There is nothing here"},
		"conflict":    {fault.New(fault.Conflict, "cn=secret changed"), 409, "Somebody was faster"},
		"denied":      {fault.New(fault.Denied, "secret acl"), 403, "You cannot open this page"},
		"deniedwords": {fault.Say(fault.Denied, "", "Only %s may do this.", "an administrator"), 403, "Only an administrator may do this."},
		"invalid":     {fault.New(fault.Invalid, "secret input"), 422, "Something in the form is not right"},
		"throttled":   {wait{fault.New(fault.Throttled, "secret")}, 429, "Please wait a moment"},
		"unavailable": {fmt.Errorf("reading: %w", fault.New(fault.Unavailable, "ldap1.secret refused")), 503, "We cannot reach the accounts just now"},
		"late":        {fmt.Errorf("secret: %w", context.DeadlineExceeded), 503, "We cannot reach the accounts just now"},
		"uncoded":     {errors.New("secret detail"), 500, "Something went wrong"},
		"badrequest":  {web.Status(400, "secret"), 400, "We did not understand that"},
		"kind":        {web.Status(415, "secret"), 415, "That did not come from a form"},
	}
	routes := map[string]web.Handler{}
	for name, c := range cases {
		routes["GET /"+name] = fails(c.err)
	}
	s := open(t, web.Options{}, routes)
	for name, c := range cases {
		page := webtest.New(t, s.URL).Get("/" + name)
		if page.Status != c.status || !page.Says(c.says) {
			t.Errorf("%s: status %d, page %q; want %d, %q", name, page.Status, page.Text("body"), c.status, c.says)
		}
		if strings.Contains(page.Body, "secret") {
			t.Errorf("%s: the page tells a stranger %q", name, page.Text("body"))
		}
		if id := page.Header.Get("X-Request-Id"); c.status == 500 && (id == "" || !page.Says(id)) {
			t.Errorf("%s: the page lacks the request id %q", name, id)
		}
	}
	if !strings.Contains(s.log.String(), "ldap1.secret refused") {
		t.Error("the log does not say what happened")
	}
	if page := webtest.New(t, s.URL).Get("/throttled"); page.Header.Get("Retry-After") != "2" {
		t.Errorf("Retry-After is %q, want 2: rounded up", page.Header.Get("Retry-After"))
	}
}

func TestPanicIsAPageAndTheNextRequestWorks(t *testing.T) {
	t.Parallel()
	s := open(t, web.Options{}, map[string]web.Handler{
		"GET /boom": func(http.ResponseWriter, *http.Request) error { panic("secret state") },
		"GET /half": func(w http.ResponseWriter, _ *http.Request) error {
			_, _ = io.WriteString(w, "half a page")
			_ = http.NewResponseController(w).Flush()
			panic("later")
		},
	})
	for range 2 {
		page := webtest.New(t, s.URL).Get("/boom")
		if page.Status != 500 || !page.Says("Something went wrong") || strings.Contains(page.Body, "secret state") {
			t.Fatalf("status %d, page %q", page.Status, page.Text("body"))
		}
	}
	if !strings.Contains(s.log.String(), "secret state") || !strings.Contains(s.log.String(), "kit_test.go") {
		t.Error("the log lacks the panic or its stack")
	}
	resp, err := http.Get(s.URL + "/half")
	if err == nil {
		if _, err = io.ReadAll(resp.Body); err == nil {
			t.Error("a page that broke off half-way looks complete")
		}
		resp.Body.Close()
	}
}

func TestUnknownAddressAndWrongMethodArePages(t *testing.T) {
	t.Parallel()
	s := open(t, web.Options{}, map[string]web.Handler{"GET /page": fails(nil), "POST /form": fails(nil)})
	b := webtest.New(t, s.URL)
	if page := b.Get("/nowhere"); page.Status != 404 || !page.Says("There is nothing here") {
		t.Errorf("unknown address: %d %q", page.Status, page.Text("body"))
	}
	page := b.Post("/page")
	if page.Status != 405 || !page.Says("That does not work here") || page.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("wrong method: %d, Allow %q, %q", page.Status, page.Header.Get("Allow"), page.Text("body"))
	}
	if page := b.Get("/form"); page.Status != 405 {
		t.Errorf("GET of a form's address: %d", page.Status)
	}
	if page := b.Get(s.URL + "//page"); page.Status != 405 && page.URL.Path != "/page" {
		t.Errorf("a double slash: %d", page.Status)
	}
}

func TestProgramsGetJSON(t *testing.T) {
	t.Parallel()
	s := open(t, web.Options{}, map[string]web.Handler{"GET /x": fails(fault.Say(fault.Denied, "", "Not for you."))})
	b := webtest.New(t, s.URL)
	b.Header.Set("Accept", "application/json")
	page := b.Get("/x")
	var got map[string]string
	if err := json.Unmarshal([]byte(page.Body), &got); err != nil {
		t.Fatalf("%v in %q", err, page.Body)
	}
	if page.Status != 403 || got["error"] != "denied" || got["message"] != "Not for you." || got["request_id"] != page.Header.Get("X-Request-Id") {
		t.Errorf("status %d, body %v", page.Status, got)
	}
}

func TestAnErrorTakesTheWholePageFromHTMX(t *testing.T) {
	t.Parallel()
	s := open(t, web.Options{}, map[string]web.Handler{"GET /x": fails(fault.New(fault.Denied, "x"))})
	b := webtest.New(t, s.URL)
	b.Header.Set("HX-Request", "true")
	page := b.Get("/x")
	if page.Header.Get("HX-Retarget") != "body" || page.Header.Get("HX-Reswap") != "innerHTML" || page.Status != 403 {
		t.Errorf("status %d, headers %v", page.Status, page.Header)
	}
}

func TestTheFormIsKeptWhileTheDirectoryIsAway(t *testing.T) {
	t.Parallel()
	s := open(t, web.Options{}, map[string]web.Handler{"POST /form": fails(fault.New(fault.Unavailable, "down"))})
	page := webtest.New(t, s.URL).Post("/form?x=1", "given", "André", "mails", "a@b", "mails", "c@d",
		"password", "hunter2", "current", "hunter3", "New_Password", "hunter4")
	if page.Status != 503 {
		t.Fatalf("status %d", page.Status)
	}
	if strings.Contains(page.Body, "hunter") {
		t.Error("a password stands on the page")
	}
	form := page.Find("form[action='/form?x=1']")
	var kept []string
	form.Find("input[type=hidden]").Each(func(_ int, in *goquery.Selection) {
		kept = append(kept, in.AttrOr("name", "")+"="+in.AttrOr("value", ""))
	})
	if got := strings.Join(kept, " "); got != "given=André mails=a@b mails=c@d" {
		t.Errorf("kept %q", got)
	}
	if page.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

func TestLogLineHoldsNoQuery(t *testing.T) {
	t.Parallel()
	s := open(t, web.Options{}, map[string]web.Handler{"GET /reset": func(w http.ResponseWriter, r *http.Request) error {
		web.SetPerson(r, "42")
		return ok(w)
	}})
	webtest.New(t, s.URL).Get("/reset?ticket=hunter2")
	var line map[string]any
	if err := json.Unmarshal([]byte(strings.TrimSpace(s.log.String())), &line); err != nil {
		t.Fatalf("not one JSON line: %v in %q", err, s.log.String())
	}
	if strings.Contains(s.log.String(), "hunter2") || line["path"] != "/reset" || line["status"] != 200.0 || line["person"] != "42" ||
		line["ip"] != "127.0.0.1" || line["request_id"] == "" {
		t.Errorf("log line %v", line)
	}
}

func ok(w http.ResponseWriter) error {
	_, err := io.WriteString(w, "ok")
	return err
}

func TestClientIPIsWhatTheTrustedProxySaw(t *testing.T) {
	t.Parallel()
	show := func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, web.ClientIP(r)+" "+web.RequestID(r))
		return err
	}
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	trusting := open(t, web.Options{TrustedProxies: proxies}, map[string]web.Handler{"GET /": show})
	strict := open(t, web.Options{}, map[string]web.Handler{"GET /": show})
	for forwarded, want := range map[string]string{
		"":                                   "127.0.0.1",
		"192.0.2.1":                          "192.0.2.1",
		"6.6.6.6, 192.0.2.1":                 "192.0.2.1",
		"6.6.6.6, 192.0.2.1, 10.1.1.1":       "192.0.2.1",
		"192.0.2.1:4711":                     "192.0.2.1",
		"[2001:db8::1]:80, fd00::2":          "2001:db8::1",
		"::ffff:192.0.2.7":                   "192.0.2.7",
		"192.0.2.1, junk":                    "127.0.0.1",
		"192.0.2.1, junk, 10.0.0.9":          "10.0.0.9",
		"10.0.0.1":                           "10.0.0.1",
		"," + strings.Repeat("10.0.0.1,", 9): "127.0.0.1",
	} {
		b := webtest.New(t, trusting.URL)
		b.Header.Set("X-Forwarded-For", forwarded)
		b.Header.Set("X-Request-Id", "proxy-1")
		if got := b.Get("/").Body; got != want+" proxy-1" {
			t.Errorf("X-Forwarded-For %q: %q, want %q", forwarded, got, want)
		}
	}
	b := webtest.New(t, strict.URL)
	b.Header.Set("X-Forwarded-For", "192.0.2.1")
	b.Header.Set("X-Request-Id", "forged")
	if got := b.Get("/").Body; !strings.HasPrefix(got, "127.0.0.1 ") || strings.Contains(got, "forged") {
		t.Errorf("a stranger chose his own address or id: %q", got)
	}
}

func TestTwoForwardedHeadersAreOneList(t *testing.T) {
	t.Parallel()
	s := open(t, web.Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, map[string]web.Handler{
		"GET /": func(w http.ResponseWriter, r *http.Request) error {
			_, err := io.WriteString(w, web.ClientIP(r))
			return err
		}})
	b := webtest.New(t, s.URL)
	b.Header["X-Forwarded-For"] = []string{"6.6.6.6", "192.0.2.1"}
	if got := b.Get("/").Body; got != "192.0.2.1" {
		t.Errorf("got %q", got)
	}
}

func TestBadRequestIDOfAProxyIsReplaced(t *testing.T) {
	t.Parallel()
	s := open(t, web.Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, nil)
	for _, id := range []string{"a b", strings.Repeat("a", 65), "<b>"} {
		b := webtest.New(t, s.URL)
		b.Header.Set("X-Request-Id", id)
		if got := b.Get("/").Header.Get("X-Request-Id"); got == id || len(got) != 16 {
			t.Errorf("id %q became %q", id, got)
		}
	}
}
