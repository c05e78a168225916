package oidc_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// telling registers a client with claims of its own.
func telling(trusted bool, claims map[string]rp.Claim) option {
	return func(d *oidc.Deps) {
		d.Clients = append(d.Clients, rp.Client{ID: "own", RedirectURIs: []string{callback}, Secrets: []string{rp.DigestSecret(secret)}, Trusted: trusted, AlwaysRefresh: true, Claims: claims})
	}
}

func TestAClientGetsTheClaimsThatAreConfiguredForIt(t *testing.T) {
	t.Parallel()
	admins := []rp.GroupName{{Group: "nobodies", As: "Owner"}, {Group: "ADMINS", As: "Admin"}, {Group: "staff", As: "Editor"}}
	w := newWorld(t, telling(true, map[string]rp.Claim{
		"quota":                           {Values: []string{"5 GB"}},
		"limit":                           {Values: []string{"5"}, Type: "number"},
		"beta":                            {Values: []string{"true"}, Type: "bool"},
		"plans":                           {Values: []string{"a", "b"}},
		"login":                           {Field: "username"},
		"mails":                           {Field: "emails"},
		"shown":                           {Template: "{given_name} {middle_name} ({username})"},
		"nothing":                         {Template: "{middle_name}"},
		"role":                            {Groups: &rp.ClaimGroups{Names: admins, First: true, Otherwise: "Viewer"}, In: []string{"id_token", "userinfo"}},
		"roles":                           {Groups: &rp.ClaimGroups{Names: admins}},
		"outsider":                        {Groups: &rp.ClaimGroups{Match: "^none$", First: true}},
		"level":                           {Groups: &rp.ClaimGroups{Match: "^none$", First: true, Otherwise: "guest"}},
		"groups":                          {Groups: &rp.ClaimGroups{Match: "^(?:st)(af)f$", Prefix: "x-"}, In: []string{"userinfo"}},
		"address.region":                  {Values: []string{"here"}},
		"https://example.org/claims/role": {Values: []string{"r"}},
		"email":                           {Field: "nickname"}, // she has none: not even the one that the scope tells
		"secretly":                        {Values: []string{"x"}, In: []string{"id_token"}},
	}))
	app := w.rp("own", "groups", "email", "address")
	tok := app.tokens(w.browser())
	want := map[string]any{
		"sub": ada, "quota": "5 GB", "limit": float64(5), "beta": true, "plans": []any{"a", "b"}, "login": "ada", "mails": "ada@example.org", "shown": "Ada (ada)", "role": "Admin",
		"roles": []any{"Admin", "Editor"}, "level": "guest", "groups": []any{"x-af"}, "https://example.org/claims/role": "r",
		"address": map[string]any{"locality": "London", "country": "GB", "region": "here"},
	}
	if _, got := w.userinfo(tok.AccessToken); !reflect.DeepEqual(got, want) {
		t.Errorf("userinfo says\n%v, want\n%v", got, want)
	}
	_, again := app.refresh(tok.RefreshToken)
	for when, id := range map[string]map[string]any{"at first": app.idClaims(tok), "after a refresh": app.claimsOf(again["id_token"].(string))} {
		if id["role"] != "Admin" || id["secretly"] != "x" || id["quota"] != nil || id["groups"] != nil {
			t.Errorf("%s the ID token says %v", when, id)
		}
	}
	w.set(grace, "accept")
	if _, got := w.userinfo(app.tokens(w.browser()).AccessToken); got["role"] != "Viewer" || got["level"] != "guest" || !reflect.DeepEqual(got["groups"], []any{}) || got["mails"] != nil {
		t.Errorf("of somebody in no group: %v", got)
	}
	if _, got := w.userinfo(w.rp("orders", "email").tokens(w.browser()).AccessToken); got["role"] != nil || got["quota"] != nil {
		t.Errorf("another client gets them too: %v", got)
	}
}

func TestWhatAClientsOwnClaimsTellOfAPersonIsAskedOnceAndAgainWhenMoreIsConfigured(t *testing.T) {
	t.Parallel()
	claims := map[string]rp.Claim{"quota": {Values: []string{"5 GB"}}, "login": {Field: "username"}, "role": {Groups: &rp.ClaimGroups{}}}
	w := newWorld(t, telling(false, claims))
	app, b := w.rp("own", "profile"), w.browser()
	app.code(b)
	if c, _ := w.person(ada).Consent("own"); !slices.Equal(c.Claims, []string{"role"}) { // the scope tells the user name, and a fixed value says nothing of her
		t.Errorf("agreed to %v", c.Claims)
	}
	w.set(ada, "")
	app.code(b) // not asked again
	claims["mail"] = rp.Claim{Field: "emails"}
	again := newWorld(t, telling(false, claims), func(d *oidc.Deps) { d.Store, d.Records = w.store, w.records })
	again.set(ada, "")
	if page := again.browser().Get(again.rp("own", "profile").authURL()); page.Text("h1") != "Consent" || page.Text("#again") != "true" {
		t.Errorf("what is new was not asked: %s %s", page.URL, page.Text("body"))
	}
}

func TestClaimsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	many := map[string]rp.Claim{}
	for i := range 21 {
		many[fmt.Sprint("c", i)] = rp.Claim{Values: []string{"x"}}
	}
	long := strings.Repeat("x", 1001)
	for want, claims := range map[string]map[string]rp.Claim{
		"own_claims: These are 21":                  many,
		"sub cannot be the name":                    {"sub": {Values: []string{"x"}}},
		"email_verified cannot be the name":         {"email_verified": {Values: []string{"true"}, Type: "bool"}},
		"a b cannot be the name":                    {"a b": {Values: []string{"x"}}},
		"c cannot be made: exactly one":             {"c": {}},
		"made: exactly one of value":                {"c": {Field: "username", Values: []string{"x"}}},
		`made: "Bad" is no name of a field`:         {"c": {Field: "Bad"}},
		"made: the template has no":                 {"c": {Template: "x"}},
		"the template has no field in braces":       {"c": {Template: "{username} }"}},
		"made: type is number or bool, for":         {"c": {Field: "username", Type: "number"}},
		"made: type is number or bool":              {"c": {Values: []string{"x"}, Type: "date"}},
		"a text of more than 1000":                  {"c": {Values: []string{long}}},
		"more than 50 values":                       {"c": {Values: slices.Repeat([]string{"x"}, 51)}},
		`in names userinfo and id_token, and not`:   {"c": {Values: []string{"x"}, In: []string{"header"}}},
		"match is no regular":                       {"c": {Groups: &rp.ClaimGroups{Match: "("}}},
		"match has more than one group":             {"c": {Groups: &rp.ClaimGroups{Match: "(a)(b)"}}},
		"match has more than 200":                   {"c": {Groups: &rp.ClaimGroups{Match: long}}},
		"either match or names":                     {"c": {Groups: &rp.ClaimGroups{Match: "a", Names: []rp.GroupName{{Group: "a", As: "b"}}}}},
		"names has a group without":                 {"c": {Groups: &rp.ClaimGroups{Names: []rp.GroupName{{Group: "a"}}}}},
		"names has more than 100":                   {"c": {Groups: &rp.ClaimGroups{Names: make([]rp.GroupName, 101)}}},
		"prefix or otherwise has more than 200":     {"c": {Groups: &rp.ClaimGroups{Prefix: long}}},
		`c of the client "own": no field "shoe" is`: {"c": {Field: "shoe"}},
	} {
		deps := newWorld(t).provider.Deps
		telling(false, claims)(&deps)
		if _, err := oidc.New(deps); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
