package web

import (
	"encoding/json"
	"net/http"

	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Bounds of the notices that wait: a cookie holds about 4 KB, and nobody reads more than a few.
const (
	maxFlashes   = 4
	maxFlashText = 400 // bytes
	flashSeconds = 120
	flashPurpose = "flash"
)

type flash struct {
	Kind templates.FlashKind `json:"k"`
	Text string              `json:"t"`
}

// Flash leaves a notice for the next page, usually before Kit.SeeOther. It is said in the language of this request and kept for two minutes in a
// sealed cookie, so nobody else can put words on our pages. A notice that cannot be kept is left out: it is not worth failing for.
func (k *Kit) Flash(w http.ResponseWriter, r *http.Request, kind templates.FlashKind, message i18n.Message) {
	x := exchangeOf(r)
	waiting := append(k.openFlash(r), x.flashes...)
	added := flash{kind, truncate(k.Locale(r).Msg(message), maxFlashText)}
	x.flashes = append(x.flashes, added)
	waiting = append(waiting, added)
	if len(waiting) > maxFlashes {
		waiting = waiting[len(waiting)-maxFlashes:]
	}
	plain, err := json.Marshal(waiting)
	if err != nil {
		return
	}
	sealed, err := k.opts.Sealer.Seal(flashPurpose, nil, plain)
	if err != nil {
		return
	}
	k.setFlashCookie(w, sealed, flashSeconds)
}

// readFlash returns the notices that wait, ready for the page.
func (k *Kit) readFlash(r *http.Request) []templates.Flash {
	var shown []templates.Flash
	for _, f := range append(k.openFlash(r), exchangeOf(r).flashes...) {
		shown = append(shown, templates.Flash{Kind: f.Kind, Message: i18n.Verbatim(f.Text)})
	}
	return shown
}

// openFlash opens the cookie; anything that is not ours counts as nothing.
func (k *Kit) openFlash(r *http.Request) []flash {
	c, err := r.Cookie(k.CookieName("flash"))
	if err != nil || c.Value == "" {
		return nil
	}
	plain, err := k.opts.Sealer.Open(flashPurpose, nil, c.Value)
	if err != nil {
		return nil
	}
	var waiting []flash
	if json.Unmarshal(plain, &waiting) != nil {
		return nil
	}
	return waiting
}

// clearFlash forgets the notices, which the page now shows.
func (k *Kit) clearFlash(w http.ResponseWriter, r *http.Request) {
	if _, err := r.Cookie(k.CookieName("flash")); err == nil || len(exchangeOf(r).flashes) > 0 {
		k.setFlashCookie(w, "", -1)
	}
}

func (k *Kit) setFlashCookie(w http.ResponseWriter, value string, seconds int) {
	k.SetCookie(w, "flash", value, seconds)
}

// CookieName is the name of one of our cookies in the browser: with the prefix __Host- (RFC 6265bis 4.1.3.2), which ties it to
// this host and https, or without it on plain http, where browsers refuse the prefix.
func (k *Kit) CookieName(name string) string {
	if k.Secure() {
		return "__Host-" + name
	}
	return name
}

// SetCookie sets a cookie that scripts cannot read and other sites' posts do not carry, replacing one that this response set
// already. seconds is its lifetime; 0 means until the browser is closed, below 0 takes it away.
func (k *Kit) SetCookie(w http.ResponseWriter, name, value string, seconds int) {
	cookie := &http.Cookie{
		Name: k.CookieName(name), Value: value, Path: "/", MaxAge: seconds,
		Secure: k.Secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	dropCookie(w.Header(), cookie.Name)
	http.SetCookie(w, cookie)
}

func dropCookie(h http.Header, name string) {
	kept := h["Set-Cookie"][:0]
	for _, line := range h["Set-Cookie"] {
		if len(line) <= len(name) || line[:len(name)+1] != name+"=" {
			kept = append(kept, line)
		}
	}
	if len(kept) == 0 {
		h.Del("Set-Cookie")
		return
	}
	h["Set-Cookie"] = kept
}

// truncate cuts a text to at most n bytes without cutting a character.
func truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
