package state

import (
	"context"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// StartSession adds a session to a person as read, and removes the one it follows, if replaces names one. It asserts the NotBefore: if the person
// signed out everywhere since the record was read, the sign-in has to be done again. SID is set to that of the session it follows, or else to ID.
//
// Errors: ErrRevoked, in that case.
func (r *Records) StartSession(ctx context.Context, p *Person, s *Session, replaces string) error {
	if CheckID(s.ID) != nil || !r.now().Before(s.Expires) || len(s.AMR) > MaxList {
		return fault.New(fault.Invalid, "a session without a good id or expiry")
	}
	s.Device = cut(s.Device, MaxDevice)
	epoch := p.Epoch
	return r.edit(ctx, p, "starting a session", func(p *Person) (remove, add []string, err error) {
		if p.Epoch != epoch {
			return nil, nil, ErrRevoked
		}
		s.Epoch = epoch
		if s.SID == "" {
			s.SID = s.ID
		}
		for _, old := range p.Sessions {
			if replaces != "" && old.ID == replaces {
				s.SID = old.SID
				remove = append(remove, old.raw)
			}
		}
		switch {
		case len(p.epochs) == 1:
			remove, add = append(remove, p.epochs[0]), append(add, p.epochs[0])
		case p.exists: // somebody edited the record by hand
			n := r.nextEpoch(p)
			remove, add, s.Epoch = append(remove, p.epochs...), append(add, n.Value()), n.Epoch
		}
		return remove, append(add, s.Value()), nil
	})
}

// TouchSession notes that the session was seen now, to SeenStep; it writes once in that time at most. Replicas that race write the
// same text, so that one of them finds it done.
func (r *Records) TouchSession(ctx context.Context, p *Person, id string) error {
	return r.edit(ctx, p, "touching a session", func(p *Person) (remove, add []string, err error) {
		s, ok := p.Session(id, r.now())
		seen := r.now().UTC().Truncate(SeenStep)
		if !ok || !s.Seen.Before(seen) {
			return nil, nil, nil
		}
		raw := s.raw
		s.Seen = seen
		return []string{raw}, []string{s.Value()}, nil
	})
}

// EndSession removes a session, and the grants made in it but for those that are to outlive it (OpenID Connect Back-Channel Logout 1.0,
// section 2.7). A session that is not there is no error.
func (r *Records) EndSession(ctx context.Context, p *Person, id string) error {
	var ended []Grant
	err := r.edit(ctx, p, "ending a session", func(p *Person) (remove, add []string, err error) {
		ended = nil
		for _, s := range p.Sessions {
			if s.ID != id {
				continue
			}
			remove = append(remove, s.raw)
			remove = append(remove, p.grantValues(func(g Grant) bool { return g.SID == s.SID && !g.Offline })...)
			ended = append(ended, p.grantsIn(s.SID)...)
		}
		return remove, nil, nil
	})
	if err == nil {
		r.tell(ctx, p, ended)
	}
	return err
}

// grantsIn returns the grants that were made in a session, alive or not.
func (p *Person) grantsIn(sid string) []Grant {
	var in []Grant
	for _, g := range p.Grants {
		if g.SID == sid {
			in = append(in, g)
		}
	}
	return in
}

// RevokeAll is "sign out everywhere": every session, grant and refresh token of the person is dead, and every code that is on its way, also
// those which another replica is about to add. What is dead is removed; consents and factors stay.
func (r *Records) RevokeAll(ctx context.Context, p *Person) error {
	var ended []Grant
	err := r.edit(ctx, p, "signing out everywhere", func(p *Person) (remove, add []string, err error) {
		ended = p.Grants
		remove = append(remove, p.epochs...)
		for _, s := range p.Sessions {
			remove = append(remove, s.raw)
		}
		for _, g := range p.Grants {
			remove = append(remove, g.raw)
		}
		for _, rot := range p.Rotations {
			remove = append(remove, rot.raw)
		}
		return remove, []string{r.nextEpoch(p).Value()}, nil
	})
	if err == nil {
		r.tell(ctx, p, ended)
	}
	return err
}

// grantValues returns the values of the grants that are chosen, and of their rotations.
func (p *Person) grantValues(choose func(Grant) bool) []string {
	var out []string
	for _, g := range p.Grants {
		if !choose(g) {
			continue
		}
		out = append(out, g.raw)
		if rot, ok := p.rotation(g.ID); ok {
			out = append(out, rot.raw)
		}
	}
	return out
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
