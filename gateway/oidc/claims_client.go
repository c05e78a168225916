package oidc

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap"
)

// ownClaims adds the claims that the client gets beside those of its scopes. One that has no value takes the place of what a scope would tell all the same: whoever
// configured it does not expect the other.
func (p *Provider) ownClaims(ctx context.Context, t *telling, told map[string]any) error {
	if t.client == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(t.client.Claims)) {
		one := t.client.Claims[name]
		if !t.has(one) {
			continue
		}
		value, err := p.ownClaim(ctx, t.user, &one)
		if err != nil {
			return err
		}
		if value == nil {
			delete(told, topOf(name))
		}
		put(told, name, value)
	}
	return nil
}

// has tells whether a claim of the client is told where this goes.
func (t *telling) has(c rp.Claim) bool {
	if len(c.In) > 0 {
		return slices.Contains(c.In, t.into)
	}
	return t.into == rp.InUserinfo || t.scopes != nil
}

// ownClaim is the value of one claim; nil if there is none. One search if it is made of groups that the person's entry does not tell.
func (p *Provider) ownClaim(ctx context.Context, u *ldapmap.User, c *rp.Claim) (any, error) {
	switch {
	case c.Groups != nil:
		groups, err := p.groups(ctx, u)
		if err != nil {
			return nil, err
		}
		return c.Groups.Told(groups), nil
	case c.Field != "":
		for _, f := range p.Fields {
			if f.Name == c.Field && f.Type != ldapmap.TypePhoto {
				return valueOf(f, u), nil
			}
		}
		return nil, nil
	case c.Template != "":
		if text := c.Fill(u.Get); text != "" {
			return text, nil
		}
		return nil, nil
	default:
		all := make([]any, len(c.Values))
		for i, v := range c.Values {
			all[i] = typed(ldapmap.Type(c.Type), v)
		}
		if len(all) == 1 {
			return all[0], nil
		}
		return all, nil
	}
}

// toAgree are the names of the claims that the person has to agree to beside these scopes: those that the client asks for by name, and those that it has of
// its own. A fixed value says nothing of anybody, and what the scopes tell anyhow need not be agreed to twice.
func (p *Provider) toAgree(client *rp.Client, a asked, scopes []string) []string {
	names := p.catalogue.beyond(a.all(), scopes)
	if !slices.Contains(scopes, ScopeOpenID) {
		return names
	}
	for _, name := range slices.Sorted(maps.Keys(client.Claims)) {
		one := client.Claims[name]
		fields := one.Fields()
		if one.Groups != nil {
			fields = []string{ldapmap.GroupsField}
		}
		beyond := slices.ContainsFunc(fields, func(field string) bool {
			return !slices.ContainsFunc(p.catalogue.fields, func(f ldapmap.Field) bool { return f.Name == field && slices.Contains(scopes, f.Scope) })
		})
		if beyond && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// shownOwn is what a claim of the client would tell now, for the consent page.
func (p *Provider) shownOwn(ctx context.Context, u *ldapmap.User, name string, c rp.Claim) ([]AskedClaim, error) {
	value, err := p.ownClaim(ctx, u, &c)
	if value == nil || err != nil {
		return nil, err
	}
	shown := AskedClaim{Field: ldapmap.Field{Name: name, Label: ldapmap.Text{Own: c.Label}}}
	switch v := value.(type) {
	case []string:
		shown.Values = v
	case []any:
		for _, one := range v {
			shown.Values = append(shown.Values, fmt.Sprint(one))
		}
	default:
		shown.Values = []string{fmt.Sprint(v)}
	}
	if len(shown.Values) == 0 {
		return nil, nil
	}
	for _, f := range p.Fields {
		if f.Name == c.Field || c.Groups != nil && f.Name == ldapmap.GroupsField {
			if shown.Field = f; len(c.Label) > 0 {
				shown.Field.Label = ldapmap.Text{Own: c.Label}
			}
		}
	}
	return []AskedClaim{shown}, nil
}

// checkOwnClaims tells which claims of a client are made of fields that nobody mapped.
func (p *Provider) checkOwnClaims(c *rp.Client) error {
	for _, name := range slices.Sorted(maps.Keys(c.Claims)) {
		one := c.Claims[name]
		for _, field := range one.Fields() {
			if !slices.ContainsFunc(p.Fields, func(f ldapmap.Field) bool { return f.Name == field }) {
				return fmt.Errorf("the claim %s of the client %q: no field %q is mapped", name, c.ID, field)
			}
		}
	}
	return nil
}
