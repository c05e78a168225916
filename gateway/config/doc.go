// Package config reads wicketgate.yaml: one file, strict, with every mistake told at once.
//
//	cfg, err := config.Load("wicketgate.yaml", os.LookupEnv)
//
// err lists all problems, each with file and line, the key, what was found, what is wanted and the nearest valid key; cfg.Warnings are
// those that do not keep the program from working. What Load returns is ready: the mapping and the policy are compiled, secrets are read,
// paths are absolute.
//
//	section*.go   the keys, each with its documentation; docs/reference/configuration.md is made from these comments
//	load.go       file -> syntax tree -> Config, with bounds on size and depth
//	env.go        ${NAME} and ${NAME:-default}
//	decode.go     syntax tree -> structs, collecting every problem instead of stopping at the first
//	check.go      what no single key can tell; *_file and secrets in files.go; subject.go
//	build.go      Config -> the configurations of the parts it is about
//	starter.go    the commented file that `wicketgate config` prints
//
// A Secret never prints. The package is used by gateway, by cmd/wicketgate, and by tests that load every sample file of the documentation.
package config

//go:generate go run ./gen
