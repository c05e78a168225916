// Package gatewaytest gives the test of an application a whole OpenID Connect provider: a real Wicketgate on a free port of this machine, with a directory, an
// inbox and a clock of its own, gone when the test ends. It is for everybody who builds something that signs people in, or that takes tokens.
//
//	g := gatewaytest.Start(t)
//	g.AddUser(t, gatewaytest.User{Username: "ada", Groups: []string{"crew"}})
//	client := g.AddClient(t, gatewaytest.Client{ID: "shop", RedirectURIs: []string{shop.URL + "/callback"}})
//
// Give g.URL, client.ID and client.Secret to the application. Then let somebody sign in, in one of three ways, from far to near:
//
//	ada := g.Browser(t, "ada")                    // an *http.Client that fills in the gateway's pages for ada:
//	page, err := ada.Get(shop.URL + "/login")     // the application, the gateway, and back to the application
//
//	back := g.Authorize(t, authURL, "ada")        // only the gateway's part: the redirect with the code
//
//	tokens := g.Tokens(t, "shop", "ada", "openid", "email") // only what comes of it, for an API that takes tokens
//
// What can go wrong is part of it: Deny says no to the application, LockUser, DeleteUser, SetPassword, Revoke and SignOutEverywhere make tokens die, Advance
// lets them expire. Mail waits for a mail and has the links in it.
//
// Nobody is there from the start. Who has no password gets "<username>-password"; members of the group "admins" are administrators. Methods that can fail
// take the test and end it, with the reason. Parallel subtests may share a gateway.
//
//	gateway.go   Start and its options, the time, the count of what the directory was asked
//	people.go    people, groups and applications
//	browser.go   signing in, authorizing, tokens
//	mails.go     the inbox
//
// In another language, `wicketgate testserver` does the same: docs/how-to/test-your-application.md has an example of both.
package gatewaytest
