package main

import (
	"context"
	"fmt"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

type clientEditCommand struct {
	place    `embed:""`
	settings `embed:""`
	ID       string `arg:"" help:"The client id, which cannot be changed."`
}

// Help is the long text of "wicketgate client edit --help".
func (clientEditCommand) Help() string {
	return `What no flag names stays. --redirect-uri and --contact replace all that there were; an empty value removes one, and --no-trusted and its like switch off.`
}

// Run changes an application.
func (c clientEditCommand) Run(ctx context.Context, std stdio) error {
	return c.open(ctx, std, func(ctx context.Context, d *desk) error {
		var secret string
		client, err := d.Change(ctx, c.ID, func(client *rp.Client) (err error) {
			before := client.AuthMethod
			c.apply(client)
			if client.AuthMethod != before {
				secret, err = d.Prove(client, client.AuthMethod)
			}
			return err
		})
		if err != nil {
			return err
		}
		d.note(ctx, audit.ClientChanged, c.ID, "")
		return d.show(rp.Entry{ID: c.ID, Client: client}, shown{secret: secret, done: "changed"})
	})
}

type clientRotateCommand struct {
	place `embed:""`
	ID    string        `arg:"" help:"The client id."`
	Keep  time.Duration `default:"24h" placeholder:"TIME" help:"How long the old secret stays valid (${default}); 0s ends it at once."`
}

// maxKeep bounds how long two secrets can be valid: whoever forgets the old one should not keep it for ever.
const maxKeep = 90 * 24 * time.Hour

// Run gives an application a new secret.
func (c clientRotateCommand) Run(ctx context.Context, std stdio) error {
	if c.Keep < 0 || c.Keep > maxKeep {
		_ = fail(std, fmt.Errorf("--keep must lie between 0s and %v", maxKeep))
		return exitStatus(exitUsage)
	}
	return c.open(ctx, std, func(ctx context.Context, d *desk) error {
		secret, client, err := d.RotateSecret(ctx, c.ID, c.Keep)
		if err != nil {
			return err
		}
		d.note(ctx, audit.ClientChanged, c.ID, "new secret; the old one ends in "+c.Keep.String())
		return d.show(rp.Entry{ID: c.ID, Client: client}, shown{secret: secret, done: "given a new secret"})
	})
}

type clientRemoveCommand struct {
	place `embed:""`
	ID    string `arg:"" help:"The client id."`
	Yes   string `placeholder:"ID" help:"The client id once more, so that none is removed by a slip."`
}

// Run removes an application.
func (c clientRemoveCommand) Run(ctx context.Context, std stdio) error {
	if c.Yes != c.ID {
		_ = fail(std, withHint(fmt.Errorf("nobody could sign in to %s any more", c.ID), fmt.Sprintf("if that is meant: wicketgate client remove %s --yes %s", c.ID, c.ID)))
		return exitStatus(exitUsage)
	}
	return c.open(ctx, std, func(ctx context.Context, d *desk) error {
		if err := d.Remove(ctx, c.ID); err != nil {
			return err
		}
		d.note(ctx, audit.ClientDeleted, c.ID, "")
		if d.json {
			return printJSON(std.out, map[string]string{"client_id": c.ID, "removed": d.clock().UTC().Format(time.RFC3339)})
		}
		_, err := fmt.Fprintf(std.out, "The application %s is removed.\n", c.ID)
		return err
	})
}
