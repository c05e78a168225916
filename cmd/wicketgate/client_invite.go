package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/registration"
	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

type clientInviteCommand struct {
	place `embed:""`
	Uses  int           `default:"1" placeholder:"N" help:"How many applications can be registered with it, at most 100 (${default})."`
	Lasts time.Duration `default:"168h" placeholder:"TIME" help:"How long it works, at most 2160h (${default})."`
}

// Help is the long text of "wicketgate client invite --help".
func (clientInviteCommand) Help() string {
	return `Some applications can register themselves (OpenID Connect Dynamic Client Registration, RFC 7591). Give this token to whoever sets one up: it goes into the
application's field "initial access token". Nothing is kept of the token until it is used. "registration.mode" in the configuration must be token or open.`
}

// Run prints an invitation. It asks no directory.
func (c clientInviteCommand) Run(ctx context.Context, std stdio) error {
	cfg, err := load(c.Config, std)
	if err != nil {
		return err
	}
	if cfg.SelfRegistration().Mode == registration.Off {
		return withHint(errors.New("applications cannot register themselves here"), `"registration: {mode: token}" in the configuration lets those that you invite; restart the gateway then.`)
	}
	ring, err := seal.New(cfg.Secrets()...)
	if err != nil {
		return err
	}
	now := time.Now()
	expires := now.Add(c.Lasts).Truncate(time.Second)
	token, id, err := registration.Invite(ring, cfg.Public.String(), c.Uses, expires, now)
	if err != nil {
		_ = fail(std, err)
		return exitStatus(exitUsage)
	}
	log, closeLog, err := openAudit(cfg)
	if err != nil {
		return err
	}
	log.Event(ctx, audit.Event{Action: audit.ClientInvited, Actor: "command line", Detail: fmt.Sprintf("invitation %s for %d, until %s", id, c.Uses, expires.UTC().Format(time.RFC3339))})
	if err := closeLog(); err != nil {
		return err
	}
	at := cfg.Public.String() + registration.PathRegister
	if c.JSON {
		return printJSON(std.out, map[string]any{"token": token, "id": id, "uses": c.Uses, "expires": expires.UTC().Format(time.RFC3339), "registration_endpoint": at})
	}
	many := "one application"
	if c.Uses > 1 {
		many = fmt.Sprintf("%d applications", c.Uses)
	}
	_, err = fmt.Fprintf(std.out, `Whoever has this token can register %s, until %s:

    %s

To try it:

    curl -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' \
        -d '{"client_name": "My application", "redirect_uris": ["https://app.example.org/callback"]}' \
        %s

The audit log calls it the invitation %s. If it falls into wrong hands: wicketgate client uninvite
`, many, expires.UTC().Format(time.RFC3339), token, token, at, id)
	return err
}

type clientUninviteCommand struct {
	place `embed:""`
}

// Help is the long text of "wicketgate client uninvite --help".
func (clientUninviteCommand) Help() string {
	return `The token is read from standard input, so that it stands in no list of processes. Applications that were registered with it stay; "wicketgate client list" shows them.`
}

// maxTokenInput bounds what is read for a token, in bytes.
const maxTokenInput = 4 << 10

// Run ends an invitation.
func (c clientUninviteCommand) Run(ctx context.Context, std stdio) error {
	text, err := io.ReadAll(io.LimitReader(std.in, maxTokenInput))
	if err != nil {
		return fmt.Errorf("reading the token: %w", err)
	}
	return c.open(ctx, std, func(ctx context.Context, d *desk) error {
		id, err := registration.Withdraw(ctx, d.ring, d.issuer, strings.TrimSpace(string(text)), d.records)
		if fault.Is(err, fault.Invalid) {
			return withHint(err, "paste the whole token, as \"wicketgate client invite\" printed it, and end the line.")
		}
		if err != nil {
			return err
		}
		d.note(ctx, audit.ClientUninvited, "", "invitation "+id)
		if d.json {
			return printJSON(std.out, map[string]string{"id": id, "withdrawn": d.clock().UTC().Format(time.RFC3339)})
		}
		_, err = fmt.Fprintf(std.out, "Nobody can register an application with the invitation %s any more.\n", id)
		return err
	})
}
