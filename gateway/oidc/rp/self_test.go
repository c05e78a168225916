package rp

import (
	"errors"
	"testing"
)

func TestWhatOnlyAnAdministratorGivesIsRefusedToOneThatRegisteredItself(t *testing.T) {
	t.Parallel()
	for field, give := range map[string]func(c *Client){
		"trusted": func(c *Client) { c.Trusted = true }, "may_introspect": func(c *Client) { c.MayIntrospect = true }, "always_refresh": func(c *Client) { c.AlwaysRefresh = true },
		"claims_in_id_token": func(c *Client) { c.ClaimsInIDToken = true }, "subject_field": func(c *Client) { c.SubjectField = "username" }, "scope": func(c *Client) { c.Scope = "" },
		"own_claims": func(c *Client) { c.Claims = map[string]Claim{"department": {Field: "department"}} }, "grant_types": func(c *Client) { c.Grants = append(c.Grants, GrantClient) },
	} {
		c := Client{ID: "app", RedirectURIs: []string{"https://a.example.org/cb"}, Scope: "openid", Grants: []string{GrantCode}, Secrets: []string{DigestSecret("x")}, Self: &Self{At: 1}}
		if wrong := c.Check(); len(wrong) > 0 {
			t.Fatalf("without it: %v", wrong)
		}
		give(&c)
		var p *Problem
		if wrong := c.Check(); len(wrong) != 1 || !errors.As(wrong[0], &p) || p.Field != field {
			t.Errorf("%s: %v", field, wrong)
		}
		if c.Self = nil; len(c.Check()) > 0 {
			t.Errorf("%s cannot be given by an administrator: %v", field, c.Check())
		}
	}
}
