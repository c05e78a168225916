package gatewaytest

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/lab"
)

// Browser opens a browser that has never been anywhere: an HTTP client with cookies that follows redirects, and fills in the gateway's own pages for somebody: their
// login, their password, and yes to what an application wants to know. Start at the application. Every page that is not the gateway's, or that the gateway
// does not get further with, is returned. No username: a browser at which nobody signs in, as for prompt=none.
func (g *Gateway) Browser(t testing.TB, username string) *http.Client {
	t.Helper()
	return g.browser(t, lab.Visit{Username: username})
}

func (g *Gateway) browser(t testing.TB, v lab.Visit) *http.Client {
	t.Helper()
	b, err := g.lab.Browser(v)
	if err != nil {
		t.Fatalf("opening a browser: %v", err)
	}
	return b
}

// SignIn is Browser, with the person signed in at the gateway already: applications that trust the gateway let them in without a question.
func (g *Gateway) SignIn(t testing.TB, username string) (browser *http.Client) {
	t.Helper()
	must(t, "signing in", func(ctx context.Context) (err error) {
		browser, err = g.lab.SignIn(ctx, lab.Visit{Username: username})
		return err
	})
	return browser
}

// Authorize opens the address to which an application sends the browser (its authorization request) in a new browser, signs somebody in, agrees, and returns
// where the browser is sent: the redirect URI with the code, or with the error that the gateway has for the application. The test ends if nobody is sent anywhere, and
// is told what the page says. No username: nobody signs in.
func (g *Gateway) Authorize(t testing.TB, authURL, username string) *url.URL {
	t.Helper()
	return g.AuthorizeIn(t, g.Browser(t, username), authURL)
}

// Deny is Authorize with a person who does not agree. The test ends if they are not asked, since they agreed before or the application is trusted.
func (g *Gateway) Deny(t testing.TB, authURL, username string) *url.URL {
	t.Helper()
	return g.AuthorizeIn(t, g.browser(t, lab.Visit{Username: username, Deny: true}), authURL)
}

// AuthorizeIn is Authorize in a browser of SignIn or Browser, where somebody may be signed in already.
func (g *Gateway) AuthorizeIn(t testing.TB, browser *http.Client, authURL string) *url.URL {
	t.Helper()
	var back lab.Answer
	must(t, "authorizing", func(ctx context.Context) (err error) { back, err = g.lab.Authorize(ctx, browser, authURL); return err })
	if back.Posted {
		t.Fatalf("the answer to this request is a form that the browser posts (response_mode=form_post): let a Browser go through the application instead")
	}
	return back.URL
}

// Tokens are what the token endpoint gives.
type Tokens = lab.Tokens

// Tokens signs somebody in to an application of AddClient, agrees, and redeems the code: for the tests of an API, which wants a token and not the way to
// it. No scopes: openid.
func (g *Gateway) Tokens(t testing.TB, clientID, username string, scopes ...string) (tokens Tokens) {
	t.Helper()
	must(t, "getting tokens", func(ctx context.Context) (err error) {
		tokens, err = g.lab.Tokens(ctx, lab.Visit{Username: username}, clientID, scopes)
		return err
	})
	return tokens
}
