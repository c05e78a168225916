package session

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// The browser state of OpenID Connect Session Management 1.0: a cookie that a script of ours, in a frame of an application, compares with what the application was
// told at its sign-on. It has one word for each session, made from the session's secret id, so that it names nobody, opens nothing, and
// changes for those alone who sign in or out. It goes with the browser, and is only there once an application was told.

// BrowserState is the word for one session.
func BrowserState(id string) string {
	sum := sha256.Sum256([]byte("wicketgate browser state\x00" + id))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// StateCookie is the name of the cookie.
func (m *Manager) StateCookie() string { return m.jar.prefix + cookieName + "_state" }

// ShowState sets the cookie, if it does not say already what is so.
func (m *Manager) ShowState(w http.ResponseWriter, r *http.Request) { m.setState(w, r, m.read(r)) }

// state keeps the cookie true, in browsers that have it.
func (m *Manager) state(w http.ResponseWriter, r *http.Request, all list) {
	if _, err := r.Cookie(m.StateCookie()); err == nil {
		m.setState(w, r, all)
	}
}

func (m *Manager) setState(w http.ResponseWriter, r *http.Request, all list) {
	var words []string
	for i := range all {
		if m.live(&all[i]) {
			words = append(words, BrowserState(all[i].ID))
		}
	}
	text := strings.Join(words, ".")
	if had, err := r.Cookie(m.StateCookie()); err == nil && had.Value == text {
		return
	}
	// For a script, in a frame of another site: so not HttpOnly, and SameSite=None, which browsers take with Secure alone. They take Secure from this
	// computer without https too.
	http.SetCookie(w, &http.Cookie{Name: m.StateCookie(), Value: text, Path: "/", Secure: true, SameSite: http.SameSiteNoneMode})
}
