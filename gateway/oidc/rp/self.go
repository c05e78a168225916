package rp

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
)

// Self is what is kept of a client that registered itself (RFC 7591), beside what it says of itself. A client that an administrator added has none.
type Self struct {
	// At is when it did, in seconds of Unix time.
	At int64 `json:"at"`
	// Token is the digest of the registration access token (RFC 7592 1.2).
	Token string `json:"token_sha256"`
	// Open tells that nobody invited it: anybody may have written what it says.
	Open bool `json:"open,omitempty"`
	// LogoURI is where its logo came from.
	LogoURI string `json:"logo_uri,omitempty"`
}

// SelfGrantTypes are the grant types that a client which registered itself can have: those that a person consents to.
func SelfGrantTypes() []string { return []string{GrantCode, GrantRefresh, GrantImplicit, GrantDevice} }

// SelfOf is what a client's record keeps of one that registered itself; nil for any other, and for a record that cannot be read.
func SelfOf(r state.Record) *Self {
	for _, v := range r.Values {
		if text, ok := strings.CutPrefix(v, clientValue); ok {
			var kept struct{ Self *Self }
			if json.Unmarshal([]byte(text), &kept) == nil {
				return kept.Self
			}
		}
	}
	return nil
}

// CountSelf tells how many clients registered themselves. One listing.
func (g *Registry) CountSelf(ctx context.Context) (int, error) {
	n := 0
	err := g.store.List(ctx, state.Clients, func(r state.Record) bool {
		if SelfOf(r) != nil {
			n++
		}
		return true
	})
	return n, err
}

// Made is At as a time.
func (s *Self) Made() time.Time { return time.Unix(s.At, 0) }

// checkSelf refuses what only an administrator decides. A client that registered itself can change all else at any time, its redirect URIs too.
func (c *Client) checkSelf(bad report) {
	if c.Self == nil {
		return
	}
	for _, one := range []struct {
		field string
		has   bool
	}{
		{"trusted", c.Trusted}, {"may_introspect", c.MayIntrospect}, {"always_refresh", c.AlwaysRefresh}, {"claims_in_id_token", c.ClaimsInIDToken}, {"subject_field", c.SubjectField != ""},
		{"own_claims", len(c.Claims) > 0},
		{"scope", c.Scope == ""}, // empty means all of them
	} {
		if one.has {
			bad(one.field, "An application that registered itself cannot have this.")
		}
	}
	for _, grant := range c.GrantTypes() {
		if !slices.Contains(SelfGrantTypes(), grant) {
			bad("grant_types", "An application that registered itself cannot have %s.", cutText(grant, maxShown))
		}
	}
}

// checkLogin checks where a person is sent who begins elsewhere (OpenID Connect Core 4), and how old a sign-in may be.
func (c *Client) checkLogin(bad report) {
	u, err := url.Parse(c.InitiateLoginURI)
	if c.InitiateLoginURI != "" && (err != nil || len(c.InitiateLoginURI) > maxURI || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "") {
		bad("initiate_login_uri", "%s is no https address.", cutText(c.InitiateLoginURI, maxShown))
	}
	if c.DefaultMaxAge != nil && (*c.DefaultMaxAge < 0 || *c.DefaultMaxAge > maxMaxAge) {
		bad("default_max_age", "This is not a number of seconds from 0 to %d.", maxMaxAge)
	}
	checkWords("software_id", c.SoftwareID, maxClientName, bad)
	checkWords("software_version", c.SoftwareVersion, maxClientName, bad)
}

// maxMaxAge is ten years, in seconds.
const maxMaxAge = 10 * 365 * 24 * 3600

// LoginAddress is where a person goes who wants to sign in to the client and begins here: its initiate_login_uri with our name in it (OpenID Connect Core 4), or
// the client's own page. Empty: nowhere.
func (c *Client) LoginAddress(issuer string) string {
	u, err := url.Parse(c.InitiateLoginURI)
	if err != nil || c.InitiateLoginURI == "" {
		return c.URL
	}
	u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+url.Values{"iss": {issuer}}.Encode(), "&")
	return u.String()
}

// Said is the client without anything that is kept about it and not said by it: for answers and listings.
func (c *Client) Said() *Client {
	bare := *c
	bare.Secrets, bare.SealedSecrets, bare.SecretsUntil, bare.Revision, bare.Self = nil, nil, nil, 0, nil
	return &bare
}
