// Package ticket makes the links in our mails: to set a new password, to confirm a mail address, to accept an invitation.
//
// A link carries all it stands for, sealed, so that nothing is stored until it is used, and any replica can take it. It is for one purpose; it
// expires; it is bound to the state of the entry it was made for, so that a reset link dies when the password changes; and it works
// once, on all replicas together, by a `u` value in the person's record (package state). Its address is made from the configured public URL alone,
// never from what a request says about itself.
//
// A flow does this with it:
//
//	GET   Open (no I/O), then read the person, Check, Unspent: the page, or words that say why not
//	POST  Open, read, Check, Spend, act; if the act failed without any effect, Restore, so that the link works again
//
// The package imports gateway/seal, gateway/state and ldapmap; selfservice and gateway import it.
package ticket

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Purpose is what a link is for.
type Purpose string

// The purposes.
const (
	ResetPassword Purpose = "reset"  // a forgotten password
	FirstPassword Purpose = "first"  // the first password of an account that has none
	MailChange    Purpose = "mail"   // a new mail address; the data is the address
	Invitation    Purpose = "invite" // an account to be; the data is what is prefilled
)

func (p Purpose) known() bool {
	switch p {
	case ResetPassword, FirstPassword, MailChange, Invitation:
		return true
	}
	return false
}

// Bounds.
const (
	MaxToken = 4 << 10             // characters; longer ones are not looked at, and not made
	MaxTTL   = 90 * 24 * time.Hour // of a link
	Param    = "t"                 // the query parameter that carries the token
	sealFor  = "link"              // one purpose of package seal for all links, so that ErrPurpose can be told
)

// Why a link does not work. Their words are fit for the person who followed it.
var (
	ErrMalformed error = fault.Say(fault.Invalid, "", "This link is not complete. Please open it from the mail again, or copy all of it.")
	ErrPurpose   error = fault.Say(fault.Invalid, "", "This link is for something else. Please open it from the mail again.")
	ErrExpired   error = fault.Say(fault.Denied, "", "This link has expired. Please ask for a new one.")
	ErrUsed      error = fault.Say(fault.Denied, "", "This link has been used already. It works only once.")
	ErrChanged   error = fault.Say(fault.Denied, "", "This link no longer works, because the account has changed since it was sent. Please ask for a new one.")
)

// Ticket is what a link stands for.
type Ticket struct {
	Purpose Purpose
	Ref     ldapmap.Ref // zero for an invitation
	Expires time.Time

	id   string
	mark string
	data json.RawMessage
}

// sealed is a Ticket as it travels. The names are short because mail programs break long links.
type sealed struct {
	Purpose Purpose         `json:"p"`
	ID      string          `json:"i"`
	Expires int64           `json:"e"`
	Person  string          `json:"s,omitempty"`
	DN      string          `json:"d,omitempty"`
	Mark    string          `json:"m,omitempty"`
	Data    json.RawMessage `json:"x,omitempty"`
}

// Office makes links and takes them.
type Office struct {
	keys    *seal.Keyring
	records *state.Records
	public  *url.URL
	now     func() time.Time
}

// New returns an Office whose links start with publicURL, such as "https://id.example.org" or one with a path. now is the clock; nil means time.Now.
// Errors: Invalid for a URL that is not http or https, or has a query or fragment.
func New(keys *seal.Keyring, records *state.Records, publicURL string, now func() time.Time) (*Office, error) {
	u, err := url.Parse(publicURL)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the public URL: %w", err)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fault.New(fault.Invalid, "the public URL is %q; it has to be like https://id.example.org", publicURL)
	}
	if now == nil {
		now = time.Now
	}
	return &Office{keys: keys, records: records, public: u, now: now}, nil
}

// Issue makes a link that works for ttl, to the page at path. ref is whom it is for, zero for an invitation; mark binds it to the entry (Account.LinkMark for a password, else Account.Mark, so that
// it dies when the password changes); data is any JSON, and comes back from Ticket.Decode. It returns the whole address and when it expires.
//
// Errors: Invalid if the link would be longer than MaxToken, or ttl is not within MaxTTL.
func (o *Office) Issue(p Purpose, path string, ref ldapmap.Ref, mark string, data any, ttl time.Duration) (link string, expires time.Time, err error) {
	if ttl <= 0 || ttl > MaxTTL {
		return "", time.Time{}, fault.New(fault.Invalid, "a link that works for %v: it has to be up to %v", ttl, MaxTTL)
	}
	if !p.known() || !strings.HasPrefix(path, "/") || (ref.ID == "") != (p == Invitation) {
		return "", time.Time{}, fault.New(fault.Internal, "a link for %q to %q, for a person or not", string(p), path)
	}
	id := make([]byte, 16)
	rand.Read(id) // never fails (Go 1.24); whoever could choose it could use up the links of others
	expires = o.now().Add(ttl).UTC().Truncate(time.Second)
	s := sealed{Purpose: p, ID: hex.EncodeToString(id), Expires: expires.Unix(), Person: ref.ID, DN: ref.DN, Mark: mark}
	if data != nil {
		raw, err := json.Marshal(data)
		if err != nil {
			return "", time.Time{}, fmt.Errorf("writing the data of a link: %w", err)
		}
		s.Data = raw
	}
	token, err := o.seal(s)
	if err == nil && len(token) > MaxToken && s.DN != "" { // only a hint
		s.DN = ""
		token, err = o.seal(s)
	}
	if err != nil {
		return "", time.Time{}, err
	}
	if len(token) > MaxToken {
		return "", time.Time{}, fault.New(fault.Invalid, "a link of %d characters: the limit is %d", len(token), MaxToken)
	}
	u := *o.public
	u.Path = strings.TrimSuffix(u.Path, "/") + path
	u.RawPath = ""
	u.RawQuery = Param + "=" + token // base64url: nothing to escape
	return u.String(), expires, nil
}

