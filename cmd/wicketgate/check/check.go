// Package check is `wicketgate check`: it proves a configuration before anybody signs in.
//
// It connects as the gateway will, reads what the gateway will read, and tries what it will write: on a scratch record below state.base that it
// removes or in a transaction that it takes back, and on people by changes that cannot take effect (see writes.go). It ends with what will work, what will not, and why.
//
//   - check.go: the order of things
//   - report.go: what is printed
//   - files.go: the theme and the certificate
//   - connect.go: servers, root DSE, schema
//   - people.go: people, groups, administrators
//   - records_sql.go: the records, where they are in a database
//   - writes.go: what the service account may write
//   - verdict.go: what follows from all that
//
// Nothing that it prints is a secret. Of people it shows what the mapping makes of three of them, since that is what an
// administrator has to look at.
package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/gateway/mail"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/templates"
)

// Options say what to look at.
type Options struct {
	Out io.Writer
	// Login names the person to show, instead of the first few.
	Login string
	// MailTo is where to send a test mail; empty: none is sent.
	MailTo string
	Clock  func() time.Time
}

// The results of Run, for an exit status.
const (
	Fine   = 0 // all of it will work
	Partly = 1 // it starts, and something will not work
	Broken = 2 // nobody could sign in
)

// Run checks a configuration that was loaded, and returns Fine, Partly or Broken. It does not return before ctx ends or all is tried.
func Run(ctx context.Context, cfg *config.Config, o Options) int {
	c := &checker{report: report{out: o.Out}, cfg: cfg, opts: o}
	c.configuration()
	c.files()
	if c.connect(ctx) {
		defer func() { _ = c.dir.Close() }()
		c.people(ctx)
		c.groups(ctx)
		if !c.cfg.State.InSQL() {
			c.records(ctx)
		}
		c.writes(ctx)
	}
	if c.cfg.State.InSQL() {
		c.recordsInSQL(ctx)
	}
	c.mail(ctx)
	return c.verdict()
}

type checker struct {
	report
	cfg  *config.Config
	opts Options

	renderer *templates.Renderer // nil if the theme cannot be used

	dir    *directory.Directory
	person *directory.People
	schema *directory.Schema
	caps   directory.Capabilities
	found  findings
}

// findings are what the verdict is made from.
type findings struct {
	start                     string // why it does not start at all; empty: it does
	connected, people, admins bool
	down                      []string // servers that do not answer, beside one that does
	mapping                   []string // keys of the mapping that the server's schema contradicts
	records                   error    // nil: they can be kept
	recordsTried              bool
	sample                    sample
	writable, refused         []string // fields
	password                  answer
	mail                      error
	mailTried                 bool
}

func (c *checker) configuration() {
	c.section("Configuration")
	c.ok("%s, for people at %s", c.cfg.Directory.PresetOrOwn(), c.cfg.PublicURL)
	for _, w := range c.cfg.Warnings {
		c.warn("%s", w)
	}
	for _, client := range c.cfg.Clients {
		c.ok("application %s: %s", client.ID, strings.Join(client.RedirectURIs, ", "))
	}
	for _, client := range c.cfg.OIDCClients() {
		c.loosened(&client)
	}
	c.resources()
}

func (c *checker) mail(ctx context.Context) {
	c.section("Mail")
	server := c.cfg.MailServer()
	if server.Host == "" {
		c.warn("no mail server is configured (mail.host)")
		return
	}
	c.found.mailTried = true
	if c.renderer == nil {
		c.found.mail = errors.New("there are no templates")
		c.warn("not tried without templates")
		return
	}
	mailer, err := mail.New(server, c.renderer, slog.New(slog.DiscardHandler), c.opts.Clock)
	if err != nil {
		c.bad("%v", err)
		c.found.mail = err
		return
	}
	defer func() { _ = mailer.Close(ctx) }()
	said, err := mailer.Test(ctx)
	if err != nil {
		c.bad("%v", err)
		c.found.mail = err
		return
	}
	c.ok("%s: %s", server.Addr(), said)
	if c.opts.MailTo == "" {
		return
	}
	test := templates.TestMail{RequestedBy: "wicketgate check", Server: server.Addr(), At: c.opts.Clock()}
	if err := mailer.SendNow(ctx, c.opts.MailTo, c.renderer.Bundle().Locale("en"), test); err != nil { // as all that a command says
		c.bad("%v", err)
		c.found.mail = err
		return
	}
	c.ok("a test mail to %s was taken by the server; look whether it arrives", c.opts.MailTo)
}

// cut keeps a value on one line.
func cut(s string, max int) string {
	if r := []rune(s); len(r) > max {
		return string(r[:max]) + "…"
	}
	return s
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
