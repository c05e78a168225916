package state

import (
	"slices"
	"strconv"
	"time"
)

// The typed values of a record, one type a kind. Each has a Value, the text that stands in the record, and a Parse function that reads it.
// A parsed value remembers its text, since that, to the letter, is what a later Change removes.

// Consent says what a person lets an application have. A trusted application, which asks nobody, has one too, marked so: every
// code and every refresh asserts that it still stands.
type Consent struct {
	Client  string    // client id; decides
	ID      string    // made anew whenever consent is given anew, and kept when it grows: what hung on an earlier consent stays dead
	Given   time.Time // when it was first given
	Updated time.Time // when it last grew
	Trusted bool      // the organisation decided, nobody was asked
	Scopes  []string
	Claims  []string

	raw string
}

// Value gives the text in the record.
func (c Consent) Value() string {
	return value('c', c.Client).text(c.ID).time(c.Given).time(c.Updated).flag(c.Trusted).list(c.Scopes).list(c.Claims).String()
}

// ParseConsent reads a Value.
func ParseConsent(v string) (Consent, error) {
	r := read('c', v)
	c := Consent{Client: r.id, ID: r.text(), Given: r.time(), Updated: r.time(), Trusted: r.flag(), Scopes: r.list(), Claims: r.list(), raw: v}
	return c, r.done()
}

// Covers tells whether the consent includes all these scopes and claims.
func (c Consent) Covers(scopes, claims []string) bool {
	return subset(scopes, c.Scopes) && subset(claims, c.Claims)
}

func subset(some, of []string) bool {
	for _, s := range some {
		if !slices.Contains(of, s) {
			return false
		}
	}
	return true
}

// Grant is one sign-in at one application: what its tokens stand for. It never changes; it is there or it is not.
type Grant struct {
	ID       string    `json:"-"`             // Digest of the code's id; decides
	Expires  time.Time `json:"exp"`           // when the last token of it is dead
	Made     time.Time `json:"iat"`           // when the code was made
	Epoch    int64     `json:"-"`             // the NotBefore it was made under; set by Redeem
	Client   string    `json:"-"`             // set by Redeem, as the consent's
	Consent  string    `json:"-"`             // Consent.ID; set by Redeem
	SID      string    `json:"sid,omitempty"` // Session.SID of the browser; may be empty
	AuthTime time.Time `json:"at,omitzero"`
	Offline  bool      `json:"off,omitempty"` // outlives its session (scope offline_access)
	Scopes   []string  `json:"sc,omitempty"`
	Claims   []string  `json:"cl,omitempty"`
	Audience []string  `json:"aud,omitempty"`
	ACR      string    `json:"acr,omitempty"`
	AMR      []string  `json:"amr,omitempty"`
	Extra    string    `json:"x,omitempty"` // the provider's own, at most MaxExtra bytes

	raw string
}

// Value gives the text in the record.
func (g Grant) Value() string {
	return value('g', g.ID).time(g.Expires).time(g.Made).number(g.Epoch).text(g.Client).text(g.Consent).text(g.SID).time(g.AuthTime).
		flag(g.Offline).list(g.Scopes).list(g.Claims).list(g.Audience).text(g.ACR).list(g.AMR).text(g.Extra).String()
}

// ParseGrant reads a Value.
func ParseGrant(v string) (Grant, error) {
	r := read('g', v)
	g := Grant{ID: r.id, Expires: r.time(), Made: r.time(), Epoch: r.number(), Client: r.text(), Consent: r.text(), SID: r.text(), AuthTime: r.time(),
		Offline: r.flag(), Scopes: r.list(), Claims: r.list(), Audience: r.list(), ACR: r.text(), AMR: r.list(), Extra: r.text(), raw: v}
	return g, r.done()
}

// Rotation is the refresh generation that a grant has reached. Its whole text is known to the holder of that generation's token.
type Rotation struct {
	Grant      string // Grant.ID; decides
	Generation int64  // from 0
	Made       time.Time

	raw string
}

