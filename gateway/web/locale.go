package web

import (
	"net/http"
	"time"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

const (
	languageCookie   = "lang"
	languageLifetime = 365 * 24 * time.Hour
)

// Locale is the language for this request: the one just chosen (?lang=fr), else the one chosen earlier in this browser,
// else the person's own (SetLanguage, Options.Language), else what the browser asks for, else English.
func (k *Kit) Locale(r *http.Request) *i18n.Locale {
	if loc := k.chosen(r); loc != nil {
		return loc
	}
	var cookie string
	if c, err := r.Cookie(languageCookie); err == nil {
		cookie = c.Value
	}
	own := exchangeOf(r).speaks
	if own == "" && k.opts.Language != nil {
		own = k.opts.Language(r)
	}
	return k.opts.Bundle.Match(r.Header.Get("Accept-Language"), cookie, own)
}

// chosen is the language of the query, if we speak it.
func (k *Kit) chosen(r *http.Request) *i18n.Locale {
	if tag := r.URL.Query().Get("lang"); tag != "" {
		return k.opts.Bundle.Locale(tag)
	}
	return nil
}

// rememberLanguage keeps a language that was just chosen. The cookie is no secret and names nobody.
func (k *Kit) rememberLanguage(w http.ResponseWriter, r *http.Request) {
	loc := k.chosen(r)
	if loc == nil {
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: loc.Tag(), Path: "/", MaxAge: int(languageLifetime.Seconds()),
		Secure: k.Secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// LocaleOf is the language for words to somebody who reads them later, such as a mail: their own (BCP 47) if we speak it, else that of
// this request.
func (k *Kit) LocaleOf(r *http.Request, own string) *i18n.Locale {
	if own != "" {
		here := k.Locale(r).Tag()
		return k.opts.Bundle.Match("", own, here)
	}
	return k.Locale(r)
}

// Words picks a text of the configuration, by language tag: in this language, else in English, else none.
func Words(texts map[string]string, loc *i18n.Locale) string {
	if text, ok := texts[loc.Tag()]; ok {
		return text
	}
	return texts["en"]
}
