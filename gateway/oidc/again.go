package oidc

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// mustSignIn tells whether the person has to prove who they are, (again) or for the first time. again is a choice for the sign-in page: that being
// signed in already is not enough; other, that somebody else is meant than who is signed in.
func (p *Provider) mustSignIn(q *request, v *session.Visit, other bool) bool {
	switch {
	case v == nil:
		return q.insists()
	case other, q.unmet(v):
		return true
	case q.isFresh(v.Session.ID, v.Session.AuthTime):
		return false
	case q.insists():
		return true
	default:
		return q.maxAge > 0 && p.Clock().Sub(v.Session.AuthTime) > q.maxAge
	}
}

// insists tells whether the application wants a sign-in whoever is signed in. max_age=0 is prompt=login by another name (OpenID Connect Core 3.1.2.1).
func (q *request) insists() bool {
	return q.prompts("login") || q.prompts("create") || q.maxAge == 0
}

// meansOther tells whether somebody else is meant than who is signed in: by the hint, or by a sub among the claims.
func (p *Provider) meansOther(ctx context.Context, q *request, v *session.Visit) bool {
	return v != nil && (q.hint != nil && !p.hintsAt(ctx, q.hint, v.User) || q.meansOther(q.subject))
}

// hintsAt tells whether a hint means the person. With a user that is nothing but a Ref, that can only be told where subjects come from the stable id.
func (p *Provider) hintsAt(ctx context.Context, hint *hintClaims, u *ldapmap.User) bool {
	return hint != nil && p.isSubject(ctx, hint.Subject, hint.Audience, u)
}

// hinted returns what id_token_hint says, nil without one. The token may have expired, and may have been meant for another client: it is a hint
// (OpenID Connect Core 3.1.2.1).
func (p *Provider) hinted(r *http.Request, q *request) (*hintClaims, error) {
	text := q.form().Get("id_token_hint")
	if text == "" {
		return nil, nil
	}
	hint := new(hintClaims)
	err := p.keys.Verify(r.Context(), typID, text, hint)
	if fault.Is(err, fault.Unavailable) {
		return nil, err
	}
	if err != nil || hint.Issuer != p.Issuer || hint.Subject == "" {
		return nil, fosite.ErrInvalidRequest.WithHint("The id_token_hint is not an ID token of this provider.")
	}
	return hint, nil
}

// signIn sends the browser to the sign-in page; the request waits in the address. Who is signed in there does not matter any more for the request, as whoever signs in
// now is meant.
func (p *Provider) signIn(w http.ResponseWriter, r *http.Request, q *request, v *session.Visit, again bool) error {
	to, err := p.returnTo(q)
	if err != nil {
		return err
	}
	to.Again = again
	accounts := p.Sessions.Accounts(r)
	for _, a := range accounts {
		if to.Login == "" && (p.hintsAt(r.Context(), q.hint, ldapmap.NewUser(a.Ref)) || q.hint == nil && v != nil && a.ID == v.Session.ID) {
			to.Login = a.Login
		}
	}
	if again || q.hint != nil || to.Login != "" {
		accounts = nil // it is known who, or does not matter
	}
	address, err := visit.SignInPage(p.Kit, accounts, to)
	if q.prompts("create") {
		_, query, _ := strings.Cut(address, "?")
		address = p.RegisterPage + "?" + query
	}
	if err != nil {
		return err
	}
	return p.Kit.SeeOther(w, r, q.speaking(address))
}

// returnTo is how the pages of the sign-in lead back to a request.
func (p *Provider) returnTo(q *request) (web.ReturnTo, error) {
	waits := q.waiting
	waits.Picked, waits.Answer = "", nil
	sealed, err := p.seal(purposeRequest, waits)
	return web.ReturnTo{
		Path: PathAuthorize + "?" + ResumeParam + "=" + sealed, App: p.card(q.client), Login: bounded(q.form().Get("login_hint"), 200),
	}, err
}

// speaking adds the language that the application asks for.
func (q *request) speaking(address string) string {
	if lang := firstWord(q.form().Get("ui_locales")); lang != "" {
		address += "&lang=" + url.QueryEscape(lang)
	}
	return address
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
