package oidc

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// credentials are what a request says about the client that sends it, before anything was checked.
type credentials struct {
	id, secret, method string
	assertion          *assertion // of the methods that have one
}

// readCredentials finds the client's id and proof in the Authorization header or in the form (RFC 6749 2.3.1). A request that proves itself in two
// ways is refused, as RFC 6749 2.3 asks. No I/O.
func (p *Provider) readCredentials(r *http.Request, form url.Values) (credentials, error) {
	bodyID, bodySecret := form.Get("client_id"), form.Get("client_secret")
	id, secret, basic := r.BasicAuth()
	switch {
	case form.Has("client_assertion"), form.Has("client_assertion_type"):
		if r.Header.Get("Authorization") != "" || form.Has("client_secret") {
			return credentials{}, fosite.ErrInvalidRequest.WithHint("The client proves itself in two ways at once.")
		}
		return p.readClientAssertion(r.URL.Path, form)
	case basic && bodySecret != "":
		return credentials{}, fosite.ErrInvalidRequest.WithHint("The client secret was sent twice, in the header and in the body.")
	case basic:
		// RFC 6749 2.3.1: both parts are form-encoded before they go into the header.
		var err1, err2 error
		id, err1 = url.QueryUnescape(id)
		secret, err2 = url.QueryUnescape(secret)
		if err1 != nil || err2 != nil {
			return credentials{}, fosite.ErrInvalidClient.WithHint("The client id or secret in the header is not form-encoded.")
		}
		if bodyID != "" && bodyID != id {
			return credentials{}, fosite.ErrInvalidRequest.WithHint("The header and the body name two different clients.")
		}
		if secret == "" { // some libraries send public clients so
			return credentials{id: id, method: rp.AuthNone}, nil
		}
		return credentials{id: id, secret: secret, method: rp.AuthBasic}, nil
	case r.Header.Get("Authorization") != "":
		return credentials{}, fosite.ErrInvalidClient.WithHint("Only the Basic scheme is supported here.")
	case bodyID == "":
		return credentials{}, fosite.ErrInvalidClient.WithHint("The request does not say which client sends it.")
	case bodySecret != "":
		return credentials{id: bodyID, secret: bodySecret, method: rp.AuthPost}, nil
	default:
		return credentials{id: bodyID, method: rp.AuthNone}, nil
	}
}

// authenticate checks who sends a request to the token endpoint and its like (RFC 6749 3.2.1). It is fosite's
// ClientAuthenticationStrategy: fosite's own knows bcrypt only, and lets anybody use any method with a client that is not bound to one. At
// most one read, and for an assertion one change.
func (p *Provider) authenticate(ctx context.Context, r *http.Request, form url.Values) (fosite.Client, error) {
	cred, err := p.readCredentials(r, form)
	if err != nil {
		return nil, err
	}
	client, err := p.clients.Find(ctx, cred.id)
	switch {
	case fault.Is(err, fault.NotFound):
		err = fosite.ErrInvalidClient.WithWrap(err).WithDebug("no such client")
	case err != nil:
		return nil, serverTrouble(err)
	case !client.Accepts(cred.method):
		err = fosite.ErrInvalidClient.WithHintf("The client is not registered for the authentication method %s.", cred.method).
			WithDebug("method " + cred.method + " is not the client's")
	case cred.assertion != nil:
		err = p.proves(ctx, client, cred.assertion)
	case cred.method != rp.AuthNone && !client.SecretIs(cred.secret):
		err = fosite.ErrInvalidClient.WithDebug("wrong secret")
	}
	if err == nil {
		return boundClient{Client: client}, nil
	}
	if !errors.Is(err, fosite.ErrInvalidClient) {
		return nil, err
	}
	p.event(ctx, r, audit.Event{Action: audit.ClientAuthFailed, Client: cred.id, Detail: fosite.ErrorToRFC6749Error(err).Debug()})
	return nil, err
}

// boundClient is a Client as fosite sees it within one request. Its redirect URIs are the one that was asked for, if ours is the rule that allows it,
// and none otherwise: fosite's own rule does not count localhost as loopback and does not look at the scheme.
type boundClient struct {
	*rp.Client
	redirects []string
}

var _ fosite.Client = boundClient{}

func (c boundClient) GetID() string                      { return c.ID }
func (c boundClient) GetHashedSecret() []byte            { return nil } // never asked: authenticate compares
func (c boundClient) GetRedirectURIs() []string          { return c.redirects }
func (c boundClient) GetGrantTypes() fosite.Arguments    { return c.GrantTypes() }
func (c boundClient) GetResponseTypes() fosite.Arguments { return c.AllowedResponses() }
func (c boundClient) GetScopes() fosite.Arguments        { return nil } // never asked: see Provider.scopes
func (c boundClient) IsPublic() bool                     { return c.Public() }
func (c boundClient) GetAudience() fosite.Arguments      { return nil }

// clientOf returns the client that fosite was given by authenticate or lookup.
func clientOf(r fosite.Requester) *rp.Client {
	c, _ := r.GetClient().(boundClient)
	return c.Client
}
