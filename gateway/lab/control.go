package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
)

const (
	maxOrder   = 1 << 20              // bytes of one request
	maxAdvance = 10 * 365 * 24 * 3600 // seconds in one step
	mailWait   = 5 * time.Second      // for a mail that is still on its way
)

// Control takes orders as JSON by POST, and answers with JSON; a wrong one with status 400 and {"error": "..."}:
//
//	/users      User                          makes somebody
//	/clients    Client                        registers an application
//	/sign-in    Visit                         {"cookies": [{"name", "value"}]}
//	/authorize  Visit and "url"               {"location", "parameters"}: where the browser is sent, and what stands in its query
//	/advance    {"seconds"}                   makes it later
//	/mails      {"to"}                        {"mails": [{"to", "subject", "text", "links"}]}; waits a few seconds for the first one
//	/reset      {}                            forgets everything
//
// It does whatever it is told, so it must be served on loopback only. Pages of other sites cannot reach it: it takes nothing but JSON, and
// no Host but a loopback one.
func (l *Lab) Control() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /users", order(func(ctx context.Context, u User) (any, error) { return nothing{}, l.Hands().AddUser(ctx, u) }))
	mux.Handle("POST /clients", order(func(ctx context.Context, c Client) (any, error) { return nothing{}, l.Hands().AddClient(ctx, c) }))
	mux.Handle("POST /sign-in", order(l.orderSignIn))
	mux.Handle("POST /authorize", order(l.orderAuthorize))
	mux.Handle("POST /advance", order(l.orderAdvance))
	mux.Handle("POST /mails", order(l.orderMails))
	mux.Handle("POST /reset", order(func(ctx context.Context, _ nothing) (any, error) { return nothing{}, l.Reset(ctx) }))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(r.Host) {
			reply(w, http.StatusForbidden, map[string]string{"error": "this address is for programs on this machine"})
			return
		}
		mux.ServeHTTP(w, r)
	})
}

type nothing struct{}

func (l *Lab) orderSignIn(ctx context.Context, v Visit) (any, error) {
	cookies, err := l.Hands().SignIn(ctx, v)
	type cookie struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	list := []cookie{}
	for _, c := range cookies {
		list = append(list, cookie{c.Name, c.Value})
	}
	return map[string]any{"cookies": list}, err
}

func (l *Lab) orderAuthorize(ctx context.Context, o struct {
	Visit
	URL string `json:"url"`
}) (any, error) {
	to, err := l.Hands().Authorize(ctx, o.Visit, o.URL)
	if err != nil {
		return nil, err
	}
	return map[string]any{"location": to.String(), "parameters": first(to.Query())}, nil
}

func first(q url.Values) map[string]string {
	found := map[string]string{}
	for name := range q {
		found[name] = q.Get(name)
	}
	return found
}

func (l *Lab) orderAdvance(_ context.Context, o struct {
	Seconds int64 `json:"seconds"`
}) (any, error) {
	if o.Seconds < 0 || o.Seconds > maxAdvance {
		return nil, fmt.Errorf("seconds: want 0 to %d", maxAdvance)
	}
	l.Clock().Advance(time.Duration(o.Seconds) * time.Second)
	return map[string]any{"now": l.Clock().Now().UTC().Format(time.RFC3339)}, nil
}

func (l *Lab) orderMails(ctx context.Context, o struct {
	To string `json:"to"`
}) (any, error) {
	matches := func(m inbox.Message) bool { return o.To == "" || slices.Contains(m.To, o.To) }
	ctx, cancel := context.WithTimeout(ctx, mailWait)
	defer cancel()
	if _, err := l.Inbox().Wait(ctx, matches); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, err
	}
	type message struct {
		To      []string `json:"to"`
		Subject string   `json:"subject"`
		Text    string   `json:"text"`
		Links   []string `json:"links"`
	}
	list := []message{}
	for _, m := range l.Inbox().Messages() {
		if matches(m) {
			list = append(list, message{m.To, m.Subject, m.Text, append([]string{}, m.Links...)})
		}
	}
	return map[string]any{"mails": list}, nil
}

// order reads an order and does it.
func order[T any](do func(context.Context, T) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") != "application/json" {
			reply(w, http.StatusUnsupportedMediaType, map[string]string{"error": "orders are JSON: Content-Type: application/json"})
			return
		}
		var o T
		in := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxOrder))
		in.DisallowUnknownFields()
		err := in.Decode(&o)
		if err == nil {
			if _, more := in.Token(); !errors.Is(more, io.EOF) {
				err = errors.New("something follows the order")
			}
		}
		var answer any
		if err == nil {
			answer, err = do(r.Context(), o)
		}
		if err != nil {
			reply(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		reply(w, http.StatusOK, answer)
	})
}

func reply(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // whoever hung up does not want it
}

// loopback tells whether a Host header names this machine.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
