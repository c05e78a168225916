package oidc_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// shop is an application with pages of its own, for tests in a real browser. It stands on localhost, which is another site than the provider's 127.0.0.1.
//
//	/login, /callback, /logout   the way to the provider and back
//	/                            says "in" or "out", and in #state what the provider's frame answers
//	/frontchannel                where the provider's signed-out page tells it of the end
type shop struct {
	URL string
	app *relyingParty

	mu      sync.Mutex
	sid     string // of the session; empty: out
	idToken string
	state   string // session_state
	told    []string
}

// aShop registers the shop with the provider of the world that is made with the option, and serves it; call open with that world.
func aShop(t *testing.T) (*shop, option) {
	t.Helper()
	s := &shop{}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.URL = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	mux.HandleFunc("GET /login", func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, s.app.w.server.URL+s.app.authURL(), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /callback", s.callback)
	mux.HandleFunc("GET /logout", func(rw http.ResponseWriter, r *http.Request) {
		_, hint, _ := s.session()
		http.Redirect(rw, r, s.app.w.server.URL+logoutURL("id_token_hint", hint, "post_logout_redirect_uri", s.URL+"/", "state", "bye"), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /frontchannel", s.frontChannel)
	mux.HandleFunc("GET /{$}", s.page)
	return s, func(d *oidc.Deps) {
		d.Clients = append(d.Clients, rp.Client{
			ID: "shop", Name: "Shop", RedirectURIs: []string{s.URL + "/callback"}, Secrets: []string{rp.DigestSecret(secret)}, Trusted: true,
			Logout: rp.Logout{PostLogoutRedirectURIs: []string{s.URL + "/"}, FrontChannelLogoutURI: s.URL + "/frontchannel"},
		})
	}
}

func (s *shop) open(w *world) {
	s.app = w.rp("shop")
	s.app.RedirectURL = s.URL + "/callback"
}

func (s *shop) callback(rw http.ResponseWriter, r *http.Request) {
	tok, err := s.app.exchange(r.FormValue("code"))
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadGateway)
		return
	}
	s.mu.Lock()
	s.idToken, s.state = tok.Extra("id_token").(string), r.FormValue("session_state")
	s.sid, _ = s.app.idClaims(tok)["sid"].(string)
	s.mu.Unlock()
	// What a browser keeps for a frame on another site's page has to say so.
	http.SetCookie(rw, &http.Cookie{Name: "shop", Value: "in", Path: "/", HttpOnly: true, Secure: true, SameSite: http.SameSiteNoneMode})
	http.Redirect(rw, r, "/", http.StatusSeeOther)
}

// frontChannel ends the session that is named (OpenID Connect Front-Channel Logout 1.0, 2): in the browser, and on the server.
func (s *shop) frontChannel(rw http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := r.Cookie("shop")
	s.told = append(s.told, fmt.Sprintf("%s %s %t", r.FormValue("iss"), r.FormValue("sid"), err == nil))
	if r.FormValue("iss") == s.app.w.server.URL && r.FormValue("sid") == s.sid {
		s.sid = ""
	}
	rw.Header().Set("Cache-Control", "no-store")
	http.SetCookie(rw, &http.Cookie{Name: "shop", Path: "/", MaxAge: -1, Secure: true, SameSite: http.SameSiteNoneMode})
}

func (s *shop) page(rw http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := r.Cookie("shop")
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(rw, `<!doctype html><title>Shop</title><link rel=icon href="data:,"><p id=status>server %t, browser %t</p><p id=state></p>
<iframe id=op hidden src="%s/oauth/check-session"></iframe>
<script>
const op = document.getElementById("op"), issuer = %q;
const ask = (text) => op.contentWindow.postMessage(text, issuer);
addEventListener("message", (e) => { if (e.origin === issuer && e.source === op.contentWindow) document.getElementById("state").textContent = e.data });
op.addEventListener("load", () => ask("shop " + %q));
</script>`, s.sid != "", err == nil, s.app.w.server.URL, s.app.w.server.URL, s.state)
}

// session is the sid, the ID token and the state that the application has.
func (s *shop) session() (sid, idToken, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sid, s.idToken, s.state
}

func (s *shop) heard() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.told
}
