// Package ldaptest starts real directories for tests, on free loopback ports and in a folder that goes with the test. Tests alone
// import it.
//
//	ldaptest.Each(t, func(t *testing.T, s *ldaptest.Server) { ... })        // the same test on every kind of directory there is
//	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) { ... })   // on two that start in an instant, for what is ours alone
//	s := ldaptest.Slapd(t, ldaptest.Options{})         // OpenLDAP, with people, groups and a service account in it
//	p := ldaptest.NewProxy(t, s.URL)                   // a line to it that can hang, break and refuse
//
// seed.ldif is what they hold: read it to know whom to sign in as. Everybody's password is "<uid>-password".
//
// Kinds differ, and no test asks for one by name. What a kind lacks stands in its table, with the fact why; a test that means nothing without
// a feature names it (Options.Needs) and is skipped with that reason. What does not stand in the table is proven.
//
//	kind.go feature.go             the kinds of directory, Each, and what a kind may lack
//	server.go options.go seed.go   what a test sees and can ask for
//	slapd*.go                      OpenLDAP's slapd, two of them in mirror mode, and its log as a count of operations
//	ds389*.go                      389 Directory Server
//	samba*.go loopback.go          Samba as a domain controller of Active Directory, on an address of its own
//	memdir.go                      the directory in memory
//	process.go                     server programs as children of the test
//	ca.go                          certificates, good and bad
//	proxy.go                       faults on the line
//
// It needs Debian's packages slapd, ldap-utils, 389-ds-base, samba, samba-ad-provision, samba-dsdb-modules and samba-vfs-modules. Without them a test is skipped, loudly; with CI=true in the environment it fails.
//
// It imports ldapmap/memdir, and nothing else of this module, so that every package's tests can use it.
package ldaptest
