package sqlstate

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/state"
)

// Rehearsal is what Rehearse has found.
type Rehearsal struct {
	Server    string // "PostgreSQL 17.2"
	Encrypted bool   // the way to it
	New       bool   // there is no table yet
	From, To  int    // the version of the table, and the one that a start brings it to
}

// Rehearse tries all that the records need (making or updating the table, adding a record, changing it as one, refusing a change that does not fit, removing
// it) and takes all of it back: it happens within one transaction that is not committed. A SQLite file that is not there is rehearsed beside
// its place.
func (s *Store) Rehearse(ctx context.Context) (r Rehearsal, err error) {
	if s.cfg.File != "" {
		if _, err := os.Lstat(s.cfg.File); errors.Is(err, fs.ErrNotExist) {
			return s.rehearseBeside(ctx)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	if err := s.database.cleared(); err != nil {
		return r, err
	}
	err = s.tryAgain(ctx, false, func(ctx context.Context) error {
		r = Rehearsal{To: latest}
		err := s.within(ctx, func(v verbs) error {
			if err := s.rehearse(ctx, v, &r); err != nil {
				return err
			}
			return errTakenBack
		})
		if errors.Is(err, errTakenBack) {
			return nil
		}
		return err
	})
	return r, s.explain(err)
}

// errTakenBack has a transaction rolled back that went well.
var errTakenBack = errors.New("rehearsed")

func (s *Store) rehearse(ctx context.Context, v verbs, r *Rehearsal) (err error) {
	if err := v.write.QueryRowContext(ctx, v.about).Scan(&r.Server, &r.Encrypted); err != nil {
		return err
	}
	r.Server = v.name + " " + r.Server
	if r.From, err = s.version(ctx, v.write); err != nil {
		return err
	}
	r.New = r.From == 0
	if r.From < latest {
		if err := s.migrate(ctx, v); err != nil {
			return err
		}
	}
	return scratch(ctx, v)
}

// scratch goes through the life of a record.
func scratch(ctx context.Context, v verbs) error {
	p := state.Path{Kind: state.Pending, ID: "wicketgate-check-" + strings.ToLower(rand.Text()[:10])}
	if err := v.doCreate(ctx, state.Record{Path: p, Values: []string{"one"}}); err != nil {
		return fmt.Errorf("adding a scratch record: %w", err)
	}
	if err := v.doChange(ctx, p, []string{"one"}, []string{"two"}); err != nil {
		return fmt.Errorf("changing the scratch record: %w", err)
	}
	// "one" is gone, so this must be refused and must not add "three": that is how two replicas never both win.
	if err := v.doChange(ctx, p, []string{"one"}, []string{"three"}); !errors.Is(err, state.ErrGone) {
		return fmt.Errorf("a change that removes a missing value should be refused, the database answers: %v", err)
	}
	r, err := v.doGet(ctx, p)
	if err != nil {
		return fmt.Errorf("reading the scratch record: %w", err)
	}
	if !slices.Equal(r.Values, []string{"two"}) {
		return fmt.Errorf("a change that was refused was done in part: the record holds %q", r.Values)
	}
	if err := v.doDelete(ctx, p); err != nil {
		return fmt.Errorf("removing the scratch record: %w", err)
	}
	return nil
}

// rehearseBeside does it in a file of another name in the same folder, which is removed.
func (s *Store) rehearseBeside(ctx context.Context) (r Rehearsal, err error) {
	folder, err := os.MkdirTemp(filepath.Dir(s.cfg.File), ".wicketgate-check-")
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("the folder of %s is missing", s.cfg.File)
		}
		return r, fmt.Errorf("trying to make a file: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	cfg := s.cfg
	cfg.File = filepath.Join(folder, filepath.Base(cfg.File))
	beside, err := Open(cfg)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, beside.Close()) }()
	if err := beside.Prepare(ctx); err != nil {
		return r, err
	}
	r, err = beside.Rehearse(ctx)
	r.New, r.From = true, 0
	return r, err
}
