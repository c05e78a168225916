package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/wicketgate/wicketgate/gateway"
	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
)

// keyCommand looks after the keys that sign tokens.
type keyCommand struct {
	List   keyListCommand   `cmd:"" help:"List the signing keys: which sign, which will, which did."`
	Rotate keyRotateCommand `cmd:"" help:"Replace the signing keys; nobody notices."`
}

type keyListCommand struct {
	place `embed:""`
}

// keyJSON is a key as programs see it: never the key itself.
type keyJSON struct {
	keys.Key
	State string `json:"state"`
}

// Run lists the keys.
func (c keyListCommand) Run(ctx context.Context, std stdio) error {
	return c.gateway(ctx, std, func(ctx context.Context, g *gateway.Gateway) error {
		all, err := g.SigningKeys(ctx)
		if err != nil {
			return withHint(err, `keys that cannot be opened any more are replaced by "wicketgate key rotate --now".`)
		}
		return c.print(std, all)
	})
}

func (p place) print(std stdio, all []keys.Key) error {
	list := []keyJSON{}
	for _, k := range all {
		list = append(list, keyJSON{k, k.State(time.Now())})
	}
	if p.JSON {
		return printJSON(std.out, list)
	}
	w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ALG\tSTATE\tSIGNS FROM\tKEY ID")
	for _, k := range list {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.Alg, k.State, stamp(k.SignsFrom), k.ID)
	}
	return w.Flush()
}

type keyRotateCommand struct {
	place `embed:""`
	Now   bool `help:"The keys have leaked, or cannot be opened: withdraw them at once. People may have to sign in to applications again."`
}

// Help is the long text of "wicketgate key rotate --help".
func (keyRotateCommand) Help() string {
	return `New keys are published at once and sign an hour later, so that every application knows them by then; the old ones stay published until what they signed has expired. The
gateway does the same by itself, as tokens.signing_keys says. Keys of tokens.signing_key_files are replaced in the configuration.`
}

// Run replaces the keys.
func (c keyRotateCommand) Run(ctx context.Context, std stdio) error {
	return c.gateway(ctx, std, func(ctx context.Context, g *gateway.Gateway) error {
		if !c.Now {
			made, err := g.RotateKeys(ctx)
			if err != nil {
				return withHint(err, `keys that cannot be opened any more are replaced by "wicketgate key rotate --now".`)
			}
			if len(made) == 0 && !c.JSON {
				_, err := fmt.Fprintln(std.out, `Nothing to do: the next keys wait already, or none was ever needed. "wicketgate key list" shows them.`)
				return err
			}
			return c.print(std, made)
		}
		made, withdrawn, err := g.ReplaceKeys(ctx)
		if err != nil {
			return withHint(fmt.Errorf("%d new keys stand and %d old ones are withdrawn, but then: %w", len(made), len(withdrawn), err), "run it again.")
		}
		if !c.JSON {
			if _, err := fmt.Fprintf(std.out, "%d keys are withdrawn; every replica signs with the new ones within a minute.\n", len(withdrawn)); err != nil {
				return err
			}
		}
		return c.print(std, made)
	})
}
