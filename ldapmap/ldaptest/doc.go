// Package ldaptest starts real directories for tests, on free loopback ports and in a folder that goes with the test. Tests alone
// import it.
//
//	s := ldaptest.Slapd(t, ldaptest.Options{})         // OpenLDAP, with people, groups and a service account in it
//	ldaptest.Each(t, func(t *testing.T, s *ldaptest.Server) { ... })   // the same test on every directory there is
//	p := ldaptest.NewProxy(t, s.URL)                   // a line to it that can hang, break and refuse
//
// seed.ldif is what they hold: read it to know whom to sign in as. Everybody's password is "<uid>-password".
//
//	server.go options.go seed.go   what a test sees and can ask for
//	slapd*.go                      OpenLDAP's slapd, two of them in mirror mode, and its log as a count of operations
//	memdir.go                      the directory in memory
//	ca.go                          certificates, good and bad
//	proxy.go                       faults on the line
//
// It needs Debian's slapd and ldap-utils packages. Without them a test is skipped, loudly; with CI=true in the environment it fails.
//
// It imports ldapmap/memdir, and nothing else of this module, so that every package's tests can use it.
package ldaptest
