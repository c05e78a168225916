package oidc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
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
func clients() []oidc.Client {
	return []oidc.Client{
		{ID: "orders", Name: "Orders", URL: "https://orders.example.org", RedirectURIs: []string{callback, callback + "?shop=1"}, Secrets: []string{oidc.DigestSecret(secret)}},
		{ID: "intranet", Name: "Intranet", RedirectURIs: []string{callback}, Secrets: []string{oidc.DigestSecret(secret)}, Trusted: true},
		{ID: "desktop", Name: "Desktop", RedirectURIs: []string{"http://127.0.0.1/callback", "http://localhost/callback", "org.example.desktop:/callback"}, Trusted: true},
		{ID: "api", Name: "Stock", Secrets: []string{oidc.DigestSecret(secret)}, RedirectURIs: []string{callback}, MayIntrospect: true},
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
	mux.Handle("GET /signin", w.kit.Handle(w.signInPage))
	consent := w.kit.Handle(w.consentPage)
	mux.Handle("GET /consent", consent)
	mux.Handle("POST /consent", consent)
	return w
}

// later is the session manager, which is made after the options had their say.
type later struct{ w *world }

func (l later) Load(ctx context.Context, r *http.Request) (*session.Visit, error) {
	return l.w.sessions.Load(ctx, r)
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
		_, err := fmt.Fprintf(rw, "<h1>Consent</h1><p id=app>%s</p><p id=again>%t</p><p id=offline>%t</p>", q.App.Name, q.Again, q.Offline)
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

// rp is a relying party made of the libraries that real ones use.
type rp struct {
	*oauth2.Config
	w        *world
	provider *gooidc.Provider
	verifier string // PKCE
	nonce    string
}

func (w *world) rp(client string, scopes ...string) *rp {
	w.t.Helper()
	provider, err := gooidc.NewProvider(w.t.Context(), w.server.URL)
	if err != nil {
		w.t.Fatalf("discovery by go-oidc: %v", err)
	}
	app := &rp{w: w, provider: provider, verifier: oauth2.GenerateVerifier(), nonce: "n-0S6_WzA2Mj", Config: &oauth2.Config{
		ClientID: client, ClientSecret: secret, RedirectURL: callback, Scopes: append([]string{"openid"}, scopes...), Endpoint: provider.Endpoint(),
	}}
	if client == "desktop" {
		app.ClientSecret, app.RedirectURL, app.Endpoint.AuthStyle = "", loopback, oauth2.AuthStyleInParams
	}
	return app
}

// authURL is where the application sends the browser; more are names and values of further parameters, where an empty value leaves one out.
func (a *rp) authURL(more ...string) string {
	u := a.AuthCodeURL("state-of-the-app", gooidc.Nonce(a.nonce), oauth2.S256ChallengeOption(a.verifier))
	parsed, err := url.Parse(u)
	if err != nil {
		a.w.t.Fatal(err)
	}
	q := parsed.Query()
	for i := 0; i+1 < len(more); i += 2 {
		if q.Set(more[i], more[i+1]); more[i+1] == "" {
			q.Del(more[i])
		}
	}
	return parsed.Path + "?" + q.Encode()
}

// back is what the application gets when the browser comes back.
func (a *rp) back(page *webtest.Page) url.Values {
	a.w.t.Helper()
	if got := page.URL.Scheme + "://" + page.URL.Host + page.URL.Path; got != a.RedirectURL {
		a.w.t.Fatalf("the browser is at %s (status %d), not back at the application: %s", page.URL, page.Status, page.Text("body"))
	}
	return page.URL.Query()
}

// code signs a browser in and returns the code.
func (a *rp) code(b *webtest.Browser, more ...string) string {
	a.w.t.Helper()
	q := a.back(b.Get(a.authURL(more...)))
	if q.Get("code") == "" {
		a.w.t.Fatalf("no code came back: %s", q.Encode())
	}
	return q.Get("code")
}

func (a *rp) exchange(code string) (*oauth2.Token, error) {
	return a.Exchange(a.w.t.Context(), code, oauth2.VerifierOption(a.verifier))
}

// tokens signs a browser in and redeems the code.
func (a *rp) tokens(b *webtest.Browser, more ...string) *oauth2.Token {
	a.w.t.Helper()
	tok, err := a.exchange(a.code(b, more...))
	if err != nil {
		a.w.t.Fatalf("redeeming the code: %v", err)
	}
	return tok
}

// idClaims verifies an ID token as an application does and returns its claims.
func (a *rp) idClaims(tok *oauth2.Token) map[string]any {
	a.w.t.Helper()
	raw, _ := tok.Extra("id_token").(string)
	v := a.provider.Verifier(&gooidc.Config{ClientID: a.ClientID, Now: a.w.now, SupportedSigningAlgs: []string{"RS256", "ES256", "EdDSA"}})
	id, err := v.Verify(a.w.t.Context(), raw)
	if err != nil {
		a.w.t.Fatalf("go-oidc refuses the ID token: %v", err)
	}
	if err := id.VerifyAccessToken(tok.AccessToken); err != nil {
		a.w.t.Fatalf("at_hash: %v", err)
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		a.w.t.Fatal(err)
	}
	return claims
}

func (a *rp) refresh(token string, more ...string) (int, map[string]any) {
	a.w.t.Helper()
	return a.w.post("/oauth/token", a.basic(), append([]string{"grant_type", "refresh_token", "refresh_token", token}, more...)...)
}

// basic is the client's Authorization header.
func (a *rp) basic() string { return basic(a.ClientID, a.ClientSecret) }

func basic(id, secret string) string {
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	return r.Header.Get("Authorization")
}

func bearer(token string) string { return "Bearer " + token }

// post sends a form with an Authorization header (none if empty) and returns status and JSON.
func (w *world) post(path, authorization string, values ...string) (int, map[string]any) {
	w.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(values); i += 2 {
		form.Add(values[i], values[i+1])
	}
	return w.do("POST", path, authorization, form.Encode())
}

func (w *world) do(method, path, authorization, body string) (int, map[string]any) {
	w.t.Helper()
	resp := w.send(method, path, authorization, body)
	defer resp.Body.Close()
	var answer map[string]any
	var text bytes.Buffer
	if _, err := text.ReadFrom(resp.Body); err != nil {
		w.t.Fatal(err)
	}
	if text.Len() > 0 {
		if err := json.Unmarshal(text.Bytes(), &answer); err != nil {
			w.t.Fatalf("%s %s answers %d with no JSON: %s", method, path, resp.StatusCode, text.String())
		}
	}
	return resp.StatusCode, answer
}

func (w *world) send(method, path, authorization, body string) *http.Response {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := http.DefaultTransport.RoundTrip(req) // redirects are answers here
	if err != nil {
		w.t.Fatal(err)
	}
	return resp
}

func (w *world) userinfo(token string) (int, map[string]any) {
	w.t.Helper()
	return w.do("GET", "/oauth/userinfo", bearer(token), "")
}

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

// folk are people without a directory, for tests of the protocol; those with one are in directory_test.go.
type folk struct {
	mu    sync.Mutex
	users map[string]*ldapmap.User
	gets  int
	err   error
}

func newFolk() *folk {
	f := &folk{users: map[string]*ldapmap.User{}}
	u := ldapmap.NewUser(ldapmap.Ref{ID: ada, DN: "uid=ada,ou=people,dc=example,dc=org"})
	u.Set(ldapmap.Username, "ada")
	u.Set(ldapmap.Name, "Ada Lovelace")
	u.Set(ldapmap.GivenName, "Ada")
	u.Set(ldapmap.FamilyName, "Lovelace")
	u.Set(ldapmap.Emails, "ada@example.org", "countess@example.org")
	u.Set(ldapmap.Phones, "+44 20 7946 0001", "+44 7700 900001")
	u.Set(ldapmap.Locality, "London")
	u.Set(ldapmap.Country, "GB")
	u.Set(ldapmap.Language, "en")
	u.Set(ldapmap.UpdatedAt, "2026-01-02T03:04:05Z")
	u.Set("favourite_colour", "red")
	u.Account.Mark = "20260101000000Z"
	f.users[ada] = u
	g := ldapmap.NewUser(ldapmap.Ref{ID: grace, DN: "cn=Grace Hopper,ou=staff,ou=people,dc=example,dc=org"})
	g.Set(ldapmap.Username, "grace")
	g.Set(ldapmap.Name, "Grace Hopper")
	f.users[grace] = g
	return f
}

// change edits somebody, as an administrator would.
func (f *folk) change(id string, edit func(*ldapmap.User)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	u := f.users[id].Clone()
	edit(u)
	f.users[id] = u
}

func (f *folk) remove(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.users, id)
}

func (f *folk) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

func (f *folk) counted() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.gets
	f.gets = 0
	return n
}

func (f *folk) Get(_ context.Context, ref ldapmap.Ref) (*ldapmap.User, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gets++
	if f.err != nil {
		return nil, f.err
	}
	if u := f.users[ref.ID]; u != nil {
		return u.Clone(), nil
	}
	return nil, fault.New(fault.NotFound, "nobody has the id %s", ref.ID)
}

func (f *folk) Groups(_ context.Context, u *ldapmap.User) ([]ldapmap.Group, error) {
	if u.ID == ada {
		return []ldapmap.Group{{Name: "admins"}, {Name: "staff"}}, nil
	}
	return nil, nil
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
