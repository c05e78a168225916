package session

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"

	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

const (
	cookieName = "wicketgate"
	hostPrefix = "__Host-" // RFC 6265bis 4.1.3.2: only this host can have set it, over TLS, for all of it
	maxCookie  = 3900      // bytes of a value: browsers keep 4096 with name and attributes
	sealFor    = "session cookie"
	payloadKey = "p"
)

// codec seals cookies with the keyring, bound to the cookie's name. It takes the place of gorilla's own keys, so that there is one master
// secret, one sealing and one rotation in the program.
type codec struct{ keys *seal.Keyring }

var _ securecookie.Codec = codec{}

// Encode implements securecookie.Codec for session values with one entry: the payload as text.
func (c codec) Encode(name string, value any) (string, error) {
	values, ok := value.(map[any]any)
	payload, isText := values[payloadKey].(string)
	if !ok || !isText {
		return "", fault.New(fault.Internal, "a cookie without a payload")
	}
	sealed, err := c.keys.Seal(sealFor, []byte(name), []byte(payload))
	if err != nil {
		return "", fmt.Errorf("sealing a cookie: %w", err)
	}
	if len(sealed) > maxCookie {
		return "", fault.New(fault.Invalid, "a cookie of %d bytes: the limit is %d", len(sealed), maxCookie)
	}
	return sealed, nil
}

// Decode implements securecookie.Codec.
func (c codec) Decode(name, value string, dst any) error {
	values, ok := dst.(*map[any]any)
	if !ok {
		return fault.New(fault.Internal, "a cookie read into %T", dst)
	}
	if len(value) > maxCookie {
		return seal.ErrOpen
	}
	payload, err := c.keys.Open(sealFor, []byte(name), value)
	if err != nil {
		return err
	}
	(*values)[payloadKey] = string(payload)
	return nil
}

// jar writes and reads our cookies.
type jar struct {
	*sessions.CookieStore
	codec  codec
	prefix string
}

// newJar decides by the public URL. Without TLS a browser refuses the prefix and Secure, so plain http is for this computer alone.
func newJar(keys *seal.Keyring, publicURL string) (*jar, error) {
	u, err := url.Parse(publicURL)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the public URL: %w", err)
	}
	secure := u.Scheme == "https"
	if !secure && (u.Scheme != "http" || !loopback(u.Hostname())) || u.Host == "" {
		return nil, fault.New(fault.Invalid, "the public URL is %q: sessions need https, but for an address on this computer", publicURL)
	}
	c := codec{keys}
	j := &jar{codec: c, CookieStore: &sessions.CookieStore{Codecs: []securecookie.Codec{c}, Options: &sessions.Options{
		Path: "/", Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}}}
	if secure {
		j.prefix = hostPrefix
	}
	return j, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// drop tells the browser to forget a cookie.
func (j *jar) drop(w http.ResponseWriter, name string) {
	opts := *j.Options
	opts.MaxAge = -1
	http.SetCookie(w, sessions.NewCookie(name, "", &opts))
}
