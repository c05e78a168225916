package oidc

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap"
)

// telling is what an application is told of a person.
type telling struct {
	client *rp.Client
	user   *ldapmap.User
	scopes []string
	names  []string // of claims that were asked for one by one (OpenID Connect Core 5.5)
	into   string   // rp.InUserinfo or rp.InIDToken; empty: an access token
}

// tells tells whether a field is told.
func (t *telling) tells(f ldapmap.Field) bool {
	return slices.Contains(t.scopes, f.Scope) || slices.Contains(t.names, topOf(f.Claim))
}

// claims gathers what is told of a person (OpenID Connect Core 5.1, 5.4 and 5.5), beside the subject. One search if "groups" is told and the directory does not say them in the
// person's entry.
func (p *Provider) claims(ctx context.Context, t telling) (map[string]any, error) {
	told := map[string]any{}
	for _, f := range p.catalogue.fields {
		if !t.tells(f) {
			continue
		}
		value, err := p.claim(ctx, t.user, f)
		if err != nil {
			return nil, err
		}
		put(told, f.Claim, value)
	}
	if err := p.ownClaims(ctx, &t, told); err != nil {
		return nil, err
	}
	p.verified(&t, told)
	return told, nil
}

// verified adds email_verified and phone_number_verified. Both are always booleans: some applications take a missing one for true.
func (p *Provider) verified(t *telling, told map[string]any) {
	for _, name := range []string{"email_verified", "phone_number_verified"} {
		base, _ := verifiedOf(name)
		for _, f := range p.catalogue.named(base) {
			value, is := told[base].(string)
			if !is && slices.Contains(t.names, name) {
				value = t.user.Get(f.Name)
			}
			if value == "" {
				continue
			}
			told[name] = p.Vouched != nil && p.Vouched(t.user, f.Name, value)
		}
	}
}

// claim is the value of one claim in its JSON type; nil if there is none.
func (p *Provider) claim(ctx context.Context, u *ldapmap.User, f ldapmap.Field) (any, error) {
	if f.Name == ldapmap.GroupsField {
		return p.groups(ctx, u)
	}
	if f.Type == ldapmap.TypePhoto && u.Get(f.Name) != "" {
		return p.PictureURL(u), nil
	}
	return valueOf(f, u), nil
}

// valueOf is the value of a field in its JSON type; nil if there is none.
func valueOf(f ldapmap.Field, u *ldapmap.User) any {
	values := u.All(f.Name)
	if len(values) == 0 {
		return nil
	}
	if f.Many && !single(f.Claim) {
		all := make([]any, len(values))
		for i, v := range values {
			all[i] = typed(f.Type, v)
		}
		return all
	}
	return typed(f.Type, values[0])
}

func (p *Provider) groups(ctx context.Context, u *ldapmap.User) ([]string, error) {
	groups, err := p.People.Groups(ctx, u)
	if err != nil {
		return nil, fmt.Errorf("reading the groups of %s: %w", u.ID, err)
	}
	names := make([]string, 0, len(groups)) // an empty list is told too: "in no group" is an answer
	for _, g := range groups {
		names = append(names, g.Name)
	}
	return names, nil
}

// single tells the claims that OpenID Connect Core 5.1 defines as one value although a person may have several.
func single(claim string) bool { return claim == "email" || claim == "phone_number" }

// typed gives a canonical value its JSON type.
func typed(t ldapmap.Type, v string) any {
	switch t {
	case ldapmap.TypeBool:
		return v == "true"
	case ldapmap.TypeNumber:
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return n
		}
	case ldapmap.TypeTime: // as all times in claims are: seconds since 1970 (OpenID Connect Core 5.1, updated_at)
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return at.Unix()
		}
	}
	return v
}

// put sets a claim; "address.locality" is a member of the claim address (OpenID Connect Core 5.1.1).
func put(told map[string]any, claim string, value any) {
	if value == nil {
		return
	}
	top := topOf(claim)
	member, nested := strings.CutPrefix(claim, top+".")
	if !nested {
		told[claim] = value
		return
	}
	object, _ := told[top].(map[string]any)
	if object == nil {
		object = map[string]any{}
		told[top] = object
	}
	object[member] = value
}
