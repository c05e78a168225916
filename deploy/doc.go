// Package deploy holds samples for running Wicketgate: systemd, containers, reverse proxies, and the rights of the service account. There is no Go in it but
// the tests that keep the samples true.
package deploy
