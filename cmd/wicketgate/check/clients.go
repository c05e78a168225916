package check

import (
	"context"
	"slices"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
)

// clients says what stands in the directory about applications: how many there are, those that cannot be read, and those that were made looser than
// the others.
func (c *checker) clients(ctx context.Context, store state.Store) {
	all, err := rp.NewRegistry(store, nil, c.cfg.OIDCClients(), c.opts.Clock).List(ctx)
	known := map[string]bool{rp.Anyone: true}
	if err != nil { // before the first start the branch may not be there, and nobody can be registered
		for _, client := range c.cfg.OIDCClients() {
			known[client.ID] = true
		}
	}
	registered := 0
	for _, e := range all {
		known[e.ID] = true
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
	c.strangers(known)
}

// loosened names each point in which an application goes beyond the strict defaults.
func (c *checker) loosened(client *rp.Client) {
	for _, l := range client.Loosened() {
		c.warn("the application %s is loosened: %s", client.ID, l)
	}
}

// resources says what is loosened of the APIs in the configuration.
func (c *checker) resources() {
	for _, r := range c.cfg.OIDCResources() {
		c.ok("API %s: %s", r.DisplayName(), r.URI)
		for _, l := range r.Loosened() {
			c.warn("the API %s is loosened: %s", r.URI, l)
		}
	}
}

// strangers names the applications that an API speaks of and nobody has registered.
func (c *checker) strangers(known map[string]bool) {
	for _, r := range c.cfg.OIDCResources() {
		for _, id := range append(slices.Clone(r.Clients), r.Introspectors...) {
			if !known[id] {
				c.warn("the API %s names the application %s, which is not registered", r.URI, id)
				known[id] = true
			}
		}
	}
}
