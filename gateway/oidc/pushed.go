package oidc

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

const (
	// pushedPrefix begins the request_uri of a pushed request (RFC 9126 2.2).
	pushedPrefix = "urn:ietf:params:oauth:request_uri:"
	// pushedLasts is how long a browser has to come with it: as short as a code, and long enough for a slow telephone.
	pushedLasts   = 90 * time.Second
	purposePushed = "oidc/pushed-request"
)

// pushed is a pushed request as it waits in the state tree.
type pushed struct {
	Client string `json:"c"`
	Query  string `json:"q"`
}

// push answers /oauth/par (RFC 9126): the request is checked as if the browser had brought it, and kept for a moment. At most one read, the client's,
// and one write.
func (p *Provider) push(w http.ResponseWriter, r *http.Request) {
	uri, err := p.keepPushed(w, r)
	if err != nil {
		var page *pageError
		if errors.As(err, &page) {
			err = page.RFC6749Error
		}
		p.jsonError(w, r, err)
		return
	}
	writeJSON(w, http.StatusCreated, map[string]any{"request_uri": uri, "expires_in": int(pushedLasts / time.Second)})
}

func (p *Provider) keepPushed(w http.ResponseWriter, r *http.Request) (string, error) {
	form, err := readForm(w, r)
	if err != nil {
		return "", err
	}
	ctx := r.Context()
	asking, err := p.authenticate(ctx, r, form)
	if err != nil {
		return "", err
	}
	request := url.Values{}
	for name, values := range form {
		switch name {
		case "client_secret", "client_assertion", "client_assertion_type", ResumeParam: // not of the request
		default:
			request[name] = values
		}
	}
	if request.Has("request_uri") {
		return "", fosite.ErrInvalidRequest.WithHint("A pushed request cannot lead to another one (RFC 9126 2.1).")
	}
	request.Set("client_id", asking.GetID())
	request, err = p.unwrap(ctx, asking.(boundClient).Client, request)
	if err != nil {
		return "", err
	}
	q := waiting{Query: request.Encode(), At: p.Clock().UnixMilli(), Resolved: true, Pushed: true}
	if len(q.Query) > maxRequest {
		return "", fosite.ErrInvalidRequest.WithHintf("The request has %d bytes; the limit is %d.", len(q.Query), maxRequest)
	}
	if _, err := p.parse(r, q); err != nil {
		return "", err
	}
	sealed, err := p.seal(purposePushed, pushed{Client: asking.GetID(), Query: q.Query})
	if err != nil {
		return "", err
	}
	secret := make([]byte, 32)
	rand.Read(secret) // never fails (Go 1.24)
	uri := pushedPrefix + hex.EncodeToString(secret)
	return uri, p.Records.Keep(ctx, state.Waiting{ID: pushedID(uri), Expires: p.Clock().Add(pushedLasts), Text: sealed})
}

func pushedID(uri string) string { return state.Digest("pushed request", uri) }

// pull takes a pushed request, once. The client is compared before anything is touched, so that nobody can spoil the request of another client; what else stands in the
// address counts for nothing (RFC 9126 4). One read, one write. Errors: *pageError, since it is not known where to send them.
func (p *Provider) pull(ctx context.Context, q waiting, form url.Values) (waiting, error) {
	refused := func(why string) error {
		return &pageError{RFC6749Error: fosite.ErrInvalidRequestURI.WithHint(why)}
	}
	uri := form.Get("request_uri")
	if len(uri) > 200 {
		return q, refused("This request_uri is not one of this provider.")
	}
	kept, err := p.Records.Kept(ctx, pushedID(uri))
	switch {
	case errors.Is(err, state.ErrExpired):
		return q, refused("This request_uri has expired, or was used before.")
	case err != nil:
		return q, err
	}
	var req pushed
	if err := p.open(purposePushed, kept.Text, 4*maxRequest, &req); err != nil {
		return q, fault.Wrap(fault.Internal, err)
	}
	if form.Get("client_id") != req.Client {
		return q, refused("This request_uri was made for another client.")
	}
	switch err := p.Records.Take(ctx, kept); {
	case errors.Is(err, state.ErrUsed):
		return q, refused("This request_uri has expired, or was used before.")
	case err != nil:
		return q, err
	}
	q.Query, q.Resolved, q.Pushed = req.Query, true, true
	return q, nil
}

// resolve finds the request itself: where it is a request_uri or a request object, that takes its place. Errors: *pageError; *fosite.RFC6749Error for what the
// application can be told, if it is known where.
func (p *Provider) resolve(ctx context.Context, q waiting) (waiting, error) {
	form, err := url.ParseQuery(q.Query)
	if err != nil || q.Resolved || !form.Has("request") && !form.Has("request_uri") {
		return q, nil // parse says what is wrong with it
	}
	for _, name := range []string{"request", "request_uri", "client_id"} {
		if len(form[name]) > 1 {
			return q, &pageError{RFC6749Error: fosite.ErrInvalidRequest.WithHintf("The parameter %s was sent more than once.", name)}
		}
	}
	if strings.HasPrefix(form.Get("request_uri"), pushedPrefix) && !form.Has("request") {
		q, err = p.pull(ctx, q, form)
		return q, serverPage(err)
	}
	client, err := p.clients.Find(ctx, form.Get("client_id"))
	if fault.Is(err, fault.NotFound) {
		return q, nil // parse says so
	}
	if err != nil {
		return q, serverPage(err)
	}
	if form, err = p.unwrap(ctx, client, form); err != nil {
		return q, err
	}
	q.Query, q.Resolved = form.Encode(), true
	return q, nil
}

// serverPage makes a page of a failure of ours, before it is known where the application is.
func serverPage(err error) error {
	var page *pageError
	if err == nil || errors.As(err, &page) {
		return err
	}
	return &pageError{RFC6749Error: fosite.ErrorToRFC6749Error(serverTrouble(err))}
}
