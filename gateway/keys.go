package gateway

import (
	"context"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
)

// SigningKeys lists the keys that lie in the records, the newest of each algorithm first. It makes none.
func (g *Gateway) SigningKeys(ctx context.Context) ([]keys.Key, error) {
	if err := g.store.Prepare(ctx); err != nil {
		return nil, err
	}
	return keys.List(ctx, g.store, g.keyring)
}

// RotateKeys publishes new signing keys, which sign an hour later. It returns those that were made: none, if the next ones wait already.
func (g *Gateway) RotateKeys(ctx context.Context) ([]keys.Key, error) {
	if err := g.store.Prepare(ctx); err != nil {
		return nil, err
	}
	made, err := keys.Rotate(ctx, g.store, g.keyring, g.clock())
	g.noteKeys(ctx, made, "")
	return made, err
}

// ReplaceKeys is for keys that somebody else may have: new ones sign at once, and what the old ones have signed is worth nothing any more. It returns the new keys, and the records
// that were withdrawn, also if it came only half of the way.
func (g *Gateway) ReplaceKeys(ctx context.Context) (made []keys.Key, withdrawn []string, err error) {
	if err := g.store.Prepare(ctx); err != nil {
		return nil, nil, err
	}
	made, withdrawn, err = keys.Replace(ctx, g.store, g.keyring, g.clock())
	g.noteKeys(ctx, made, "withdrawn: "+strings.Join(withdrawn, " "))
	return made, withdrawn, err
}

func (g *Gateway) noteKeys(ctx context.Context, made []keys.Key, detail string) {
	for _, k := range made {
		g.audit.Event(ctx, audit.Event{Action: audit.SigningKeyRotated, Actor: "command line", Detail: strings.TrimSpace(k.Alg + " " + k.ID + " " + detail)})
	}
}
