// Package docs is the documentation, in Markdown: a tutorial, how-to guides, reference and explanation. There is no Go in it but the tests that hold it to
// the program: samples of configuration load, commands and flags exist, links lead somewhere, and the lists of addresses, metrics, audit lines and
// commands have everything and nothing else.
//
//	UPDATE_DOCS=1 go test ./docs     writes reference/commands.md again
package docs
