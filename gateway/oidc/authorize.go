package oidc

import (
	"errors"
	"net/http"
	"slices"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// authorize answers /oauth/authorize (RFC 6749 3.1, OpenID Connect Core 3.1.2): it finds out what is still missing, sends the browser there, and when
// nothing is, back to the application with a code. At most three reads (client, person's entry and record) and, with consent present, no write.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) error {
	web.AllowOpener(w) // applications may show the sign-in in a window of its own
	q, err := p.readWaiting(w, r)
	if err != nil {
		return p.refuse(w, r, err)
	}
	if r.Method == http.MethodPost {
		// A browser sends no session cookie with a post from another site (SameSite=Lax), but does with the GET that follows.
		return p.wait(w, r, PathAuthorize, q)
	}
	q, failed := p.resolve(r.Context(), q)
	var page *pageError
	if errors.As(failed, &page) {
		return p.refuse(w, r, failed)
	}
	req, err := p.parse(r, q)
	if failed != nil {
		err = failed
	}
	if req == nil {
		var told *fosite.RFC6749Error
		if errors.As(failed, &told) {
			err = &pageError{RFC6749Error: told}
		}
		return p.refuse(w, r, err)
	}
	if err != nil {
		return p.sendError(w, r, req, err)
	}
	err = p.decide(w, r, req)
	var told *fosite.RFC6749Error
	if errors.As(err, &told) || err != nil && req.prompts("none") { // nobody is looking: the application has to be told
		return p.sendError(w, r, req, serverTrouble(err))
	}
	return err
}

// decide takes the one next step of a request. Errors that are the application's business are *fosite.RFC6749Error.
func (p *Provider) decide(w http.ResponseWriter, r *http.Request, q *request) (err error) {
	if q.hint, err = p.hinted(r, q); err != nil {
		return err
	}
	visit, choose, err := p.whom(r, q)
	switch {
	case err != nil:
		return err
	case choose && q.prompts("none"):
		return errAccountSelection
	case choose:
		return p.choose(w, r, q)
	}
	var nameless error
	if visit != nil {
		q.subject, nameless = p.subject(r.Context(), q.client, visit.User)
	}
	other := p.meansOther(r.Context(), q, visit)
	if again := p.mustSignIn(q, visit, other); again || visit == nil {
		fresh := visit != nil && q.isFresh(visit.Session.ID, visit.Session.AuthTime)
		switch {
		case visit != nil && !other && q.unmet(visit) && (fresh || len(p.ACRValues) == 0): // to sign in again would change nothing
			return errUnmet()
		case q.prompts("none"):
			return fosite.ErrLoginRequired
		case other && (fresh || q.Picked == visit.Session.ID):
			return fosite.ErrLoginRequired.WithHint("Somebody else signed in than the application means.")
		}
		return p.signIn(w, r, q, visit, again)
	}
	web.SetPerson(r, visit.User.ID)
	allowed, err := p.mayUse(r.Context(), visit.User, q.client.ID)
	if err != nil {
		return err
	}
	if !allowed {
		p.event(r.Context(), r, audit.Event{Action: audit.AuthorizationFailed, Person: visit.User.ID, Client: q.client.ID, Detail: "not allowed by policy"})
		return fosite.ErrAccessDenied.WithHint("This person may not use this application.")
	}
	if nameless != nil {
		return nameless
	}
	ok, err := p.consented(r, q, visit)
	switch {
	case err != nil:
		return err
	case !ok && q.prompts("none"):
		return fosite.ErrConsentRequired
	case !ok:
		q.Picked = visit.Session.ID
		return p.wait(w, r, PathConsent, q.waiting)
	}
	return p.answer(w, r, q, visit)
}

// wait sends the browser on with the request in the address.
func (p *Provider) wait(w http.ResponseWriter, r *http.Request, path string, q waiting) error {
	sealed, err := p.seal(purposeRequest, q)
	if err != nil {
		return err
	}
	return p.Kit.SeeOther(w, r, path+"?"+ResumeParam+"="+sealed)
}

// consented tells whether the person lets the client have the scopes, and the claims that it asks for by name; for a trusted client it is made so, with one write, the first time.
func (p *Provider) consented(r *http.Request, q *request, visit *session.Visit) (bool, error) {
	if q.Answer != nil && q.Answer.Session == visit.Session.ID && !q.Answer.Yes {
		return false, fosite.ErrAccessDenied.WithHint("The person did not agree.")
	}
	have, ok := visit.Record.Consent(q.client.ID)
	enough := ok && have.Trusted == q.client.Trusted && have.Covers(q.words(p.Issuer), p.toAgree(q.client, q.asked, slices.Concat(q.scopes, have.Scopes)))
	if enough {
		asked := q.Answer != nil && q.Answer.Session == visit.Session.ID
		return asked || q.client.Trusted || !q.prompts("consent"), nil
	}
	if !q.client.Trusted {
		return false, nil
	}
	_, err := p.Records.PutConsent(r.Context(), visit.Record, state.Consent{Client: q.client.ID, Trusted: true, Scopes: q.words(p.Issuer), Claims: p.toAgree(q.client, q.asked, q.scopes)})
	return err == nil, err
}

// answer goes back to the application with what it asked for.
func (p *Provider) answer(w http.ResponseWriter, r *http.Request, q *request, visit *session.Visit) error {
	standing, ok := visit.Record.Standing(q.client.ID)
	if !ok {
		return fault.New(fault.Internal, "the record of %s has no consent for %s right after it was given", visit.User.ID, q.client.ID)
	}
	session := &codeSession{made: p.newCode(q, visit, standing)}
	if q.wants.Front() {
		var err error
		if session.front, err = p.frontGrant(r.Context(), q, visit, standing); err != nil {
			return err
		}
	}
	resp, err := p.fosite.NewAuthorizeResponse(r.Context(), q.ar, session)
	if err != nil {
		return err
	}
	if err := p.Records.Tidy(r.Context(), visit.Record); err != nil {
		p.Log.WarnContext(r.Context(), "a person's record was not tidied", "error", err)
	}
	if q.wants.Code {
		p.event(r.Context(), r, audit.Event{Action: audit.CodeIssued, Person: visit.User.ID, Username: visit.User.Get("username"), Client: q.client.ID})
	}
	if q.wants.Token {
		p.event(r.Context(), r, audit.Event{Action: audit.TokenIssued, Person: visit.User.ID, Username: visit.User.Get("username"), Client: q.client.ID, Detail: scopeList(q.scopes)})
	}
	params := resp.GetParameters()
	if state := sessionState(q.client.ID, q.ar.RedirectURI, visit.Session.ID); state != "" && has(q.scopes, ScopeOpenID) {
		params.Set("session_state", state)
		p.Sessions.ShowState(w, r)
	}
	return p.send(w, r, q, params)
}
