package mail_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/mail"
	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
	"github.com/wicketgate/wicketgate/gateway/mail/mailtest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
)

func TestAMailArrivesWithItsWordsAndLinks(t *testing.T) {
	t.Parallel()
	s := server(t)
	cfg := s.Config()
	cfg.ReplyTo = "help@example.org"
	p := open(t, cfg, hello, mail.WithRandom(bytes.NewReader(make([]byte, 16))))
	p.send(t, "jane@example.org")
	m := s.Wait(t, mailtest.To("jane@example.org"))

	if m.Subject != hello.rendered.Subject || m.Text != hello.rendered.Text || m.HTML != hello.rendered.HTML {
		t.Errorf("got subject %q, text %q, HTML %q", m.Subject, m.Text, m.HTML)
	}
	if want := []string{"https://id.example.org/password/reset?t=abc", "https://id.example.org/x?a=1&b=2"}; !slices.Equal(m.Links, want) {
		t.Errorf("links are %q", m.Links)
	}
	if m.From != "no-reply@example.org" || !slices.Equal(m.To, []string{"jane@example.org"}) {
		t.Errorf("envelope is %s to %s", m.From, m.To)
	}
	for key, want := range map[string]string{
		"From": `"Wicketgate" <no-reply@example.org>`, "To": "<jane@example.org>", "Reply-To": "<help@example.org>",
		"Date": "Sun, 01 Mar 2026 09:00:00 +0000", "Message-Id": "<" + strings.Repeat("0", 32) + "@example.org>",
		"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "User-Agent": "", "X-Mailer": "",
	} {
		if got := m.Header.Get(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if kind := m.Header.Get("Content-Type"); !strings.HasPrefix(kind, "multipart/alternative") {
		t.Errorf("content type is %s", kind)
	}
}

func TestAMailGoesOutOverEveryKindOfConnection(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]mailtest.Option{
		"starttls":           nil,
		"tls":                {mailtest.Direct()},
		"none":               {mailtest.Plain()},
		"starttls and login": {mailtest.Login("gate", "s3cret")},
		"tls and login":      {mailtest.Direct(), mailtest.Login("gate", "s3cret")},
		"loopback and login": {mailtest.Plain(), mailtest.Login("gate", "s3cret")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := server(t, opts...)
			p := open(t, s.Config(), hello)
			if said, err := p.Test(t.Context()); err != nil || !strings.Contains(said, "no-reply@example.org accepted") {
				t.Errorf("the test says %q, %v", said, err)
			}
			if s.Count() != 0 {
				t.Error("the test sent a mail")
			}
			p.send(t, "jane@example.org")
			s.Wait(t, nil)
			if err := p.drain(t); err != nil {
				t.Fatal(err)
			}
			if st := p.Status(); st.Sent != 1 || st.Queued != 0 || !st.LastSuccess.Equal(p.clock.Now()) || !st.Healthy() {
				t.Errorf("status is %+v", st)
			}
		})
	}
}

func TestAnAddressThatIsNoneIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	s := server(t)
	p := open(t, s.Config(), hello)
	for _, to := range []string{
		"", "jane", "jane@", "@example.org", "jane@example.org, joe@example.org", "Jane <jane@example.org>", "<jane@example.org>",
		"jane@example.org\r\nBcc: all@example.org", "jane\n@example.org", "jane@exa\rmple.org", "jane@example.org\n", "jane@example.org\x00",
		`"jane\r\nBcc: x"@example.org`, `"a b"@example.org`, "jane@[192.0.2.1]", "jane(comment)@example.org", "group: jane@example.org;",
		strings.Repeat("x", 65) + "@example.org", "jane@" + strings.Repeat("x", 250) + ".org", " jane@example.org", "jane@exa mple.org",
		"jane@-example.org", "jane@" + strings.Repeat("ü.", 60) + "org",
	} {
		err := p.Send(t.Context(), to, nil, templates.TestMail{})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", to, err)
		}
	}
	if s.Reached(inbox.Connect) != 0 {
		t.Error("one of them was tried")
	}
}

