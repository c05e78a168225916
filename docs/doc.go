// Package docs is the documentation, in Markdown: a tutorial, how-to guides, reference and explanation. There is no Go in it but the tests that hold it to
// the program: samples of configuration load, commands and flags exist, links lead somewhere, and the lists of addresses, metrics, audit lines and
// commands have everything and nothing else. Package examples below it runs the programs that pages show parts of.
//
//	UPDATE_DOCS=1 go test ./docs     writes reference/commands.md and reference/testserver.md again
package docs
