package oidc

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
)

// maxLogout bounds the parameters of a logout request, in bytes: the largest is an ID token.
const maxLogout = 6000

// leaving is a logout request (OpenID Connect RP-Initiated Logout 1.0, 2) on its way through our pages, sealed in the address.
type leaving struct {
	Query string `json:"q"`
	At    int64  `json:"t"` // milliseconds since 1970
}

// farewell is a logout request that has been checked.
type farewell struct {
	client *rp.Client // who asks, as far as is known; nil if it is not
	// hint is an ID token of ours for this client, expired or not; nil without a good one. Without it nobody is sent anywhere: anybody
	// could have made the request.
	hint *hintClaims
	// next is where the client wants the browser afterwards, with the state; empty unless it is registered to the letter.
	next string
}

type hintClaims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience audience `json:"aud"`
	SID      string   `json:"sid"`
}

// logout answers /oauth/logout by GET and POST. A request that brings an ID token of a session of this very browser ends that one at once; any other has to be
// confirmed by the person, who says which if several are signed in, since a link must not sign anybody out. One read (the client's), and for the end of the session one read and one change.
//
// logout_hint names nobody here: the cookie knows better who is signed in.
func (p *Provider) logout(w http.ResponseWriter, r *http.Request) error {
	if sealed := r.URL.Query().Get(byeParam); r.Method == http.MethodGet && sealed != "" {
		return p.goodbye(w, r, sealed)
	}
	l, resumed, err := p.readLeaving(w, r)
	if err != nil {
		return err
	}
	form, err := url.ParseQuery(l.Query)
	if err != nil {
		return fault.Say(fault.Invalid, "", "This link to sign out is not complete.")
	}
	lang := firstWord(form.Get("ui_locales"))
	if r.Method == http.MethodPost || lang != "" && !resumed {
		// As at the authorization endpoint: a post from another site brings no session cookie, the GET that follows does.
		sealed, err := p.seal(purposeLogout, l)
		if err != nil {
			return err
		}
		address := PathLogout + "?" + ResumeParam + "=" + sealed
		if lang != "" {
			address += "&lang=" + url.QueryEscape(lang)
		}
		return p.Kit.SeeOther(w, r, address)
	}
	f, err := p.readFarewell(r.Context(), form)
	if err != nil {
		return err
	}
	live := slices.DeleteFunc(p.Sessions.Accounts(r), func(a session.Account) bool { return !a.Live })
	if len(live) == 0 {
		return p.leave(w, r, f, nil)
	}
	for _, a := range live {
		if p.of(r.Context(), f.hint, &a.Session) {
			return p.endAndLeave(w, r, f, a.ID)
		}
	}
	sealed, err := p.seal(purposeLogout, l)
	if err != nil {
		return err
	}
	page := templates.SignOutPage{Action: PathLogoutConfirm, Hidden: []templates.Hidden{{Name: ResumeParam, Value: sealed}}, Cancel: "/"}
	if len(live) > 1 {
		page.Accounts = visit.Known(live)
	}
	return p.Kit.Page(w, r, http.StatusOK, page)
}

// confirmLogout takes the person's yes. It is an address of its own, because other sites may post to the one above and not here.
func (p *Provider) confirmLogout(w http.ResponseWriter, r *http.Request) error {
	l, _, err := p.readLeaving(w, r)
	if err != nil {
		return err
	}
	form, err := url.ParseQuery(l.Query)
	if err != nil {
		return fault.Say(fault.Invalid, "", "This link to sign out is not complete.")
	}
	f, err := p.readFarewell(r.Context(), form)
	if err != nil {
		return err
	}
	return p.endAndLeave(w, r, f, session.Chosen(p.Sessions.Accounts(r), r.PostForm.Get("account"))...)
}