func TestAddressesOfTheWholeWorldAreAccepted(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"o'brien+tag@example.org": "o'brien+tag@example.org", "jane@BÜCHER.example": "jane@xn--bcher-kva.example",
		"élodie@example.org": "élodie@example.org", "a@localhost": "a@localhost",
	} {
		if got, err := mail.Address(in); got != want || err != nil {
			t.Errorf("%s became %s, %v", in, got, err)
		}
	}
}

func TestANonASCIIAddressIsSentAsOne(t *testing.T) {
	t.Parallel()
	s := server(t)
	p := open(t, s.Config(), hello)
	p.send(t, "élodie@bücher.example")
	s.Wait(t, mailtest.To("élodie@xn--bcher-kva.example"))
}

func TestASubjectCannotAddHeaders(t *testing.T) {
	t.Parallel()
	s := server(t)
	w := hello
	w.rendered.Subject = "Hello\r\nBcc: all@example.org\r\n\r\nbody" + strings.Repeat("x", 1000)
	p := open(t, s.Config(), w)
	p.send(t, "jane@example.org")
	m := s.Wait(t, nil)
	if m.Header.Get("Bcc") != "" || strings.ContainsAny(m.Subject, "\r\n") || len(m.Subject) > 250 {
		t.Errorf("got %q, %v", m.Subject, m.Header)
	}
}

func TestAMailThatCannotBeMadeIsGivenUpWithALine(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]words{
		"render":  {err: errors.New("template: reset.html:3: no such field")},
		"empty":   {},
		"binary":  {rendered: templates.Rendered{Subject: "x", Text: "\xff"}},
		"too big": {rendered: templates.Rendered{Subject: "x", Text: "x", HTML: strings.Repeat("x", 1<<20+1)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := server(t)
			p := open(t, s.Config(), w)
			p.send(t, "jane@example.org")
			_ = p.drain(t)
			if st := p.Status(); st.Dropped != 1 || st.LastError == "" {
				t.Errorf("status is %+v", st)
			}
			if got := p.audit.String(); !strings.Contains(got, `"mail_dropped"`) || !strings.Contains(got, "j…e@example.org") {
				t.Errorf("the audit log says %q", got)
			}
			if s.Reached(inbox.Connect) != 0 {
				t.Error("the server was bothered")
			}
		})
	}
}

func TestSendNowSaysHowItWent(t *testing.T) {
	t.Parallel()
	s := server(t)
	p := open(t, s.Config(), hello)
	if err := p.SendNow(t.Context(), "jane@example.org", nil, templates.TestMail{}); err != nil {
		t.Fatal(err)
	}
	if s.Count() != 1 || p.Status().Sent != 1 {
		t.Error("it said yes and did not send")
	}
	s.Fail(inbox.To, inbox.Fault{Code: 550, Text: "no such user here"}, 1)
	err := p.SendNow(t.Context(), "jane@example.org", nil, templates.TestMail{})
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "no such user here") {
		t.Errorf("got %v", err)
	}
	if err := p.SendNow(t.Context(), "jane", nil, templates.TestMail{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

func TestWithoutAServerMailIsOffAndSaysSo(t *testing.T) {
	t.Parallel()
	p := open(t, mail.Config{}, hello)
	if p.Enabled() {
		t.Error("it is on")
	}
	if err := p.Send(t.Context(), "jane@example.org", nil, templates.TestMail{}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
	if _, err := p.Test(t.Context()); err == nil {
		t.Error("the test passed")
	}
	if err := p.drain(t); err != nil {
		t.Error(err)
	}
}

func TestNoSecretAppearsInAnyLogOrError(t *testing.T) {
	t.Parallel()
	s := server(t, mailtest.Login("gate", "another"))
	cfg := s.Config()
	cfg.Password = "s3cret-of-ours"
	p := open(t, cfg, hello)
	_, err := p.Test(t.Context())
	if err == nil || !strings.Contains(err.Error(), "mail.password") {
		t.Errorf("a wrong password is explained as %v", err)
	}
	p.send(t, "jane@example.org")
	ctx, cancel := context.WithTimeout(t.Context(), 1)
	defer cancel()
	_ = p.Close(ctx)
	all := p.log.String() + p.audit.String() + p.Status().LastError + err.Error()
	for _, secret := range []string{"s3cret-of-ours", "czNjcmV0", "t=abc", "jane@example.org"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is in %s", secret, all)
		}
	}
}
