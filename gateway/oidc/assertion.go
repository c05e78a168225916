package oidc

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
)

// assertionType is the only client_assertion_type there is (RFC 7523 2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

const (
	maxAssertion   = 8 << 10     // bytes
	maxJTI         = 256         // bytes
	assertionLasts = time.Hour   // the furthest an assertion's exp may lie ahead: so long has it to be remembered that it was used
	clockSkew      = time.Minute // how far the clock of an application may be wrong
)

// assertion is a JWT with which a client, or an issuer that it trusts, proves something (RFC 7523 3). Nothing in it is true before its
// signature was checked.
type assertion struct {
	text   string
	alg    jose.SignatureAlgorithm
	claims jwt.Claims
}

// assertionAlgorithms are those that assertions may be signed with. HS256 is that of client_secret_jwt.
func assertionAlgorithms() []jose.SignatureAlgorithm {
	return append(keys.Algorithms(), jose.HS256)
}

// readAssertion reads an assertion and checks everything that needs no key: so a broken or late one costs nothing but this. audience are the values of
// which each aud has to be one. Errors are plain words for the client's developer.
func (p *Provider) readAssertion(text string, audience []string) (*assertion, error) {
	if len(text) > maxAssertion {
		return nil, errors.New("the assertion is too long")
	}
	signed, err := jwt.ParseSigned(text, assertionAlgorithms())
	if err != nil {
		return nil, errors.New("the assertion is not a JWT signed with RS256, ES256, EdDSA or HS256")
	}
	a := &assertion{text: text, alg: jose.SignatureAlgorithm(signed.Headers[0].Algorithm)}
	if err := signed.UnsafeClaimsWithoutVerification(&a.claims); err != nil {
		return nil, errors.New("the claims of the assertion cannot be read")
	}
	now, c := p.Clock(), &a.claims
	switch {
	case c.Issuer == "" || c.Subject == "":
		return nil, errors.New("the assertion has no iss or no sub")
	case c.ID == "" || len(c.ID) > maxJTI:
		return nil, errors.New("the assertion has no jti, or a very long one")
	// Each, not one: an assertion for several servers could be used at one of them by another of them.
	case len(c.Audience) == 0 || slices.ContainsFunc(c.Audience, func(aud string) bool { return !slices.Contains(audience, aud) }):
		return nil, errors.New("the aud of the assertion is neither this issuer nor its token endpoint alone")
	case c.Expiry == nil:
		return nil, errors.New("the assertion has no exp")
	case !now.Before(c.Expiry.Time().Add(clockSkew)):
		return nil, errors.New("the assertion has expired")
	case c.Expiry.Time().After(now.Add(assertionLasts + clockSkew)):
		return nil, errors.New("the exp of the assertion lies more than an hour ahead")
	case c.NotBefore != nil && c.NotBefore.Time().After(now.Add(clockSkew)), c.IssuedAt != nil && c.IssuedAt.Time().After(now.Add(clockSkew)):
		return nil, errors.New("the assertion is from the future")
	}
	return a, nil
}

// audiences are the values of aud that mean this provider: the issuer, the token endpoint, and the endpoint that is asked (RFC 7523 3, RFC 9126 2).
func (p *Provider) audiences(path string) []string {
	return []string{p.Issuer, p.Issuer + PathToken, p.Issuer + path}
}

// readClientAssertion takes the credentials from the form of a request to path (RFC 7521 4.2, RFC 7523 2.2). No I/O.
func (p *Provider) readClientAssertion(path string, form url.Values) (credentials, error) {
	if form.Get("client_assertion_type") != assertionType {
		return credentials{}, fosite.ErrInvalidClient.WithHint("The only client_assertion_type is " + assertionType + ".")
	}
	a, err := p.readAssertion(form.Get("client_assertion"), p.audiences(path))
	switch {
	case err != nil:
		return credentials{}, fosite.ErrInvalidClient.WithHintf("The client_assertion is not good: %s.", err)
	case a.claims.Issuer != a.claims.Subject:
		return credentials{}, fosite.ErrInvalidClient.WithHint("The client_assertion is not good: iss and sub are not both the client_id.")
	case form.Get("client_id") != "" && form.Get("client_id") != a.claims.Subject:
		return credentials{}, fosite.ErrInvalidClient.WithHint("The client_assertion and the parameter client_id name two different clients.")
	}
	cred := credentials{id: a.claims.Subject, assertion: a, method: rp.AuthKeyJWT}
	if a.alg == jose.HS256 {
		cred.method = rp.AuthSecretJWT
	}
	return cred, nil
}

// proves tells whether an assertion was signed by the client and is used for the first time. Whether it was used is asked after everything else, in one change of
// the client's record: fosite marks it used before it looks at the audience, so that whoever sees an assertion for somebody else
// could spend it.
func (p *Provider) proves(ctx context.Context, client *rp.Client, a *assertion) error {
	var err error
	if client.AuthAlg != "" && client.AuthAlg != string(a.alg) {
		return errBadAssertion("the client is registered for " + client.AuthAlg)
	}
	if a.alg == jose.HS256 {
		err = p.verifyBySecret(client, a)
	} else {
		err = p.verifyByKeys(ctx, client.Keys(), a)
	}
	if err != nil {
		return err
	}
	return p.useAssertion(ctx, client, a)
}

// useAssertion lets an assertion through once, on whichever replica. One change.
func (p *Provider) useAssertion(ctx context.Context, client *rp.Client, a *assertion) error {
	id := state.Digest("assertion", client.ID, a.claims.Issuer, a.claims.ID)
	err := p.Records.Use(ctx, state.Path{Kind: state.Clients, ID: client.ID}, id, a.claims.Expiry.Time().Add(clockSkew))
	switch {
	case errors.Is(err, state.ErrUsed), errors.Is(err, state.ErrExpired):
		return errBadAssertion("it was used before or has expired")
	case err != nil:
		return serverTrouble(err)
	}
	return nil
}

func errBadAssertion(why string) error {
	return fosite.ErrInvalidClient.WithHint("The client_assertion is not good: " + why + ".").WithDebug("assertion: " + why)
}

// verifyBySecret checks the signature of client_secret_jwt (OpenID Connect Core 9).
func (p *Provider) verifyBySecret(client *rp.Client, a *assertion) error {
	secrets, err := p.clients.PlainSecrets(client)
	if err != nil {
		return serverTrouble(err)
	}
	signed, err := jose.ParseSignedCompact(a.text, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return errBadAssertion("it is not signed with HS256")
	}
	for _, s := range secrets {
		if _, err := signed.Verify([]byte(s)); err == nil {
			return nil
		}
	}
	return errBadAssertion("its signature is not that of the client's secret")
}
