package oidc_test

import "testing"

// TestCodesAndTokensFitWhereTheyGo holds their lengths: a code stands in an address, a token in a header, and both have to stay well below
// the 2,000 and 4,000 bytes that the least patient software takes.
func TestCodesAndTokensFitWhereTheyGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, signedTokens)
	app := w.rp("orders", "profile", "email", "phone", "address", "groups", "favourite_colour", "offline_access")
	code := app.code(w.browser())
	tok, err := app.exchange(code)
	must(w, err)
	signed := w.rp("jwt", "profile", "email", "phone", "address", "groups", "favourite_colour", "offline_access").tokens(w.browser())
	for name, c := range map[string]struct {
		text  string
		limit int
	}{"code": {code, 1500}, "access token": {tok.AccessToken, 1000}, "refresh token": {tok.RefreshToken, 1500}, "signed access token": {signed.AccessToken, 2000}} {
		t.Logf("%s: %d bytes", name, len(c.text))
		if len(c.text) > c.limit {
			t.Errorf("the %s has %d bytes", name, len(c.text))
		}
	}
}
