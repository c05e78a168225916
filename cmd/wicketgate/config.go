package main

import (
	"fmt"
	"io"

	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/ldapmap"
)

type configCommand struct {
	Start   configStartCommand   `cmd:"" default:"withargs" hidden:""`
	Presets configPresetsCommand `cmd:"" help:"List the presets, or print one of them."`
}

type configStartCommand struct{}

// Run prints the starting file.
func (configStartCommand) Run(std stdio) error {
	_, err := io.WriteString(std.out, config.Starter())
	return err
}

type configPresetsCommand struct {
	Name string `arg:"" optional:"" help:"The preset to print. It is an ordinary mapping, to copy from."`
}

// Run lists the presets or prints one.
func (c configPresetsCommand) Run(std stdio) error {
	if c.Name == "" {
		for _, name := range ldapmap.Presets() {
			if _, err := fmt.Fprintln(std.out, name); err != nil {
				return err
			}
		}
		return nil
	}
	text, err := ldapmap.PresetText(c.Name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(std.out, text)
	return err
}
