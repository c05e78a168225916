// Package housetest gives a test a whole gateway: a real directory, a mail server, and Wicketgate between them, on free loopback
// ports and in the test's own process. It is for the tests of this module, which want its insides: a directory of their choice, several
// replicas, faults, logs. Those who build an application that signs people in want gateway/gatewaytest instead.
//
//	g := housetest.Start(t, housetest.Options{})
//	ada := g.SignIn(t, "ada")                          // a browser without JavaScript, signed in
//	page := ada.Get("/profile")
//	page = page.Submit("main form", "mobile", "+44 7700 900009")
//	g.Mail(t, "ada@example.org")                       // waits for a mail to that address
//	g.Clock.Advance(time.Hour)                         // and an hour has passed for the gateway
//
// The people are those of ldaptest's seed.ldif: ada is an administrator; andre, grace and jane belong to the staff, who may invite. An
// application "app" is registered, with AppSecret and AppCallback. Options.Config replaces what a test wants otherwise, in the
// words of a configuration file.
//
//	gateway.go   Options, Start, and what a test does with a Gateway
//	config.go    the configuration, and how a test changes parts of it
//	browser.go   the browser: gateway/web/webtest's, with uploads and a way in
//	lines.go     the captured log and audit lines
//
// Everything ends with the test. The package is imported by tests alone.
package housetest
