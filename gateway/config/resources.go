package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// OIDCResources are Resources, as package oidc wants them.
func (c *Config) OIDCResources() []rp.Resource {
	var all []rp.Resource
	for _, r := range c.Resources {
		one := rp.Resource{
			URI: r.URI, Name: r.Name, Clients: r.Clients, Introspectors: r.IntrospectedBy, Lifetime: r.AccessTokenLifetime,
			AccessTokens: rp.AccessTokens{AccessTokenFormat: r.AccessTokenFormat, AccessTokenAlg: r.AccessTokenAlg},
		}
		for _, s := range r.Scopes {
			one.Scopes = append(one.Scopes, rp.ResourceScope{Name: s.Name, Label: s.Label})
		}
		all = append(all, one)
	}
	return all
}

func (c *Config) resolveResources(r *report) {
	if c.Mapping == nil { // which scopes there are is not known
		return
	}
	for _, p := range rp.CheckResources(c.OIDCResources(), c.PublicURL, oidc.Scopes(c.Mapping.Fields())) {
		var what *rp.Problem
		if !errors.As(p.Err, &what) {
			continue
		}
		field := map[string]string{"access_token_signed_response_alg": "access_token_alg"}[what.Field]
		if field == "" {
			field = what.Field
		}
		_, said, _ := strings.Cut(what.Error(), ": ")
		r.at(fmt.Sprintf("resources[%d].%s", p.Index, field), "", "a value that fits", said)
	}
}
