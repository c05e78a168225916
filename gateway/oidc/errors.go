package oidc

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// serverTrouble makes an OAuth error of a failure of ours. What happened goes to the log, and never to the application. The words are those of
// RFC 6749 4.1.2.1, with the status of RFC 9110: "try again" is 503.
func serverTrouble(err error) error {
	var known *fosite.RFC6749Error
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case fault.Is(err, fault.Unavailable):
		return fosite.ErrTemporarilyUnavailable.WithWrap(err).WithDebug(err.Error())
	default:
		return fosite.ErrServerError.WithWrap(err).WithDebug(err.Error())
	}
}

// jsonError answers an error at an endpoint that applications call (RFC 6749 5.2).
func (p *Provider) jsonError(w http.ResponseWriter, r *http.Request, err error) {
	e := fosite.ErrorToRFC6749Error(serverTrouble(err))
	p.logError(r, e, "")
	if e.CodeField == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	if e.ErrorField == fosite.ErrInvalidClient.ErrorField && strings.HasPrefix(r.Header.Get("Authorization"), "Basic ") {
		w.Header().Set("WWW-Authenticate", `Basic realm="`+p.Issuer+`", charset="UTF-8"`)
	}
	writeJSON(w, e.CodeField, map[string]string{"error": e.ErrorField, "error_description": describe(e)})
}

// logError writes down why a request was not answered as it was hoped: what failed on our side as an error, what the application did wrong for
// those who look for it (level debug). Nothing that was sent is in it but the path.
func (p *Provider) logError(r *http.Request, e *fosite.RFC6749Error, client string) {
	level, cause := slog.LevelDebug, e.HintField
	if e.CodeField >= http.StatusInternalServerError {
		level, cause = slog.LevelError, e.Debug()
	}
	p.Log.LogAttrs(r.Context(), level, "an application's request failed", slog.String("path", r.URL.Path), slog.String("client", client),
		slog.String("error", e.ErrorField), slog.String("cause", cause), slog.String("request_id", web.RequestID(r)))
}

// describe is the error_description: fosite's sentence and hint, in the characters that RFC 6749 5.2 allows.
func describe(e *fosite.RFC6749Error) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return '\''
		}
		return c
	}, e.GetDescription())
}

// writeJSON answers with a JSON object that nobody may store.
func writeJSON(w http.ResponseWriter, status int, v any) {
	noStore(w)
	writeJSONCached(w, status, v)
}

func noStore(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache") // RFC 6749 5.1
}

// writeJSONCached leaves the caching headers to the caller.
func writeJSONCached(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // only maps and structs of ours come here; a test marshals each
		http.Error(w, `{"error":"server_error"}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a caller that went away is no failure
}
