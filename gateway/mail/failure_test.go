package mail_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/mail"
	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
	"github.com/wicketgate/wicketgate/gateway/mail/mailtest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
)

func TestWhatFailsForNowIsTriedAgainWithLongerPauses(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]struct {
		step  inbox.Step
		fault inbox.Fault
	}{
		"busy":           {inbox.Connect, inbox.Fault{Code: 421, Text: "too busy"}},
		"greylisted":     {inbox.To, inbox.Fault{Code: 451, Text: "come back later"}},
		"full":           {inbox.Data, inbox.Fault{Code: 452, Text: "no space"}},
		"hung up":        {inbox.From, inbox.Fault{Drop: true}},
		"hung up late":   {inbox.Data, inbox.Fault{Drop: true}},
		"login for now":  {inbox.Auth, inbox.Fault{Code: 454, Text: "directory is down"}},
		"login for good": {inbox.Auth, inbox.Fault{Code: 535, Text: "bad credentials"}}, // an administrator will put it right
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := server(t, mailtest.Login("gate", "s3cret"))
			s.Fail(f.step, f.fault, 3)
			p := open(t, s.Config(), hello)
			begin := p.clock.Now()
			p.send(t, "jane@example.org")
			p.clock.pass(t, 5*time.Second)
			p.clock.pass(t, 10*time.Second)
			if st := p.Status(); st.Healthy() != (f.step == inbox.To) || st.LastError == "" || st.Queued != 1 {
				t.Errorf("while it fails, the status is %+v", st)
			} else if f.step != inbox.To && !st.FailingSince.Equal(begin) {
				t.Errorf("it fails since %v, want %v", st.FailingSince, begin)
			}
			p.clock.pass(t, 20*time.Second)
			m := s.Wait(t, nil)
			if got := m.Header.Get("Date"); got != begin.Format(time.RFC1123Z) {
				t.Errorf("the mail's date is %s, the time of the last attempt", got)
			}
			if err := p.drain(t); err != nil {
				t.Fatal(err)
			}
			if st := p.Status(); st.Sent != 1 || st.Retried != 3 || st.Dropped != 0 || !st.Healthy() || s.Count() != 1 {
				t.Errorf("%d arrived, status is %+v", s.Count(), st)
			}
			if n := strings.Count(p.log.String(), "will be tried again"); n != 3 {
				t.Errorf("%d log lines for 3 failures", n)
			}
		})
	}
}

func TestWhatIsRefusedForGoodIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	for _, step := range []inbox.Step{inbox.From, inbox.To, inbox.Data} {
		t.Run(string(step), func(t *testing.T) {
			t.Parallel()
			s := server(t)
			s.Fail(step, inbox.Fault{Code: 550, Text: "not here\x1b[2J"}, -1)
			p := open(t, s.Config(), hello)
			p.send(t, "jane@example.org")
			_ = p.drain(t)
			st := p.Status()
			if st.Dropped != 1 || st.Retried != 0 || s.Reached(inbox.Connect) != 1 {
				t.Errorf("reached %d times, status is %+v", s.Reached(inbox.Connect), st)
			}
			if !strings.Contains(st.LastError, "550") || !strings.Contains(st.LastError, "not here") || strings.Contains(st.LastError, "\x1b") {
				t.Errorf("the last error is %q", st.LastError)
			}
			if st.Healthy() != (step == inbox.To) {
				t.Errorf("one bad address is taken for a bad server: %+v", st)
			}
		})
	}
}

func TestAMailIsGivenUpAfterTheLastAttempt(t *testing.T) {
	t.Parallel()
	s := server(t)
	s.Fail(inbox.From, inbox.Fault{Code: 451, Text: "later"}, -1)
	cfg := s.Config()
	cfg.Attempts = 3
	p := open(t, cfg, hello)
	p.send(t, "jane@example.org")
	p.clock.pass(t, 5*time.Second)
	p.clock.pass(t, 10*time.Second)
	_ = p.drain(t)
	if p.Status().Dropped != 1 {
		t.Error("nobody noticed")
	}
	if s.Reached(inbox.From) != 3 || !strings.Contains(p.audit.String(), "3 attempts") || !strings.Contains(p.log.String(), "given up") {
		t.Errorf("tried %d times, audit %s", s.Reached(inbox.From), p.audit)
	}
}

