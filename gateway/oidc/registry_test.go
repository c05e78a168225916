package oidc_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestWhatAClientSaysOfItselfIsHeldToTheRules(t *testing.T) {
	t.Parallel()
	many := func(n int, format string) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf(format, i))
		}
		return all
	}
	for wrong, spoil := range map[string]func(c *rp.Client){
		"client_name: This is longer than 100":  func(c *rp.Client) { c.Name = strings.Repeat("x", 101) },
		"client_name: This has characters":      func(c *rp.Client) { c.Name = "Bank\u202eknaB" },
		"client_name: This is not UTF-8":        func(c *rp.Client) { c.Name = "\xff" },
		"redirect_uris: These are 51":           func(c *rp.Client) { c.RedirectURIs = many(51, "https://a.example.org/%d") },
		"stands there twice":                    func(c *rp.Client) { c.RedirectURIs = []string{callback, callback} },
		"fragments":                             func(c *rp.Client) { c.RedirectURIs = []string{callback + "#x"} },
		"http is only for this machine":         func(c *rp.Client) { c.RedirectURIs = []string{"http://orders.example.org/cb"} },
		"a web application comes back by https": func(c *rp.Client) { c.Type, c.RedirectURIs = "web", []string{loopback} },
		"application_type":                      func(c *rp.Client) { c.Type = "toaster" },
		"response_types: code needs":            func(c *rp.Client) { c.ResponseTypes, c.Grants = []string{"code"}, []string{"refresh_token"} },
		"needs the grant type implicit":         func(c *rp.Client) { c.ResponseTypes = []string{"code", "id_token"} },
		"needs a response type with code":       func(c *rp.Client) { c.ResponseTypes = []string{"id_token"} },
		"contacts: These are 11":                func(c *rp.Client) { c.Contacts = many(11, "a%d@example.org") },
		"is no mail address":                    func(c *rp.Client) { c.Contacts = []string{"Ada <ada@example.org>"} },
		"client_uri: ftp:":                      func(c *rp.Client) { c.URL = "ftp://example.org" },
		"policy_uri: This is longer":            func(c *rp.Client) { c.Policy = "https://example.org/" + strings.Repeat("x", 2048) },
		"tos_uri: javascript":                   func(c *rp.Client) { c.Terms = "javascript:alert(1)" },
		"logo_uri: The picture":                 func(c *rp.Client) { c.Logo = "data:image/png;base64," + strings.Repeat("A", 50<<10) },
		"logo_uri: Pages show":                  func(c *rp.Client) { c.Logo = "https://elsewhere.example.org/logo.png" },
		`scope: a" has`:                         func(c *rp.Client) { c.Scope = `openid a"` },
		"scope: This is longer":                 func(c *rp.Client) { c.Scope = strings.Repeat("x", 2049) },
		"secret_sha256: These are 6":            func(c *rp.Client) { c.Secrets = slices.Repeat([]string{rp.DigestSecret("x")}, 6) },
	} {
		c := rp.Client{ID: "app", Name: "App", RedirectURIs: []string{callback}}
		spoil(&c)
		if got := fmt.Sprint(c.Check()); !strings.Contains(got, wrong) {
			t.Errorf("%s: %s", wrong, got)
		}
	}
	good := rp.Client{
		ID: "app", Name: "Épicerie", Type: "native", RedirectURIs: []string{"org.example.app:/cb", loopback, callback}, Contacts: []string{"ada@example.org"}, Scope: "openid email",
		URL: "https://example.org", Policy: "https://example.org/p", Terms: "https://example.org/t", Logo: "data:image/png;base64,AAAA",
	}
	if wrong := good.Check(); len(wrong) > 0 {
		t.Errorf("a good one: %v", wrong)
	}
}

func TestWhatMakesAClientLooserThanOthersIsListed(t *testing.T) {
	t.Parallel()
	strict := rp.Client{ID: "app", RedirectURIs: []string{callback, "http://127.0.0.1/cb", "org.example.app:/cb"}, Secrets: []string{rp.DigestSecret("x")}}
	if l := strict.Loosened(); l != nil {
		t.Errorf("the ordinary kind: %q", l)
	}
	loose := rp.Client{
		ID: "app", RedirectURIs: []string{"http://localhost/cb"}, ResponseTypes: []string{"code", "id_token"}, Trusted: true, AlwaysRefresh: true, MayIntrospect: true, ClaimsInIDToken: true,
	}
	for i, key := range []string{"response_types", "redirect_uris", "trusted", "always_refresh", "may_introspect", "claims_in_id_token"} {
		if l := loose.Loosened(); len(l) != 6 || !strings.HasPrefix(l[i], key+": ") {
			t.Errorf("%s is not told: %q", key, l)
		}
	}
}

