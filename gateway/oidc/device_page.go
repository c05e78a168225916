package oidc

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// UserCodeParam is the parameter that holds a user code (RFC 8628 3.3.1).
const UserCodeParam = "user_code"

const purposeDevicePage = "oidc/device-page"

// deviceShown is what the page that asks carries: which device, shown to whom.
type deviceShown struct {
	User    string `json:"u"`
	Session string `json:"s"`
	At      int64  `json:"t"`
}

// ErrNoDevice says that no device waits under a user code: it was mistyped, has expired, or was answered.
var ErrNoDevice = errors.New("no device waits for this code")

// FindDevice looks for the device that shows a user code, and returns what the page that asks has to carry. One read. Errors: ErrNoDevice; Throttled after
// too many wrong codes of one person.
func (p *Provider) FindDevice(ctx context.Context, visit *session.Visit, typed string) (string, error) {
	user := readUserCode(typed)
	if user == "" {
		return "", ErrNoDevice
	}
	if wait := p.devices.typed.Take(visit.User.ID); wait > 0 {
		return "", fault.Wrap(fault.Throttled, &authn.Throttled{Wait: wait})
	}
	_, waits, err := p.deviceKept(ctx, userCodeID(user))
	if err == nil && (waits.Code != nil || waits.Refused) {
		err = state.ErrExpired
	}
	switch {
	case errors.Is(err, state.ErrExpired):
		return "", ErrNoDevice
	case err != nil:
		p.devices.typed.Undo(visit.User.ID)
		return "", err
	}
	p.devices.typed.Undo(visit.User.ID)
	return p.seal(purposeDevicePage, deviceShown{User: user, Session: visit.Session.ID, At: p.Clock().UnixMilli()})
}

// DeviceQuestion is what the page has to ask for the device that FindDevice found. Elsewhere is set if somebody else has signed in since. Two reads at most, and
// one more for the groups where the person's entry does not tell them. Errors: ErrNoDevice; Denied if the person may not use the application.
func (p *Provider) DeviceQuestion(r *http.Request, visit *session.Visit, sealed string) (*Question, error) {
	var shown deviceShown
	if err := p.open(purposeDevicePage, sealed, 2*maxRequest, &shown); err != nil || p.Clock().Sub(time.UnixMilli(shown.At)) > deviceLasts {
		return nil, ErrNoDevice
	}
	if shown.Session != visit.Session.ID {
		return &Question{Elsewhere: PathDevice}, nil
	}
	kept, waits, err := p.deviceKept(r.Context(), userCodeID(shown.User))
	switch {
	case errors.Is(err, state.ErrExpired), err == nil && (waits.Code != nil || waits.Refused):
		return nil, ErrNoDevice
	case err != nil:
		return nil, err
	}
	client, err := p.clients.Find(r.Context(), waits.Client)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, ErrNoDevice
	case err != nil:
		return nil, err
	}
	switch may, err := p.mayUse(r.Context(), visit.User, client.ID); {
	case err != nil:
		return nil, err
	case !may:
		p.event(r.Context(), r, audit.Event{Action: audit.AuthorizationFailed, Person: visit.User.ID, Client: client.ID, Detail: "not allowed by policy"})
		return nil, fault.Say(fault.Denied, "", "You may not use this application. Ask whoever looks after it.")
	}
	q := &Question{Visit: visit, Sealed: sealed, UserCode: shown.User, device: &deviceAsked{kept, waits}}
	form, err := url.ParseQuery(waits.Query)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err)
	}
	w, err := p.wish(client, form)
	if err != nil { // it could be had when the device asked
		return nil, ErrNoDevice
	}
	return q, p.ask(r, q, client, w, asked{})
}

// deviceAsked is a device that waits, as a Question has it.
type deviceAsked struct {
	kept  state.Waiting
	waits deviceWait
}

// DecideDevice keeps the answer for the device to find. Two writes at most: the consent, and the answer. Errors: ErrNoDevice if somebody was faster.
func (p *Provider) DecideDevice(r *http.Request, q *Question, yes bool) error {
	ctx, visit, d := r.Context(), q.Visit, q.device
	e := audit.Event{Action: audit.ConsentRefused, Person: visit.User.ID, Username: visit.User.Get(ldapmap.Username), Client: q.client.ID, Detail: "device " + scopeList(q.words(p.Issuer))}
	if yes {
		if err := p.keepConsent(ctx, visit.Record, state.Consent{Client: q.client.ID, Trusted: q.client.Trusted, Scopes: q.words(p.Issuer), Claims: q.claims}); err != nil {
			return err
		}
		subject, err := p.subject(ctx, q.client, visit.User)
		if err != nil {
			return err
		}
		standing, ok := visit.Record.Standing(q.client.ID)
		if !ok {
			return fault.New(fault.Internal, "the record of %s has no consent for %s right after it was given", visit.User.ID, q.client.ID)
		}
		d.waits.Code = p.codeFor(q.client, subject, q.wish, visit, standing)
		// The device is no part of this browser's session: signing out here does not sign it out.
		d.waits.Code.SID = ""
		d.waits.Code.Expires = d.kept.Expires.Add(deviceTokenLasts).Unix()
		e.Action = audit.ConsentGiven
	} else {
		d.waits.Refused = true
	}
	text, err := p.seal(purposeDeviceWait, d.waits)
	if err != nil {
		return err
	}
	switch err := p.Records.Answer(ctx, d.kept, state.Waiting{Expires: d.kept.Expires.Add(deviceTokenLasts), Text: text}); {
	case errors.Is(err, state.ErrUsed):
		return ErrNoDevice
	case err != nil:
		return err
	}
	p.event(ctx, r, e)
	return nil
}
