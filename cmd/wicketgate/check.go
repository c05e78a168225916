package main

import (
	"context"
	"fmt"
	"time"

	"github.com/wicketgate/wicketgate/cmd/wicketgate/check"
)

type checkCommand struct {
	Config  string        `short:"c" default:"${config}" env:"WICKETGATE_CONFIG" placeholder:"FILE" help:"The configuration file (${default})."`
	Login   string        `placeholder:"NAME" help:"Show the person with this login, instead of the first few."`
	Mail    string        `placeholder:"ADDRESS" help:"Send a test mail there."`
	Timeout time.Duration `default:"2m" help:"Give up after this time (${default})."`
}

// Help is the long text of "wicketgate check --help".
func (checkCommand) Help() string {
	return `It changes nothing that stays: below state.base it adds a scratch record and removes it (in state.sql within a
transaction that is taken back), and of people it asks only for changes that cannot take effect. It shows what the mapping makes
of a few real people: look whether that is right.

The exit status is 0 if all will work, 1 if something will not, 2 if nobody could sign in.`
}

// Run checks a configuration; its result is the exit status.
func (c checkCommand) Run(ctx context.Context, std stdio) error {
	cfg, err := load(c.Config, std)
	if err != nil {
		_ = fail(std, err)
		return exitStatus(check.Broken)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.Timeout, fmt.Errorf("it took longer than %v (--timeout)", c.Timeout))
	defer cancel()
	status := check.Run(ctx, cfg, check.Options{Out: std.out, Login: c.Login, MailTo: c.Mail, Clock: time.Now})
	if err := context.Cause(ctx); err != nil {
		_ = fail(std, err)
		return exitStatus(check.Broken)
	}
	if status != check.Fine {
		return exitStatus(status)
	}
	return nil
}
