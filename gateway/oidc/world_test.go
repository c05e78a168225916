package oidc_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/templates"
)

// The people, clients and secrets of the tests.
const (
	ada    = "11111111-1111-4111-8111-111111111111"
	grace  = "22222222-2222-4222-8222-222222222222"
	secret = "orders-secret-of-256-random-bits"

	callback = "https://orders.example.org/callback"
	loopback = "http://127.0.0.1:7777/callback"
)

// clients are an application that asks for consent, one of the organisation's own, one without a secret, and an API.
func clients() []rp.Client {
	return []rp.Client{
		{ID: "orders", Name: "Orders", URL: "https://orders.example.org", RedirectURIs: []string{callback, callback + "?shop=1"}, Secrets: []string{rp.DigestSecret(secret)}},
		{ID: "intranet", Name: "Intranet", RedirectURIs: []string{callback}, Secrets: []string{rp.DigestSecret(secret)}, Trusted: true},
		{ID: "desktop", Name: "Desktop", RedirectURIs: []string{"http://127.0.0.1/callback", "http://localhost/callback", "org.example.desktop:/callback"}, Trusted: true},
		{ID: "api", Name: "Stock", Secrets: []string{rp.DigestSecret(secret)}, RedirectURIs: []string{callback}, MayIntrospect: true},
	}
}

// world is a provider behind a real HTTP server, the pages around it, and a clock that a test moves.
type world struct {
	t        *testing.T
	server   *httptest.Server
	provider *oidc.Provider
	kit      *web.Kit
	records  *state.Records
	store    *statetest.Spy
	people   *folk
	audit    *lockedBuffer

	directory oidc.People // people, unless a test brings a real directory
	sessions  *session.Manager

	mu       sync.Mutex
	clock    time.Time
	signInAs string // whom the sign-in page signs in, without asking; empty: it shows itself
	signIns  int
	consents string // "accept", "deny", or empty: the page shows itself
	chooses  string // whom the page with the accounts chooses: "nobody": it shows itself; empty: another, who has to sign in
}

type option func(*oidc.Deps)

func newWorld(t *testing.T, opts ...option) *world {
	t.Helper()
	w := &world{t: t, clock: time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC), signInAs: ada, consents: "accept", people: newFolk(), audit: &lockedBuffer{}}
	mux := http.NewServeMux()
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.kit.Middleware(w.kit.Routes(mux)).ServeHTTP(rw, r) }))
	w.server.Start()
	t.Cleanup(w.server.Close)
	renderer := pages(t)
	w.kit = webtest.Kit(t, web.Options{Renderer: renderer, Bundle: renderer.Bundle(), PublicURL: w.server.URL, CrossOrigin: oidc.CrossOrigin(), Clock: w.now})
	w.store = &statetest.Spy{Store: &statetest.Memory{}}
	for _, r := range signingKeys(t) {
		must(w, w.store.Create(t.Context(), r))
	}
	w.records = state.NewRecords(w.store, w.now)
	deps := oidc.Deps{
		Issuer: w.server.URL, Keyring: webtest.Keyring(t), Records: w.records, Store: w.store, People: w.people, Fields: fields(), Clients: clients(),
		Kit: w.kit, Sessions: later{w}, Clock: w.now, Audit: audit.New(w.audit, w.now),
	}
	for _, o := range opts {
		o(&deps)
	}
	w.records, w.directory = deps.Records, deps.People
	var err error
	if w.sessions, err = session.New(webtest.Keyring(t), w.records, w.directory, session.Config{PublicURL: w.server.URL, Browser: 365 * 24 * time.Hour}, w.now); err != nil {
		t.Fatal(err)
	}
	if w.provider, err = oidc.New(deps); err != nil {
		t.Fatal(err)
	}
	if err := w.provider.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.provider.Mount(mux)
	mux.Handle("GET /static/", renderer.Static())
	mux.Handle("GET /signin", w.kit.Handle(w.signInPage))
	mux.Handle("GET /accounts", w.kit.Handle(w.accountsPage))
	consent := w.kit.Handle(w.consentPage)
	mux.Handle("GET /consent", consent)
	mux.Handle("POST /consent", consent)
	return w
}

// later is the session manager, which is made after the options had their say.
type later struct{ w *world }

func (l later) Accounts(r *http.Request) []session.Account { return l.w.sessions.Accounts(r) }

func (l later) LoadSession(ctx context.Context, r *http.Request, id string) (*session.Visit, error) {
	return l.w.sessions.LoadSession(ctx, r, id)
}

func (l later) StateCookie() string                               { return l.w.sessions.StateCookie() }
func (l later) ShowState(rw http.ResponseWriter, r *http.Request) { l.w.sessions.ShowState(rw, r) }

func (l later) EndSessions(rw http.ResponseWriter, r *http.Request, ids ...string) error {
	return l.w.sessions.EndSessions(rw, r, ids...)
}

var oncePages struct {
	sync.Once
	renderer *templates.Renderer
}

// pages are parsed once for all tests; they never change.
func pages(t *testing.T) *templates.Renderer {
	t.Helper()
	oncePages.Do(func() { oncePages.renderer = webtest.Renderer(t) })
	return oncePages.renderer
}

