package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// StatusError is an error of HTTP itself, which no code of package fault names: 400, 405, 413, 415. The words replace those
// that the page has for the status; they must be fit for a stranger.
type StatusError struct {
	Status                 int
	Title, Message, Advice i18n.Message
	Err                    error
}

func (e *StatusError) Error() string {
	if e.Err == nil {
		return http.StatusText(e.Status)
	}
	return e.Err.Error()
}

// Unwrap returns what happened.
func (e *StatusError) Unwrap() error { return e.Err }

// Status returns an error that answers with an HTTP status; the text is for the log.
func Status(status int, format string, args ...any) *StatusError {
	return &StatusError{Status: status, Err: fmt.Errorf(format, args...)}
}

// StatusOf is the HTTP status for an error.
func StatusOf(err error) int {
	var s *StatusError
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return http.StatusOK
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.As(err, &s):
		return s.Status
	}
	switch codeOf(err) {
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Denied:
		return http.StatusForbidden
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Throttled:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// codeOf is fault.CodeOf, but a deadline that passed below without a code is a server that did not answer in time.
func codeOf(err error) fault.Code {
	code := fault.CodeOf(err)
	if code == fault.Internal && errors.Is(err, context.DeadlineExceeded) {
		return fault.Unavailable
	}
	return code
}

// RetryAfter is how long to wait as an error in the chain knows it (a method of that name); 0 if none does.
func RetryAfter(err error) time.Duration {
	var r interface{ RetryAfter() time.Duration }
	if errors.As(err, &r) {
		return r.RetryAfter()
	}
	return 0
}

// Fail answers with an error: the one place where errors become pages. Handlers return their errors instead of calling it.
func (k *Kit) Fail(w http.ResponseWriter, r *http.Request, err error) {
	x := exchangeOf(r)
	x.err, x.code = err, string(codeOf(err))
	if x.rec != nil && x.rec.status != 0 {
		return // an answer is on its way already: all that can be done is to log
	}
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody is there to read it
	}
	status := StatusOf(err)
	if wait := RetryAfter(err); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(seconds(wait)))
	} else if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "10")
	}
	page := k.errorPage(r, status, err)
	if wantsJSON(r) {
		k.failJSON(w, r, status, x.code, page)
		return
	}
	if isHTMX(r) {
		// Whatever block htmx asked for, an error takes the whole page, and the address bar stays as it is.
		w.Header().Set("HX-Retarget", "body")
		w.Header().Set("HX-Reswap", "innerHTML")
		w.Header().Set("HX-Push-Url", "false")
	}
	if failed := k.Page(w, r, status, page); failed != nil {
		x.err = errors.Join(err, failed)
		plain(w, status, x.id)
	}
}

// errorPage is the page for an error: the words for its status, replaced by those that the error brings for a person.
func (k *Kit) errorPage(r *http.Request, status int, err error) templates.ErrorPage {
	page := templates.ErrorFor(status)
	if status == http.StatusConflict {
		page.Title = i18n.M("Somebody was faster")
		page.Message = i18n.M("What you wanted to change has been changed by somebody else meanwhile. Nothing was overwritten.")
		page.Advice = i18n.M("Open the page again, look at what is there now, and change it again if need be.")
	}
	if status == http.StatusForbidden && r.Method == http.MethodPost {
		// The directory's own access rules, or a policy: whoever got to the form may open the page.
		page.Title = i18n.M("This is not allowed")
		page.Message = i18n.M("It was refused, and nothing was changed.")
		page.Advice = i18n.M("If you think it should be possible, ask those who look after the accounts.")
	}
	page.Wait = RetryAfter(err)
	var s *StatusError
	if errors.As(err, &s) && s.Status == status && !s.Message.IsZero() {
		page.Title, page.Message, page.Advice = s.Title, s.Message, s.Advice
	}
	if said, ok := Said(err); ok && status != http.StatusInternalServerError {
		page.Message = said
	}
	switch {
	case status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests:
	case r.Method == http.MethodPost:
		page.Kept = keep(r)
	default:
		page.Retry = r.URL.RequestURI()
	}
	return page
}

// Said returns the words that an error has for a person.
func Said(err error) (i18n.Message, bool) {
	e, ok := fault.WordsOf(err)
	if !ok {
		return i18n.Message{}, false
	}
	return i18n.M(e.Words, e.Args...), true
}

func (k *Kit) failJSON(w http.ResponseWriter, r *http.Request, status int, code string, page templates.ErrorPage) {
	body, err := json.Marshal(map[string]string{
		"error": code, "message": k.Locale(r).Msg(page.Message), "request_id": RequestID(r),
	})
	if err != nil {
		plain(w, http.StatusInternalServerError, RequestID(r))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// plain is the last resort, when not even the error page could be drawn.
func plain(w http.ResponseWriter, status int, id string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Del("Content-Length")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "Something went wrong. If you ask for help, give this number: %s\n", id)
}

// wantsJSON tells a program that asks for JSON from a browser, which asks for HTML too.
func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return !strings.Contains(accept, "text/html") && strings.Contains(accept, "json")
}

// seconds rounds up: whoever comes back after that time must not be too early.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
