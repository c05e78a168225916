package oidc

import (
	"context"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
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

// Retire deletes an application that registered itself and that nobody uses; see registration.Office.Retire.
func (p *Provider) Retire(ctx context.Context, r state.Record, letIn bool) (bool, error) {
	return p.office.Retire(ctx, r, letIn)
}
