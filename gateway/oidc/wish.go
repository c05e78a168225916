package oidc

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// maxResources bounds the resources that one sign-on can be for.
const maxResources = 10

// wish is what an application asks for, as far as it can have it: scopes, and the resources that its access tokens are to be meant for. Where those are not
// told, they are meant for the provider itself.
type wish struct {
	scopes    []string
	resources []string
}

// words are what a consent remembers of it. The URI of a resource is a word like a scope's: it has characters that a scope may have, and no scope has its name.
func (w wish) words(issuer string) []string {
	words := slices.Clone(w.scopes)
	for _, uri := range w.resources {
		if uri != issuer {
			words = append(words, uri)
		}
	}
	return words
}

// errInvalidTarget is the error of RFC 8707 2.
func errInvalidTarget(hint string) error {
	return &fosite.RFC6749Error{
		ErrorField: "invalid_target", DescriptionField: "The requested resource is invalid, missing, unknown, or malformed.", HintField: hint, CodeField: http.StatusBadRequest,
	}
}

// wish reads the parameters scope and resource of a request for people's tokens. Scopes that cannot be had are left out (OpenID Connect Core 3.1.2.1), and so are those of
// resources that are not among the ones named; a resource that cannot be had is an error (RFC 8707 2). Errors: *fosite.RFC6749Error.
func (p *Provider) wish(client *rp.Client, form url.Values) (wish, error) {
	w := wish{scopes: p.catalogue.grantable(strings.Fields(form.Get("scope")), client)}
	named, err := p.named(form)
	if err != nil {
		return w, err
	}
	for _, uri := range named {
		if r := p.catalogue.resources.Find(uri); r != nil && !r.MayAsk(client.ID) {
			return w, errInvalidTarget("This client may not ask for a resource that it names.")
		}
	}
	w.resources = named
	if len(named) == 0 {
		w.resources = p.implied(w.scopes, func(r *rp.Resource) bool { return r.MayAsk(client.ID) })
	} else {
		w.scopes = slices.DeleteFunc(w.scopes, func(s string) bool { return !slices.Contains(p.catalogue.scopes, s) && !p.at(s, named) })
	}
	switch {
	case len(w.resources) > maxResources:
		return w, errInvalidTarget("These are too many resources at once.")
	case len(w.scopes) == 0 && len(named) == 0:
		return w, fosite.ErrInvalidScope.WithHint("None of the scopes that were asked for can be had.")
	}
	return w, nil
}

// named are the values of the parameter resource, once each. Each is a registered resource, or the provider itself.
func (p *Provider) named(form url.Values) ([]string, error) {
	var named []string
	for _, uri := range form["resource"] {
		switch {
		case uri == "" && len(form["resource"]) == 1: // as if it had not been sent (RFC 6749 3.1)
		case uri != p.Issuer && p.catalogue.resources.Find(uri) == nil:
			return nil, errInvalidTarget("A resource that is asked for is not known here.")
		case !slices.Contains(named, uri):
			named = append(named, uri)
		}
	}
	if len(named) > maxResources {
		return nil, errInvalidTarget("These are too many resources at once.")
	}
	return named, nil
}

// implied are the resources that scopes belong to (RFC 9068 3), among them the provider itself for those of its own; nil if that is the only one.
func (p *Provider) implied(scopes []string, may func(*rp.Resource) bool) []string {
	var uris []string
	add := func(uri string) {
		if !slices.Contains(uris, uri) {
			uris = append(uris, uri)
		}
	}
	for _, s := range scopes {
		at := p.catalogue.resources.Of(s)
		if len(at) == 0 || slices.Contains(p.catalogue.scopes, s) { // a resource that has a scope of ours, too, has to be named, or meant by another one
			add(p.Issuer)
			continue
		}
		for _, r := range at {
			if may(r) {
				add(r.URI)
			}
		}
	}
	if len(uris) == 1 && uris[0] == p.Issuer {
		return nil
	}
	return uris
}

// at tells whether a scope is one of these resources'.
func (p *Provider) at(scope string, uris []string) bool {
	return slices.ContainsFunc(p.catalogue.resources.Of(scope), func(r *rp.Resource) bool { return slices.Contains(uris, r.URI) })
}
