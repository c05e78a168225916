package web

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/netip"
	"time"

	"github.com/wicketgate/wicketgate/templates"
)

// exchange is what the Kit knows of one request while it lasts. It lives in the request's context.
type exchange struct {
	id      string
	ip      netip.Addr
	started time.Time
	route   string
	rec     *recorder
	body    io.ReadCloser // as it came from the network, without bound
	err     error         // what the handler returned, for the log
	code    string
	person  string // stable id, for the log
	speaks  string // the person's language
	layout  []func(*templates.Layout)
	flashes []flash // left by this request
}

type exchangeKey struct{}

// exchangeOf returns the request's exchange; for a request that came past Middleware and Handle, an empty one that nobody reads.
func exchangeOf(r *http.Request) *exchange {
	if x, ok := r.Context().Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{}
}

// RequestID is the id under which the log knows the request; it stands on error pages.
func RequestID(r *http.Request) string { return exchangeOf(r).id }

// ClientAddr is the address of the browser, as far as the trusted proxies tell; the zero Addr if it cannot be told.
func ClientAddr(r *http.Request) netip.Addr { return exchangeOf(r).ip }

// ClientIP is ClientAddr as text, for the audit log; "" if it cannot be told.
func ClientIP(r *http.Request) string {
	if ip := exchangeOf(r).ip; ip.IsValid() {
		return ip.String()
	}
	return ""
}

// SetPerson notes the stable id of the person who acts, for the log line of the request.
func SetPerson(r *http.Request, id string) { exchangeOf(r).person = id }

// SetLanguage makes the page speak the person's own language (BCP 47), unless they chose another one in this browser.
func SetLanguage(r *http.Request, tag string) { exchangeOf(r).speaks = tag }

// SetLayout changes what surrounds the page of this request, after Options.Layout.
func SetLayout(r *http.Request, change func(*templates.Layout)) {
	x := exchangeOf(r)
	x.layout = append(x.layout, change)
}

// SetApp shows on whose behalf somebody signs in. An empty card changes nothing.
func SetApp(r *http.Request, app templates.AppCard) {
	if app != (templates.AppCard{}) {
		SetLayout(r, func(l *templates.Layout) { l.App = &app })
	}
}

// bound limits the body to n bytes, whatever limit it had before.
func (x *exchange) bound(w http.ResponseWriter, r *http.Request, n int64) {
	if x.body == nil {
		x.body = r.Body
	}
	r.Body = http.MaxBytesReader(w, x.body, n)
}

// recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 { // 1xx are not the answer
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// newID makes a request id: 16 hexadecimal digits.
func newID(random io.Reader) string {
	b := make([]byte, 8)
	if _, err := io.ReadFull(random, b); err != nil {
		return "unknown" // an id for the log is not worth failing for
	}
	return hex.EncodeToString(b)
}
