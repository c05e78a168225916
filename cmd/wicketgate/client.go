package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/wicketgate/wicketgate/gateway"
	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// clientCommand looks after applications in the state tree. client_add.go, client_show.go, client_edit.go and client_invite.go have the commands.
type clientCommand struct {
	Add          clientAddCommand    `cmd:"" help:"Register an application, and print what to paste into it."`
	List         clientListCommand   `cmd:"" help:"List the applications."`
	Show         clientShowCommand   `cmd:"" help:"Show one application, and what to paste into it."`
	Edit         clientEditCommand   `cmd:"" help:"Change an application."`
	RotateSecret clientRotateCommand `cmd:"" help:"Give an application a new secret; the old one stays valid for a while."`
	Remove       clientRemoveCommand `cmd:"" help:"Remove an application: nobody can sign in to it any more."`

	Invite   clientInviteCommand   `cmd:"" help:"Print a token with which an application can register itself."`
	Uninvite clientUninviteCommand `cmd:"" help:"End such a token that was not used yet."`
}

// Help is the long text of "wicketgate client --help".
func (clientCommand) Help() string {
	return `Applications stand in the configuration file, or in the directory, where these commands and the administrators' page put them. A change takes effect
within ten seconds, on every replica, without a restart. Secrets are made here and printed once; none is ever taken from the command line.`
}

// place is the flags that every client command has.
type place struct {
	Config string `short:"c" default:"${config}" env:"WICKETGATE_CONFIG" placeholder:"FILE" help:"The configuration file (${default})."`
	JSON   bool   `name:"json" help:"Print JSON, for programs."`
}

// desk is what a client command works at.
type desk struct {
	*rp.Registry
	std     stdio
	json    bool
	issuer  string
	ring    *seal.Keyring
	records *state.Records
	audit   *audit.Log
	clock   func() time.Time
}

// clientTimeout bounds a command: a directory that does not answer is no reason to wait for ever.
const clientTimeout = 30 * time.Second

// open reads the configuration, connects, and calls do.
func (p place) open(ctx context.Context, std stdio, do func(ctx context.Context, d *desk) error) (err error) {
	cfg, err := load(p.Config, std)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, clientTimeout)
	defer cancel()
	dir, err := directory.Open(cfg.Transport())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	store, err := gateway.OpenRecords(cfg, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := store.Prepare(ctx); err != nil {
		return withHint(fmt.Errorf("opening the records: %w", err), `"wicketgate check" says what they need.`)
	}
	ring, err := seal.New(cfg.Secrets()...)
	if err != nil {
		return err
	}
	log, closeLog, err := openAudit(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeLog()) }()
	d := &desk{
		Registry: rp.NewRegistry(store, ring, cfg.OIDCClients(), time.Now), std: std, json: p.JSON, issuer: cfg.Public.String(), ring: ring,
		records: state.NewRecords(store, time.Now), audit: log, clock: time.Now,
	}
	return explain(do(ctx, d))
}

// openAudit appends to the audit file of the configuration, if there is one. Without one there is nobody to tell: the gateway's own log is another process's.
func openAudit(cfg *config.Config) (*audit.Log, func() error, error) {
	if cfg.Log.Audit == "" {
		return nil, func() error { return nil }, nil
	}
	f, err := os.OpenFile(cfg.Log.Audit, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the audit log: %w", err)
	}
	return audit.New(f, time.Now), f.Close, nil
}

// note writes an audit line about a client.
func (d *desk) note(ctx context.Context, action audit.Action, client, detail string) {
	d.audit.Event(ctx, audit.Event{Action: action, Client: client, Actor: "command line", Detail: detail})
}

// explain adds what to do about the errors that people meet here.
func explain(err error) error {
	switch {
	case fault.Is(err, fault.NotFound):
		return withHint(err, `"wicketgate client list" shows those that there are.`)
	case fault.Is(err, fault.Conflict):
		return withHint(err, `"wicketgate client edit" changes it; another id makes another one.`)
	case fault.Is(err, fault.Denied):
		return withHint(err, "clients of the configuration file are changed in the file; the gateway reads it when it starts.")
	}
	return err
}
