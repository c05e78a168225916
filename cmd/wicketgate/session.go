package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"github.com/wicketgate/wicketgate/gateway"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// sessionCommand looks after where a person is signed in; consent.go has what they let applications have.
type sessionCommand struct {
	List   sessionListCommand   `cmd:"" help:"List where somebody is signed in."`
	Revoke sessionRevokeCommand `cmd:"" help:"Sign somebody out: everywhere, or one session."`
}

// aboutPerson is the flags of the commands about one person.
type aboutPerson struct {
	place `embed:""`
	User  string `arg:"" help:"The login; or the stable id, for somebody who is not in the directory any more."`
}

// open finds the person and calls do. Applications that have to be told of what do ended are told before it returns.
func (a aboutPerson) open(ctx context.Context, std stdio, do func(ctx context.Context, g *gateway.Gateway, s *gateway.Somebody) error) error {
	return a.gateway(ctx, std, func(ctx context.Context, g *gateway.Gateway) error {
		s, err := g.Somebody(ctx, a.User)
		if err == nil {
			err = do(ctx, g, s)
		}
		if fault.Is(err, fault.NotFound) {
			return withHint(err, `"wicketgate check --login NAME" shows whom a login names; the list commands show what there is.`)
		}
		return err
	})
}

// gateway makes a gateway that serves nobody, for a command. Applications that have to be told of something are told before it returns.
func (p place) gateway(ctx context.Context, std stdio, do func(ctx context.Context, g *gateway.Gateway) error) (err error) {
	cfg, err := load(p.Config, std)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, clientTimeout)
	defer cancel()
	log := slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelError}))
	opts := []gateway.Option{gateway.WithLog(log), gateway.WithVersion(version()), gateway.WithoutBackground()}
	if cfg.Log.Audit == "" {
		opts = append(opts, gateway.WithAudit(io.Discard)) // the gateway's own log is another process's
	}
	g, err := gateway.New(ctx, cfg, opts...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.Close(ctx)) }()
	return do(ctx, g)
}

type sessionListCommand struct {
	aboutPerson `embed:""`
}

// sessionJSON is a session as programs see it.
type sessionJSON struct {
	ID      string    `json:"id"`
	Device  string    `json:"device,omitempty"`
	Since   time.Time `json:"since"`
	Seen    time.Time `json:"seen"`
	Expires time.Time `json:"expires"`
}

// Run lists the sessions that are alive.
func (c sessionListCommand) Run(ctx context.Context, std stdio) error {
	return c.open(ctx, std, func(_ context.Context, _ *gateway.Gateway, s *gateway.Somebody) error {
		list := []sessionJSON{}
		for _, one := range s.Record.Sessions {
			if alive, ok := s.Record.Session(one.ID, time.Now()); ok {
				list = append(list, sessionJSON{alive.ID, alive.Device, alive.Made, alive.Seen, alive.Expires})
			}
		}
		if c.JSON {
			return printJSON(std.out, list)
		}
		w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(w, "ID\tDEVICE\tSINCE\tSEEN\tEXPIRES")
		for _, l := range list {
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.ID, l.Device, stamp(l.Since), stamp(l.Seen), stamp(l.Expires))
		}
		return w.Flush()
	})
}

type sessionRevokeCommand struct {
	aboutPerson `embed:""`
	ID          string `placeholder:"ID" help:"End this session only, and the tokens that were made in it."`
}

// Help is the long text of "wicketgate session revoke --help".
func (sessionRevokeCommand) Help() string {
	return `Every session and every token is dead at once, on every replica. Applications that want to be told are told before the command ends. The password stays what it
is: to keep somebody out, lock the account in the directory.`
}

// Run ends one session or all.
func (c sessionRevokeCommand) Run(ctx context.Context, std stdio) error {
	return c.open(ctx, std, func(ctx context.Context, g *gateway.Gateway, s *gateway.Somebody) error {
		if err := g.EndSession(ctx, s, c.ID); err != nil {
			return err
		}
		what := "is signed out everywhere"
		if c.ID != "" {
			what = "is signed out of one session"
		}
		return c.done(std, what)
	})
}

func (a aboutPerson) done(std stdio, what string) error {
	if a.JSON {
		return printJSON(std.out, map[string]any{"user": a.User, "done": true})
	}
	_, err := fmt.Fprintf(std.out, "%s %s.\n", a.User, what)
	return err
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
