package mail_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/mail"
)

func TestEveryMistakeInTheConfigurationIsNamed(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := mail.Config{Host: "smtp.example.org", From: "a@example.org"}
	if ps := good.Validate(); len(ps) > 0 {
		t.Fatalf("two lines are not enough: %v", ps)
	}
	for name, c := range map[string]struct {
		change func(*mail.Config)
		keys   string
	}{
		"nothing":            {func(c *mail.Config) { *c = mail.Config{} }, "host from"},
		"port":               {func(c *mail.Config) { c.Port = 70000 }, "port"},
		"unknown tls":        {func(c *mail.Config) { c.TLS = "ssl" }, "tls"},
		"password in clear":  {func(c *mail.Config) { c.TLS, c.User, c.Password = mail.None, "u", "p" }, "tls"},
		"user without":       {func(c *mail.Config) { c.User = "u" }, "user"},
		"bad reply":          {func(c *mail.Config) { c.ReplyTo = "nobody" }, "reply_to"},
		"two senders":        {func(c *mail.Config) { c.From = "a@example.org, b@example.org" }, "from"},
		"header in sender":   {func(c *mail.Config) { c.From = "a@example.org\r\nBcc: b@example.org" }, "from"},
		"no such file":       {func(c *mail.Config) { c.CAFile = "/nowhere" }, "ca_file"},
		"no certificate":     {func(c *mail.Config) { c.CAFile = empty }, "ca_file"},
		"negative":           {func(c *mail.Config) { c.Timeout, c.Workers, c.Queue, c.Attempts = -time.Second, -1, -1, -1 }, "timeout workers queue attempts"},
		"clear on loopback":  {func(c *mail.Config) { c.Host, c.TLS, c.User, c.Password = "::1", mail.None, "u", "p" }, ""},
		"clear on localhost": {func(c *mail.Config) { c.Host, c.TLS, c.User, c.Password = "localhost", mail.None, "u", "p" }, ""},
	} {
		cfg := good
		c.change(&cfg)
		var keys []string
		for _, p := range cfg.Validate() {
			keys = append(keys, p.Key)
			if p.Want == "" || !strings.Contains(p.Error(), p.Key) {
				t.Errorf("%s: %+v does not say what is wanted", name, p)
			}
		}
		if !slices.Equal(keys, strings.Fields(c.keys)) {
			t.Errorf("%s: problems with %q, want %q", name, keys, c.keys)
		}
	}
	bad := mail.Config{Host: "x", Port: -1}
	if _, err := mail.New(bad, hello, slog.New(slog.DiscardHandler), time.Now); err == nil || !strings.Contains(err.Error(), "from") {
		t.Errorf("a mailer was made: %v", err)
	}
}

func TestTheUsualPortsAreFilledIn(t *testing.T) {
	t.Parallel()
	for tls, want := range map[mail.TLS]string{"": "h:587", mail.StartTLS: "h:587", mail.Direct: "h:465", mail.None: "h:25"} {
		if got := (mail.Config{Host: "h", TLS: tls}).Addr(); got != want {
			t.Errorf("%s: %s", tls, got)
		}
	}
	if got := (mail.Config{Host: "::1", Port: 2525}).Addr(); got != "[::1]:2525" {
		t.Error(got)
	}
}
