package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/smtp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
)

func listen(t *testing.T, opts inbox.Options) *inbox.Server {
	t.Helper()
	s, err := inbox.Listen("127.0.0.1:0", opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func post(s *inbox.Server, to, raw string) error {
	return smtp.SendMail(s.Addr(), nil, "shop@example.org", []string{to}, []byte(strings.ReplaceAll(raw, "\n", "\r\n")))
}

const simple = "Subject: =?utf-8?q?R=C3=A9initialiser?=\n\nOpen https://id.example.org/a?t=1.\n(https://id.example.org/b) <https://id.example.org/c>\n"

func TestAPlainMailCanBeRead(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	s := listen(t, inbox.Options{Clock: func() time.Time { return at }})
	if err := post(s, "jane@example.org", simple); err != nil {
		t.Fatal(err)
	}
	m, err := s.Wait(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if m.Subject != "Réinitialiser" || m.From != "shop@example.org" || !slices.Equal(m.To, []string{"jane@example.org"}) || !m.At.Equal(at) || m.ID != 1 {
		t.Errorf("got %+v", m)
	}
	want := []string{"https://id.example.org/a?t=1", "https://id.example.org/b", "https://id.example.org/c"}
	if !slices.Equal(m.Links, want) || m.Link("/b") != want[1] || m.Link("/z") != "" {
		t.Errorf("links are %q", m.Links)
	}
	if got, ok := s.Message(1); !ok || got.Subject != m.Subject {
		t.Error("it cannot be found by its number")
	}
	if _, ok := s.Message(2); ok {
		t.Error("there is a message that nobody sent")
	}
}

func TestEveryEncodingOfAMailCanBeRead(t *testing.T) {
	t.Parallel()
	s := listen(t, inbox.Options{})
	raw := `Subject: x
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

caf=C3=A9 =
noir
--inner
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PGEgaHJlZj0iaHR0
cHM6Ly94Lz9hPTEmYW1wO2I9MiI+eDwvYT4=
--inner--
--outer
Content-Type: image/png

not looked at
--outer--
`
	if err := post(s, "jane@example.org", raw); err != nil {
		t.Fatal(err)
	}
	m := s.Messages()[0]
	if m.Text != "café noir" || m.HTML != `<a href="https://x/?a=1&amp;b=2">x</a>` || !slices.Equal(m.Links, []string{"https://x/?a=1&b=2"}) {
		t.Errorf("got text %q, HTML %q, links %q", m.Text, m.HTML, m.Links)
	}
}

func TestAMailThatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	deep := "Content-Type: multipart/mixed; boundary=b\n\n"
	for range 10 {
		deep += "--b\nContent-Type: multipart/mixed; boundary=b\n\n"
	}
	s := listen(t, inbox.Options{MaxBytes: 4000})
	for name, raw := range map[string]string{
		"no header":     "nothing at all",
		"charset":       "Subject: =?klingon?q?x?=\n\nx",
		"type":          "Content-Type: ;;\n\nx",
		"cut off":       "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx",
		"wrong base64":  "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!\n",
		"too deep":      deep,
		"too long":      "Subject: x\n\n" + strings.Repeat("long ", 1000),
		"wrong headers": "Subject x\n\nx",
	} {
		if err := post(s, "jane@example.org", raw); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if n := s.Count(); n != 0 {
		t.Errorf("%d were kept", n)
	}
}

func TestOnlyTheLastMessagesAreKept(t *testing.T) {
	t.Parallel()
	s := listen(t, inbox.Options{Keep: 2})
	for i := range 4 {
		if err := post(s, fmt.Sprintf("u%d@example.org", i), simple); err != nil {
			t.Fatal(err)
		}
	}
	ms := s.Messages()
	if len(ms) != 2 || ms[0].ID != 3 || ms[1].ID != 4 || s.Count() != 4 {
		t.Errorf("kept %d, the first is %d, of %d", len(ms), ms[0].ID, s.Count())
	}
	s.Clear()
	if len(s.Messages()) != 0 {
		t.Error("not cleared")
	}
}

func TestWaitSeesWhatComesLaterAndSaysWhatDidNot(t *testing.T) {
	t.Parallel()
	s := listen(t, inbox.Options{})
	to := func(a string) func(inbox.Message) bool {
		return func(m inbox.Message) bool { return slices.Contains(m.To, a) }
	}
	got := make(chan error, 1)
	go func() {
		_, err := s.Wait(context.Background(), to("b@example.org"))
		got <- err
	}()
	for _, a := range []string{"a@example.org", "b@example.org"} {
		if err := post(s, a, simple); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Wait(ctx, to("c@example.org")); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "2 others") {
		t.Errorf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := s.Wait(t.Context(), to("c@example.org")); err == nil {
		t.Error("it waits for a closed server")
	}
}

func TestATakenPortIsAnError(t *testing.T) {
	t.Parallel()
	s := listen(t, inbox.Options{})
	if _, err := inbox.Listen(s.Addr(), inbox.Options{}); err == nil {
		t.Error("two servers on one port")
	}
	if s.Port() == 0 {
		t.Error("no port")
	}
}
