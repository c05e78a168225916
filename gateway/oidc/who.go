package oidc

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
)

// errAccountSelection: several are signed in, and nobody can be asked who it is to be (OpenID Connect Core 3.1.2.6).
var errAccountSelection = &fosite.RFC6749Error{
	ErrorField: "account_selection_required", CodeField: http.StatusBadRequest,
	DescriptionField: "Several accounts are signed in, and the person has to choose one of them.",
}

// whom finds out on whose behalf a request is: nil if nobody who would do is signed in. In this order: whoever was chosen on a page of ours for this request,
// or has signed in for it; the one that id_token_hint names, or login_hint; the only one who is signed in. Of several the person chooses, and then choose is true; where
// nobody may be asked (prompt=none), the one whom the application got tokens for in this browser last. Two reads for each account that is looked at, so
// two in a browser with one account.
func (p *Provider) whom(r *http.Request, q *request) (v *session.Visit, choose bool, err error) {
	accounts := p.Sessions.Accounts(r)
	q.look(accounts)
	load := func(a session.Account) (*session.Visit, error) { return p.Sessions.LoadSession(r.Context(), r, a.ID) }
	live := slices.DeleteFunc(slices.Clone(accounts), func(a session.Account) bool { return !a.Live })
	for _, a := range live {
		if a.ID == q.Picked || q.Picked == "" && q.isFresh(a.ID, a.AuthTime) {
			if v, err = load(a); v != nil || err != nil {
				return v, false, err
			}
		}
	}
	switch {
	case q.prompts("create"): // somebody who is not here yet
		return nil, false, nil
	case q.prompts("select_account") && len(accounts) > 0:
		return nil, true, nil
	case q.hint != nil:
		v, err = p.byHint(r.Context(), q.hint, live, load)
		return v, false, err
	case len(live) == 1:
		v, err = load(live[0])
		return v, false, err
	case len(live) == 0:
		return nil, false, nil
	}
	if v, err = p.byLogin(q.form().Get("login_hint"), live, load); v != nil || err != nil {
		return v, false, err
	}
	if !q.prompts("none") {
		return nil, true, nil
	}
	return p.lastUsed(q, live, load)
}

// byHint finds the one whom id_token_hint names: by what the cookie says, and where the client knows people by a field, by their entries.
func (p *Provider) byHint(ctx context.Context, hint *hintClaims, live []session.Account, load func(session.Account) (*session.Visit, error)) (*session.Visit, error) {
	for _, a := range live {
		if p.hintsAt(ctx, hint, ldapmap.NewUser(a.Ref)) {
			return load(a)
		}
	}
	for _, a := range live {
		if v, err := load(a); err != nil || v != nil && p.hintsAt(ctx, hint, v.User) {
			return v, err
		}
	}
	return nil, nil
}

// byLogin finds the one whose user name or mail address is meant.
func (p *Provider) byLogin(hint string, live []session.Account, load func(session.Account) (*session.Visit, error)) (*session.Visit, error) {
	if hint == "" {
		return nil, nil
	}
	for _, a := range live {
		if strings.EqualFold(a.Login, hint) {
			return load(a)
		}
	}
	if !strings.Contains(hint, "@") {
		return nil, nil
	}
	var found *session.Visit
	for _, a := range live {
		v, err := load(a)
		switch {
		case err != nil:
			return nil, err
		case v == nil || !slices.ContainsFunc(v.User.All(ldapmap.Emails), func(mail string) bool { return strings.EqualFold(mail, hint) }):
		case found != nil: // one mail address for two accounts tells them apart no better than none
			return nil, nil
		default:
			found = v
		}
	}
	return found, nil
}

// lastUsed finds the one whom the application got tokens for in this browser last, or the only one whose session is alive.
func (p *Provider) lastUsed(q *request, live []session.Account, load func(session.Account) (*session.Visit, error)) (last *session.Visit, choose bool, err error) {
	var alive []*session.Visit
	var when time.Time
	for _, a := range live {
		v, err := load(a)
		if err != nil {
			return nil, false, err
		}
		if v == nil {
			continue
		}
		alive = append(alive, v)
		for _, g := range v.Record.Grants {
			if g.Client == q.client.ID && g.SID == v.Session.SID && g.Made.After(when) {
				last, when = v, g.Made
			}
		}
	}
	if last == nil && len(alive) == 1 {
		last = alive[0]
	}
	return last, last == nil && len(alive) > 1, nil
}

// seenAs is what a request remembers of a session that was there when it came. It need not be all of the id: if two should begin the same, somebody has to
// sign in once more.
func seenAs(session string) string { return session[:min(len(session), 8)] }

// look notes which sessions were there when the request came.
func (q *request) look(accounts []session.Account) {
	if q.Looked {
		return
	}
	q.Looked = true
	for _, a := range accounts {
		if a.ID != "" {
			q.Seen = append(q.Seen, seenAs(a.ID))
		}
	}
}

// isFresh tells whether somebody has signed in for this request: in another session than those that were there, and not before the request.
func (q *request) isFresh(session string, authTime time.Time) bool {
	return !slices.Contains(q.Seen, seenAs(session)) && !authTime.Before(q.at().Truncate(time.Second))
}

// choose sends the browser to the page with the accounts it knows; the request waits in the address.
func (p *Provider) choose(w http.ResponseWriter, r *http.Request, q *request) error {
	to, err := p.returnTo(q)
	if err != nil {
		return err
	}
	sealed, err := p.Kit.SealReturn(to)
	if err != nil {
		return err
	}
	return p.Kit.SeeOther(w, r, q.speaking(web.WithContinue(PathAccounts, sealed)))
}

// Choose tells a request that waits in an address of the authorization endpoint which session was chosen for it, and returns the address to go on
// with. Every other address stays as it is.
func (p *Provider) Choose(path, session string) (string, error) {
	sealed, found := strings.CutPrefix(path, PathAuthorize+"?"+ResumeParam+"=")
	var q waiting
	if !found || p.open(purposeRequest, sealed, 2*maxRequest, &q) != nil {
		return path, nil // the authorization endpoint says what is wrong with it
	}
	q.Picked, q.Answer = session, nil
	sealed, err := p.seal(purposeRequest, q)
	return PathAuthorize + "?" + ResumeParam + "=" + sealed, err
}
