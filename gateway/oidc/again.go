package oidc

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// mustSignIn tells whether the person has to prove who they are, (again) or for the first time. again is a choice for the sign-in page: that being
// signed in already is not enough; other, that somebody else is meant than who is signed in.
func (p *Provider) mustSignIn(q *request, visit *session.Visit, other bool) bool {
	switch {
	case visit == nil:
		return q.insists()
	case other, q.unmet(visit):
		return true
	case q.fresh:
		return false
	case q.insists():
		return true
	default:
		return q.maxAge > 0 && p.Clock().Sub(visit.Session.AuthTime) > q.maxAge
	}
}

// insists tells whether the application wants a sign-in whoever is signed in. max_age=0 is prompt=login by another name (OpenID Connect Core 3.1.2.1).
// One session holds one person, so selecting an account, too, begins on the sign-in page.
func (q *request) insists() bool {
	return q.prompts("login") || q.prompts("select_account") || q.prompts("create") || q.maxAge == 0
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

// meansOther tells whether somebody else is meant than who is signed in: by the hint, or by a sub among the claims.
func (p *Provider) meansOther(ctx context.Context, q *request, hint *hintClaims, visit *session.Visit) bool {
	return visit != nil && (hint != nil && !p.isSubject(ctx, hint.Subject, hint.Audience, visit.User) || q.meansOther(q.subject))
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
	page := PathSignIn
	if q.prompts("create") {
		page = p.RegisterPage
	}
	address := web.WithContinue(page, to)
	if lang := firstWord(q.form().Get("ui_locales")); lang != "" {
		address += "&lang=" + url.QueryEscape(lang)
	}
	return p.Kit.SeeOther(w, r, address)
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
