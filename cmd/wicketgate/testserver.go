package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"

	"github.com/wicketgate/wicketgate/gateway/lab"
	"github.com/wicketgate/wicketgate/gateway/web"
)

type testserverCommand struct {
	Port    int  `default:"0" help:"Port of the gateway; 0 takes a free one (${default})."`
	Verbose bool `short:"v" help:"Log every request and every audit line to standard error."`
}

// Help is the long text of "wicketgate testserver --help".
func (testserverCommand) Help() string {
	return `It is for the tests of an application that signs people in: a whole gateway on this computer only, with a directory in memory that has
nobody in it. The first line of the output is JSON: "url" is the gateway, "control" takes orders as JSON (make somebody, register an
application, sign somebody in without pages, move the clock, read mails, forget everything). Nothing is written to disk. SIGTERM or Ctrl-C ends it.`
}

// Run serves until ctx ends.
func (c testserverCommand) Run(ctx context.Context, std stdio) (err error) {
	out := io.Discard
	if c.Verbose {
		out = std.err
	}
	log := slog.New(slog.NewJSONHandler(out, nil))
	l, err := lab.Start(ctx, lab.Options{Port: c.Port, Version: version(), Log: log})
	if err != nil {
		return withHint(err, "--port 0 takes a free port.")
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	door, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listening for orders: %w", err)
	}
	server := web.NewServer("", l.Control(), log)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(door) }()
	if err := json.NewEncoder(std.out).Encode(map[string]string{"url": l.URL, "control": "http://" + door.Addr().String()}); err != nil {
		return errors.Join(fmt.Errorf("saying where it is: %w", err), server.Close())
	}
	select {
	case <-ctx.Done():
		return server.Close()
	case err = <-failed:
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return fmt.Errorf("taking orders: %w", err)
	}
}
