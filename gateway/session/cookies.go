package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/securecookie"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// payload is what a cookie holds.
type payload struct {
	Accounts list `json:"l"`
}

// names are the two cookies: one goes with the browser, the other stays. So nothing is left on a disk of whoever did not ask to stay signed in.
func (j *jar) names() (goes, stays string) {
	return j.prefix + cookieName, j.prefix + cookieName + "_stay"
}

// read returns whom the browser knows, the account at work first. What is in a cookie that is not ours, or has expired, is nobody.
func (m *Manager) read(r *http.Request) list {
	goes, stays := m.jar.names()
	all := append(m.jar.open(r, goes, false), m.jar.open(r, stays, true)...)
	all = slices.DeleteFunc(all, func(a account) bool { return !m.live(&a) && !m.known(&a) })
	all.sort()
	// A person stands there once: only a browser that mixed an old cookie with a new one has them twice.
	seen := map[string]bool{}
	all = slices.DeleteFunc(all, func(a account) bool {
		twice := seen[a.Person]
		seen[a.Person] = true
		return twice
	})
	if len(all) > MaxAccounts {
		all = all[:MaxAccounts]
	}
	return all
}

func (j *jar) open(r *http.Request, name string, stays bool) list {
	g, _ := j.Get(r, name) // a cookie that is not ours leaves Values empty
	text, ok := g.Values[payloadKey].(string)
	if !ok {
		return nil
	}
	var p payload
	if json.Unmarshal([]byte(text), &p) != nil || len(p.Accounts) > MaxAccounts ||
		slices.ContainsFunc(p.Accounts, func(a account) bool { return a.Person == "" || a.ID == "" && !stays }) {
		return nil
	}
	for i := range p.Accounts {
		p.Accounts[i].Remember = stays
	}
	return p.Accounts
}

// write sets the cookies for these accounts, and takes away what is empty. It returns those for whom there was no room; somebody has to end
// their sessions. Errors: Invalid, if not even the one at work fits.
func (m *Manager) write(w http.ResponseWriter, r *http.Request, all list) (gone []account, err error) {
	var goes, stays string
	for goes, stays, err = m.encode(all); fault.Is(err, fault.Invalid); goes, stays, err = m.encode(all) {
		if !all.shorten() {
			if len(all) <= 1 {
				return gone, err
			}
			gone = append(gone, all.surplus())
		}
	}
	if err != nil {
		return gone, err
	}
	var lasts time.Duration
	for i := range all {
		if end := m.until(&all[i]); !end.IsZero() {
			lasts = max(lasts, end.Sub(m.now()))
		}
	}
	m.state(w, r, all)
	nameGoes, nameStays := m.jar.names()
	if err := m.jar.put(w, r, nameGoes, goes, 0); err != nil {
		return gone, err
	}
	return gone, m.jar.put(w, r, nameStays, stays, lasts)
}

// encode gives the texts of the two cookies; empty for none. Errors: Invalid, if they are too long. Together they hold no more than one may, since
// there are proxies that take no longer header.
func (m *Manager) encode(all list) (goes, stays string, err error) {
	write := func(stays bool) (text string, size int, err error) {
		part := slices.DeleteFunc(slices.Clone(all), func(a account) bool { return a.Remember != stays })
		if len(part) == 0 {
			return "", 0, nil
		}
		raw, err := json.Marshal(payload{Accounts: part})
		if err != nil {
			return "", 0, fmt.Errorf("writing a cookie: %w", err)
		}
		name, _ := m.jar.names()
		sealed, err := m.jar.codec.Encode(name, map[any]any{payloadKey: string(raw)})
		return string(raw), len(sealed), err
	}
	goes, a, err := write(false)
	if err != nil {
		return "", "", err
	}
	stays, b, err := write(true)
	if err == nil && a+b > maxCookie {
		err = fault.New(fault.Invalid, "the accounts of a browser in %d bytes: the limit is %d", a+b, maxCookie)
	}
	return goes, stays, err
}

// shorten leaves out what is only a comfort, from all accounts: where the entry is, for which there is the stable id, then photos, then names.
func (l list) shorten() bool {
	for _, part := range []func(*account) *string{
		func(a *account) *string { return &a.DN },
		func(a *account) *string { return &a.Photo },
		func(a *account) *string { return &a.Name },
	} {
		left := false
		for i := range l {
			text := part(&l[i])
			left, *text = left || *text != "", ""
		}
		if left {
			return true
		}
	}
	return false
}

// put sets one cookie; an empty text takes it away.
func (j *jar) put(w http.ResponseWriter, r *http.Request, name, text string, lasts time.Duration) error {
	g, _ := j.Get(r, name)
	if text == "" {
		delete(g.Values, payloadKey)
		if _, err := r.Cookie(name); err == nil {
			j.drop(w, name)
		}
		return nil
	}
	opts := *j.Options
	opts.MaxAge = int(lasts.Seconds())
	g.Options = &opts
	g.Values[payloadKey] = text
	if err := g.Save(r, w); err != nil {
		var all securecookie.MultiError
		if errors.As(err, &all) && len(all) > 0 {
			err = all[0]
		}
		return fmt.Errorf("writing a cookie: %w", err)
	}
	return nil
}
