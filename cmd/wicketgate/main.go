// Command wicketgate is single sign-on, self-service and password reset in front of the LDAP directory that you already have.
//
//   - main.go, run.go: the command line; one file for each command
//   - serve.go: the gateway of a configuration file, until a signal ends it; certificate.go: HTTPS without a proxy
//   - check.go: proves a configuration; the work is in package check
//   - client.go, client_*.go: look after the applications in the directory
//   - config.go: prints a starting file and the presets
//   - errors.go: how a person is told what went wrong
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], stdio{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.LookupEnv}))
}
