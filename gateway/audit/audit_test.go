package audit_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
)

func clock() time.Time { return time.Date(2026, 3, 1, 10, 30, 0, 0, time.FixedZone("CET", 3600)) }

// line writes one event and returns the parsed line.
func line(t *testing.T, e audit.Event) map[string]any {
	t.Helper()
	var out bytes.Buffer
	audit.New(&out, clock).Event(t.Context(), e)
	if n := strings.Count(out.String(), "\n"); n != 1 {
		t.Fatalf("%d lines for one event: %q", n, out.String())
	}
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("not JSON: %v: %s", err, out.String())
	}
	return got
}

func TestALineSaysWhoDidWhatAndWhen(t *testing.T) {
	t.Parallel()
	got := line(t, audit.Event{
		Action: audit.InvitationSent, Person: "id-1", Actor: "id-2", Client: "orders", IP: "192.0.2.7", RequestID: "r1",
		Username: "jdoe", Login: "j", Group: "staff", Mail: "a…z@x", Fields: []string{"emails", "phones"}, Detail: "so",
	})
	want := map[string]any{
		"time": "2026-03-01T09:30:00Z", "level": "INFO", "msg": "invitation_sent", "outcome": "success", "person": "id-1",
		"actor": "id-2", "client": "orders", "ip": "192.0.2.7", "request_id": "r1", "username": "jdoe", "login": "j",
		"group": "staff", "mail": "a…z@x", "detail": "so",
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %v, want %v", k, got[k], v)
		}
	}
	if f, _ := got["fields"].([]any); len(f) != 2 || f[0] != "emails" {
		t.Errorf("fields are %v", got["fields"])
	}
	if len(got) != len(want)+1 {
		t.Errorf("unexpected keys: %v", got)
	}
}

func TestEmptyFieldsAreLeftOut(t *testing.T) {
	t.Parallel()
	if got := line(t, audit.Event{Action: audit.SignOut}); len(got) != 4 {
		t.Errorf("keys beyond time, level, msg and outcome: %v", got)
	}
}

func TestAFailureLooksLikeOne(t *testing.T) {
	t.Parallel()
	for _, e := range []audit.Event{
		{Action: audit.SignInFailed}, {Action: audit.CodeReplayed}, {Action: audit.MailDropped},
		{Action: audit.PasswordResetRequested, Outcome: audit.Failure},
	} {
		if got := line(t, e); got["outcome"] != "failure" || got["level"] != "WARN" {
			t.Errorf("%s: %v", e.Action, got)
		}
	}
}

func TestNobodyCanForgeALineByWhatTheyType(t *testing.T) {
	t.Parallel()
	got := line(t, audit.Event{
		Action: audit.SignInFailed,
		Login:  "x\n{\"msg\":\"sign_in\"}\x1b[2K\u202e\u2028\xff" + strings.Repeat("é", 500),
		Detail: strings.Repeat("d", 5000),
		Fields: make([]string, 1000),
	})
	login := got["login"].(string)
	if len(login) > 256+len("…") || !strings.HasSuffix(login, "…") {
		t.Errorf("login is not bounded: %d bytes", len(login))
	}
	if strings.ContainsAny(login, "\n\x1b\u202e\u2028") {
		t.Errorf("control characters got through: %q", login)
	}
	if len(got["detail"].(string)) > 1024+len("…") {
		t.Error("detail is not bounded")
	}
	if len(got["fields"].([]any)) > 64 {
		t.Error("fields are not bounded")
	}
}

func TestCleanLeavesOrdinaryNamesAlone(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "Zoë Müller-Łukasz", "o(k)*\\", "李小龙", "a, b"} {
		if got := audit.Clean(s, 256); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
	if got := audit.Clean("ééé", 4); got != "éé…" {
		t.Errorf("cut in the middle of a character: %q", got)
	}
}

func TestAMaskedMailCannotBeWrittenTo(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"jane@example.org": "j…e@example.org", "jo@example.org": "…@example.org", "élodie@x": "é…e@x", "nobody": "…", "@x": "…",
	} {
		if got := audit.MaskMail(in); got != want {
			t.Errorf("%s became %s, want %s", in, got, want)
		}
	}
}

func TestAnExistingLoggerIsUsedWithItsLevel(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	h := slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelWarn})
	log := audit.Logger(slog.New(h).With("part", "audit"), clock)
	log.Event(t.Context(), audit.Event{Action: audit.SignIn})
	log.Event(t.Context(), audit.Event{Action: audit.SignInFailed})
	if got := out.String(); strings.Contains(got, "msg=sign_in ") || !strings.Contains(got, "msg=sign_in_failed part=audit") {
		t.Errorf("got %q", got)
	}
}

func TestEventsAreCountedWhateverTheLevel(t *testing.T) {
	t.Parallel()
	var got, other []audit.Event
	quiet := audit.Logger(slog.New(slog.DiscardHandler), clock)
	one := quiet.Tap(func(e audit.Event) { got = append(got, e) })
	two := one.Tap(func(e audit.Event) { other = append(other, e) })
	one.Event(t.Context(), audit.Event{Action: audit.SignIn})
	two.Event(t.Context(), audit.Event{Action: audit.SignInFailed})
	quiet.Event(t.Context(), audit.Event{Action: audit.SignOut})
	if len(got) != 2 || got[0].Outcome != audit.Success || got[1].Outcome != audit.Failure || len(other) != 1 {
		t.Errorf("got %v and %v", got, other)
	}
}

func TestNoLogIsNoCrash(t *testing.T) {
	t.Parallel()
	var none *audit.Log
	none.Event(t.Context(), audit.Event{Action: audit.SignIn})
	new(audit.Log).Event(t.Context(), audit.Event{Action: audit.SignIn})
}

func TestLinesOfManyRequestsDoNotMix(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer // slog's handler serialises the writes
	log := audit.New(&out, clock)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { log.Event(t.Context(), audit.Event{Action: audit.SignIn, Person: "p"}) })
	}
	wg.Wait()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 50 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, l := range lines {
		if !json.Valid([]byte(l)) {
			t.Errorf("broken line %q", l)
		}
	}
}

func TestAPasswordInTheWrongFieldIsNotInTheLog(t *testing.T) {
	t.Parallel()
	for login, want := range map[string]string{
		"": "", "hunter2": "hu…", "short": "…", "correct horse battery": "co…", "amelie@example.org": "a…e@example.org", "é…": "…",
	} {
		if got := audit.MaskLogin(login); got != want {
			t.Errorf("%q is written as %q, want %q", login, got, want)
		}
	}
	var out bytes.Buffer
	log := audit.New(&out, time.Now)
	log.Event(t.Context(), audit.Event{Action: audit.SignInFailed, Login: "my secret password"})
	log.Event(t.Context(), audit.Event{Action: audit.SignInFailed, Login: "ada", Person: "1"})
	if s := out.String(); strings.Contains(s, "secret") || !strings.Contains(s, `"login":"ada"`) {
		t.Error(s)
	}
}