func TestAServerThatIsDownDoesNotStopTheQueueForever(t *testing.T) {
	t.Parallel()
	s := server(t)
	cfg := s.Config()
	_ = s.Close() // nobody listens on that port now
	p := open(t, cfg, hello)
	p.send(t, "jane@example.org")
	p.clock.pass(t, 5*time.Second)
	if st := p.Status(); st.Healthy() || !strings.Contains(st.LastError, "connecting to 127.0.0.1:") {
		t.Errorf("status is %+v", st)
	}
}

func TestAFullQueueRefusesAndIsSeen(t *testing.T) {
	t.Parallel()
	s := server(t)
	s.Fail(inbox.From, inbox.Fault{Code: 451, Text: "later"}, -1)
	cfg := s.Config()
	cfg.Queue = 2
	p := open(t, cfg, hello)
	p.send(t, "a@example.org")
	p.send(t, "b@example.org")
	err := p.Send(t.Context(), "c@example.org", nil, templates.TestMail{})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
	if st := p.Status(); st.Queued != 2 || st.Dropped != 1 || st.Healthy() {
		t.Errorf("status is %+v", st)
	}
}

func TestClosingTriesWhatWaitsOnceMore(t *testing.T) {
	t.Parallel()
	s := server(t)
	s.Fail(inbox.From, inbox.Fault{Code: 451, Text: "later"}, 1)
	p := open(t, s.Config(), hello)
	p.send(t, "jane@example.org")
	<-p.clock.waits // the mail waits for its second attempt; its time never comes
	if err := p.drain(t); err != nil {
		t.Error(err)
	}
	if s.Count() != 1 {
		t.Error("the mail was lost")
	}
	if err := p.Send(t.Context(), "jane@example.org", nil, templates.TestMail{}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a closed mailer takes mails: %v", err)
	}
}

func TestClosingDoesNotWaitForAServerThatHangs(t *testing.T) {
	t.Parallel()
	s := server(t)
	s.Fail(inbox.From, inbox.Fault{Hang: true}, -1)
	cfg := s.Config()
	cfg.Workers = 1
	p := open(t, cfg, hello)
	p.send(t, "jane@example.org")
	p.send(t, "joe@example.org")
	s.Await(t, inbox.From) // the first is being sent, the second waits
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("no more patience"))
	err := p.Close(ctx)
	if err == nil || !strings.Contains(err.Error(), "2 mails were not sent") {
		t.Errorf("got %v", err)
	}
}

func TestAServerThatHangsIsLeftAfterTheTimeout(t *testing.T) {
	t.Parallel()
	s := server(t)
	s.Fail(inbox.To, inbox.Fault{Hang: true}, 1)
	cfg := s.Config()
	cfg.Timeout = 200 * time.Millisecond // real time: this is a socket's
	p := open(t, cfg, hello)
	p.send(t, "jane@example.org")
	p.clock.pass(t, 5*time.Second)
	s.Wait(t, nil)
}

func TestTheConnectionIsNeverLessProtectedThanAsked(t *testing.T) {
	t.Parallel()
	plain, secure := server(t, mailtest.Plain()), server(t)
	for name, c := range map[string]struct {
		cfg  mail.Config
		said string
	}{
		"no STARTTLS": {with(plain.Config(), func(c *mail.Config) { c.TLS = mail.StartTLS }), "mail.tls"},
		"not TLS":     {with(plain.Config(), func(c *mail.Config) { c.TLS = mail.Direct }), "mail.tls"},
		"unknown CA":  {with(secure.Config(), func(c *mail.Config) { c.CAFile = "" }), "mail.ca_file"},
		"other name":  {with(secure.Config(), func(c *mail.Config) { c.ServerName = "mail.example.org" }), "mail.server_name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, c.cfg, hello)
			if _, err := p.Test(t.Context()); err == nil || !strings.Contains(err.Error(), c.said) {
				t.Errorf("got %v, want a word about %s", err, c.said)
			}
			p.send(t, "jane@example.org")
			p.clock.pass(t, 5*time.Second)
		})
	}
	t.Cleanup(func() {
		if plain.Reached(inbox.From)+secure.Reached(inbox.From) > 0 {
			t.Error("a mail was offered over a connection that should not have been")
		}
	})
}

func TestTheTestSaysWhetherTheSenderIsAccepted(t *testing.T) {
	t.Parallel()
	s := server(t)
	s.Fail(inbox.From, inbox.Fault{Code: 553, Text: "sender not owned by you"}, 1)
	p := open(t, s.Config(), hello)
	if _, err := p.Test(t.Context()); err == nil || !strings.Contains(err.Error(), "sender not owned by you") {
		t.Errorf("got %v", err)
	}
}

func with(cfg mail.Config, change func(*mail.Config)) mail.Config {
	change(&cfg)
	return cfg
}
