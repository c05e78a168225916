// Package remote fetches the documents that applications keep at addresses of their own: keys (jwks_uri), request objects (request_uri), lists of
// addresses (sector_identifier_uri).
//
// Whoever registers an application chooses such an address, and we are the ones who go there. So a Fetcher goes to public addresses alone, decided
// when it connects, after the name was looked up: a name that points to the inside of the organisation, at once or at the second
// look, gets nothing. It takes https alone, follows no redirect to another site, and bounds size and time.
//
//	remote.go     Fetcher: one fetch
//	address.go    which addresses it may connect to
//	cache.go      what was fetched serves for a while
//
// The package is used by gateway/oidc and imports ldapmap/fault alone.
package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// The bounds of a fetch.
const (
	MaxBytes  = 64 << 10 // of a document
	MaxTime   = 5 * time.Second
	maxURL    = 2048 // bytes
	redirects = 3    // within one site
)

// Config says what a Fetcher may do. The zero value is the strict one.
type Config struct {
	// Private lets it connect to addresses that are not public: loopback, private networks, link-local.
	Private bool
	// HTTP lets it fetch by http as well as by https. For tests and gateways on this machine.
	HTTP bool
	// Clock is for the age of what was fetched; nil means time.Now.
	Clock func() time.Time
	// Transport changes the transport before it is used; may be nil. For tests that bring a certificate authority of their own.
	Transport func(*http.Transport)
}

// Fetcher fetches documents. It is safe for concurrent use.
type Fetcher struct {
	config Config
	client *http.Client
	cache  cache
}

// New returns a Fetcher.
func New(config Config) *Fetcher {
	if config.Clock == nil {
		config.Clock = time.Now
	}
	dialer := &net.Dialer{Timeout: MaxTime}
	if !config.Private {
		dialer.Control = publicOnly
	}
	// No proxy: what a proxy connects to cannot be seen from here.
	transport := &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: MaxTime, ResponseHeaderTimeout: MaxTime, MaxResponseHeaderBytes: 16 << 10,
		MaxIdleConns: 16, IdleConnTimeout: 30 * time.Second, ForceAttemptHTTP2: true,
	}
	if config.Transport != nil {
		config.Transport(transport)
	}
	f := &Fetcher{config: config}
	f.client = &http.Client{Transport: transport, Timeout: MaxTime, CheckRedirect: sameSite}
	return f
}

// sameSite lets a server move its document within itself.
func sameSite(r *http.Request, via []*http.Request) error {
	switch from := via[0].URL; {
	case len(via) > redirects:
		return errors.New("it redirects too often")
	case r.URL.Scheme != from.Scheme || r.URL.Host != from.Host:
		return errors.New("it redirects to another site")
	}
	return nil
}

// Check tells whether an address is one that would be fetched at all, without going there: for registrations.
func (f *Fetcher) Check(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || len(address) > maxURL || u.Host == "" || u.Hostname() == "" || u.User != nil || u.Opaque != "":
		return fault.New(fault.Invalid, "this is no web address")
	case u.Scheme == "https", u.Scheme == "http" && f.config.HTTP:
	default:
		return fault.New(fault.Invalid, "the address is not https")
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && !f.config.Private && !public(ip) {
		return fault.New(fault.Invalid, "the address is not public")
	}
	return nil
}

// Get fetches a document, or returns what was fetched within the last Fresh. Errors: Invalid when the address or what is there is no good, and Unavailable when
// nothing came; each is remembered for a moment too, so that nobody is asked at every request.
func (f *Fetcher) Get(ctx context.Context, address string) ([]byte, error) {
	return f.get(ctx, address, Fresh)
}

// Renew is Get for a caller who found that something is missing in the document, a new key for instance: it is fetched again unless that
// was done within the last Pause.
func (f *Fetcher) Renew(ctx context.Context, address string) ([]byte, error) {
	return f.get(ctx, address, Pause)
}

func (f *Fetcher) fetch(ctx context.Context, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fault.New(fault.Invalid, "this is no web address")
	}
	u.Fragment = "" // of a request_uri: a digest, for us alone (RFC 9101 5.2)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err)
	}
	req.Header.Set("User-Agent", "wicketgate")
	resp, err := f.client.Do(req)
	if err != nil {
		code := fault.Unavailable
		if errors.Is(err, errPrivate) {
			code = fault.Invalid
		}
		return nil, fault.Wrap(code, fmt.Errorf("fetching a document of an application: %w", err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fault.New(fault.Unavailable, "fetching %s: its server answers %d", address, resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxBytes+1))
	switch {
	case err != nil:
		return nil, fault.Wrap(fault.Unavailable, fmt.Errorf("reading %s: %w", address, err))
	case len(body) > MaxBytes:
		return nil, fault.New(fault.Invalid, "the document at %s has more than %d bytes", address, MaxBytes)
	}
	return body, nil
}
