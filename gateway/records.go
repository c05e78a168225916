package gateway

import (
	"context"

	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/ldapstate"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
)

// RecordStore is where the records are.
type RecordStore interface {
	state.Store
	// Prepare makes what the records need that is not there yet: branches in the directory, a table in SQL. Replicas may do it at once, and again.
	Prepare(ctx context.Context) error
	// Health asks whether records can be kept, where that is not the directory's own Health.
	Health(ctx context.Context) error
	// Where names the place, for a log or the status page.
	Where() string
	// Close hangs up.
	Close() error
}

// OpenRecords returns the store that the configuration asks for: below state.base in the directory, or in the database of state.sql. It touches
// neither.
func OpenRecords(cfg *config.Config, dir *directory.Directory, opts ...sqlstate.Option) (RecordStore, error) {
	if cfg.State.InSQL() {
		return sqlstate.Open(cfg.Database(), opts...)
	}
	return inDirectory{
		ldapstate.New(dir.Writer(), ldapstate.Config{Base: cfg.State.Base, Spelling: ldapstate.Spelling(cfg.State.Spelling)}), cfg.State.Base,
	}, nil
}

// inDirectory is a store whose connection and health are the directory's.
type inDirectory struct {
	*ldapstate.Store
	base string
}

func (d inDirectory) Health(context.Context) error { return nil }
func (d inDirectory) Where() string                { return d.base }
func (d inDirectory) Close() error                 { return nil }
