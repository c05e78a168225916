package state

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	crowded  = 8                 // expired values, from which on a Change takes them along
	nearFull = MaxValues * 3 / 4 // values, from which on it takes along whatever can be spared
	maxSpare = 200               // values that one Change clears away
)

// Tidy clears away what a crowded record can spare, with one Change; nothing happens in a record that is not crowded. It is for those who read a
// person but write nothing, such as the authorization endpoint, whose codes are redeemed without reading. If somebody else was faster, that is fine.
//
// Errors: ErrFull if a record that is nearly full stays so, and nothing more should be added.
func (r *Records) Tidy(ctx context.Context, p *Person) error {
	if !p.exists {
		return nil
	}
	remove, add := r.mend(p, r.spare(p, nil, nil), nil)
	if len(remove)+len(add) > 0 {
		err := r.store.Change(ctx, p.Path, remove, add)
		switch {
		case err == nil:
			p.apply(remove, add)
		case !errors.Is(err, ErrConflict) && !errors.Is(err, ErrNotFound):
			return fmt.Errorf("tidying the record of a person: %w", err)
		}
	}
	if len(p.values) > MaxValues-10 {
		return fmt.Errorf("tidying the record of a person: %w", ErrFull)
	}
	return nil
}

// spare returns what may go from a crowded record, and is not touched already.
func (r *Records) spare(p *Person, remove, add []string) []string {
	old := p.dead(r.now())
	surplus := p.surplus(old)
	if len(old) <= crowded && len(surplus) == 0 && len(p.values)+len(add) < nearFull {
		return nil
	}
	old = slices.DeleteFunc(append(old, surplus...), func(v string) bool { return slices.Contains(remove, v) || slices.Contains(add, v) })
	return old[:min(len(old), maxSpare)]
}

// dead returns the values that decide nothing any more.
func (p *Person) dead(now time.Time) []string {
	old := expired(p.values, now)
	stands := map[string]bool{}
	for _, g := range p.Grants {
		gone := now.After(g.Expires.Add(Skew))
		switch {
		case gone: // in old already
		case !p.grantStands(g):
			old = append(old, g.raw)
		default:
			stands[g.ID] = true
		}
	}
	for _, rot := range p.Rotations {
		if !stands[rot.Grant] {
			old = append(old, rot.raw)
		}
	}
	for _, s := range p.Sessions {
		if s.Epoch != p.Epoch && !now.After(s.Expires.Add(Skew)) {
			old = append(old, s.raw)
		}
	}
	return old
}

// surplus returns the oldest sessions, and the oldest grants with their rotations, past the maximum. What is in dead does not count.
func (p *Person) surplus(dead []string) []string {
	var out []string
	sessions := 0
	for _, s := range slices.Backward(p.Sessions) {
		if slices.Contains(dead, s.raw) {
			continue
		}
		if sessions++; sessions > MaxSessions {
			out = append(out, s.raw)
		}
	}
	all, grants := 0, map[string]int{}
	for _, g := range slices.Backward(p.Grants) {
		if slices.Contains(dead, g.raw) {
			continue
		}
		all++
		if grants[g.Client]++; grants[g.Client] > MaxGrantsPerClient || all > MaxGrants {
			out = append(out, g.raw)
			if rot, ok := p.rotation(g.ID); ok {
				out = append(out, rot.raw)
			}
		}
	}
	return out
}

// expired returns the values, of any record, that carry an expiry which has passed on every replica.
func expired(values []string, now time.Time) []string {
	var out []string
	for _, v := range values {
		if until, ok := expiry(v); ok && now.After(until.Add(Skew)) {
			out = append(out, v)
		}
	}
	return out
}

func expiry(v string) (time.Time, bool) {
	if v == "" {
		return time.Time{}, false
	}
	switch v[0] {
	case 'u':
		u, err := ParseUsed(v)
		return u.Expires, err == nil && checkDigest(u.ID) == nil
	case 'g':
		g, err := ParseGrant(v)
		return g.Expires, err == nil
	case 's':
		s, err := ParseSession(v)
		return s.Expires, err == nil
	case 'w':
		w, err := ParseWaiting(v)
		return w.Expires, err == nil
	}
	return time.Time{}, false
}
