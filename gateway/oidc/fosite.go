package oidc

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// newFosite sets fosite up: it parses and checks requests, runs our handlers and names the errors. See docs/adr/0002-fosite.md for what it
// does not do.
func (p *Provider) newFosite() *fosite.Fosite {
	return &fosite.Fosite{Store: fositeClients{p.clients}, Config: &fosite.Config{
		AuthorizeEndpointHandlers:    fosite.AuthorizeEndpointHandlers{codeFlow{p}},
		TokenEndpointHandlers:        fosite.TokenEndpointHandlers{codeGrant{p}, refreshGrant{p}, clientGrant{p}, deviceGrant{p}},
		ClientAuthenticationStrategy: p.authenticate,
		// Which scopes can be had is decided by catalogue.grantable, which leaves out others instead of refusing the request; the
		// parameter "audience" means nothing here and is ignored, as unknown parameters are (RFC 6749 3.1).
		ScopeStrategy:            func([]string, string) bool { return true },
		AudienceMatchingStrategy: func([]string, []string) error { return nil },
	}}
}

// fositeClients is fosite's whole storage: everything else is sealed in codes and tokens, or decided by state.Records.
type fositeClients struct{ *rp.Clients }

var _ fosite.Storage = fositeClients{}

// GetClient finds the client of an authorization request.
func (s fositeClients) GetClient(ctx context.Context, id string) (fosite.Client, error) {
	client, err := s.Find(ctx, id)
	if err != nil {
		return nil, err
	}
	bound := boundClient{Client: client}
	if r, ok := ctx.Value(fosite.RequestContextKey).(*http.Request); ok {
		bound.redirects = redirectsFor(client, r.Form.Get("redirect_uri"))
	}
	return bound, nil
}

// redirectsFor is what a client's redirect URIs are within one request. Without one in the request, fosite takes the only one that is
// registered, if there is only one (RFC 6749 3.1.2.3).
func redirectsFor(client *rp.Client, asked string) []string {
	switch {
	case asked == "":
		return client.RedirectURIs
	case rp.RedirectAllowed(client.RedirectURIs, asked):
		return []string{asked}
	default:
		return nil
	}
}

// ClientAssertionJWTValid and SetClientAssertionJWT belong to fosite's own client authentication, which is not used.
func (fositeClients) ClientAssertionJWTValid(context.Context, string) error {
	return fault.Wrap(fault.Internal, errors.ErrUnsupported)
}

// SetClientAssertionJWT see ClientAssertionJWTValid.
func (fositeClients) SetClientAssertionJWT(context.Context, string, time.Time) error {
	return fault.Wrap(fault.Internal, errors.ErrUnsupported)
}
