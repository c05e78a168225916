package oidc

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
)

// newCode puts together what a code carries that goes back to a browser.
func (p *Provider) newCode(q *request, visit *session.Visit, standing state.Standing) *code {
	c := p.codeFor(q.client, q.subject, q.wish, visit, standing)
	c.Redirect, c.Challenge, c.Nonce = q.form().Get("redirect_uri"), q.form().Get("code_challenge"), q.form().Get("nonce")
	c.Asked = q.asked
	return c
}

// codeFor is what every code has; subject is the client's name for the person. It is written nowhere: redeeming it writes the grant.
func (p *Provider) codeFor(client *rp.Client, subject string, w wish, visit *session.Visit, standing state.Standing) *code {
	now := p.Clock()
	id := make([]byte, 16)
	rand.Read(id) // never fails (Go 1.24); not injected, because a code that repeats is one that can be guessed
	c := &code{
		ID: hex.EncodeToString(id), Standing: standing, Made: now.Unix(), Expires: now.Add(p.Lifetimes.Code).Unix(),
		Refresh: client.MayRefresh() && (client.AlwaysRefresh || has(w.scopes, ScopeOffline)),
		signOn: signOn{
			Client: client.ID, Person: visit.User.ID, DN: visit.User.DN, SID: visit.Session.SID, Scopes: w.scopes, Resources: w.resources,
			AuthTime: visit.Session.AuthTime.Unix(), AMR: visit.Session.AMR, ACR: visit.Session.ACR, Mark: markOf(visit.User),
		},
	}
	if subject != c.Person {
		c.Subject = subject
	}
	lasts := p.Lifetimes.Code + p.longestAccess
	if c.Refresh {
		lasts = p.Lifetimes.Refresh
	}
	c.Ends = now.Add(lasts).Unix()
	if client.Told() { // the grant says whom to tell when the session ends, so it lasts as long as that
		c.Ends = max(c.Ends, visit.Session.Expires.Unix())
	}
	return c
}

func has(list []string, word string) bool {
	for _, w := range list {
		if w == word {
			return true
		}
	}
	return false
}

// codeFlow is the fosite handler that answers every response type. It takes the place of fosite's own, with their PKCE and OpenID Connect companions, each of
// which would store a row.
type codeFlow struct{ *Provider }

var _ fosite.AuthorizeEndpointHandler = codeFlow{}

// HandleAuthorizeEndpointRequest seals the code, and makes the tokens that go back with it or in its place.
func (h codeFlow) HandleAuthorizeEndpointRequest(ctx context.Context, ar fosite.AuthorizeRequester, resp fosite.AuthorizeResponder) error {
	session, ok := ar.GetSession().(*codeSession)
	if !ok {
		return nil
	}
	if ar.GetResponseTypes().Has("code") {
		sealed, err := h.seal(purposeCode, session.made)
		if err != nil {
			return serverTrouble(err)
		}
		ar.SetResponseTypeHandled("code")
		resp.AddParameter("code", sealed)
		if session.front != nil {
			session.front.code = sealed
		}
	}
	if session.front == nil {
		return nil
	}
	return h.frontChannel(ctx, ar, resp, session.front)
}

// codeSession hands what is to be sealed through fosite.
type codeSession struct {
	noSession
	made  *code
	front *granted // nil: nothing but the code goes back
}

// noSession is the part of fosite.Session that ours have no use for: expiries and names are sealed in the tokens.
type noSession struct{}

func (noSession) SetExpiresAt(fosite.TokenType, time.Time)       {}
func (noSession) GetExpiresAt(fosite.TokenType) (none time.Time) { return none }
func (noSession) GetUsername() string                            { return "" }
func (noSession) GetSubject() string                             { return "" }
func (s noSession) Clone() fosite.Session                        { return s }
