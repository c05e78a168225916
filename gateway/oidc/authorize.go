package oidc

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
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
	req, err := p.parse(r, q)
	if req == nil {
		return p.refuse(w, r, err)
	}
	if err != nil {
		return p.sendError(w, r, req, err)
	}
	visit, err := p.Sessions.Load(r.Context(), r)
	if err == nil {
		err = p.decide(w, r, req, visit)
	}
	var told *fosite.RFC6749Error
	if errors.As(err, &told) || err != nil && req.prompts("none") { // nobody is looking: the application has to be told
		return p.sendError(w, r, req, serverTrouble(err))
	}
	return err
}

// decide takes the one next step of a request. Errors that are the application's business are *fosite.RFC6749Error.
func (p *Provider) decide(w http.ResponseWriter, r *http.Request, q *request, visit *session.Visit) error {
	q.look(visit)
	hint, err := p.hinted(r, q)
	if err != nil {
		return err
	}
	if again := p.mustSignIn(q, visit, hint); again || visit == nil {
		switch {
		case q.prompts("none"):
			return fosite.ErrLoginRequired
		case q.fresh && hint != "" && hint != visit.User.ID:
			return fosite.ErrLoginRequired.WithHint("Somebody else signed in than id_token_hint says.")
		}
		return p.signIn(w, r, q, again)
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
	ok, err := p.consented(r, q, visit)
	switch {
	case err != nil:
		return err
	case !ok && q.prompts("none"):
		return fosite.ErrConsentRequired
	case !ok:
		return p.wait(w, r, PathConsent, q.waiting)
	}
	return p.answer(w, r, q, visit)
}

// mustSignIn tells whether the person has to prove who they are, (again) or for the first time. again is a choice for the sign-in page: that being
// signed in already is not enough.
func (p *Provider) mustSignIn(q *request, visit *session.Visit, hint string) bool {
	switch {
	case visit == nil:
		return q.prompts("login") || q.maxAge == 0
	case hint != "" && hint != visit.User.ID:
		return true
	case q.fresh:
		return false
	case q.prompts("login") || q.maxAge == 0: // max_age=0 is prompt=login by another name (OpenID Connect Core 3.1.2.1)
		return true
	default:
		return q.maxAge > 0 && p.Clock().Sub(visit.Session.AuthTime) > q.maxAge
	}
}

// look notes which session was there when the request came, and tells later whether the person has signed in since: in another session than that one, and not
// before the request.
func (q *request) look(visit *session.Visit) {
	if q.Looked {
		q.fresh = visit != nil && visit.Session.ID != q.Seen && !visit.Session.AuthTime.Before(q.at().Truncate(time.Second))
		return
	}
	q.Looked = true
	if visit != nil {
		q.Seen = visit.Session.ID
	}
}

// hinted returns the subject that id_token_hint names. The token may have expired, and may have been meant for another client: it is a hint
// (OpenID Connect Core 3.1.2.1).
func (p *Provider) hinted(r *http.Request, q *request) (string, error) {
	text := q.form().Get("id_token_hint")
	if text == "" {
		return "", nil
	}
	var claims struct {
		Issuer  string `json:"iss"`
		Subject string `json:"sub"`
	}
	err := p.keys.verify(r.Context(), text, &claims)
	if fault.Is(err, fault.Unavailable) {
		return "", err
	}
	if err != nil || claims.Issuer != p.Issuer || claims.Subject == "" {
		return "", fosite.ErrInvalidRequest.WithHint("The id_token_hint is not an ID token of this provider.")
	}
	return claims.Subject, nil
}

// signIn sends the browser to the sign-in page; the request waits in the address.
func (p *Provider) signIn(w http.ResponseWriter, r *http.Request, q *request, again bool) error {
	sealed, err := p.seal(purposeRequest, q.waiting)
	if err != nil {
		return err
	}
	to, err := p.Kit.SealReturn(web.ReturnTo{
		Path:  PathAuthorize + "?" + ResumeParam + "=" + sealed,
		App:   p.card(q.client),
		Login: bounded(q.form().Get("login_hint"), 200),
		Again: again,
	})
	if err != nil {
		return err
	}
	address := web.WithContinue(PathSignIn, to)
	if lang := firstWord(q.form().Get("ui_locales")); lang != "" {
		address += "&lang=" + url.QueryEscape(lang)
	}
	return p.Kit.SeeOther(w, r, address)
}

// wait sends the browser on with the request in the address.
func (p *Provider) wait(w http.ResponseWriter, r *http.Request, path string, q waiting) error {
	sealed, err := p.seal(purposeRequest, q)
	if err != nil {
		return err
	}
	return p.Kit.SeeOther(w, r, path+"?"+ResumeParam+"="+sealed)
}

// consented tells whether the person lets the client have the scopes; for a trusted client it is made so, with one write, the first time.
func (p *Provider) consented(r *http.Request, q *request, visit *session.Visit) (bool, error) {
	if q.Answer != nil && q.Answer.Session == visit.Session.ID && !q.Answer.Yes {
		return false, fosite.ErrAccessDenied.WithHint("The person did not agree.")
	}
	have, ok := visit.Record.Consent(q.client.ID)
	enough := ok && have.Trusted == q.client.Trusted && have.Covers(q.scopes, nil)
	if enough {
		asked := q.Answer != nil && q.Answer.Session == visit.Session.ID
		return asked || q.client.Trusted || !q.prompts("consent"), nil
	}
	if !q.client.Trusted {
		return false, nil
	}
	_, err := p.Records.PutConsent(r.Context(), visit.Record, state.Consent{Client: q.client.ID, Trusted: true, Scopes: q.scopes})
	return err == nil, err
}

// answer goes back to the application with a code.
func (p *Provider) answer(w http.ResponseWriter, r *http.Request, q *request, visit *session.Visit) error {
	standing, ok := visit.Record.Standing(q.client.ID)
	if !ok {
		return fault.New(fault.Internal, "the record of %s has no consent for %s right after it was given", visit.User.ID, q.client.ID)
	}
	session := &codeSession{made: p.newCode(q, visit, standing)}
	resp, err := p.fosite.NewAuthorizeResponse(r.Context(), q.ar, session)
	if err != nil {
		return err
	}
	if err := p.Records.Tidy(r.Context(), visit.Record); err != nil {
		p.Log.WarnContext(r.Context(), "a person's record was not tidied", "error", err)
	}
	p.event(r.Context(), r, audit.Event{Action: audit.CodeIssued, Person: visit.User.ID, Username: visit.User.Get("username"), Client: q.client.ID})
	return p.send(w, r, q, resp.GetParameters())
}

// send goes back to the application with the parameters, as a query (RFC 6749 4.1.2). iss tells the application who answers, so that no
// other provider can pretend to (RFC 9207). 303, so that nothing is ever posted on (RFC 9700 4.12).
func (p *Provider) send(w http.ResponseWriter, r *http.Request, q *request, params url.Values) error {
	if q.ar.State != "" {
		params.Set("state", q.ar.State)
	}
	params.Set("iss", p.Issuer)
	target := *q.ar.RedirectURI
	// What the client registered in the query stays as it is, to the letter.
	target.RawQuery = strings.TrimPrefix(target.RawQuery+"&"+params.Encode(), "&")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer") // this address holds a code (RFC 9700 4.2.4)
	if err := p.Kit.Leave(w, r, target.String()); err != nil {
		return fmt.Errorf("going back to the application %q: %w", q.client.ID, err)
	}
	return nil
}

// sendError goes back to the application with an error (RFC 6749 4.1.2.1).
func (p *Provider) sendError(w http.ResponseWriter, r *http.Request, q *request, err error) error {
	e := fosite.ErrorToRFC6749Error(serverTrouble(err))
	p.logError(r, e, q.client.ID)
	return p.send(w, r, q, url.Values{"error": {e.ErrorField}, "error_description": {describe(e)}})
}

// refuse shows an error page: nothing is known of the application, or not enough to send the browser there.
func (p *Provider) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	var page *pageError
	if !errors.As(err, &page) {
		return err
	}
	client := ""
	if page.client != nil {
		client = page.client.ID
	}
	p.logError(r, page.RFC6749Error, client)
	shown := templates.OAuthErrorPage{Code: page.ErrorField, Description: page.DescriptionField, Hint: page.HintField, Home: "/"}
	if page.client != nil {
		shown.App = page.client.DisplayName()
	}
	for _, name := range []string{"client_id", "redirect_uri"} {
		if v := page.details[name]; v != "" {
			shown.Details = append(shown.Details, templates.Detail{Label: name, Value: bounded(v, 500)})
		}
	}
	return p.Kit.Page(w, r, http.StatusBadRequest, shown)
}

// card is the application as pages show it.
func (p *Provider) card(c *Client) templates.AppCard {
	return templates.AppCard{Name: c.DisplayName(), Logo: c.Logo, URL: c.URL, Policy: c.Policy, Terms: c.Terms}
}

func bounded(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "")
	}
	return s
}

func firstWord(s string) string {
	words := strings.Fields(s)
	if len(words) == 0 {
		return ""
	}
	return bounded(words[0], 35) // the longest language tag that RFC 5646 4.4.1 asks everybody to take
}
