package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// End signs out whoever is at work at this browser. See EndSessions.
func (m *Manager) End(w http.ResponseWriter, r *http.Request) error {
	all := m.read(r)
	if len(all) == 0 {
		return nil
	}
	return m.EndSessions(w, r, all[0].ID)
}

// EndSessions signs out at this browser: the sessions with these ids. The cookie forgets them in any case; then the `s` values go with the grants that
// were bound to them. Somebody who asked to stay signed in is remembered (Config.Known). An error means that a copy of the cookie might still be
// good: do not say "signed out".
func (m *Manager) EndSessions(w http.ResponseWriter, r *http.Request, ids ...string) error {
	all := m.read(r)
	var ended []*Session
	for _, id := range ids {
		if i := all.session(id); i >= 0 {
			ended = append(ended, all[i].session())
		}
	}
	err := m.leave(w, r, all, func(a account) bool { return slices.Contains(ids, a.ID) })
	for _, s := range ended {
		err = errors.Join(err, m.end(r.Context(), s))
	}
	return err
}

func (m *Manager) end(ctx context.Context, s *Session) error {
	if s.ID == "" {
		return nil
	}
	rec, err := m.records.Person(ctx, s.Ref.ID)
	if err == nil {
		err = m.records.EndSession(ctx, rec, s.ID)
	}
	if err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	return nil
}

// Left notes in the cookie that somebody is signed out whose session has ended elsewhere, and does nothing else. No I/O.
func (m *Manager) Left(w http.ResponseWriter, r *http.Request, id string) error {
	return m.leave(w, r, m.read(r), func(a account) bool { return a.ID == id })
}

// Forget takes an account out of the cookie for good, also the memory of one that is signed out. It ends no session: see End. No I/O.
func (m *Manager) Forget(w http.ResponseWriter, r *http.Request, handle string) error {
	all := m.read(r)
	left := slices.DeleteFunc(slices.Clone(all), func(a account) bool { return Handle(a.Person) == handle })
	if len(left) == len(all) {
		return nil
	}
	_, err := m.write(w, r, left)
	return err
}

// leave has the browser forget the sessions of the accounts that are chosen.
func (m *Manager) leave(w http.ResponseWriter, r *http.Request, all list, chosen func(account) bool) error {
	var left list
	changed := false
	for _, a := range all {
		if a.ID != "" && chosen(a) {
			changed = true
			if !a.Remember || m.cfg.Known == 0 {
				continue
			}
			a.signedOut(m.now())
		}
		left = append(left, a)
	}
	if !changed {
		return nil
	}
	left.sort()
	_, err := m.write(w, r, left)
	return err
}

// EndAll signs the person with this stable id out everywhere: every session, grant, refresh token and code of theirs is dead, in every browser and
// application. One read, one write.
func (m *Manager) EndAll(ctx context.Context, person string) error {
	rec, err := m.records.Person(ctx, person)
	if err == nil {
		err = m.records.RevokeAll(ctx, rec)
	}
	if err != nil {
		return fmt.Errorf("ending all sessions: %w", err)
	}
	return nil
}
