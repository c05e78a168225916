package state

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Use remembers that something which works once has been used: exactly one caller on all replicas gets nil. id is its Digest, and expires, when it would not
// work any more anyway, must be a function of it, as the two together are what collides. The record is made if it is missing.
//
// Links of a person are used in the person's record, client assertions in the client's, and what has no person in a record of its own in Pending, named by id.
//
// One call in 32 also reads the record and clears away what has expired. Errors: ErrUsed, ErrExpired.
func (r *Records) Use(ctx context.Context, path Path, id string, expires time.Time) error {
	if err := checkDigest(id); err != nil {
		return err
	}
	if !r.now().Before(expires) {
		return ErrExpired
	}
	v := Used{ID: id, Expires: expires}.Value()
	for range tries {
		err := r.addUsed(ctx, path, v)
		switch {
		case err == nil:
			r.sweepSometimes(ctx, path, id)
			return nil
		case errors.Is(err, ErrPresent):
			return ErrUsed
		case errors.Is(err, ErrExists), errors.Is(err, ErrNotFound):
		default:
			return fmt.Errorf("using something once: %w", err)
		}
	}
	return fmt.Errorf("using something once: %w", ErrBusy)
}

func (r *Records) addUsed(ctx context.Context, path Path, v string) error {
	if path.Kind != Pending { // where there is a record of its own for each, Create comes first
		if err := r.store.Change(ctx, path, nil, []string{v}); !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	values := []string{v}
	if path.Kind == People {
		values = withEpoch(values)
	}
	err := r.store.Create(ctx, Record{Path: path, Values: values})
	if path.Kind == Pending && errors.Is(err, ErrExists) {
		return r.store.Change(ctx, path, nil, []string{v})
	}
	return err
}

// UseAny is Use for what works several times: it uses the first of ids that was not used yet, and returns its place. One Get, and one change unless somebody
// else is as fast. Errors: ErrUsed if each was used, ErrExpired.
func (r *Records) UseAny(ctx context.Context, path Path, ids []string, expires time.Time) (int, error) {
	p := newPerson(path, nil, false)
	if err := r.reload(ctx, p); err != nil {
		return 0, fmt.Errorf("looking up how often something was used: %w", err)
	}
	for i, id := range ids {
		if p.used(id) {
			continue
		}
		if err := r.Use(ctx, path, id, expires); !errors.Is(err, ErrUsed) {
			return i, err
		}
	}
	return 0, ErrUsed
}

// WasUsed tells, with one Get, whether Use would say ErrUsed: for a page that should not ask for anything in vain. It decides nothing.
func (r *Records) WasUsed(ctx context.Context, path Path, id string) (bool, error) {
	p := newPerson(path, nil, false)
	if err := r.reload(ctx, p); err != nil {
		return false, fmt.Errorf("looking up whether something was used: %w", err)
	}
	return p.used(id), nil
}

// Unuse takes a Use back, because what it was for has failed without any effect: a link whose new password the directory refused
// works again. Not having been used is no error.
func (r *Records) Unuse(ctx context.Context, path Path, id string, expires time.Time) error {
	if err := checkDigest(id); err != nil {
		return err
	}
	err := r.store.Change(ctx, path, []string{Used{ID: id, Expires: expires}.Value()}, nil)
	if err == nil || errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
		return nil
	}
	return fmt.Errorf("taking a use back: %w", err)
}

// sweepSometimes keeps a record small to which used values are added without reading it. The digest decides, so no replica
// has to remember when it did so last. A failure is of no interest: the next one in 32 tries again.
func (r *Records) sweepSometimes(ctx context.Context, path Path, id string) {
	if path.Kind == Pending || id[0] != '0' || id[1] >= '8' {
		return
	}
	rec, err := r.store.Get(ctx, path)
	if err != nil {
		return
	}
	if old := expired(rec.Values, r.now()); len(old) > 0 {
		_ = r.store.Change(ctx, path, old[:min(len(old), maxSpare)], nil)
	}
}

func checkDigest(id string) error {
	if len(id) != 64 {
		return fault.New(fault.Invalid, "what is used once is named by its digest, 64 hex digits")
	}
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return fault.New(fault.Invalid, "what is used once is named by its digest, 64 hex digits")
		}
	}
	return nil
}
