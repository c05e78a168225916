// Command shop is a web application that signs people in with OpenID Connect.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html"
	"log"
	"net/http"
	"os"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// shop is the application. Who is signed in is known by a cookie with a random number.
type shop struct {
	oauth2.Config
	provider *oidc.Provider
	sessions sync.Map // cookie -> name
}

// newShop asks the issuer for its addresses and keys. self is where people reach the application.
func newShop(ctx context.Context, issuer, id, secret, self string) (http.Handler, error) {
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, fmt.Errorf("discovery: %w", err)
	}
	s := &shop{
		Config: oauth2.Config{
			ClientID: id, ClientSecret: secret, Endpoint: provider.Endpoint(), RedirectURL: self + "/callback", Scopes: []string{oidc.ScopeOpenID, "profile"},
		},
		provider: provider,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /login", s.login)
	mux.HandleFunc("GET /callback", s.callback)
	return mux, nil
}

func (s *shop) home(w http.ResponseWriter, r *http.Request) {
	name, ok := s.sessions.Load(cookie(r, "session"))
	if !ok {
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return
	}
	fmt.Fprintf(w, "<!doctype html><title>Shop</title><h1>Hello %s</h1>", html.EscapeString(name.(string)))
}

func (s *shop) login(w http.ResponseWriter, r *http.Request) {
	state, verifier := rand.Text(), oauth2.GenerateVerifier()
	setCookie(w, "state", state)
	setCookie(w, "verifier", verifier)
	http.Redirect(w, r, s.AuthCodeURL(state, oidc.Nonce(state), oauth2.S256ChallengeOption(verifier)), http.StatusSeeOther)
}

func (s *shop) callback(w http.ResponseWriter, r *http.Request) {
	name, err := s.redeem(r)
	if err != nil {
		http.Error(w, "You are not signed in: "+err.Error(), http.StatusForbidden)
		return
	}
	session := rand.Text()
	s.sessions.Store(session, name)
	setCookie(w, "session", session)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// redeem makes a name of what came back with the browser.
func (s *shop) redeem(r *http.Request) (string, error) {
	if state := r.FormValue("state"); state == "" || state != cookie(r, "state") {
		return "", errors.New("this sign-in did not begin here")
	}
	if code := r.FormValue("error"); code != "" {
		return "", errors.New(code)
	}
	tokens, err := s.Exchange(r.Context(), r.FormValue("code"), oauth2.VerifierOption(cookie(r, "verifier")))
	if err != nil {
		return "", err
	}
	raw, _ := tokens.Extra("id_token").(string)
	id, err := s.provider.Verifier(&oidc.Config{ClientID: s.ClientID}).Verify(r.Context(), raw)
	if err != nil {
		return "", err
	}
	if id.Nonce != cookie(r, "state") {
		return "", errors.New("this ID token is for another sign-in")
	}
	info, err := s.provider.UserInfo(r.Context(), oauth2.StaticTokenSource(tokens))
	if err != nil {
		return "", err
	}
	var claims struct{ Name string }
	err = info.Claims(&claims)
	return claims.Name, err
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

func setCookie(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func main() {
	handler, err := newShop(context.Background(), os.Getenv("ISSUER"), os.Getenv("CLIENT_ID"), os.Getenv("CLIENT_SECRET"), os.Getenv("SELF"))
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(os.Getenv("LISTEN"), handler))
}