func (o *Office) seal(s sealed) (string, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("writing a link: %w", err)
	}
	token, err := o.keys.Seal(sealFor, nil, raw)
	if err != nil {
		return "", fmt.Errorf("sealing a link: %w", err)
	}
	return token, nil
}

// Open reads a token that was made for the purpose, and for no other. It asks nobody: whether the link was used, or died with a change, is
// told by Unspent and Check. Errors: ErrMalformed, ErrPurpose, ErrExpired, in this order.
func (o *Office) Open(p Purpose, token string) (Ticket, error) {
	if len(token) > MaxToken {
		return Ticket{}, ErrMalformed
	}
	raw, err := o.keys.Open(sealFor, nil, token)
	if err != nil {
		return Ticket{}, ErrMalformed
	}
	var s sealed
	if err := json.Unmarshal(raw, &s); err != nil || s.ID == "" || (s.Person == "") != (s.Purpose == Invitation) {
		return Ticket{}, ErrMalformed
	}
	t := Ticket{Purpose: s.Purpose, Ref: ldapmap.Ref{ID: s.Person, DN: s.DN}, Expires: time.Unix(s.Expires, 0).UTC(), id: s.ID, mark: s.Mark, data: s.Data}
	switch {
	case t.Purpose != p:
		return Ticket{}, ErrPurpose
	case !o.now().Before(t.Expires):
		return Ticket{}, ErrExpired
	}
	return t, nil
}

// Decode reads what Issue was given into v, strictly: a link of an earlier version that said something else is ErrMalformed.
func (t Ticket) Decode(v any) error {
	d := json.NewDecoder(strings.NewReader(string(t.data)))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return ErrMalformed
	}
	return nil
}

// Check tells whether the link is for this person as the directory has the entry now. Errors: ErrChanged, also if it is another person's.
func (t Ticket) Check(u *ldapmap.User) error {
	if t.Purpose == Invitation {
		return nil
	}
	if u == nil || u.ID != t.Ref.ID {
		return ErrChanged
	}
	now := u.Account.Mark
	if t.Purpose == ResetPassword || t.Purpose == FirstPassword {
		now = u.Account.LinkMark()
	}
	if now != t.mark {
		return ErrChanged
	}
	return nil
}

// Unspent tells, with one read, whether the link was used before, so that a page does not ask for anything in vain. Spend decides. Errors: ErrUsed.
func (o *Office) Unspent(ctx context.Context, t Ticket) error {
	path, id := t.used()
	used, err := o.records.WasUsed(ctx, path, id)
	switch {
	case err != nil:
		return fmt.Errorf("looking at a link: %w", err)
	case used:
		return ErrUsed
	}
	return nil
}

// Spend uses the link up: of any number of callers on all replicas one gets nil. It is one write. Errors: ErrUsed, ErrExpired.
func (o *Office) Spend(ctx context.Context, t Ticket) error {
	path, id := t.used()
	err := o.records.Use(ctx, path, id, t.Expires)
	switch {
	case errors.Is(err, state.ErrUsed):
		return ErrUsed
	case errors.Is(err, state.ErrExpired):
		return ErrExpired
	case err != nil:
		return fmt.Errorf("using a link: %w", err)
	}
	return nil
}

// Restore makes a link work again that was spent for an act which then failed without any effect, such as a password that the directory refused.
func (o *Office) Restore(ctx context.Context, t Ticket) error {
	path, id := t.used()
	if err := o.records.Unuse(ctx, path, id, t.Expires); err != nil {
		return fmt.Errorf("restoring a link: %w", err)
	}
	return nil
}

// used names what Spend writes: in the person's record, or in one of its own for somebody who is not yet there.
func (t Ticket) used() (state.Path, string) {
	id := state.Digest("link", string(t.Purpose), t.id)
	if t.Ref.ID == "" {
		return state.Path{Kind: state.Pending, ID: id}, id
	}
	return state.PersonPath(t.Ref.ID), id
}