var onceKeys struct {
	sync.Once
	records []state.Record
}

// signingKeys are made once for all tests, because that takes a while.
func signingKeys(t *testing.T) []state.Record {
	t.Helper()
	onceKeys.Do(func() {
		var store statetest.Memory
		p, err := oidc.New(oidc.Deps{
			Issuer: "https://id.example.org", Keyring: webtest.Keyring(t), Records: state.NewRecords(&store, nil), Store: &store, People: newFolk(),
			Kit: webtest.Kit(t, web.Options{}), Sessions: later{},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		_ = store.List(t.Context(), state.Keys, func(r state.Record) bool {
			// As if they had been made long before the tests' clock.
			part := strings.SplitN(r.Values[0], " ", 4)
			onceKeys.records = append(onceKeys.records, state.Record{Path: r.Path, Values: []string{"k 1700000000 1700000000 " + part[3]}})
			return true
		})
	})
	return onceKeys.records
}

// fields are the standard ones and one that only the configuration knows.
func fields() []ldapmap.Field {
	return append(ldapmap.StandardFields(), ldapmap.Field{Name: "favourite_colour", Type: ldapmap.TypeText, Claim: "favourite_colour", Custom: true})
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *world) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

func (w *world) set(signInAs, consents string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.signInAs, w.consents = signInAs, consents
}

// choose says whom the page with the accounts chooses.
func (w *world) choose(who string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.chooses = who
}

func (w *world) signedIn() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.signIns
}

func (w *world) signInPage(rw http.ResponseWriter, r *http.Request) error {
	to := w.kit.ReturnTo(rw, r)
	w.mu.Lock()
	who := w.signInAs
	w.signIns++
	w.mu.Unlock()
	if who == "" {
		_, err := fmt.Fprintf(rw, "<h1>Sign in</h1><p id=app>%s</p><p id=login>%s</p><p id=again>%t</p>", to.App.Name, to.Login, to.Again)
		return err
	}
	u, err := w.directory.Get(r.Context(), ldapmap.Ref{ID: who})
	if err != nil {
		return err
	}
	if err := w.sessions.Start(rw, r, u, session.Opts{AMR: []string{"pwd"}, ACR: "pwd"}); err != nil {
		return err
	}
	return w.kit.Leave(rw, r, to.Path)
}

func (w *world) accountsPage(rw http.ResponseWriter, r *http.Request) error {
	to := w.kit.ReturnTo(rw, r)
	w.mu.Lock()
	who := w.chooses
	w.mu.Unlock()
	for _, a := range w.sessions.Accounts(r) {
		if a.Ref.ID == who {
			path, err := w.provider.Choose(to.Path, a.ID)
			if err != nil {
				return err
			}
			return w.kit.Leave(rw, r, path)
		}
	}
	if who == "" {
		return w.kit.SeeOther(rw, r, web.WithContinue("/signin", web.ContinueValue(r)))
	}
	_, err := fmt.Fprintf(rw, "<h1>Accounts</h1><p id=app>%s</p><p id=login>%s</p>", to.App.Name, to.Login)
	return err
}

func (w *world) consentPage(rw http.ResponseWriter, r *http.Request) error {
	q, err := w.provider.Question(rw, r)
	if err != nil {
		return err
	}
	if q.Elsewhere != "" {
		return w.kit.SeeOther(rw, r, q.Elsewhere)
	}
	w.mu.Lock()
	answer := w.consents
	w.mu.Unlock()
	if answer == "" {
		_, err := fmt.Fprintf(rw, "<h1>Consent</h1><p id=app>%s</p><p id=again>%t</p><p id=offline>%t</p><p id=links>%s %s %s</p>", q.App.Name, q.Again, q.Offline, q.App.Policy, q.App.Terms, q.App.Logo)
		for _, api := range q.Resources {
			_, _ = fmt.Fprintf(rw, "<li class=api>%s new %v:", api.Name, api.New)
			for _, s := range api.Scopes {
				_, _ = fmt.Fprintf(rw, " %s", cmp.Or(s.Label["en"], s.Name))
			}
			_, _ = fmt.Fprint(rw, "</li>")
		}
		for _, s := range q.Scopes {
			_, _ = fmt.Fprintf(rw, "<li id=%s>%v %v</li>", s.Scope, s.New, s.Claims)
		}
		return err
	}
	next, err := w.provider.Decide(r, q, answer == "accept")
	if err != nil {
		return err
	}
	return w.kit.Leave(rw, r, next)
}

func (w *world) browser() *webtest.Browser { return webtest.New(w.t, w.server.URL) }

// person reads what the store has of somebody.
func (w *world) person(id string) *state.Person {
	w.t.Helper()
	p, err := w.records.Person(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// lockedBuffer takes the audit lines of requests at once.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// has tells whether an audit line of the action was written.
func (w *world) audited(action audit.Action) bool {
	return strings.Contains(w.audit.String(), `"msg":"`+string(action)+`"`)
}

// keyring is another keyring than the world's.
func otherKeyring(t *testing.T) *seal.Keyring {
	t.Helper()
	k, err := seal.New(bytes.Repeat([]byte("x"), seal.MinSecret))
	if err != nil {
		t.Fatal(err)
	}
	return k
}
