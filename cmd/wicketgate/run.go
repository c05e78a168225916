package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// stdio is what a command may touch of the process around it.
type stdio struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) (string, bool)
}

// The exit statuses beside those of check.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// commands is the command line. Kong reads the tags.
type commands struct {
	Demo       demoCommand       `cmd:"" help:"Try all of it on this computer, with nothing to set up."`
	Serve      serveCommand      `cmd:"" help:"Run the gateway of a configuration file."`
	Check      checkCommand      `cmd:"" help:"Prove a configuration before anybody signs in: connects, reads, tries."`
	Client     clientCommand     `cmd:"" help:"Look after applications: add, list, show, edit, rotate-secret, remove."`
	Session    sessionCommand    `cmd:"" help:"See where a person is signed in, and sign them out."`
	Consent    consentCommand    `cmd:"" help:"See which applications a person lets in, and take that back."`
	Key        keyCommand        `cmd:"" help:"See the keys that sign tokens, and replace them."`
	Config     configCommand     `cmd:"" help:"Print a commented configuration file to start from."`
	Testserver testserverCommand `cmd:"" help:"Run a whole gateway for the tests of an application, in any language."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
}

const description = `Single sign-on, self-service and password reset in front of the LDAP directory that you already have.

Start with "wicketgate demo". For a directory of your own: "wicketgate config > wicketgate.yaml", adapt the file,
"wicketgate check" until it is content, then "wicketgate serve".`

// run is the program: it runs the command that args name and returns the exit status. It ends early when ctx does.
func run(ctx context.Context, args []string, std stdio) int {
	var cli commands
	exited := -1 // kong asks to exit after it printed a help text, and goes on if nobody does
	parser, err := kong.New(&cli,
		kong.Name("wicketgate"), kong.Description(description), kong.Writers(std.out, std.err), kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}), kong.Vars{"config": "wicketgate.yaml"},
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(std),
	)
	if err != nil {
		return fail(std, fmt.Errorf("the command line is not made well: %w", err))
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		return usage(std, err)
	}
	err = command.Run()
	var status exitStatus
	if errors.As(err, &status) {
		return int(status)
	}
	if err != nil {
		return fail(std, err)
	}
	return exitOK
}

// usage answers a command line that cannot be understood.
func usage(std stdio, err error) int {
	told := withHint(err, `"wicketgate --help" lists the commands, "wicketgate COMMAND --help" what they take.`)
	if strings.Contains(err.Error(), "--conf") { // -c is the only thing that people mean by it
		told = withHint(told, "the configuration file is named by --config FILE or -c FILE.")
	}
	_ = fail(std, told)
	return exitUsage
}