// registry is one over a store of its own, with a clock that the test moves.
func registry(t *testing.T) (*rp.Registry, *statetest.Spy, *time.Time) {
	t.Helper()
	store, now := &statetest.Spy{Store: &statetest.Memory{}}, time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	return rp.NewRegistry(store, nil, []rp.Client{{ID: "configured", RedirectURIs: []string{callback}}}, func() time.Time { return now }), store, &now
}

func add(t *testing.T, g *rp.Registry, id, secret string) {
	t.Helper()
	c := &rp.Client{ID: id, Name: id, RedirectURIs: []string{callback}}
	if secret != "" {
		c.Secrets = []string{rp.DigestSecret(secret)}
	}
	if err := g.Add(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func TestTheRegistryKeepsClientsApartFromThoseOfTheConfiguration(t *testing.T) {
	t.Parallel()
	g, store, _ := registry(t)
	add(t, g, "wiki", "")
	add(t, g, "blog", "")
	if err := store.Create(t.Context(), state.Record{Path: state.Path{Kind: state.Clients, ID: "broken"}, Values: []string{"a {"}}); err != nil {
		t.Fatal(err)
	}
	all, err := g.List(t.Context())
	if err != nil || len(all) != 4 || all[0].ID != "blog" || all[1].Broken == nil || !all[2].Configured || all[3].Client.Name != "wiki" {
		t.Errorf("%+v %v", all, err)
	}
	edit := func(c *rp.Client) error { c.Name = "x"; return nil }
	_, changed := g.Change(t.Context(), "configured", edit)
	_, _, rotated := g.RotateSecret(t.Context(), "configured", 0)
	for what, err := range map[string]error{"change": changed, "rotate": rotated, "remove": g.Remove(t.Context(), "configured")} {
		if !fault.Is(err, fault.Denied) {
			t.Errorf("%s one of the configuration: %v", what, err)
		}
	}
	for _, id := range []string{"configured", "wiki"} {
		if err := g.Add(t.Context(), &rp.Client{ID: id, RedirectURIs: []string{callback}}); !fault.Is(err, fault.Conflict) {
			t.Errorf("another %s: %v", id, err)
		}
	}
	for _, id := range []string{"nobody", "../x", ""} {
		_, got := g.Get(t.Context(), id)
		_, changed := g.Change(t.Context(), id, edit)
		if !fault.Is(got, fault.NotFound) || !fault.Is(changed, fault.NotFound) || !fault.Is(g.Remove(t.Context(), id), fault.NotFound) {
			t.Errorf("%q: %v %v", id, got, changed)
		}
	}
	if err := g.Remove(t.Context(), "wiki"); err != nil {
		t.Error(err)
	}
	if _, err := g.Get(t.Context(), "wiki"); !fault.Is(err, fault.NotFound) {
		t.Errorf("after it was removed: %v", err)
	}
}

func TestTwoWhoChangeAClientAtOnceBothSucceed(t *testing.T) {
	t.Parallel()
	g, _, _ := registry(t)
	add(t, g, "wiki", "")
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			_, err := g.Change(t.Context(), "wiki", func(c *rp.Client) error {
				c.Contacts = append(c.Contacts, fmt.Sprintf("a%d@example.org", i))
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	// What differs in case alone is a change like any other, although a directory compares without it.
	if _, err := g.Change(t.Context(), "wiki", func(c *rp.Client) error { c.Name = "WIKI"; return nil }); err != nil {
		t.Error(err)
	}
	e, err := g.Get(t.Context(), "wiki")
	if err != nil || len(e.Client.Contacts) != 4 || e.Client.Name != "WIKI" || e.Client.Revision != 5 {
		t.Errorf("%+v %v", e.Client, err)
	}
	if _, err := g.Change(t.Context(), "wiki", func(c *rp.Client) error { c.URL = "x"; return nil }); !fault.Is(err, fault.Invalid) {
		t.Errorf("a bad change: %v", err)
	}
	stop := errors.New("stop")
	if _, err := g.Change(t.Context(), "wiki", func(*rp.Client) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("an edit that gives up: %v", err)
	}
}
