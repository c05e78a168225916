package sqlstate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// The pauses between two tries grow from the first to the last, each at random up to as long, so that those who met do not meet again.
const (
	firstPause = time.Millisecond
	lastPause  = 64 * time.Millisecond
)

// errGivenUp is in the chain when ctx ended before somebody else's changes left room for this one.
var errGivenUp = errors.New("the database was busy with others for too long")

// tryAgain repeats do while the database says that it was not carried out since others were at it, until ctx ends. What may have been carried out
// is never repeated, unless it only reads.
func (s *Store) tryAgain(ctx context.Context, reads bool, do func(context.Context) error) error {
	met, broken := false, false
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := do(ctx)
		switch {
		case err == nil:
			return nil
		case crowded(err):
			met = true
		case ctx.Err() != nil && met:
			return fmt.Errorf("%w: %w: %w", ctx.Err(), errGivenUp, err)
		case ctx.Err() != nil:
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case reads && !broken && hungUp(err): // a connection of the pool whose server has been restarted
			broken = true
		default:
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w: %w", ctx.Err(), errGivenUp, err)
		case <-time.After(rand.N(pause) + 1):
		}
	}
}

// crowded tells errors that say: not carried out, others were faster, try again.
func crowded(err error) bool {
	if errors.Is(err, errAgain) {
		return true
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code {
		case "40001", "40P01", "55P03": // serialization_failure, if somebody made that the database's default; deadlock_detected, lock_not_available
			return true
		}
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff {
		case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
			return true
		}
	}
	return false
}

// hungUp tells errors that say: the server has ended this connection.
func hungUp(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "57P01" || e.Code == "57P02" // admin_shutdown, crash_shutdown
	}
	_, sq := errors.AsType[*sqlite.Error](err)
	_, dialling := errors.AsType[*pgconn.ConnectError](err)
	return !sq && !dialling && !answered(err)
}
