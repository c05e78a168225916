package oidc

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/templates"
)

const (
	// byeParam holds what the signed-out page has to do, sealed.
	byeParam = "bye"
	// byeLasts is how long such an address does anything; after that it is a plain page.
	byeLasts = 5 * time.Minute
	// frameSeconds is how long applications may take to sign somebody out in their frame before the browser goes on.
	frameSeconds = 3
	// maxFrames bounds the applications that are told through the browser: the rest could not be told in time anyway.
	maxFrames = 20
)

// bye is what the signed-out page has to do.
type bye struct {
	Frames []string `json:"f,omitempty"` // addresses of applications to load (OpenID Connect Front-Channel Logout 1.0, 2)
	Next   string   `json:"n,omitempty"` // where the browser goes by itself
	Link   string   `json:"l,omitempty"` // where the person may go
	Name   string   `json:"a,omitempty"` // of the application that Link leads to
	At     int64    `json:"t"`
}

func (p *Provider) byePath(b bye) (string, error) {
	sealed, err := p.seal(purposeBye, b)
	return PathLogout + "?" + byeParam + "=" + sealed, err
}

// goodbye is the signed-out page. It loads the applications' frames, and goes on after a while, with or without an answer from them. It works without script:
// the Refresh header is HTML's own way on.
func (p *Provider) goodbye(w http.ResponseWriter, r *http.Request, sealed string) error {
	var b bye
	others := visit.Known(slices.DeleteFunc(p.Sessions.Accounts(r), func(a session.Account) bool { return !a.Live }))
	if p.open(purposeBye, sealed, web.MaxTarget, &b) != nil || p.Clock().Sub(time.UnixMilli(b.At)) > byeLasts {
		b = bye{} // made up or old: nothing is loaded, and nobody is sent anywhere
		if len(others) > 0 {
			return p.Kit.SeeOther(w, r, PathSignOut) // nor told what is not so
		}
	}
	var origins []string
	for _, frame := range b.Frames {
		if u, err := url.Parse(frame); err == nil && !slices.Contains(origins, u.Scheme+"://"+u.Host) {
			origins = append(origins, u.Scheme+"://"+u.Host)
		}
	}
	if len(origins) > 0 {
		web.AddPolicy(w, "frame-src "+strings.Join(origins, " "))
	}
	if b.Next != "" {
		w.Header().Set("Refresh", strconv.Itoa(frameSeconds)+"; url="+b.Next)
	}
	page := templates.SignedOutPage{SignIn: PathSignIn, Frames: b.Frames, Others: others, Accounts: PathAccounts}
	if b.Link != "" {
		page.Return, page.ReturnName = b.Link, b.Name
	}
	return p.Kit.Page(w, r, http.StatusOK, page)
}

// endedKey is the context key under which a request collects the grants of the sessions that it ends.
type endedKey struct{}

// endSessions ends sessions of this browser, and returns the frames that the signed-out page has to load. Applications with a back channel are told in
// the background. One read and one change for each.
func (p *Provider) endSessions(w http.ResponseWriter, r *http.Request, ids ...string) ([]string, error) {
	accounts := p.Sessions.Accounts(r)
	var ended []state.Grant
	ctx := context.WithValue(r.Context(), endedKey{}, &ended)
	if err := p.Sessions.EndSessions(w, r.WithContext(ctx), ids...); err != nil {
		return nil, fmt.Errorf("signing out: %w", err)
	}
	for _, a := range accounts {
		if a.ID != "" && slices.Contains(ids, a.ID) {
			web.SetPerson(r, a.Ref.ID)
			p.event(ctx, r, audit.Event{Action: audit.SignOut, Person: a.Ref.ID, Username: a.Login})
		}
	}
	return p.frames(ctx, ended), nil
}

// SignOut ends sessions of this browser for a page of ours, and returns where the browser has to go so that applications are signed out through it too;
// empty if there is no such application.
func (p *Provider) SignOut(w http.ResponseWriter, r *http.Request, ids ...string) (string, error) {
	frames, err := p.endSessions(w, r, ids...)
	if err != nil || len(frames) == 0 {
		return "", err
	}
	return p.byePath(bye{Frames: frames, At: p.Clock().UnixMilli()})
}

// frames are the addresses of the applications that got tokens and want to be told through the browser, with iss and sid (OpenID Connect Front-Channel
// Logout 1.0, 2). One read for each application that this replica has not met lately.
func (p *Provider) frames(ctx context.Context, ended []state.Grant) []string {
	var frames []string
	for _, g := range oncePerClient(ended) {
		client, err := p.clients.Find(ctx, g.Client)
		if err != nil || client.FrontChannelLogoutURI == "" || len(frames) >= maxFrames {
			continue
		}
		frames = append(frames, withQuery(client.FrontChannelLogoutURI, url.Values{"iss": {p.Issuer}, "sid": {g.SID}}))
	}
	return frames
}

// oncePerClient keeps one grant for each pair of client and session.
func oncePerClient(grants []state.Grant) []state.Grant {
	var once []state.Grant
	for _, g := range grants {
		if g.SID != "" && !slices.ContainsFunc(once, func(o state.Grant) bool { return o.Client == g.Client && o.SID == g.SID }) {
			once = append(once, g)
		}
	}
	return once
}

// audience is the claim aud, which is a text or a list of them (RFC 7519 4.1.3).
type audience []string

// UnmarshalJSON implements json.Unmarshaler.
func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if err := json.Unmarshal(b, &one); err == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}