// readLeaving takes the request as the application sent it, or as it comes back from our page. No I/O.
func (p *Provider) readLeaving(w http.ResponseWriter, r *http.Request) (l leaving, resumed bool, err error) {
	incomplete := fault.Say(fault.Invalid, "", "This link to sign out is not complete.")
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return l, false, incomplete
	}
	sealed := r.Form.Get(ResumeParam)
	if sealed == "" {
		l = leaving{Query: r.Form.Encode(), At: p.Clock().UnixMilli()}
		if len(l.Query) > maxLogout {
			return l, false, incomplete
		}
		return l, false, nil
	}
	if p.open(purposeLogout, sealed, 2*maxLogout, &l) != nil || p.Clock().Sub(time.UnixMilli(l.At)) > requestLasts {
		return l, true, incomplete
	}
	return l, true, nil
}

// readFarewell finds out who asks, and whether the browser may be sent where they say. What is wrong or foreign counts as not sent: the person gets a page of
// ours, never a redirect. One read at most. Errors: those of the store.
func (p *Provider) readFarewell(ctx context.Context, form url.Values) (*farewell, error) {
	f := &farewell{}
	id := form.Get("client_id")
	if text := form.Get("id_token_hint"); text != "" {
		hint := new(hintClaims)
		err := p.keys.Verify(ctx, typID, text, hint)
		switch {
		case fault.Is(err, fault.Unavailable):
			return nil, err
		case err != nil || hint.Issuer != p.Issuer || hint.Subject == "" || len(hint.Audience) == 0:
		case id == "" && len(hint.Audience) == 1:
			f.hint, id = hint, hint.Audience[0]
		case slices.Contains(hint.Audience, id):
			f.hint = hint
		}
	}
	if id == "" {
		return f, nil
	}
	client, err := p.clients.Find(ctx, id)
	switch {
	case fault.Is(err, fault.NotFound):
		f.hint = nil
		return f, nil
	case err != nil:
		return nil, err
	}
	f.client = client
	to := form.Get("post_logout_redirect_uri")
	if len(form["post_logout_redirect_uri"]) != 1 || len(form["state"]) > 1 || !slices.Contains(client.PostLogoutRedirectURIs, to) {
		return f, nil
	}
	f.next = to
	if state := form.Get("state"); state != "" {
		f.next = withQuery(to, url.Values{"state": {state}})
	}
	return f, nil
}

// of tells whether the hint was made in the session: by sid, and for a token without one by subject. No entry is read for that, so whoever the client knows by a
// field has to confirm.
func (p *Provider) of(ctx context.Context, h *hintClaims, s *session.Session) bool {
	switch {
	case h == nil:
		return false
	case h.SID != "":
		return h.SID == s.SID
	default:
		return p.isSubject(ctx, h.Subject, h.Audience, ldapmap.NewUser(s.Ref))
	}
}

// endAndLeave ends sessions of this browser and goes where the request says.
func (p *Provider) endAndLeave(w http.ResponseWriter, r *http.Request, f *farewell, ids ...string) error {
	frames, err := p.endSessions(w, r, ids...)
	if err != nil {
		// The cookie is gone all the same. To ask again would find nothing to end and say that all is well.
		p.Kit.Note(r, err)
		return p.Kit.Page(w, r, http.StatusServiceUnavailable, web.HalfSignedOut())
	}
	return p.leave(w, r, f, frames)
}

// leave sends the browser on, or says goodbye.
func (p *Provider) leave(w http.ResponseWriter, r *http.Request, f *farewell, frames []string) error {
	b := bye{Frames: frames, At: p.Clock().UnixMilli()}
	if f.client != nil {
		b.Name = f.client.DisplayName()
		if b.Link = f.client.URL; f.next != "" {
			b.Link = f.next
		}
	}
	if f.hint != nil && f.next != "" {
		if len(frames) == 0 {
			return p.Kit.Leave(w, r, f.next)
		}
		b.Next = f.next
	}
	path, err := p.byePath(b)
	if err != nil {
		return err
	}
	return p.Kit.SeeOther(w, r, path)
}

// withQuery adds parameters to an address and leaves what it had in the query as it is.
func withQuery(address string, more url.Values) string {
	u, err := url.Parse(address)
	if err != nil {
		return address // registered ones can be parsed
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += more.Encode()
	return u.String()
}
