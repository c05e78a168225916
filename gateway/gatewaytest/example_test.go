package gatewaytest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/gatewaytest"
)

var t = &testing.T{} // your test has one

// What the application under test asks for: it sends the browser to this address.
func authURL(g *gatewaytest.Gateway) string {
	return g.URL + "/oauth/authorize?response_type=code&client_id=shop&redirect_uri=https%3A%2F%2Fshop.example%2Fcallback&scope=openid&state=s1"
}

func Example() {
	g := gatewaytest.Start(t)
	g.AddUser(t, gatewaytest.User{Username: "ada"})
	g.AddClient(t, gatewaytest.Client{ID: "shop", RedirectURIs: []string{"https://shop.example/callback"}})

	back := g.Authorize(t, authURL(g), "ada")
	fmt.Println(back.Host, back.Path, back.Query().Get("state"), back.Query().Has("code"))

	g.Revoke(t, "ada", "shop") // or nobody would ask her
	back = g.Deny(t, authURL(g), "ada")
	fmt.Println(back.Query().Get("error"))
	// Output:
	// shop.example /callback s1 true
	// access_denied
}

func ExampleGateway_AddUser() {
	g := gatewaytest.Start(t)
	ada := g.AddUser(t, gatewaytest.User{
		Username: "ada", GivenName: "Ada", FamilyName: "Lovelace", Groups: []string{"crew"}, Fields: map[string][]string{"language": {"en"}},
	})
	fmt.Println(ada.Password, ada.Mail, ada.Subject != "")
	// Output: ada-password ada@example.org true
}

func ExampleGateway_AuthorizeIn() {
	g := gatewaytest.Start(t)
	g.AddUser(t, gatewaytest.User{Username: "ada"})
	g.AddClient(t, gatewaytest.Client{ID: "shop", Trusted: true, RedirectURIs: []string{"https://shop.example/callback"}})

	silent := authURL(g) + "&prompt=none"
	fmt.Println(g.Authorize(t, silent, "").Query().Get("error"))
	fmt.Println(g.AuthorizeIn(t, g.SignIn(t, "ada"), silent).Query().Has("code"))
	// Output:
	// login_required
	// true
}

func ExampleGateway_Tokens() {
	g := gatewaytest.Start(t)
	g.AddUser(t, gatewaytest.User{Username: "ada"})
	g.AddClient(t, gatewaytest.Client{ID: "shop", RedirectURIs: []string{"https://shop.example/callback"}})

	tokens := g.Tokens(t, "shop", "ada", "openid", "offline_access")
	fmt.Println(tokens.TokenType, tokens.AccessToken != "", tokens.RefreshToken != "", tokens.IDToken != "")
	// Output: Bearer true true true
}

func ExampleWithConfig() {
	g := gatewaytest.Start(t, gatewaytest.WithConfig(`
tokens:
  access: 2m
`))
	g.AddUser(t, gatewaytest.User{Username: "ada"})
	g.AddClient(t, gatewaytest.Client{ID: "shop", RedirectURIs: []string{"https://shop.example/callback"}})
	fmt.Println(time.Duration(g.Tokens(t, "shop", "ada", "openid").ExpiresIn) * time.Second)
	// Output: 2m0s
}