// Value gives the text in the record.
func (r Rotation) Value() string {
	return value('r', r.Grant).number(r.Generation).time(r.Made).String()
}

// ParseRotation reads a Value.
func ParseRotation(v string) (Rotation, error) {
	r := read('r', v)
	rot := Rotation{Grant: r.id, Generation: r.number(), Made: r.time(), raw: v}
	return rot, r.done()
}

// Session is one person signed in in one browser.
type Session struct {
	ID       string // random hex, new at each sign-in; decides
	SID      string // what applications are told (OIDC `sid`): stays while the same person signs in again in the same browser
	Expires  time.Time
	Made     time.Time
	Seen     time.Time // rounded down to SeenStep
	AuthTime time.Time
	Epoch    int64 // the NotBefore it was made under; set by StartSession
	ACR      string
	AMR      []string
	Device   string // in a few words, for the person who looks at the list; at most MaxDevice bytes

	raw string
}

// Value gives the text in the record.
func (s Session) Value() string {
	return value('s', s.ID).time(s.Expires).time(s.Made).time(s.Seen).time(s.AuthTime).number(s.Epoch).text(s.SID).text(s.ACR).list(s.AMR).
		text(s.Device).String()
}

// ParseSession reads a Value.
func ParseSession(v string) (Session, error) {
	r := read('s', v)
	s := Session{ID: r.id, Expires: r.time(), Made: r.time(), Seen: r.time(), AuthTime: r.time(), Epoch: r.number(), SID: r.text(), ACR: r.text(),
		AMR: r.list(), Device: r.text(), raw: v}
	return s, r.done()
}

// Factor is something a person can prove besides the password. It is never dropped by housekeeping.
type Factor struct {
	ID     string // random hex; decides
	Type   string // "totp", "passkey", "recovery"
	Made   time.Time
	Used   time.Time
	Name   string // as the person calls it
	Sealed string // by package seal, bound to the record's path

	raw string
}

// Value gives the text in the record.
func (f Factor) Value() string {
	return value('k', f.ID).text(f.Type).time(f.Made).time(f.Used).text(f.Name).text(f.Sealed).String()
}

// ParseFactor reads a Value.
func ParseFactor(v string) (Factor, error) {
	r := read('k', v)
	f := Factor{ID: r.id, Type: r.text(), Made: r.time(), Used: r.time(), Name: r.text(), Sealed: r.text(), raw: v}
	return f, r.done()
}

// Used remembers that something which works once has worked. Its text never changes from one version of the program to the next,
// since adding it twice must collide.
type Used struct {
	ID      string    // Digest of what was used; decides
	Expires time.Time // when it would not work any more anyway; a function of what was used
}

// Value gives the text in the record.
func (u Used) Value() string { return value('u', u.ID).time(u.Expires).String() }

// ParseUsed reads a Value.
func ParseUsed(v string) (Used, error) {
	r := read('u', v)
	u := Used{ID: r.id, Expires: r.time()}
	return u, r.done()
}

// NotBefore is the epoch of a record: sessions, grants, codes and refresh tokens of an earlier one are dead. A record has exactly one from its
// creation on, 0 at first; "sign out everywhere" replaces it by a greater one, in milliseconds since 1970. Whatever must
// not outlive that asserts it by removing and adding it, and remembers it, so that no clock is ever compared.
type NotBefore struct {
	Epoch int64
}

// Value gives the text in the record.
func (n NotBefore) Value() string { return "n" + strconv.FormatInt(n.Epoch, 10) }

// ParseNotBefore reads a Value.
func ParseNotBefore(v string) (NotBefore, error) {
	r := read('n', v)
	n, err := strconv.ParseUint(r.id, 10, 63)
	if r.err == nil && err != nil {
		r.err = err
	}
	return NotBefore{Epoch: int64(n)}, r.done()
}
