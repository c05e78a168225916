package oidc

import (
	"slices"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap"
)

// The scopes that mean something to the provider itself; all others ask for claims (OpenID Connect Core 5.4 and 11).
const (
	ScopeOpenID  = "openid"
	ScopeOffline = "offline_access"
)

// catalogue is which claims there are and which scope asks for each. It is made from the mapping's fields, so that an
// attribute which the configuration offers as a claim is offered at once, in discovery, on the consent page and at userinfo.
type catalogue struct {
	fields    []ldapmap.Field // those with a claim
	scopes    []string        // openid and offline_access first, then in the order of the fields
	resources *rp.Resources   // whose scopes can be had besides
}

// Photos are told by address or not at all: pictures tells whether they have one.
func newCatalogue(fields []ldapmap.Field, pictures bool, resources *rp.Resources) *catalogue {
	c := &catalogue{scopes: []string{ScopeOpenID, ScopeOffline}, resources: resources}
	for _, f := range fields {
		if f.Claim == "" || f.Type == ldapmap.TypePhoto && !pictures {
			continue
		}
		if f.Scope == "" {
			f.Scope = f.Claim
		}
		c.fields = append(c.fields, f)
		if !slices.Contains(c.scopes, f.Scope) {
			c.scopes = append(c.scopes, f.Scope)
		}
	}
	return c
}

// Scopes are the scopes that tell of people, for a mapping's fields: with openid and offline_access, all that there are but for those of resources.
func Scopes(fields []ldapmap.Field) []string { return newCatalogue(fields, true, nil).scopes }

// grantable are those of the scopes asked for that exist and that the client may have, once each, in the order asked. Others are left out
// without an error, as OpenID Connect Core 3.1.2.1 advises; the token response says what was granted.
func (c *catalogue) grantable(asked []string, client *rp.Client) []string {
	var granted []string
	for _, s := range asked {
		if (slices.Contains(c.scopes, s) || c.atResource(s, client)) && client.MaySee(s) && !slices.Contains(granted, s) {
			granted = append(granted, s)
		}
	}
	return granted
}

// atResource tells whether the scope is something that can be done at a resource for which the client may ask.
func (c *catalogue) atResource(scope string, client *rp.Client) bool {
	return slices.ContainsFunc(c.resources.Of(scope), func(r *rp.Resource) bool { return r.MayAsk(client.ID) })
}

// of returns the fields that the scope asks for.
func (c *catalogue) of(scope string) []ldapmap.Field {
	var fields []ldapmap.Field
	for _, f := range c.fields {
		if f.Scope == scope {
			fields = append(fields, f)
		}
	}
	return fields
}

// named returns the fields that are behind a claim of this name.
func (c *catalogue) named(claim string) []ldapmap.Field {
	if base, is := verifiedOf(claim); is {
		claim = base
	}
	var fields []ldapmap.Field
	for _, f := range c.fields {
		if topOf(f.Claim) == claim {
			fields = append(fields, f)
		}
	}
	return fields
}

// askable are those claims of names that exist and that the client may see: it could ask for each by its scope as well. Others are left out without an error, as
// OpenID Connect Core 5.5.1 has it. Sorted.
func (c *catalogue) askable(names []string, client *rp.Client) []string {
	var may []string
	for _, name := range names {
		fields := c.named(name)
		if len(fields) > 0 && !slices.ContainsFunc(fields, func(f ldapmap.Field) bool { return !client.MaySee(f.Scope) }) {
			may = append(may, name)
		}
	}
	slices.Sort(may)
	return slices.Compact(may)
}

// beyond are those of the claims that the scopes do not tell.
func (c *catalogue) beyond(claims, scopes []string) []string {
	return slices.DeleteFunc(slices.Clone(claims), func(name string) bool {
		return !slices.ContainsFunc(c.named(name), func(f ldapmap.Field) bool { return !slices.Contains(scopes, f.Scope) })
	})
}

// topOf is the claim that "address.locality" is a member of. A name that is an address (OpenID Connect Core 5.1.2) is one name, dots and all.
func topOf(claim string) string {
	if strings.Contains(claim, ":") {
		return claim
	}
	top, _, _ := strings.Cut(claim, ".")
	return top
}

// verifiedOf tells which claim another one is about, if it tells whether that is verified.
func verifiedOf(claim string) (base string, is bool) {
	switch claim {
	case "email_verified", "phone_number_verified":
		return strings.TrimSuffix(claim, "_verified"), true
	}
	return "", false
}

// claimNames lists the top-level claims there are, for discovery.
func (c *catalogue) claimNames() []string {
	names := []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "c_hash", "sid"}
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, f := range c.fields {
		top := topOf(f.Claim)
		add(top)
		switch top {
		case "email":
			add("email_verified")
		case "phone_number":
			add("phone_number_verified")
		}
	}
	return names
}
