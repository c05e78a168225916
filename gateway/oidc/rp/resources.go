package rp

import (
	"fmt"
	"slices"
	"time"
)

// Resources are the registered APIs. They stand in the configuration, and do not change while the program runs. A nil *Resources has none.
type Resources struct {
	list []Resource
}

// NewResources returns the resources, if each is right and no two are in each other's way. known are the scopes that tell of people, which several resources
// may have; every other belongs to one.
func NewResources(list []Resource, issuer string, known []string) (*Resources, error) {
	if wrong := CheckResources(list, issuer, known); len(wrong) > 0 {
		return nil, fmt.Errorf("the resource %q: %w", list[wrong[0].Index].URI, wrong[0].Err)
	}
	return &Resources{list: list}, nil
}

// ResourceProblem is what is wrong with one resource of a list.
type ResourceProblem struct {
	Index int
	Err   error // a *Problem
}

// CheckResources returns everything that is wrong with the resources, each by itself and beside the others.
func CheckResources(list []Resource, issuer string, known []string) []ResourceProblem {
	var wrong []ResourceProblem
	uris, scopes := map[string]bool{issuer: true}, map[string]bool{}
	for i := range list {
		r := &list[i]
		bad := func(field, words string, args ...any) {
			wrong = append(wrong, ResourceProblem{i, &Problem{Field: field, Words: words, Args: args}})
		}
		for _, err := range r.Check() {
			wrong = append(wrong, ResourceProblem{i, err})
		}
		if uris[r.URI] {
			bad("uri", "%s is the public address or another resource.", cutText(r.URI, maxShown))
		}
		uris[r.URI] = true
		for _, s := range r.Scopes {
			if scopes[s.Name] && !slices.Contains(known, s.Name) {
				bad("scopes", "%s belongs to another resource already.", cutText(s.Name, maxShown))
			}
			scopes[s.Name] = true
		}
	}
	for i := range list {
		if scopes[list[i].URI] {
			wrong = append(wrong, ResourceProblem{i, &Problem{Field: "uri", Words: "%s is a scope, too.", Args: []any{cutText(list[i].URI, maxShown)}}})
		}
	}
	return wrong
}

// Find returns the resource of that URI, to the letter; nil if there is none.
func (r *Resources) Find(uri string) *Resource {
	if r == nil {
		return nil
	}
	for i := range r.list {
		if r.list[i].URI == uri {
			return &r.list[i]
		}
	}
	return nil
}

// Of returns the resources that have the scope.
func (r *Resources) Of(scope string) []*Resource {
	var all []*Resource
	if r == nil {
		return nil
	}
	for i := range r.list {
		if r.list[i].Has(scope) {
			all = append(all, &r.list[i])
		}
	}
	return all
}

// AskedBy returns the URIs of the resources whose tokens a client may ask about.
func (r *Resources) AskedBy(client string) []string {
	var uris []string
	if r == nil {
		return nil
	}
	for i := range r.list {
		if slices.Contains(r.list[i].Introspectors, client) {
			uris = append(uris, r.list[i].URI)
		}
	}
	return uris
}

// Longest is the longest that a token for any of them lasts, or standard if that is longer.
func (r *Resources) Longest(standard time.Duration) time.Duration {
	if r == nil {
		return standard
	}
	for i := range r.list {
		standard = max(standard, r.list[i].Lifetime)
	}
	return standard
}
