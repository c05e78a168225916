package check

import (
	"context"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
)

// clients says what stands in the directory about applications: how many there are, those that cannot be read, and those that were made looser than
// the others.
func (c *checker) clients(ctx context.Context, store state.Store) {
	all, err := rp.NewRegistry(store, nil, c.cfg.OIDCClients(), c.opts.Clock).List(ctx)
	if err != nil { // before the first start the branch may not be there
		return
	}
	registered := 0
	for _, e := range all {
		switch {
		case e.Configured:
		case e.Broken != nil:
			c.warn("the application %s cannot be read: %v", e.ID, e.Broken)
		default:
			registered++
			c.loosened(e.Client)
		}
	}
	if registered > 0 {
		c.ok("%s registered", count(registered, "application is", "applications are"))
	}
}

// loosened names each point in which an application goes beyond the strict defaults.
func (c *checker) loosened(client *rp.Client) {
	for _, l := range client.Loosened() {
		c.warn("the application %s is loosened: %s", client.ID, l)
	}
}
