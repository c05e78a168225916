package state

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Waiting is the one value of a record in Pending that keeps something for whoever knows its id: a pushed request, a device that waits
// for its person. The janitor clears it away.
type Waiting struct {
	ID      string // Digest of the secret that leads to it
	Expires time.Time
	Text    string // sealed: what it says is not for readers of the directory
}

// Value gives the text in the record.
func (v Waiting) Value() string { return value('w', v.ID).time(v.Expires).text(v.Text).String() }

// ParseWaiting reads a Value.
func ParseWaiting(v string) (Waiting, error) {
	r := read('w', v)
	w := Waiting{ID: r.id, Expires: r.time(), Text: r.text()}
	return w, r.done()
}

// Keep remembers v until it expires or is taken: one Create. Errors: Invalid for a bad id or an expiry that has passed.
func (r *Records) Keep(ctx context.Context, v Waiting) error {
	if err := checkDigest(v.ID); err != nil {
		return err
	}
	if !r.now().Before(v.Expires) {
		return fault.New(fault.Invalid, "keeping something that has expired")
	}
	if err := r.store.Create(ctx, Record{Path: Path{Pending, v.ID}, Values: []string{v.Value()}}); err != nil {
		return fmt.Errorf("keeping something that waits: %w", err)
	}
	return nil
}

// Kept reads what was kept, and leaves it there: one Get. Errors: ErrExpired, also if it was taken or never there.
func (r *Records) Kept(ctx context.Context, id string) (Waiting, error) {
	if err := checkDigest(id); err != nil {
		return Waiting{}, err
	}
	rec, err := r.store.Get(ctx, Path{Pending, id})
	switch {
	case errors.Is(err, ErrNotFound):
		return Waiting{}, ErrExpired
	case err != nil:
		return Waiting{}, fmt.Errorf("reading something that waits: %w", err)
	}
	for _, text := range rec.Values {
		if w, err := ParseWaiting(text); err == nil && w.ID == id && r.now().Before(w.Expires) {
			return w, nil
		}
	}
	return Waiting{}, ErrExpired
}

// Answer puts next in the place of what was kept, under the same id: of any number of callers on all replicas exactly one gets nil, the others ErrUsed, also
// if it was taken meanwhile. One Change.
func (r *Records) Answer(ctx context.Context, v, next Waiting) error {
	next.ID = v.ID
	err := r.store.Change(ctx, Path{Pending, v.ID}, []string{v.Value()}, []string{next.Value()})
	switch {
	case errors.Is(err, ErrConflict), errors.Is(err, ErrNotFound):
		return ErrUsed
	case err != nil:
		return fmt.Errorf("answering something that waits: %w", err)
	}
	return nil
}

// Take removes what was kept: of any number of callers on all replicas exactly one gets nil, the others ErrUsed. One Delete.
func (r *Records) Take(ctx context.Context, v Waiting) error {
	err := r.store.Delete(ctx, Path{Pending, v.ID})
	if errors.Is(err, ErrNotFound) {
		return ErrUsed
	}
	if err != nil {
		return fmt.Errorf("taking something that waits: %w", err)
	}
	return nil
}
