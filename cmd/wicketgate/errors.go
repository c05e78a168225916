package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/config"
)

// exitStatus ends the program with a status after the command has said everything itself.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// hinted is an error with advice: what was probably meant, or what to do next.
type hinted struct {
	err  error
	hint string
}

func (h *hinted) Error() string { return h.err.Error() }
func (h *hinted) Unwrap() error { return h.err }

func withHint(err error, hint string) error { return &hinted{err, hint} }

// fail tells a person what went wrong, and what to do about it, and returns the exit status.
func fail(std stdio, err error) int {
	var broken *config.Error
	if errors.As(err, &broken) {
		_, _ = fmt.Fprintf(std.err, "wicketgate: error: the configuration cannot be used:\n\n")
		for _, p := range broken.Problems {
			_, _ = fmt.Fprintf(std.err, "  %s\n", p)
		}
		_, _ = fmt.Fprintln(std.err)
	} else {
		_, _ = fmt.Fprintf(std.err, "wicketgate: error: %s\n", strings.ReplaceAll(err.Error(), "\n", "\n    "))
	}
	for _, hint := range hints(err) {
		_, _ = fmt.Fprintf(std.err, "wicketgate: hint: %s\n", hint)
	}
	return exitFailed
}

// hints collects the advice in err's tree, the outermost first.
func hints(err error) []string {
	var all []string
	if h, ok := err.(*hinted); ok {
		all = append(all, h.hint)
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		all = append(all, hints(e.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			all = append(all, hints(one)...)
		}
	}
	return all
}

// load reads a configuration and adds the advice that those who meet an error here need.
func load(path string, std stdio) (*config.Config, error) {
	cfg, err := config.Load(path, std.getenv)
	switch {
	case err == nil:
		return cfg, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, withHint(fmt.Errorf("there is no file %s", path),
			`"wicketgate config > wicketgate.yaml" writes one to start from; --config names another one. "wicketgate demo" needs none.`)
	case errors.Is(err, fs.ErrPermission):
		return nil, withHint(err, "the user that runs wicketgate must be able to read it.")
	case errors.As(err, new(*config.Error)):
		return nil, withHint(err, `every key is explained in docs/reference/configuration.md, and "wicketgate config" prints an example.`)
	}
	return nil, err
}
