package oidc

import (
	"net/url"
	"slices"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// aim is what one access token is for.
type aim struct {
	audience []string // nil: the provider itself alone
	scopes   []string
	form     rp.AccessTokens
	lasts    time.Duration
}

// aim decides what an access token of a sign-on is for (RFC 8707 2.2): all its resources, or those of them that the token request names. The token has the scopes
// that mean something there, the form that the resources want, and lasts as long as the strictest of them lets it. No I/O. Errors: *fosite.RFC6749Error.
func (p *Provider) aim(client *rp.Client, s *signOn, form url.Values) (aim, error) {
	uris, err := p.narrowed(s.Resources, form)
	if err != nil {
		return aim{}, err
	}
	a := aim{form: client.AccessTokens}
	var forms []rp.AccessTokens
	for _, uri := range uris {
		lasts := p.Lifetimes.Access
		if uri != p.Issuer {
			r := p.catalogue.resources.Find(uri)
			if r == nil || !mayStill(r, s) {
				continue // it could be had once
			}
			if r.Lifetime > 0 {
				lasts = r.Lifetime
			}
			forms = append(forms, r.Form(client.AccessTokens))
		}
		a.audience = append(a.audience, uri)
		if a.lasts == 0 || lasts < a.lasts {
			a.lasts = lasts
		}
	}
	switch {
	case len(a.audience) == 0:
		return a, errInvalidTarget("What this was granted for cannot be had any more.")
	case len(slices.Compact(forms)) > 1:
		return a, errInvalidTarget("These resources want access tokens of different forms: ask for each by itself.")
	case len(forms) > 0:
		a.form = forms[0]
	}
	a.scopes = p.scopesFor(s.Scopes, a.audience)
	a.lasts = a.lasts.Truncate(time.Second)
	if len(a.audience) == 1 && a.audience[0] == p.Issuer {
		a.audience = nil
	}
	return a, nil
}

func mayStill(r *rp.Resource, s *signOn) bool {
	if s.Person == "" {
		return r.MayHave(s.Client)
	}
	return r.MayAsk(s.Client)
}

// narrowed are the resources that a token request names among those of a sign-on; all of them if it names none.
func (p *Provider) narrowed(granted []string, form url.Values) ([]string, error) {
	if granted == nil {
		granted = []string{p.Issuer}
	}
	named, err := p.named(form)
	switch {
	case err != nil:
		return nil, err
	case len(named) == 0:
		return granted, nil
	case slices.ContainsFunc(named, func(uri string) bool { return !slices.Contains(granted, uri) }):
		return nil, errInvalidTarget("A resource that is asked for is not among those that were granted.")
	}
	return named, nil
}

// scopesFor are those of the scopes that mean something to an audience. What no resource has is the provider's own.
func (p *Provider) scopesFor(scopes, audience []string) []string {
	var fit []string
	for _, s := range scopes {
		own := slices.Contains(p.catalogue.scopes, s) || len(p.catalogue.resources.Of(s)) == 0
		if own && p.meantForUs(audience) || p.at(s, audience) {
			fit = append(fit, s)
		}
	}
	return fit
}

// meantForUs tells whether a token of that audience may be shown to the provider itself.
func (p *Provider) meantForUs(audience []string) bool {
	return audience == nil || slices.Contains(audience, p.Issuer)
}

// audienceClaim is an audience as tokens and answers tell it: one text or a list (RFC 7519 4.1.3).
func (p *Provider) audienceClaim(audience []string) any {
	switch len(audience) {
	case 0:
		return p.Issuer
	case 1:
		return audience[0]
	default:
		return audience
	}
}
