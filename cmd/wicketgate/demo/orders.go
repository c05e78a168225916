package demo

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Orders is a small application that signs people in through Wicketgate, as any application would: with a stock OpenID
// Connect library and nothing that knows of Wicketgate.
type Orders struct {
	Issuer, ClientID, ClientSecret string
	URL                            string // its own address
	Log                            *slog.Logger

	mu       sync.Mutex
	provider *oidc.Provider
	visits   map[string]*visit
}

// visit is what Orders remembers of one browser: a sign-in under way or done.
type visit struct {
	State, Nonce, Verifier string
	Claims                 *ordersClaims
	Raw                    string // the claims as they came, for the curious
}

type ordersClaims struct {
	Subject string   `json:"sub"`
	Name    string   `json:"name"`
	Email   string   `json:"email"`
	Groups  []string `json:"groups"`
}

const (
	ordersCookie = "orders"
	maxVisits    = 1000
)

var ordersPage = template.Must(template.ParseFS(files, "pages/orders.html"))

// Handler returns the application's pages.
func (o *Orders) Handler() http.Handler {
	o.visits = map[string]*visit{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", o.home)
	mux.HandleFunc("GET /sign-in", o.signIn)
	mux.HandleFunc("GET /callback", o.callback)
	mux.HandleFunc("POST /sign-out", o.signOut)
	mux.Handle("GET /pages/", http.FileServerFS(files))
	return http.NewCrossOriginProtection().Handler(secureHeaders(mux))
}

func (o *Orders) home(w http.ResponseWriter, r *http.Request) {
	v := o.find(r)
	data := struct {
		Claims                *ordersClaims
		Raw, Account, Problem string
		Cashier               bool
	}{Account: o.Issuer + "/"}
	if v.Claims != nil {
		data.Claims, data.Raw = v.Claims, v.Raw
		data.Cashier = slices.Contains(v.Claims.Groups, "cashiers")
	}
	if p := r.URL.Query().Get("problem"); p == "denied" {
		data.Problem = "You said no, so Orders does not know who you are. That is fine: try again whenever you like."
	} else if p != "" {
		data.Problem = "Signing in did not work this time. Please try again."
	}
	render(w, o.Log, ordersPage, data)
}

func (o *Orders) signIn(w http.ResponseWriter, r *http.Request) {
	conf, _, err := o.config(r.Context())
	if err != nil {
		o.fail(w, r, err)
		return
	}
	v := visit{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}
	o.keep(w, r, v)
	http.Redirect(w, r, conf.AuthCodeURL(v.State, oidc.Nonce(v.Nonce), oauth2.S256ChallengeOption(v.Verifier)), http.StatusFound)
}

func (o *Orders) callback(w http.ResponseWriter, r *http.Request) {
	q, v := r.URL.Query(), o.find(r)
	if v.State == "" || q.Get("state") != v.State {
		o.fail(w, r, errors.New("the answer belongs to no sign-in of this browser"))
		return
	}
	if e := q.Get("error"); e != "" {
		if e == "access_denied" {
			http.Redirect(w, r, "/?problem=denied", http.StatusSeeOther)
			return
		}
		o.fail(w, r, fmt.Errorf("the provider said %s", e))
		return
	}
	conf, provider, err := o.config(r.Context())
	if err != nil {
		o.fail(w, r, err)
		return
	}
	token, err := conf.Exchange(r.Context(), q.Get("code"), oauth2.VerifierOption(v.Verifier))
	if err != nil {
		o.fail(w, r, err)
		return
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: o.ClientID}).Verify(r.Context(), raw)
	if err == nil && id.Nonce != v.Nonce {
		err = errors.New("the ID token is not for this sign-in")
	}
	if err != nil {
		o.fail(w, r, err)
		return
	}
	info, err := provider.UserInfo(r.Context(), oauth2.StaticTokenSource(token))
	if err != nil {
		o.fail(w, r, err)
		return
	}
	claims := &ordersClaims{}
	var all map[string]any
	if err := errors.Join(info.Claims(claims), info.Claims(&all)); err != nil {
		o.fail(w, r, err)
		return
	}
	pretty, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		o.fail(w, r, err)
		return
	}
	o.keep(w, r, visit{Claims: claims, Raw: string(pretty)})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (o *Orders) signOut(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(ordersCookie); err == nil {
		o.mu.Lock()
		delete(o.visits, c.Value)
		o.mu.Unlock()
	}
	http.SetCookie(w, &http.Cookie{Name: ordersCookie, Path: "/", MaxAge: -1})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// find returns the browser's visit, the zero visit if there is none.
func (o *Orders) find(r *http.Request) visit {
	o.mu.Lock()
	defer o.mu.Unlock()
	if c, err := r.Cookie(ordersCookie); err == nil && o.visits[c.Value] != nil {
		return *o.visits[c.Value]
	}
	return visit{}
}

// keep remembers the visit under a new id: a signed-in browser never goes on with the id it had before.
func (o *Orders) keep(w http.ResponseWriter, r *http.Request, v visit) {
	id := rand.Text()
	o.mu.Lock()
	if c, err := r.Cookie(ordersCookie); err == nil {
		delete(o.visits, c.Value)
	}
	if len(o.visits) >= maxVisits {
		clear(o.visits)
	}
	o.visits[id] = &v
	o.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: ordersCookie, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// config discovers the provider at the first sign-in, not at start: the gateway may come up later than Orders.
func (o *Orders) config(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.provider == nil {
		p, err := oidc.NewProvider(context.WithoutCancel(ctx), o.Issuer)
		if err != nil {
			return nil, nil, err
		}
		o.provider = p
	}
	return &oauth2.Config{
		ClientID: o.ClientID, ClientSecret: o.ClientSecret, Endpoint: o.provider.Endpoint(),
		RedirectURL: strings.TrimSuffix(o.URL, "/") + "/callback",
		Scopes:      []string{oidc.ScopeOpenID, "profile", "email", "groups"},
	}, o.provider, nil
}

func (o *Orders) fail(w http.ResponseWriter, r *http.Request, err error) {
	o.Log.Warn("orders: signing in failed", "error", err)
	http.Redirect(w, r, "/?problem=failed", http.StatusSeeOther)
}
