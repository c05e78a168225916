package metrics_test

import (
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/mail"
	"github.com/wicketgate/wicketgate/gateway/metrics"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
)

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	server := httptest.NewServer(m.Handler())
	defer server.Close()
	resp, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("%d %v %s", resp.StatusCode, err, body)
	}
	return string(body)
}

func expect(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, want := range lines {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("there is no %s in\n%s", want, text)
		}
	}
}

func TestRequestsOperationsAndEventsAreCounted(t *testing.T) {
	t.Parallel()
	m := metrics.New()
	m.Version("1.2.3")
	m.ObserveRequest("POST /signin", "POST", 303, 20*time.Millisecond)
	m.ObserveRequest("POST /signin", "POST", 303, 20*time.Millisecond)
	m.ObserveRequest("", "PROPFIND", 404, time.Millisecond)
	m.ObserveLDAP(directory.Op{Name: directory.OpSearch, Server: "ldap://a", Duration: time.Millisecond})
	m.ObserveLDAP(directory.Op{Name: directory.OpBind, Server: "ldap://a", Code: 49, Err: &directory.ResultError{Code: 49}})
	m.ObserveLDAP(directory.Op{Name: directory.OpConnect, Server: "ldap://a", Err: &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}})
	m.ObserveLDAP(directory.Op{Name: directory.OpConnect, Server: "ldap://a", Err: errors.New("refused")})
	log := audit.New(io.Discard, time.Now).Tap(m.ObserveEvent)
	log.Event(t.Context(), audit.Event{Action: audit.SignInFailed, Login: "jdoe"})
	log.Event(t.Context(), audit.Event{Action: audit.TokenIssued})
	text := scrape(t, m)
	expect(t, text,
		`wicketgate_http_requests_total{method="POST",route="POST /signin",status="303"} 2`,
		`wicketgate_http_requests_total{method="other",route="none",status="404"} 1`,
		`wicketgate_http_request_seconds_count{route="POST /signin"} 2`,
		`wicketgate_ldap_operations_total{operation="search",result="0",server="ldap://a"} 1`,
		`wicketgate_ldap_operations_total{operation="bind",result="49",server="ldap://a"} 1`,
		`wicketgate_ldap_operations_total{operation="connect",result="timeout",server="ldap://a"} 1`,
		`wicketgate_ldap_operations_total{operation="connect",result="network",server="ldap://a"} 1`,
		`wicketgate_events_total{action="sign_in_failed",outcome="failure"} 1`,
		`wicketgate_events_total{action="token_issued",outcome="success"} 1`,
		`wicketgate_build_info{version="1.2.3"} 1`,
	)
	if strings.Contains(text, "jdoe") {
		t.Error("a person's name is a label")
	}
}

func TestAFailingMailServerIsSeen(t *testing.T) {
	t.Parallel()
	m := metrics.New()
	status := mail.Status{Queued: 3, Sent: 5, Retried: 2, Dropped: 1, FailingSince: time.Unix(1000, 0)}
	m.ReadMail(func() mail.Status { return status })
	expect(t, scrape(t, m), "wicketgate_mail_queued 3", `wicketgate_mails_total{outcome="sent"} 5`, `wicketgate_mails_total{outcome="retried"} 2`,
		`wicketgate_mails_total{outcome="dropped"} 1`, "wicketgate_mail_failing_since_seconds 1000")
	status.FailingSince = time.Time{}
	expect(t, scrape(t, m), "wicketgate_mail_failing_since_seconds 0")
}

func TestAServerThatIsDownIsSeen(t *testing.T) {
	t.Parallel()
	m := metrics.New()
	m.ReadDirectory(func() []directory.ServerStatus {
		return []directory.ServerStatus{{URL: "ldap://a", Up: true, Open: 5, Idle: 3}, {URL: "ldap://b", Error: "gone"}}
	})
	expect(t, scrape(t, m), `wicketgate_ldap_server_up{server="ldap://a"} 1`, `wicketgate_ldap_server_up{server="ldap://b"} 0`,
		`wicketgate_ldap_connections{server="ldap://a",state="busy"} 2`, `wicketgate_ldap_connections{server="ldap://a",state="idle"} 3`)
}

func TestADatabaseThatIsDownIsSeen(t *testing.T) {
	t.Parallel()
	m := metrics.New()
	now := metrics.Database{Up: true, Open: 3, Idle: 1}
	m.ReadDatabase(func() metrics.Database { return now })
	m.ObserveSQL("change", "ok", time.Millisecond)
	expect(t, scrape(t, m), "wicketgate_sql_up 1", `wicketgate_sql_connections{state="busy"} 2`, `wicketgate_sql_connections{state="idle"} 1`,
		`wicketgate_sql_operations_total{operation="change",result="ok"} 1`, `wicketgate_sql_operation_seconds_count{operation="change"} 1`)
	now.Up = false
	expect(t, scrape(t, m), "wicketgate_sql_up 0")
}

func TestTwoGatewaysInOneProgramDoNotShareTheirNumbers(t *testing.T) {
	t.Parallel()
	a, b := metrics.New(), metrics.New()
	a.ObserveRequest("GET /", "GET", 200, 0)
	if strings.Contains(scrape(t, b), `route="GET /"`) {
		t.Error("they do")
	}
}
