package oidc

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

const (
	// deviceLasts is how long somebody has to type the code and to agree.
	deviceLasts = 10 * time.Minute
	// deviceInterval is how often a device may ask (RFC 8628 3.2).
	deviceInterval = 5 * time.Second

	purposeDevice     = "oidc/device-code"
	purposeDeviceWait = "oidc/device-waiting"

	// userCodeLetters make no words and no mistakes (RFC 8628 6.1): eight of twenty are 34 bits, which with ten minutes and few tries is enough.
	userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ"
	userCodeLength  = 8
)

// deviceCode is what a device code carries. A forged one costs nothing.
type deviceCode struct {
	Client  string `json:"c"`
	ID      string `json:"i"` // of the record in Pending
	Expires int64  `json:"x"`
}

// deviceWait is what waits in Pending, under the digest of the user code, from the moment a device asked until it has its tokens.
type deviceWait struct {
	Client  string `json:"c"`
	Query   string `json:"q"`           // what it asks for: scope and resource
	Code    *code  `json:"o,omitempty"` // the person agreed: from here on it is a code like any other
	Refused bool   `json:"r,omitempty"`
}

// devices counts what devices and those who type codes try, in this replica.
type devices struct {
	asks  *authn.Limiter // new codes, by address: each is a record
	polls *authn.Limiter // by device code
	typed *authn.Limiter // user codes, by person
}

func newDevices(clock func() time.Time) devices {
	steady := deviceInterval - time.Second // for clocks and networks that are not exact
	return devices{
		asks:  authn.NewLimiter(authn.AddressPace(), 10_000, clock),
		polls: authn.NewLimiter(authn.Pace{Free: 1, First: steady, Most: steady, Forget: deviceLasts}, 10_000, clock),
		typed: authn.NewLimiter(authn.AccountPace(), 10_000, clock),
	}
}

// startDevice answers /oauth/device_authorization (RFC 8628 3.1): the device gets one code to ask with and one to show. At most one read, the client's, and
// one write.
func (p *Provider) startDevice(w http.ResponseWriter, r *http.Request) {
	answer, err := p.newDevice(w, r)
	if err != nil {
		p.jsonError(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

func (p *Provider) newDevice(w http.ResponseWriter, r *http.Request) (map[string]any, error) {
	form, err := readForm(w, r)
	if err != nil {
		return nil, err
	}
	ctx := r.Context()
	asking, err := p.authenticate(ctx, r, form)
	if err != nil {
		return nil, err
	}
	client := asking.(boundClient).Client
	if !slices.Contains(client.GrantTypes(), rp.GrantDevice) {
		return nil, fosite.ErrUnauthorizedClient.WithHint("The client is not registered for " + rp.GrantDevice + ".")
	}
	if _, err := p.wish(client, form); err != nil {
		return nil, err
	}
	query := url.Values{"scope": form["scope"], "resource": form["resource"]}.Encode()
	if len(query) > maxRequest {
		return nil, fosite.ErrInvalidRequest.WithHintf("The request has %d bytes; the limit is %d.", len(query), maxRequest)
	}
	if wait := p.devices.asks.Take(authn.AddressKey(web.ClientAddr(r))); wait > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(int(wait/time.Second)+1))
		return nil, fosite.ErrTemporarilyUnavailable.WithHint("Too many devices ask from this address.")
	}
	user, id, err := p.keepDevice(ctx, deviceWait{Client: client.ID, Query: query})
	if err != nil {
		return nil, serverTrouble(err)
	}
	device, err := p.seal(purposeDevice, deviceCode{Client: client.ID, ID: id, Expires: p.Clock().Add(deviceLasts + deviceTokenLasts).Unix()})
	if err != nil {
		return nil, serverTrouble(err)
	}
	page := p.Issuer + PathDevice
	return map[string]any{
		"device_code": device, "user_code": user, "verification_uri": page, "verification_uri_complete": page + "?" + url.Values{UserCodeParam: {user}}.Encode(),
		"expires_in": int(deviceLasts / time.Second), "interval": int(deviceInterval / time.Second),
	}, nil
}

// keepDevice finds a user code that nobody has, and keeps what waits under its digest.
func (p *Provider) keepDevice(ctx context.Context, d deviceWait) (user, id string, err error) {
	for range 5 {
		user = newUserCode()
		id = userCodeID(user)
		sealed, err := p.seal(purposeDeviceWait, d)
		if err != nil {
			return "", "", err
		}
		err = p.Records.Keep(ctx, state.Waiting{ID: id, Expires: p.Clock().Add(deviceLasts), Text: sealed})
		if !errors.Is(err, state.ErrExists) {
			return user, id, err
		}
	}
	return "", "", fault.New(fault.Unavailable, "no free user code was found for a device")
}

// newUserCode returns a code like "WDJB-MJHT".
func newUserCode() string {
	b, code := make([]byte, 1), make([]byte, 0, userCodeLength+1)
	for len(code) < userCodeLength+1 {
		if len(code) == userCodeLength/2 {
			code = append(code, '-')
		}
		rand.Read(b)                                          // never fails (Go 1.24)
		if n := int(b[0]); n < 256-256%len(userCodeLetters) { // each letter as likely as any other
			code = append(code, userCodeLetters[n%len(userCodeLetters)])
		}
	}
	return string(code)
}

// readUserCode takes a code as people type it: in any case, with or without the dash. Empty if it cannot be one.
func readUserCode(typed string) string {
	if len(typed) > 64 {
		return ""
	}
	code := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r == '-' || r == ' ' || r == '\u2013' || r == '\u00a0':
			return -1
		default:
			return r
		}
	}, typed)
	if len(code) != userCodeLength || strings.Trim(code, userCodeLetters) != "" {
		return ""
	}
	return code[:userCodeLength/2] + "-" + code[userCodeLength/2:]
}

func userCodeID(user string) string { return state.Digest("user code", user) }
