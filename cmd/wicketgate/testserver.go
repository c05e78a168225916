package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/wicketgate/wicketgate/gateway/lab"
	"github.com/wicketgate/wicketgate/gateway/web"
)

// maxSeed bounds the files that testserver reads, in bytes.
const maxSeed = 4 << 20

type testserverCommand struct {
	Port           int    `default:"0" help:"Port of the gateway; 0 takes a free one (${default})."`
	Seed           string `placeholder:"FILE" help:"Who is there from the start: JSON with users, groups and clients."`
	Config         string `short:"c" placeholder:"FILE" help:"A part of a configuration, whose top-level keys replace those of the test server."`
	UntilStdinEnds bool   `help:"End when standard input does: whoever started it through a pipe then never leaves one behind."`
	Verbose        bool   `short:"v" help:"Log every request and every audit line to standard error."`
}

// Help is the long text of "wicketgate testserver --help".
func (testserverCommand) Help() string {
	return `It is for the tests of an application that signs people in: a whole gateway on this computer only, with a directory in memory that has
nobody in it but whom the seed names. The first line of the output is JSON: "url" is the gateway, "control" takes orders as JSON (make somebody, register an
application, sign somebody in without pages, move the clock, read mails, go back to the seed). Nothing is written to disk. SIGTERM or Ctrl-C ends it; a test
that starts it should give it a pipe as standard input and --until-stdin-ends, so that it ends with the test, however that ends.`
}

// Run serves until ctx ends.
func (c testserverCommand) Run(ctx context.Context, std stdio) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	options, err := c.options(std)
	if err != nil {
		return err
	}
	l, err := lab.Start(ctx, options)
	var taken *net.OpError
	if errors.As(err, &taken) && taken.Op == "listen" {
		return withHint(err, "--port 0 takes a free port.")
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	door, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listening for orders: %w", err)
	}
	server := web.NewServer("", l.Control(), options.Log)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(door) }()
	if err := json.NewEncoder(std.out).Encode(map[string]string{"url": l.URL, "control": "http://" + door.Addr().String()}); err != nil {
		return errors.Join(fmt.Errorf("saying where it is: %w", err), server.Close())
	}
	if c.UntilStdinEnds {
		go func() {
			defer cancel()
			_, _ = io.Copy(io.Discard, std.in) // an input that breaks has ended too
		}()
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

// options reads the files. Errors: one that cannot be read, or says something that there is not.
func (c testserverCommand) options(std stdio) (lab.Options, error) {
	out := io.Discard
	if c.Verbose {
		out = std.err
	}
	o := lab.Options{Port: c.Port, Version: version(), Log: slog.New(slog.NewJSONHandler(out, nil))}
	if c.Seed != "" {
		text, err := readBounded(c.Seed)
		if err != nil {
			return o, err
		}
		in := json.NewDecoder(bytes.NewReader(text))
		in.DisallowUnknownFields()
		if err := in.Decode(&o.Seed); err != nil {
			return o, withHint(fmt.Errorf("reading the seed %s: %w", c.Seed, err), `it is JSON such as {"users": [{"username": "ada"}], "groups": [], "clients": []}.`)
		}
	}
	if c.Config != "" {
		text, err := readBounded(c.Config)
		if err != nil {
			return o, err
		}
		o.Config = string(text)
	}
	return o, nil
}

// readBounded reads a file that should be small.
func readBounded(name string) ([]byte, error) {
	f, err := os.Open(name) // #nosec G304: the file that was named on the command line
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(io.LimitReader(f, maxSeed+1))
	if err == nil && len(text) > maxSeed {
		err = fmt.Errorf("%s has more than %d MB", name, maxSeed>>20)
	}
	return text, err
}
