// Package programtest is for tests that start programs of others: it finds them on the machine, fetches libraries for them from PyPI and npm, and ends them
// with the test.
//
//	install.go   what is on the machine, and what is fetched into the user's cache folder
//	launch.go    a program that runs as long as a test
//
// What is missing skips a test, loudly; with CI in the environment it fails. Nothing touches the system's configuration. It is imported by tests alone.
package programtest
