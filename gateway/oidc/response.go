package oidc

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/templates"
)

// The response modes (OAuth 2.0 Multiple Response Type Encoding Practices 2.1, OAuth 2.0 Form Post Response Mode 2).
const (
	modeQuery    = "query"
	modeFragment = "fragment"
	modeForm     = "form_post"
)

func responseModes() []string { return []string{modeQuery, modeFragment, modeForm} }

// modeFor is how the answer to a request goes back, also if it is an error: as was asked if that can be, and otherwise as the response type has it.
func modeFor(form url.Values, redirect *url.URL) string {
	t, _ := rp.ReadResponseType(form.Get("response_type"))
	asked := form.Get("response_mode")
	switch {
	case slices.Contains(responseModes(), asked) && modeProblem(t, asked, redirect) == nil:
		return asked
	case t.Front():
		return modeFragment
	default:
		return modeQuery
	}
}

// modeProblem tells why a response mode cannot be used.
func modeProblem(t rp.Wanted, mode string, redirect *url.URL) error {
	switch {
	case mode == "":
		return nil
	case !slices.Contains(responseModes(), mode):
		return fosite.ErrUnsupportedResponseMode
	case mode == modeQuery && t.Front(): // it would stand in the logs of servers
		return fosite.ErrUnsupportedResponseMode.WithHint("Tokens are never sent in a query.")
	case mode == modeForm && redirect.Scheme != "https" && redirect.Scheme != "http":
		return fosite.ErrUnsupportedResponseMode.WithHint("Only a web address can take a posted form.")
	default:
		return nil
	}
}

// checkResponse checks response_type and response_mode, and what goes with them.
func (q *request) checkResponse(form url.Values) error {
	t, ok := rp.ReadResponseType(form.Get("response_type"))
	switch {
	case form.Get("response_type") == "":
		return fosite.ErrInvalidRequest.WithHint("The parameter response_type is missing.")
	case !ok:
		return fosite.ErrUnsupportedResponseType
	case !q.client.Registered(t):
		return fosite.ErrUnsupportedResponseType.WithHint("The client is not registered for this response_type.")
	case t.Code && !slices.Contains(q.client.GrantTypes(), rp.GrantCode), t.Front() && !slices.Contains(q.client.GrantTypes(), rp.GrantImplicit):
		return fosite.ErrUnauthorizedClient
	case t.IDToken && !slices.Contains(strings.Fields(form.Get("scope")), ScopeOpenID):
		return fosite.ErrInvalidRequest.WithHint("Whoever asks for an id_token has to ask for the scope openid.")
	case t.IDToken && form.Get("nonce") == "": // OpenID Connect Core 3.2.2.1 and 3.3.2.11
		return fosite.ErrInvalidRequest.WithHint("This response_type needs the parameter nonce.")
	}
	q.wants = t
	return modeProblem(t, form.Get("response_mode"), q.ar.RedirectURI)
}

// frontGrant prepares what goes back through the browser: for an access token, a grant in the person's record, with one change; nothing for an ID token
// alone. There is never a refresh token (RFC 6749 4.2.2).
func (p *Provider) frontGrant(ctx context.Context, q *request, visit *session.Visit, standing state.Standing) (*granted, error) {
	c := p.newCode(q, visit, standing)
	g := &granted{signOn: c.signOn, nonce: c.Nonce, claims: c.Asked.IDToken, user: visit.User}
	if !q.wants.Token {
		return g, nil
	}
	var err error
	if g.aim, err = p.aim(q.client, &c.signOn, nil); err != nil {
		return nil, err
	}
	c.Refresh, c.Ends = false, p.Clock().Add(g.aim.lasts).Unix()
	_, err = p.Records.Redeem(ctx, c.Person, c.decision())
	switch {
	case errors.Is(err, state.ErrRevoked):
		return nil, fosite.ErrAccessDenied.WithHint("The person took their consent back in this moment.").WithWrap(err)
	case err != nil:
		return nil, err
	}
	g.grant = c.grantID()
	return g, nil
}

// frontChannel adds the tokens that go back through the browser (OpenID Connect Core 3.2.2.5 and 3.3.2.5).
func (p *Provider) frontChannel(ctx context.Context, ar fosite.AuthorizeRequester, resp fosite.AuthorizeResponder, g *granted) error {
	client := clientOf(ar)
	access := ""
	if ar.GetResponseTypes().Has("token") {
		var lasts time.Duration
		var err error
		if access, lasts, err = p.newAccess(ctx, g); err != nil {
			return serverTrouble(err)
		}
		resp.AddParameter("access_token", access)
		resp.AddParameter("token_type", "Bearer")
		resp.AddParameter("expires_in", strconv.FormatInt(int64(lasts/time.Second), 10))
		resp.AddParameter("scope", strings.Join(g.aim.scopes, " "))
		ar.SetResponseTypeHandled("token")
	}
	if ar.GetResponseTypes().Has("id_token") {
		id, err := p.idToken(ctx, client, g, access)
		if err != nil {
			return serverTrouble(err)
		}
		resp.AddParameter("id_token", id)
		ar.SetResponseTypeHandled("id_token")
	}
	return nil
}

// postBack goes back to the application with a form that posts itself (OAuth 2.0 Form Post Response Mode 2).
func (p *Provider) postBack(w http.ResponseWriter, r *http.Request, q *request, params url.Values) error {
	page := templates.FormPostPage{Action: q.ar.RedirectURI.String(), App: q.client.DisplayName()}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		page.Fields = append(page.Fields, templates.Hidden{Name: name, Value: params.Get(name)})
	}
	web.AllowForm(w, q.ar.RedirectURI.Scheme+"://"+q.ar.RedirectURI.Host)
	w.Header().Set("Cache-Control", "no-store")
	if err := p.Kit.Page(w, r, http.StatusOK, page); err != nil {
		return fmt.Errorf("posting back to the application %q: %w", q.client.ID, err)
	}
	return nil
}
