// Package bench measures what Wicketgate does in a second, beside what the machine could do:
//
//	make bench
//
// It starts a slapd that writes to disk as a real one does, with ten thousand people, and the gateway in a process of its own, and asks over
// HTTP on loopback, at 1, 8 and 32 at a time:
//
//	SignIn     a browser that has never been here: authorize, login, password, code, tokens, userinfo; the person has been here before
//	FirstSignIn  the same for somebody who has never been here, so that the record is made
//	Code       a code for tokens
//	Refresh    a refresh token for new ones
//	UserInfo   the claims for an access token
//	Machine    RSA-2048 signatures, and searches, binds and changes of the same slapd, by nobody but the measuring program
//
// Columns: how many a second; p50-ms and p99-ms, half and all but one in a hundred were faster; searches, binds and writes as slapd counted
// them; cpu-ms, the gateway's own processor time for one; MB, the gateway's resident memory when it was over.
//
// Client, gateway and slapd share the machine, so a server that serves others only does better. What came out once, and what costs what, is in
// docs/explanation/performance.md.
//
//	bench_test.go    the measurements
//	measure_test.go  so many at a time; percentiles; the columns
//	world_test.go    slapd with its people, and the gateway's process
//	client_test.go   the browser and the application: as little as does the job
//
// A test holds each step to its number of LDAP operations, so that the measurement is of what it says it is. Everything else is run
// by hand.
package bench
