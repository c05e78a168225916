package oidc

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// claims gathers what the scopes tell of a person (OpenID Connect Core 5.1 and 5.4), beside the subject. One search if "groups" is asked
// for and the directory does not say them in the person's entry.
func (p *Provider) claims(ctx context.Context, u *ldapmap.User, scopes []string) (map[string]any, error) {
	told := map[string]any{}
	for _, f := range p.catalogue.fields {
		if !slices.Contains(scopes, f.Scope) {
			continue
		}
		value, err := p.claim(ctx, u, f)
		if err != nil {
			return nil, err
		}
		put(told, f.Claim, value)
	}
	// Both are always booleans: some applications take a missing one for true.
	if mail, ok := told["email"].(string); ok {
		told["email_verified"] = p.MailVouched != nil && p.MailVouched(u, mail)
	}
	if _, ok := told["phone_number"]; ok {
		told["phone_number_verified"] = false
	}
	return told, nil
}

// claim is the value of one claim in its JSON type; nil if there is none.
func (p *Provider) claim(ctx context.Context, u *ldapmap.User, f ldapmap.Field) (any, error) {
	if f.Name == ldapmap.GroupsField {
		return p.groups(ctx, u)
	}
	if f.Type == ldapmap.TypePhoto && u.Get(f.Name) != "" {
		return p.PictureURL(u), nil
	}
	values := u.All(f.Name)
	if len(values) == 0 {
		return nil, nil
	}
	if f.Many && !single(f.Claim) {
		all := make([]any, len(values))
		for i, v := range values {
			all[i] = typed(f.Type, v)
		}
		return all, nil
	}
	return typed(f.Type, values[0]), nil
}

func (p *Provider) groups(ctx context.Context, u *ldapmap.User) (any, error) {
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
	top, member, nested := strings.Cut(claim, ".")
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
