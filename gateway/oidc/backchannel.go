package oidc

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

const (
	// maxDeliveries bounds the logout tokens that wait in this replica.
	maxDeliveries = 1000
	// deliverAtOnce bounds those that are on the line at the same time.
	deliverAtOnce = 8
	// logoutTokenLasts is short, as OpenID Connect Back-Channel Logout 1.0, 4 advises: two minutes.
	logoutTokenLasts = 2 * time.Minute
	// logoutEvent is the member that tells a logout token from any other token (2.4).
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"
)

// retries are the pauses before each further try: about a quarter of an hour altogether.
func retries() []time.Duration {
	return []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 3 * time.Minute, 10 * time.Minute}
}

// backChannel tells applications that a session has ended (OpenID Connect Back-Channel Logout 1.0), in the background, so that no page waits for an application.
// What waits lives in this replica alone: a replica that is killed loses its retries. The tokens are dead by then anyway, on every replica; what is lost is
// that an application with a session of its own hears of it at its next refresh instead of now. A replica that is stopped sends what it can first.
type backChannel struct {
	*Provider
	wait func(time.Duration) <-chan time.Time

	line    chan struct{} // one token for each delivery that may be on the line
	stop    chan struct{} // closed by close: no more waiting between tries
	running sync.WaitGroup

	mu      sync.Mutex
	waiting int
	closed  bool
}

func newBackChannel(p *Provider) *backChannel {
	return &backChannel{Provider: p, wait: time.After, line: make(chan struct{}, deliverAtOnce), stop: make(chan struct{})}
}

// delivery is one application that has to be told of one session.
type delivery struct {
	client  *rp.Client
	person  string // stable id; empty if only its digest is known
	subject string // the client's name for the person; empty if that is not known
	sid     string
}

// sessionsEnded is told by state.Records of every session that ended, whoever ended it, with the grants that were made in it.
func (p *Provider) sessionsEnded(ctx context.Context, person state.Path, grants []state.Grant) {
	if collect, ok := ctx.Value(endedKey{}).(*[]state.Grant); ok {
		*collect = append(*collect, grants...)
	}
	once := oncePerClient(grants)
	if len(once) == 0 {
		return
	}
	id := person.ID
	if strings.HasPrefix(id, "sha256-") { // the digest of an id that cannot name a record: see state.PersonPath
		id = ""
	}
	p.back.tell(context.WithoutCancel(ctx), id, once)
}

// tell starts the deliveries and returns at once. The clients are read in the background too.
func (b *backChannel) tell(ctx context.Context, person string, grants []state.Grant) {
	for _, g := range grants {
		if !b.begin() {
			b.failed(ctx, delivery{client: &rp.Client{ID: g.Client}, person: person}, errors.New("too many wait already, or the gateway is stopping"))
			continue
		}
		b.running.Go(func() {
			defer b.end()
			client, err := b.clients.Find(ctx, g.Client)
			d := delivery{client: client, person: person, subject: cmp.Or(g.Extra, person), sid: g.SID}
			switch {
			case fault.Is(err, fault.NotFound), err == nil && client.BackChannelLogoutURI == "":
			case err != nil:
				d.client = &rp.Client{ID: g.Client}
				b.failed(ctx, d, err)
			default:
				b.deliver(ctx, d)
			}
		})
	}
}

func (b *backChannel) begin() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.waiting >= maxDeliveries {
		return false
	}
	b.waiting++
	return true
}

func (b *backChannel) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting--
}

// deliver tries until the application has taken the token, has refused it, or the tries are used up.
func (b *backChannel) deliver(ctx context.Context, d delivery) {
	var err error
	for try := 0; ; try++ {
		var again bool
		if again, err = b.send(ctx, d); err == nil {
			b.Audit.Event(ctx, audit.Event{Action: audit.LogoutDelivered, Person: d.person, Client: d.client.ID})
			return
		}
		if !again || try >= len(retries()) {
			break
		}
		b.Log.WarnContext(ctx, "an application could not be told that a session ended; trying again", "client", d.client.ID, "error", err)
		select {
		case <-b.wait(retries()[try]):
		case <-b.stop: // one last try
			_, err = b.send(ctx, d)
			if err == nil {
				b.Audit.Event(ctx, audit.Event{Action: audit.LogoutDelivered, Person: d.person, Client: d.client.ID})
				return
			}
			b.failed(ctx, d, err)
			return
		}
	}
	b.failed(ctx, d, err)
}

// send posts one logout token (2.5). An application answers 200 if it has ended the session, and 400 if it will not take the token, however often it is sent.
func (b *backChannel) send(ctx context.Context, d delivery) (again bool, err error) {
	select {
	case b.line <- struct{}{}:
		defer func() { <-b.line }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	token, err := b.logoutToken(ctx, d)
	if err != nil {
		return true, err
	}
	status, err := b.remote.Post(ctx, d.client.BackChannelLogoutURI, url.Values{"logout_token": {token}})
	switch {
	case err != nil:
		return !fault.Is(err, fault.Invalid), err
	case status == http.StatusOK, status == http.StatusNoContent: // 204 is what many send
		return false, nil
	default:
		again = status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
		return again, fmt.Errorf("the application answered %d", status)
	}
}

// logoutToken makes the token (2.4). It has no nonce, so that it can never be taken for an ID token.
func (b *backChannel) logoutToken(ctx context.Context, d delivery) (string, error) {
	now := b.Clock()
	claims := map[string]any{
		"iss": b.Issuer, "aud": d.client.ID, "iat": now.Unix(), "exp": now.Add(logoutTokenLasts).Unix(), "jti": rand.Text(), "sid": d.sid,
		"events": map[string]any{logoutEvent: map[string]any{}},
	}
	if d.subject != "" {
		claims["sub"] = d.subject
	}
	return b.keys.Sign(ctx, d.client.SigningAlg(), typLogout, claims)
}

func (b *backChannel) failed(ctx context.Context, d delivery, err error) {
	b.Log.ErrorContext(ctx, "an application was not told that a session ended", "client", d.client.ID, "error", err)
	b.Audit.Event(ctx, audit.Event{Action: audit.LogoutFailed, Person: d.person, Client: d.client.ID, Detail: err.Error()})
}

// Close sends what waits once more, and returns when that is done or ctx ends.
func (p *Provider) Close(ctx context.Context) error {
	b := p.back
	b.mu.Lock()
	if !b.closed {
		b.closed = true
		close(b.stop)
	}
	b.mu.Unlock()
	done := make(chan struct{})
	go func() { b.running.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("telling applications that sessions ended: %w", ctx.Err())
	}
}
