// Package pgtest starts PostgreSQL servers for tests, each of its own on a free loopback port and in a folder that goes with the test. Tests alone
// import it.
//
//	d := pgtest.Shared(t).Database(t)   // a new, empty database of the role "wicketgate", whose password is Password
//	d.URL; d.SQL(t, ...)                // how to reach it; what its superuser would do
//	d.Counts()                          // the statements that were carried out in it
//	s := pgtest.Start(t)                // a server of the test's own
//	s.Stop(t); s.Start(t)               // as an administrator would
//
//	server.go     a server's life
//	shared.go     one for all tests of a package
//	database.go   databases and statements in it
//
// It takes the programs of Debian's postgresql package from where they lie, and never touches a cluster of the system. PostgreSQL refuses to be run by
// root, so for root it is run as the package's user, or as nobody. Without the programs a test is skipped, loudly; with CI=true in the
// environment it fails.
package pgtest
