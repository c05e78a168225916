package gateway_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// second asks the second address, which strangers cannot reach.
func second(t *testing.T, g *housetest.Gateway, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	g.Replicas[0].Metrics().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Code, w.Body.String()
}

func TestTheSecondAddressSaysWhatIsWrongAndTheFirstDoesNot(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	if status, text := second(t, g, "/readyz"); status != 200 || !strings.Contains(text, g.Directory.URL) {
		t.Errorf("%d %s", status, text)
	}
	g.Inbox.Fail(inbox.From, inbox.Fault{Code: 554, Text: "go away"}, -1)
	g.SignIn(t, "ada").Post("/admin/mails/test")
	if status, text := second(t, g, "/readyz"); status != 200 || !strings.Contains(text, "go away") {
		t.Errorf("mail that fails is no reason to sign nobody in: %d %s", status, text)
	}
	if status, _ := call(t, "GET", g.URL+"/metrics", "", nil); status != 404 {
		t.Errorf("strangers reach the metrics: %d", status)
	}
	g.Directory.Stop(t)
	soon(t, "/readyz says that the directory is away", func() bool { status, _ := second(t, g, "/readyz"); return status == 503 })
	if _, text := second(t, g, "/readyz"); !strings.Contains(text, `"last_error"`) || strings.Contains(text, "service-password") {
		t.Errorf("it says %s", text)
	}
	if status, answer := call(t, "GET", g.URL+"/readyz", "", nil); status != 503 || len(answer) != 1 {
		t.Errorf("strangers learn %d %v", status, answer)
	}
	if status, _ := second(t, g, "/healthz"); status != 200 {
		t.Errorf("/healthz: %d", status)
	}
	if status, _ := second(t, g, "/signin"); status != 404 {
		t.Errorf("pages are served on the second address: %d", status)
	}
}

func TestMetricsCountWhatHappens(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	everything(t, g)
	g.Browser(t).Get("/nowhere/" + strings.Repeat("x", 50))
	status, text := second(t, g, "/metrics")
	if status != 200 {
		t.Fatalf("status %d", status)
	}
	for _, want := range []string{`route="GET /profile"`, `sign_in`, `code_issued`, "go_goroutines"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, never := range []string{"xxxxx", `="ada`, ldaptest.BaseDN, "example.org", "?t="} {
		if strings.Contains(text, never) {
			t.Errorf("%q stands in the metrics", never)
		}
	}
}

func TestOnlyThoseWhoMaySignInToApplications(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Config: `policy:
  - {name: everybody, can: [edit_self], read: ["*"]}
  - {name: staff, for: {group: staff}, can: [use_oidc]}
`})
	a := newApp(t, g, "house")
	if code := a.signOn(t, g.SignIn(t, "grace")); code == "" {
		t.Error("one of the staff gets no code")
	}
	page := g.SignIn(t, "lee").Get(a.address())
	if q := page.URL.Query(); q.Get("code") != "" || q.Get("error") != "access_denied" {
		t.Errorf("somebody else is at %s, status %d", page.URL, page.Status)
	}
	if page := g.SignIn(t, "lee").Get("/applications"); page.Status != 403 {
		t.Errorf("their applications: status %d", page.Status)
	}
}
