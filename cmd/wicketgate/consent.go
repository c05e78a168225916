package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/wicketgate/wicketgate/gateway"
)

// consentCommand looks after what a person lets applications have.
type consentCommand struct {
	List   consentListCommand   `cmd:"" help:"List the applications that somebody lets in."`
	Revoke consentRevokeCommand `cmd:"" help:"Take back what somebody lets an application have."`
}

type consentListCommand struct {
	aboutPerson `embed:""`
}

// consentJSON is a consent as programs see it.
type consentJSON struct {
	Client  string    `json:"client_id"`
	Given   time.Time `json:"given"`
	Scopes  []string  `json:"scopes"`
	Claims  []string  `json:"claims,omitempty"` // that it asked for by name
	Trusted bool      `json:"trusted"`
}

// Run lists the consents.
func (c consentListCommand) Run(ctx context.Context, std stdio) error {
	return c.open(ctx, std, func(_ context.Context, _ *gateway.Gateway, s *gateway.Somebody) error {
		list := []consentJSON{}
		for _, one := range s.Record.Consents {
			list = append(list, consentJSON{one.Client, one.Given, one.Scopes, one.Claims, one.Trusted})
		}
		if c.JSON {
			return printJSON(std.out, list)
		}
		w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(w, "CLIENT\tGIVEN\tBY\tSCOPES")
		for _, l := range list {
			by := map[bool]string{true: "organisation", false: "person"}[l.Trusted]
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", l.Client, stamp(l.Given), by, strings.Join(append(l.Scopes, l.Claims...), " "))
		}
		return w.Flush()
	})
}

type consentRevokeCommand struct {
	aboutPerson `embed:""`
	Client      string `arg:"" help:"The client id of the application."`
}

// Run takes one consent back.
func (c consentRevokeCommand) Run(ctx context.Context, std stdio) error {
	return c.open(ctx, std, func(ctx context.Context, g *gateway.Gateway, s *gateway.Somebody) error {
		if err := g.RevokeConsent(ctx, s, c.Client); err != nil {
			return err
		}
		return c.done(std, "has to agree anew before "+c.Client+" learns anything")
	})
}
