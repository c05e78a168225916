package oidc

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// purposeInside is the keyring purpose of what a JWT access token carries for us alone. It cannot be cut out and shown as a token of its own.
const purposeInside = "oidc/access-token-inside"

// accessClaims are the claims of a JWT access token (RFC 9068 2.2) as they are read back.
type accessClaims struct {
	Issuer   string       `json:"iss"`
	Subject  string       `json:"sub"`
	Audience jwt.Audience `json:"aud"`
	Expires  int64        `json:"exp"`
	Issued   int64        `json:"iat"`
	ID       string       `json:"jti"`
	Client   string       `json:"client_id"`
	Scope    string       `json:"scope"`
	AuthTime int64        `json:"auth_time"`
	ACR      string       `json:"acr"`
	AMR      []string     `json:"amr"`
	// Inside is a sealed inside; empty for a token that a client has for itself. The name is a private one (RFC 7519 4.3).
	Inside string `json:"wicketgate"`
}

// inside is what we need to know again of a token's person, and nobody else has to: an API reads a JWT.
type inside struct {
	Person string `json:"p"`
	DN     string `json:"d"`
	Mark   string `json:"k,omitempty"`
	SID    string `json:"b,omitempty"`
	Grant  string `json:"g"`
}

// isJWT tells a compact JWS (RFC 7515 3.1) from a sealed text, which has no dots. go-jose would pass over spaces and line ends: there is one spelling only.
func isJWT(text string) bool {
	return strings.Count(text, ".") == 2 && isURLSafe(strings.ReplaceAll(text, ".", ""))
}

// signAccess writes an access token as a JWT (RFC 9068). No read, unless the person's groups are to be in it and have to be searched for.
func (p *Provider) signAccess(ctx context.Context, alg jose.SignatureAlgorithm, u *ldapmap.User, t *accessToken) (string, error) {
	claims := map[string]any{}
	id := t.ID
	if t.Person != "" {
		told, err := p.claims(ctx, telling{user: u, scopes: p.accessClaimScopes(t)})
		if err != nil {
			return "", err
		}
		maps.Copy(claims, told)
		if claims["wicketgate"], err = p.seal(purposeInside, inside{Person: t.Person, DN: t.DN, Mark: t.Mark, SID: t.SID, Grant: t.Grant}); err != nil {
			return "", err
		}
		random := make([]byte, 16)
		rand.Read(random) // never fails (Go 1.24)
		id = hex.EncodeToString(random)
	}
	claims["iss"], claims["sub"], claims["aud"] = p.Issuer, t.subject(), p.audienceClaim(t.Audience)
	claims["exp"], claims["iat"], claims["jti"] = t.Expires, t.Issued, id
	claims["client_id"] = t.Client
	optional(claims, "scope", t.scope())
	optional(claims, "acr", t.ACR)
	if t.AuthTime > 0 {
		claims["auth_time"] = t.AuthTime
	}
	if len(t.AMR) > 0 {
		claims["amr"] = t.AMR
	}
	return p.keys.Sign(ctx, alg, typAccess, claims)
}

// accessClaimScopes are the scopes whose claims stand in a JWT access token: the groups, by which an API decides (RFC 9068 2.2.3), and what else a resource of the
// token has among its scopes. Who the person is beyond that can be asked for at userinfo.
func (p *Provider) accessClaimScopes(t *accessToken) []string {
	return slices.DeleteFunc(slices.Clone(t.Scopes), func(s string) bool { return s != ldapmap.GroupsField && !p.at(s, t.Audience) })
}

// verifyAccess reads back what signAccess wrote. No read but that of the keys, once in a while.
func (p *Provider) verifyAccess(ctx context.Context, text string) (*accessToken, error) {
	if len(text) > maxToken {
		return nil, fault.New(fault.Invalid, "nothing of ours has %d bytes", len(text))
	}
	var c accessClaims
	if err := p.keys.Verify(ctx, typAccess, text, &c); err != nil {
		return nil, err
	}
	if c.Issuer != p.Issuer || len(c.Audience) == 0 || c.Client == "" || c.ID == "" {
		return nil, fault.New(fault.Invalid, "the token was signed here, and is no access token of this issuer")
	}
	t := &accessToken{Issued: c.Issued, Expires: c.Expires, signOn: signOn{
		Client: c.Client, Scopes: strings.Fields(c.Scope), AuthTime: c.AuthTime, ACR: c.ACR, AMR: c.AMR,
	}}
	if !slices.Equal(c.Audience, []string{p.Issuer}) {
		t.Audience = c.Audience
	}
	if c.Inside == "" {
		t.ID = c.ID
		return t, nil
	}
	var in inside
	if err := p.open(purposeInside, c.Inside, maxToken, &in); err != nil {
		return nil, err
	}
	t.Person, t.Subject, t.DN, t.Mark, t.SID, t.Grant = in.Person, c.Subject, in.DN, in.Mark, in.SID, in.Grant
	return t, nil
}

// optional sets a claim that has a value.
func optional(claims map[string]any, name, value string) {
	if value != "" {
		claims[name] = value
	}
}
