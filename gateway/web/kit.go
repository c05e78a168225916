package web

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Handler answers a request or returns why it could not. It must not have written anything when it returns an error.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Renderer draws pages; *templates.Renderer is one. Nothing is written when an error is returned.
type Renderer interface {
	Page(w io.Writer, loc *i18n.Locale, layout templates.Layout, page templates.Page) error
	Partial(w io.Writer, loc *i18n.Locale, block string, page templates.Page) error
}

// Sealer seals what a browser keeps for us; *seal.Keyring is one.
type Sealer interface {
	Seal(purpose string, ad, plain []byte) (string, error)
	Open(purpose string, ad []byte, sealed string) ([]byte, error)
}

// Options are what a Kit is made of. Renderer, Bundle, Sealer and PublicURL are required.
type Options struct {
	Renderer Renderer
	Bundle   *i18n.Bundle
	Sealer   Sealer
	// PublicURL is the address under which people reach the service: "https://id.example.org", without a path.
	PublicURL string
	// TrustedProxies may tell the client's address in X-Forwarded-For and the request id in X-Request-Id.
	TrustedProxies []netip.Prefix
	// CrossOrigin are routes (patterns of http.ServeMux) that other sites may post to: those of OAuth that prove who
	// calls by other means. Every other POST must come from our own pages.
	CrossOrigin []string
	// Layout gives what surrounds the pages of a request: who is signed in and where they can go. It must do no I/O. Nil: nobody.
	Layout func(r *http.Request) templates.Layout
	// Language is the language of the signed-in person, from the session; it must do no I/O. Nil: not known.
	Language func(r *http.Request) string
	// Log gets one line per request. Nil: no log.
	Log *slog.Logger
	// Observe is told of every finished request, for metrics; nil: nobody is. Route is the matched pattern, never a raw path.
	Observe func(route, method string, status int, took time.Duration)
	// Clock and Rand are the time and the randomness; nil: the real ones.
	Clock func() time.Time
	Rand  io.Reader
}

// Kit serves pages. It is immutable and safe for concurrent use.
type Kit struct {
	opts   Options
	public *url.URL
	origin *http.CrossOriginProtection
}

// New checks the options and returns a Kit.
func New(opts Options) (*Kit, error) {
	if opts.Renderer == nil || opts.Bundle == nil || opts.Sealer == nil {
		return nil, errors.New("web.New needs a renderer, a bundle and a sealer")
	}
	public, err := ParsePublicURL(opts.PublicURL)
	if err != nil {
		return nil, err
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	if opts.Rand == nil {
		opts.Rand = rand.Reader
	}
	k := &Kit{opts: opts, public: public}
	if k.origin, err = newOriginCheck(public, opts.CrossOrigin); err != nil {
		return nil, err
	}
	return k, nil
}

// ParsePublicURL checks an address to be an absolute http or https URL without path, query, fragment or user.
func ParsePublicURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the public URL %q cannot be read: %w", address, err)
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return nil, fmt.Errorf("the public URL %q is not of the form https://id.example.org", address)
	case u.User != nil, u.RawQuery != "", u.Fragment != "", u.Path != "" && u.Path != "/":
		return nil, fmt.Errorf("the public URL %q must have no path, query, fragment or user", address)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// Link makes an absolute address from a path of ours, for mails and redirects from elsewhere.
func (k *Kit) Link(path string) string { return k.public.String() + path }

// Secure reports whether people reach the service by https, which decides the names of cookies.
func (k *Kit) Secure() bool { return k.public.Scheme == "https" }

// Now is the time by the clock of the Options.
func (k *Kit) Now() time.Time { return k.opts.Clock() }

// HandleOption changes how one route is handled.
type HandleOption func(*handling)

type handling struct{ maxBody int64 }

// MaxBody lets a route take a body of up to n bytes instead of the 64 KiB that every other gets.
func MaxBody(n int64) HandleOption { return func(h *handling) { h.maxBody = n } }

// Handle makes a Handler an http.Handler: its error becomes a page, its panics are Middleware's business.
func (k *Kit) Handle(h Handler, opts ...HandleOption) http.Handler {
	settings := handling{}
	for _, opt := range opts {
		opt(&settings)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := r.Context().Value(exchangeKey{}).(*exchange); !ok {
			k.begin(w, r, func(w http.ResponseWriter, r *http.Request) { k.handle(h, settings, w, r) })
			return
		}
		k.handle(h, settings, w, r)
	})
}

func (k *Kit) handle(h Handler, settings handling, w http.ResponseWriter, r *http.Request) {
	x := exchangeOf(r)
	x.route = r.Pattern
	if settings.maxBody > 0 {
		x.bound(w, r, settings.maxBody)
	}
	if err := h(w, r); err != nil {
		k.Fail(w, r, err)
	}
}

// render draws a page into memory, so that an error of the template can still become an error page.
func (k *Kit) render(r *http.Request, page templates.Page) ([]byte, *i18n.Locale, error) {
	loc := k.Locale(r)
	var out bytes.Buffer
	if err := k.opts.Renderer.Page(&out, loc, k.layout(r, loc), page); err != nil {
		return nil, nil, fmt.Errorf("drawing the page %q: %w", page.Template(), err)
	}
	return out.Bytes(), loc, nil
}
