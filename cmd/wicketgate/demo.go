package main

import (
	"context"
	"io"
	"log/slog"

	"github.com/wicketgate/wicketgate/cmd/wicketgate/demo"
)

type demoCommand struct {
	Port          int  `default:"8080" help:"Port of the gateway (${default}); 0 takes a free one."`
	DirectoryPort int  `default:"3890" help:"Port of the directory (${default})."`
	OrdersPort    int  `default:"8081" help:"Port of the application that signs people in (${default})."`
	InboxPort     int  `default:"8082" help:"Port of the page that shows the mails (${default})."`
	Verbose       bool `short:"v" help:"Log every request and every audit line to standard error."`
}

// Help is the long text of "wicketgate demo --help".
func (demoCommand) Help() string {
	return `It starts, on this computer only, a cooperative's directory with sixty people (a real LDAP server), the gateway in front of it, an application
that signs people in through it, and an inbox for the mails it sends. Nothing is written to disk. Ctrl-C ends it.`
}

// Run runs the demo until ctx ends.
func (c demoCommand) Run(ctx context.Context, std stdio) error {
	out := io.Discard
	if c.Verbose {
		out = std.err
	}
	return demo.Run(ctx, demo.Options{
		Port: c.Port, DirectoryPort: c.DirectoryPort, OrdersPort: c.OrdersPort, InboxPort: c.InboxPort, Version: version(),
		Out: std.out, Log: slog.New(slog.NewTextHandler(out, nil)),
	})
}
