package registration

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// The error codes of RFC 7591 3.2.2 and RFC 6750 3.1.
const (
	invalidRedirect  = "invalid_redirect_uri"
	invalidMetadata  = "invalid_client_metadata"
	invalidStatement = "invalid_software_statement"
	unapproved       = "unapproved_software_statement"
	invalidToken     = "invalid_token"
	temporarily      = "temporarily_unavailable" // RFC 6749 4.1.2.1
	serverError      = "server_error"
	maxProblems      = 5 // that are told at once
)

// refusal is an answer that is an error.
type refusal struct {
	status int
	code   string
	says   string
	wait   time.Duration
	err    error // for the log
}

func (e *refusal) Error() string { return e.code + ": " + e.says }
func (e *refusal) Unwrap() error { return e.err }

func refuse(code, says string) error {
	return &refusal{status: http.StatusBadRequest, code: code, says: says}
}

// unauthorized refuses a token. A request without any learns nothing but that one is needed (RFC 6750 3.1).
func unauthorized(code, says string) error {
	return &refusal{status: http.StatusUnauthorized, code: code, says: says}
}

// refuseProblems tells what is wrong with what an application says of itself.
func refuseProblems(wrong []error) error {
	code := invalidMetadata
	var says []string
	for _, err := range wrong {
		var p *rp.Problem
		if errors.As(err, &p) && p.Field == "redirect_uris" {
			code = invalidRedirect
		}
		if len(says) < maxProblems {
			says = append(says, err.Error())
		}
	}
	return refuse(code, strings.Join(says, " "))
}

// answering makes a handler of one that returns its error.
func (o *Office) answering(h func(w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			o.fail(w, r, err)
		}
	}
}

// fail answers with an error. What failed on our side goes to the log alone.
func (o *Office) fail(w http.ResponseWriter, r *http.Request, err error) {
	var p *rp.Problem
	if fault.Is(err, fault.Invalid) && errors.As(err, &p) { // it says more of itself than a record holds
		err = refuseProblems([]error{p})
	}
	var e *refusal
	switch {
	case errors.As(err, &e):
	case fault.Is(err, fault.Unavailable):
		e = &refusal{status: http.StatusServiceUnavailable, code: temporarily, says: "Try again in a moment.", wait: 5 * time.Second, err: err}
	default:
		e = &refusal{status: http.StatusInternalServerError, code: serverError, says: "Something went wrong here.", err: err}
	}
	if e.status >= http.StatusInternalServerError {
		o.Log.ErrorContext(r.Context(), "an application could not be registered", "error", e, "cause", e.err, "request_id", web.RequestID(r))
	} else {
		o.Log.DebugContext(r.Context(), "an application's registration was refused", "error", e, "request_id", web.RequestID(r))
	}
	if e.wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((e.wait+time.Second-1)/time.Second)))
	}
	if e.status == http.StatusUnauthorized {
		challenge := `Bearer realm="` + o.Issuer + `"`
		if e.code == invalidToken {
			challenge += `, error="invalid_token"`
		}
		w.Header().Set("WWW-Authenticate", challenge)
	}
	write(w, e.status, map[string]any{"error": e.code, "error_description": plain(e.says)})
}

// plain keeps to the characters that RFC 6749 5.2 allows.
func plain(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return '\''
		}
		return c
	}, s)
}

func write(w http.ResponseWriter, status int, v map[string]any) {
	body, err := json.Marshal(v)
	if err != nil { // only maps of plain values and of JSON that was read come here
		status, body = http.StatusInternalServerError, []byte(`{"error":"server_error"}`)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a caller that went away is no failure
}
