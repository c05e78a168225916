package rp

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
)

// Anyone stands among the clients of a Resource for all that there are.
const Anyone = "*"

// Bounds of what is said of a resource.
const (
	maxResourceURI    = 512 // bytes
	maxResourceScopes = 50
	minTokenLifetime  = time.Minute
	maxTokenLifetime  = 24 * time.Hour
)

// Resource is an API that access tokens can be meant for (RFC 8707; a protected resource in RFC 6749).
type Resource struct {
	// URI is what clients call it in the parameter resource, and its tokens in aud. It need not be an address at which something answers.
	URI string
	// Name is what people read when they are asked whether an application may use it.
	Name string
	// Scopes are what an application may be allowed to do there. A scope that tells of a person (email, groups) may be among them: then a token for the resource
	// can have it, and a JWT the claims.
	Scopes []ResourceScope
	// Clients may ask for tokens for it: client ids, or Anyone, which counts for tokens of people and never for tokens that a client has for itself.
	Clients []string
	// Introspectors are clients that may ask about the tokens that are meant for it (RFC 7662).
	Introspectors []string
	// AccessTokens is the form of its tokens; that of the client if it says nothing.
	AccessTokens
	// Lifetime is how long they last; 0: as long as all do.
	Lifetime time.Duration
}

// ResourceScope is one thing that can be done at a resource.
type ResourceScope struct {
	Name  string
	Label map[string]string // in words for people, by language ("" for every one); may be empty
}

// DisplayName is what to call the resource on a page.
func (r *Resource) DisplayName() string {
	if r.Name != "" {
		return r.Name
	}
	return r.URI
}

// Has tells whether a scope is one of the resource's.
func (r *Resource) Has(scope string) bool {
	return slices.ContainsFunc(r.Scopes, func(s ResourceScope) bool { return s.Name == scope })
}

// MayAsk tells whether a client may ask for tokens for the resource, in the name of a person.
func (r *Resource) MayAsk(client string) bool {
	return slices.Contains(r.Clients, client) || slices.Contains(r.Clients, Anyone)
}

// MayHave tells whether a client may have tokens for the resource for itself: nobody agrees to those, so it has to be named.
func (r *Resource) MayHave(client string) bool { return slices.Contains(r.Clients, client) }

// Form is the form of its tokens, written out; client is that of the client which gets them.
func (r *Resource) Form(client AccessTokens) AccessTokens {
	form := r.AccessTokens
	if form.AccessTokenFormat == "" {
		form = client
	}
	if form.AccessTokenFormat != FormatJWT {
		return AccessTokens{AccessTokenFormat: FormatOpaque}
	}
	form.AccessTokenAlg = string(form.AccessAlg())
	return form
}

// Loosened tells in which points a resource goes beyond what every resource has, as Client.Loosened does.
func (r *Resource) Loosened() []string {
	var out []string
	if slices.Contains(r.Clients, Anyone) {
		out = append(out, "clients: every application may ask people for it, also one that registered itself")
	}
	if r.AccessTokenFormat == FormatJWT {
		out = append(out, jwtLoosened)
	}
	return out
}

// Check returns everything that is wrong with the resource, each a *Problem.
func (r *Resource) Check() []error {
	var wrong []error
	bad := func(field, words string, args ...any) {
		wrong = append(wrong, &Problem{Field: field, Words: words, Args: args})
	}
	checkResourceURI(r.URI, bad)
	checkWords("name", r.Name, maxClientName, bad)
	if len(r.Scopes) > maxResourceScopes {
		bad("scopes", "These are %d; at most %d are kept.", len(r.Scopes), maxResourceScopes)
	}
	for _, s := range r.Scopes {
		switch {
		case s.Name == "" || strings.ContainsFunc(s.Name, notInScope):
			bad("scopes", "%s has characters that no scope has.", cutText(s.Name, maxShown))
		case s.Name == "openid" || s.Name == "offline_access":
			bad("scopes", "%s belongs to signing in, and to no other API.", s.Name)
		}
		for _, words := range s.Label {
			checkWords("scopes", words, maxClientName, bad)
		}
	}
	if len(r.Clients) == 0 {
		bad("clients", "Name the applications that may ask for it, or all of them by *.")
	}
	for field, ids := range map[string][]string{"clients": r.Clients, "introspected_by": r.Introspectors} {
		for _, id := range ids {
			if state.CheckID(id) != nil && (id != Anyone || field != "clients") {
				bad(field, "%s cannot be the id of an application.", cutText(id, maxShown))
			}
		}
	}
	r.AccessTokens.check(bad)
	if r.Lifetime != 0 && (r.Lifetime < minTokenLifetime || r.Lifetime > maxTokenLifetime) {
		bad("access_token_lifetime", "This is not a time from %v to %v.", minTokenLifetime, maxTokenLifetime)
	}
	return wrong
}

// checkResourceURI holds a resource indicator to RFC 8707 2: absolute, and without a fragment.
func checkResourceURI(raw string, bad report) {
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		bad("uri", "The URI by which applications name it is missing.")
	case len(raw) > maxResourceURI:
		bad("uri", "This is longer than %d characters.", maxResourceURI)
	case err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" || u.User != nil || strings.ContainsAny(raw, "#*") || strings.ContainsFunc(raw, notInScope):
		bad("uri", "%s is no URI such as https://api.example.org, with a scheme and without a fragment.", cutText(raw, maxShown))
	}
}

// notInScope are the characters that no scope has (RFC 6749 3.3).
func notInScope(r rune) bool { return r < '!' || r > '~' || r == '"' || r == '\\' }
