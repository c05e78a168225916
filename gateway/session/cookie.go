package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"

	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

const (
	cookieName  = "wicketgate"
	hostPrefix  = "__Host-" // RFC 6265bis 4.1.3.2: only this host can have set it, over TLS, for all of it
	maxCookie   = 3900      // bytes of a value: browsers keep 4096 with name and attributes
	maxAccounts = 8
	sealFor     = "session cookie"
	payloadKey  = "p"
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

// account is one person in the cookie. The names are short, since every request carries it.
type account struct {
	ID       string   `json:"i"`
	SID      string   `json:"s"`
	Person   string   `json:"p"`
	DN       string   `json:"d,omitempty"`
	AuthTime int64    `json:"a"`
	AMR      []string `json:"m,omitempty"`
	ACR      string   `json:"c,omitempty"`
	Mark     string   `json:"k,omitempty"`
	Remember bool     `json:"r,omitempty"`
	Expires  int64    `json:"e"`
	Seen     int64    `json:"n"` // when the cookie was written
}

type payload struct {
	Accounts []account `json:"l"` // the first one is at work
}

func (a account) session() *Session {
	return &Session{
		ID: a.ID, SID: a.SID, Ref: ldapmap.Ref{ID: a.Person, DN: a.DN}, AuthTime: time.Unix(a.AuthTime, 0).UTC(), AMR: a.AMR, ACR: a.ACR,
		Mark: a.Mark, Remember: a.Remember, Expires: time.Unix(a.Expires, 0).UTC(), Seen: time.Unix(a.Seen, 0).UTC(),
	}
}

func (s *Session) account() account {
	return account{
		ID: s.ID, SID: s.SID, Person: s.Ref.ID, DN: s.Ref.DN, AuthTime: s.AuthTime.Unix(), AMR: s.AMR, ACR: s.ACR, Mark: s.Mark, Remember: s.Remember,
		Expires: s.Expires.Unix(), Seen: s.Seen.Unix(),
	}
}

// read returns who is in the cookie; nobody, if there is none or it is not ours.
func (j *jar) read(r *http.Request) (payload, *sessions.Session) {
	g, _ := j.Get(r, j.prefix+cookieName) // a cookie that is not ours leaves Values empty
	var p payload
	text, ok := g.Values[payloadKey].(string)
	if !ok {
		return p, g
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil || len(p.Accounts) > maxAccounts ||
		slices.ContainsFunc(p.Accounts, func(a account) bool { return a.ID == "" || a.Person == "" }) {
		return payload{}, g
	}
	return p, g
}

// write sets the cookie for these accounts, or takes it away if there are none.
func (j *jar) write(w http.ResponseWriter, r *http.Request, now time.Time, p payload) error {
	_, g := j.read(r)
	opts := *j.Options
	g.Options = &opts
	if len(p.Accounts) == 0 {
		delete(g.Values, payloadKey)
		return j.drop(w, j.prefix+cookieName)
	}
	for _, a := range p.Accounts {
		if a.Remember {
			opts.MaxAge = max(opts.MaxAge, int(time.Unix(a.Expires, 0).Sub(now).Seconds()))
		}
	}
	err := j.save(w, r, g, p)
	if fault.Is(err, fault.Invalid) { // too long: the DNs are only hints
		p.Accounts = slices.Clone(p.Accounts)
		for i := range p.Accounts {
			p.Accounts[i].DN = ""
		}
		err = j.save(w, r, g, p)
	}
	return err
}

func (j *jar) save(w http.ResponseWriter, r *http.Request, g *sessions.Session, p payload) error {
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("writing a cookie: %w", err)
	}
	g.Values[payloadKey] = string(text)
	if err := g.Save(r, w); err != nil {
		var all securecookie.MultiError
		if errors.As(err, &all) && len(all) > 0 {
			err = all[0]
		}
		return fmt.Errorf("writing a cookie: %w", err)
	}
	return nil
}

// drop tells the browser to forget a cookie.
func (j *jar) drop(w http.ResponseWriter, name string) error {
	opts := *j.Options
	opts.MaxAge = -1
	http.SetCookie(w, sessions.NewCookie(name, "", &opts))
	return nil
}
