package registration

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/web"
)

// register answers POST /oauth/register (RFC 7591 3). What is made up or wrong costs the directory nothing; a good one costs a listing of the clients once a
// minute, a read and a change for the invitation, and one write.
func (o *Office) register(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by, err := o.invited(r)
	if err != nil {
		return err
	}
	m, err := readBody(w, r)
	if err != nil {
		return err
	}
	id := newID()
	token, err := o.newToken(id)
	if err != nil {
		return err
	}
	self := rp.Self{At: o.Clock().Unix(), Token: rp.DigestSecret(token), Open: by == nil}
	client, secret, err := o.settle(m, id, self, nil)
	if err != nil {
		return err
	}
	if err := o.room(ctx, r, by == nil); err != nil {
		return err
	}
	if err := o.fetch(ctx, client, m.Logo); err != nil {
		return err
	}
	if err := o.store(ctx, client, by); err != nil {
		return err
	}
	detail := "by itself; anybody may"
	if by != nil {
		detail = "by the invitation " + by.ID
	}
	o.note(ctx, r, audit.ClientRegistered, id, detail)
	said, err := o.answer(client, token, secret)
	if err != nil {
		return err
	}
	write(w, http.StatusCreated, said)
	return nil
}

// store uses the invitation, if there is one, and keeps the client. An invitation whose application could not be kept works again.
func (o *Office) store(ctx context.Context, client *rp.Client, by *invitation) error {
	if by == nil {
		return o.keep(ctx, client)
	}
	back, err := o.use(ctx, by)
	if err != nil {
		return err
	}
	if err := o.keep(ctx, client); err != nil {
		return errors.Join(err, back(context.WithoutCancel(ctx)))
	}
	return nil
}

func (o *Office) keep(ctx context.Context, client *rp.Client) error {
	err := o.Registry.Add(ctx, client)
	if err == nil {
		o.one(1)
	}
	return err
}

// newID makes a client id of 128 random bits.
func newID() string { return "app-" + strings.ToLower(rand.Text()) }

// room tells whether one more may register now.
func (o *Office) room(ctx context.Context, r *http.Request, open bool) error {
	if err := o.paced(r, open); err != nil {
		return err
	}
	n, err := o.count(ctx)
	if err != nil {
		return err
	}
	if n >= o.Most {
		o.Log.WarnContext(ctx, "no more applications can register themselves: there are too many", "registered", n, "most", o.Most)
		return &refusal{status: http.StatusServiceUnavailable, code: temporarily, says: "No more applications can be registered here at the moment.", wait: time.Hour}
	}
	return nil
}

// paced holds up who registers too often, unless they were invited.
func (o *Office) paced(r *http.Request, open bool) error {
	if !open || o.Pace == nil {
		return nil
	}
	if wait := o.Pace(web.ClientIP(r)); wait > 0 {
		return &refusal{status: http.StatusTooManyRequests, code: temporarily, says: "This came too often from this address. Try again later.", wait: wait}
	}
	return nil
}
