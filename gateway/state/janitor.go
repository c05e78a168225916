package state

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"
)

// Janitor clears away what has expired and nobody touches any more. Records that are in use are kept small by those who use them, so it finds little.
// Several replicas may have one each: what one has cleared away is no error to another.
//
// It never deletes the record of a person, only values in it. A Delete cannot be made to depend on what the
// record holds, so a sign-in of the same moment might go with it; and there is one record a person, not one a sign-in. Records
// in Pending go as a whole: each is for one thing, whose expiry it carries, and nobody comes back to it. Of applications, those go that Retire
// deletes: they registered themselves, and nobody has let them in for a long time.
type Janitor struct {
	Records *Records
	Every   time.Duration // between two rounds; 1 hour if 0. Each round comes up to a quarter earlier, so that replicas spread
	Batch   int           // writes after which it pauses; 20 if 0
	Pause   time.Duration // for which it pauses; half a second if 0
	Log     *slog.Logger  // nil for none

	// Retire is asked about each application's record, once the records of all people were seen: letIn tells whether one of them lets the application in. It deletes
	// the record, if that is to be, and tells whether it is gone. Nil: none is.
	Retire func(ctx context.Context, r Record, letIn bool) (gone bool, err error)

	// After is time.After, or what a test puts in its place.
	After func(time.Duration) <-chan time.Time
}

// Swept tells what a round did.
type Swept struct {
	Seen    int // records looked at
	Values  int // values cleared away
	Deleted int // records deleted
	Missed  int // records that somebody else was faster at
}

// Run makes a round now and then until ctx ends. A round that fails is logged and the next one tries again. It returns ctx's error.
func (j *Janitor) Run(ctx context.Context) error {
	every := j.Every
	if every <= 0 {
		every = time.Hour
	}
	for {
		if err := j.wait(ctx, every-rand.N(every/4+1)); err != nil {
			return err
		}
		swept, err := j.Round(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case j.Log == nil:
		case err != nil:
			j.Log.WarnContext(ctx, "clearing away expired records failed; it will be tried again", "error", err, "values", swept.Values, "deleted", swept.Deleted)
		case swept.Values+swept.Deleted > 0:
			j.Log.InfoContext(ctx, "cleared away what had expired", "seen", swept.Seen, "values", swept.Values, "deleted", swept.Deleted)
		}
	}
}

// Round looks at every record once.
func (j *Janitor) Round(ctx context.Context) (Swept, error) {
	var s Swept
	var errs []error
	writes := 0
	in := letIn{}
	for _, k := range []Kind{People, Clients, Pending} {
		var failed error
		err := j.Records.store.List(ctx, k, func(r Record) bool {
			s.Seen++
			wrote, err := j.clear(ctx, r, in, &s)
			if failed = err; err != nil {
				return false
			}
			if wrote {
				writes++
				if writes%j.batch() == 0 {
					failed = j.wait(ctx, j.pause())
				}
			}
			return failed == nil
		})
		if err := errors.Join(err, failed); err != nil {
			errs = append(errs, fmt.Errorf("clearing away in %s: %w", k, err))
			in = nil // somebody who was not seen may have let any application in
		}
	}
	return s, errors.Join(errs...)
}

// letIn are the applications that somebody lets in; nil if not everybody was seen.
type letIn map[string]bool

// clear does one record, with one write at most. A very full one takes several rounds.
func (j *Janitor) clear(ctx context.Context, r Record, in letIn, s *Swept) (wrote bool, err error) {
	now := j.Records.now()
	old := expired(r.Values, now)
	switch {
	case r.Kind == Clients && j.Retire != nil && in != nil:
		if gone, err := j.Retire(ctx, r, in[r.ID]); gone || err != nil {
			if gone {
				s.Deleted++
			}
			return gone, err
		}
	case r.Kind == People:
		p := newPerson(r.Path, r.Values, true)
		for _, c := range p.Consents {
			in[c.Client] = true
		}
		old = p.dead(now)
		old = append(old, p.surplus(old)...)
	}
	switch {
	case len(old) == 0:
		return false, nil
	case r.Kind == Pending && len(old) == len(r.Values):
		err = j.Records.store.Delete(ctx, r.Path)
		if err == nil {
			s.Deleted++
		}
	default:
		old = old[:min(len(old), maxSpare)]
		err = j.Records.store.Change(ctx, r.Path, old, nil)
		if err == nil {
			s.Values += len(old)
		}
	}
	if errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
		s.Missed++
		return true, nil
	}
	return true, err
}

func (j *Janitor) batch() int {
	if j.Batch <= 0 {
		return 20
	}
	return j.Batch
}

func (j *Janitor) pause() time.Duration {
	if j.Pause <= 0 {
		return 500 * time.Millisecond
	}
	return j.Pause
}

func (j *Janitor) wait(ctx context.Context, d time.Duration) error {
	after := j.After
	if after == nil {
		after = time.After
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-after(d):
		return nil
	}
}
