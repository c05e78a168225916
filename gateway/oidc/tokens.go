package oidc

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// The keyring purposes. A code cannot be shown as an access token, nor the other way round, because each has a key of its own.
const (
	purposeCode    = "oidc/code"
	purposeAccess  = "oidc/access-token"
	purposeRefresh = "oidc/refresh-token"
	purposeRequest = "oidc/request"
	purposeLogout  = "oidc/logout"
	purposeBye     = "oidc/bye"
)

// The types of what is signed, in the header, so that nothing that was made for one purpose is taken for another (RFC 8725 3.11).
const (
	typID     = "JWT"
	typAccess = "at+jwt" // RFC 9068 2.1
	typLogout = "logout+jwt"
)

// maxToken bounds what is taken for a code or token, in bytes; ours have some 700.
const maxToken = 8 << 10

// signOn is what stays true of one person's sign-on at one client: everything that would otherwise be a row in a database. It travels,
// sealed, in the code and in the tokens.
type signOn struct {
	Client  string   `json:"c"`
	Person  string   `json:"p"`           // stable id
	Subject string   `json:"j,omitempty"` // the name that the client knows, if it is not the stable id: see Provider.subject
	DN      string   `json:"d"`           // where the person's entry was: a hint
	SID     string   `json:"b,omitempty"` // what the client is told of the browser's session
	Scopes  []string `json:"s"`
	// Resources are those that access tokens can be meant for, the issuer among them if it is one; nil means the issuer alone (RFC 8707).
	Resources []string `json:"rs,omitempty"`
	AuthTime  int64    `json:"t"` // seconds since 1970
	AMR       []string `json:"m,omitempty"`
	ACR       string   `json:"a,omitempty"`
	Mark      string   `json:"k,omitempty"` // see markOf

	record *state.Person // the person's, once Provider.alive has read it
}

func (s *signOn) ref() ldapmap.Ref { return ldapmap.Ref{ID: s.Person, DN: s.DN} }

// subject is what an application calls whom a token is about: the person, or the client itself if the token is its own (RFC 9068 2.2).
func (s *signOn) subject() string { return cmp.Or(s.Subject, s.Person, s.Client) }

func (s *signOn) has(sc string) bool { return slices.Contains(s.Scopes, sc) }
func (s *signOn) scope() string      { return strings.Join(s.Scopes, " ") }

// narrowed is the same sign-on with fewer scopes.
func (s signOn) narrowed(scopes []string) signOn {
	s.Scopes = scopes
	return s
}

// markOf is a short digest of an account's mark: whoever holds a token must learn nothing about the password's history.
func markOf(u *ldapmap.User) string {
	if u.Account.Mark == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("wicketgate mark\x00" + u.ID + "\x00" + u.Account.Mark))
	return hex.EncodeToString(sum[:8])
}

// stillGood tells whether the person may have new tokens: the account is active, and the password is the one that signed on. A mark that appears where
// there was none is a change too: directories note when a password was changed for the first time. Where a directory shows nothing, both are empty.
func (s *signOn) stillGood(u *ldapmap.User, now time.Time) bool {
	return u.Account.Active(now) && s.Mark == markOf(u)
}

// code is what an authorization code carries (RFC 6749 4.1.2).
type code struct {
	signOn
	ID        string         `json:"i"` // 128 random bits in hex; the grant is named by its digest
	Redirect  string         `json:"u"`
	Challenge string         `json:"h,omitempty"` // PKCE, S256 (RFC 7636)
	Nonce     string         `json:"n,omitempty"`
	Asked     asked          `json:"q,omitzero"`
	Standing  state.Standing `json:"v"` // what has to be true still when it is redeemed
	Made      int64          `json:"w"`
	Expires   int64          `json:"x"`
	Ends      int64          `json:"e"` // when the grant does
	Refresh   bool           `json:"r,omitempty"`
}

// grantID names the grant that the code becomes. It is a function of the code alone, so that redeeming twice collides.
func (c *code) grantID() string { return state.Digest("code", c.ID) }

// decision is the code as the state store redeems it.
func (c *code) decision() state.Code {
	return state.Code{
		ID: c.grantID(), Expires: time.Unix(c.Expires, 0), Standing: c.Standing, Refresh: c.Refresh,
		Grant: state.Grant{
			Expires: time.Unix(c.Ends, 0), Made: time.Unix(c.Made, 0), SID: c.SID, AuthTime: time.Unix(c.AuthTime, 0),
			Offline: c.has(ScopeOffline), Scopes: c.Scopes, Claims: c.Asked.Userinfo, Audience: c.Resources, ACR: c.ACR, AMR: c.AMR, Extra: c.Subject,
		},
	}
}

// refreshToken is what a refresh token carries.
type refreshToken struct {
	signOn
	state.Refresh `json:"r"`
	Claims        []string `json:"q,omitempty"` // that were asked for by name, for ID tokens
	Issued        int64    `json:"i"`
}

// seal makes the opaque text of a code or token.
func (p *Provider) seal(purpose string, v any) (string, error) {
	var plain bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false) // an address has many '&', and a sealed request has to fit into one
	if err := enc.Encode(v); err != nil {
		return "", fmt.Errorf("writing a sealed token: %w", err)
	}
	sealed, err := p.Keyring.Seal(purpose, []byte(p.Issuer), plain.Bytes())
	if err != nil {
		return "", fmt.Errorf("sealing a token: %w", err)
	}
	return sealed, nil
}

// open reads what seal made. Whatever somebody else made up, cut or changed is Invalid, before anything is read anywhere.
func (p *Provider) open(purpose, sealed string, bound int, v any) error {
	if sealed == "" || len(sealed) > bound {
		return fault.New(fault.Invalid, "nothing of ours has %d bytes", len(sealed))
	}
	plain, err := p.Keyring.Open(purpose, []byte(p.Issuer), sealed)
	if err != nil {
		return fault.Wrap(fault.Invalid, err)
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return fault.Wrap(fault.Invalid, fmt.Errorf("reading a sealed token of another version: %w", err))
	}
	return nil
}
