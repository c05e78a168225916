package session

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// MaxAccounts is how many accounts one browser can know. One more takes the place of the one that was not used for longest.
const MaxAccounts = 8

const (
	maxName  = 60 // bytes of a name
	maxLogin = 64 // bytes of a login; a longer one is not kept, since half of it would fill in nothing
)

// Account is somebody whom a browser knows: signed in, or remembered so that they have less to type. Nothing in it was asked for now: what the
// cookie says may have ended meanwhile.
type Account struct {
	Session        // without ID: signed out
	Handle  string // names the account on pages of this browser
	Live    bool   // the session is good, as far as the cookie can tell
	Login   string // the user name; empty if it is too long to be kept
	Name    string
	Photo   string // names the photo as PhotoName does; empty if there is none
}

// Called is a name for the account; empty if the cookie has none.
func (a Account) Called() string { return cmp.Or(a.Name, a.Login) }

// Everybody is the word that Chosen takes for all accounts.
const Everybody = "all"

// Chosen are the sessions that somebody chose on a form, by the handle of an account or Everybody; with an empty word it is whoever is at work.
func Chosen(accounts []Account, word string) []string {
	var ids []string
	for i, a := range accounts {
		if a.ID != "" && (word == Everybody || word == a.Handle || word == "" && i == 0) {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// account is an Account in the cookie. The names are short, since every request carries it.
type account struct {
	ID       string   `json:"i,omitempty"` // of the session; empty for somebody who is remembered
	SID      string   `json:"s,omitempty"` // if it is not the same
	Person   string   `json:"p"`
	DN       string   `json:"d,omitempty"`
	Login    string   `json:"u,omitempty"`
	Name     string   `json:"t,omitempty"`
	Photo    string   `json:"f,omitempty"`
	AuthTime int64    `json:"a,omitempty"`
	AMR      []string `json:"m,omitempty"`
	ACR      string   `json:"c,omitempty"`
	Mark     string   `json:"k,omitempty"`
	Expires  int64    `json:"e,omitempty"`
	Seen     int64    `json:"n"`           // when this was written
	Turn     int      `json:"o,omitempty"` // the highest is at work

	Remember bool `json:"-"` // it is in the cookie that stays
}

func (a *account) session() *Session {
	sid := a.SID
	if sid == "" {
		sid = a.ID
	}
	return &Session{
		ID: a.ID, SID: sid, Ref: ldapmap.Ref{ID: a.Person, DN: a.DN}, AuthTime: time.Unix(a.AuthTime, 0).UTC(), AMR: a.AMR, ACR: a.ACR,
		Mark: a.Mark, Remember: a.Remember, Expires: time.Unix(a.Expires, 0).UTC(), Seen: time.Unix(a.Seen, 0).UTC(),
	}
}

// of notes whose account it is, as the directory has them now.
func (a *account) of(u *ldapmap.User) {
	a.Person, a.DN, a.Mark = u.ID, u.DN, u.Account.Mark
	a.Name, a.Photo = cut(u.DisplayName(), maxName), PhotoName(u)
	if a.Login = u.Get(ldapmap.Username); len(a.Login) > maxLogin {
		a.Login = ""
	}
}

// signedOut is what is remembered of it afterwards: who it was.
func (a *account) signedOut(now time.Time) {
	*a = account{Person: a.Person, Login: a.Login, Name: a.Name, Seen: now.Unix(), Remember: true}
}

// live tells whether its session is good, as far as the cookie can tell. "Stay signed in" is exempt from idle.
func (m *Manager) live(a *account) bool {
	now := m.now()
	return a.ID != "" && now.Before(time.Unix(a.Expires, 0)) && (m.cfg.Idle <= 0 || a.Remember || now.Sub(time.Unix(a.Seen, 0)) < m.cfg.Idle)
}

// known tells whether somebody whose session is over is still remembered.
func (m *Manager) known(a *account) bool {
	return !a.Remember || m.now().Before(time.Unix(a.Seen, 0).Add(m.cfg.Known))
}

// until is when the browser may forget it; zero for one that goes with the browser.
func (m *Manager) until(a *account) time.Time {
	if !a.Remember {
		return time.Time{}
	}
	last := time.Unix(a.Seen, 0).Add(m.cfg.Known)
	if e := time.Unix(a.Expires, 0); a.ID != "" && e.After(last) {
		return e
	}
	return last
}

// Handle names the account of a person on the pages of a browser.
func Handle(person string) string {
	sum := sha256.Sum256([]byte("wicketgate account\x00" + person))
	return hex.EncodeToString(sum[:8])
}

// PhotoName is a short name for the photo that somebody has now; empty if they have none.
func PhotoName(u *ldapmap.User) string {
	photo := u.Get(ldapmap.Photo)
	if photo == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(photo))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// list is what a browser knows, the account at work first.
type list []account

func (l list) sort() {
	slices.SortStableFunc(l, func(a, b account) int { return cmp.Or(b.Turn-a.Turn, cmp.Compare(b.Seen, a.Seen)) })
}

func (l list) person(id string) int {
	return slices.IndexFunc(l, func(a account) bool { return a.Person == id })
}

func (l list) session(id string) int {
	return slices.IndexFunc(l, func(a account) bool { return id != "" && a.ID == id })
}

// front puts an account at work.
func (l list) front(i int) {
	top := 0
	for _, a := range l {
		top = max(top, a.Turn)
	}
	l[i].Turn = top + 1
	if top > 1<<30 { // nobody switches that often, but a cookie that was made up by an earlier self may say so
		for j := range l {
			l[j].Turn = len(l) - j
		}
		l[i].Turn = len(l) + 1
	}
	l.sort()
}

// surplus takes away what goes first if there is no room: somebody who is only remembered, else whoever was not used for longest.
func (l *list) surplus() account {
	last := len(*l) - 1
	for i := last; i > 0; i-- {
		if (*l)[i].ID == "" {
			last = i
			break
		}
	}
	gone := (*l)[last]
	*l = slices.Delete(*l, last, last+1)
	return gone
}

// cut shortens a text to a number of bytes, at the start of a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}
