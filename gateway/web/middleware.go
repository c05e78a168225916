package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Bounds of a request that is not told otherwise.
const (
	MaxForm   = 64 << 10 // bytes of a body; see MaxBody
	MaxTarget = 16 << 10 // bytes of path and query
)

// Middleware stands around everything that is served: it gives the request its id and address, sets the security headers, holds
// the bounds, refuses posts from other sites, turns a panic into a page, and logs one line.
func (k *Kit) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k.begin(w, r, func(w http.ResponseWriter, r *http.Request) {
			if err := k.admit(w, r); err != nil {
				k.Fail(w, r, err)
				return
			}
			next.ServeHTTP(w, r)
			if x := exchangeOf(r); x.route == "" {
				x.route = r.Pattern
			}
		})
	})
}

// begin opens the exchange around next and ends it with the log line.
func (k *Kit) begin(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
	rec := &recorder{ResponseWriter: w}
	x := &exchange{ip: clientIP(r, k.opts.TrustedProxies), started: k.opts.Clock(), rec: rec, body: r.Body}
	x.id = k.requestID(r)
	r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
	rec.Header().Set("X-Request-Id", x.id)
	k.setHeaders(rec.Header())
	x.bound(rec, r, MaxForm)
	defer k.finish(r, x)
	defer func() {
		// net/http clears away uploads of the request that it made, not of this copy with a context of its own.
		if r.MultipartForm != nil {
			_ = r.MultipartForm.RemoveAll()
		}
	}()
	defer func() {
		switch p := recover(); {
		case p == nil:
		case p == http.ErrAbortHandler: // asked for by net/http and its proxies: not a defect
			panic(p)
		default:
			err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			k.Fail(rec, r, err)
			if rec.status != http.StatusInternalServerError { // half of something else was sent: the browser must see it break off
				panic(http.ErrAbortHandler)
			}
		}
	}()
	next(rec, r)
}

// admit refuses what no handler should see.
func (k *Kit) admit(w http.ResponseWriter, r *http.Request) error {
	switch {
	case len(r.RequestURI) > MaxTarget:
		return Status(http.StatusRequestURITooLong, "the address has %d bytes", len(r.RequestURI))
	case strings.ContainsAny(r.URL.Path, "\x00\r\n"):
		return Status(http.StatusBadRequest, "the path has control characters")
	}
	if err := k.origin.Check(r); err != nil {
		return &StatusError{
			Status: http.StatusForbidden, Err: fmt.Errorf("a post from another site: %w", err),
			Title:   i18n.M("This came from another site"),
			Message: i18n.M("For your protection we only take forms that were sent from our own pages. Nothing was changed."),
			Advice:  i18n.M("Go back to the page, load it again, and send the form once more."),
		}
	}
	return nil
}

// newOriginCheck allows posts from our own pages (Sec-Fetch-Site, or an Origin that is the public address or the Host) and to the routes that
// other sites are meant to use.
func newOriginCheck(public *url.URL, crossOrigin []string) (check *http.CrossOriginProtection, err error) {
	defer func() {
		if p := recover(); p != nil { // a pattern that cannot be parsed, or conflicts with another
			err = fmt.Errorf("the routes open to other sites: %v", p)
		}
	}()
	check = http.NewCrossOriginProtection()
	// Behind a proxy that rewrites Host, browsers without Sec-Fetch-Site are recognised by the public address.
	if err := check.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
		return nil, fmt.Errorf("the public URL as an origin: %w", err)
	}
	for _, pattern := range crossOrigin {
		check.AddInsecureBypassPattern(pattern)
	}
	return check, nil
}

// requestID takes the id of a trusted proxy, so that its log and ours can be read together, or makes one.
func (k *Kit) requestID(r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	if id == "" || len(id) > 64 || !contains(k.opts.TrustedProxies, parseAddr(r.RemoteAddr)) {
		return newID(k.opts.Rand)
	}
	for _, c := range id {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("._-", c) {
			return newID(k.opts.Rand)
		}
	}
	return id
}
