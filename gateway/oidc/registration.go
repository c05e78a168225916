package oidc

import (
	"context"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// Registry returns the registry of the provider's clients.
func (p *Provider) Registry() *rp.Registry { return p.clients.Registry() }

// Register stores a new client; see Registry.Add.
func (p *Provider) Register(ctx context.Context, client *rp.Client) error {
	return p.Registry().Add(ctx, client)
}

// Unregister deletes a registered client; see Registry.Remove.
func (p *Provider) Unregister(ctx context.Context, id string) error {
	return p.Registry().Remove(ctx, id)
}
