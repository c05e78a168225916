package check

import (
	"context"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/state/sqlstate"
)

// recordsInSQL tries, in a transaction that is taken back, everything that the records of the gateway need in a database: its table, a record, and the
// all-or-nothing change that decides races.
func (c *checker) recordsInSQL(ctx context.Context) {
	cfg := c.cfg.Database()
	c.section("Records of Wicketgate, in " + cfg.Where())
	c.found.recordsTried = true
	store, err := sqlstate.Open(cfg, sqlstate.WithClock(c.opts.Clock))
	if err != nil {
		c.found.records = err
		c.bad("%v", err)
		return
	}
	defer func() { _ = store.Close() }()
	r, err := store.Rehearse(ctx)
	if err != nil {
		c.found.records = err
		c.bad("%v", err)
		return
	}
	how := ""
	if cfg.File == "" {
		how = ", without TLS"
		if r.Encrypted {
			how = ", with TLS"
		}
	}
	c.ok("%s answers%s", r.Server, how)
	c.ok("a scratch record was added, changed as one, and removed, in a transaction that was taken back")
	switch {
	case r.New:
		c.ok("there is no table yet: the first start makes it")
	case r.From < r.To:
		c.ok("the table is of version %d: the next start brings it to version %d", r.From, r.To)
	default:
		c.ok("the table is there, version %d", r.From)
		c.clients(ctx, store)
	}
	if cfg.File != "" {
		c.warn("a SQLite file is for one machine, on a disk of its own: for replicas on several, take PostgreSQL (state.sql.url)")
	} else if host := cfg.InTheClear(); host != "" && !strings.HasPrefix(host, "/") {
		c.warn("records travel to %s unprotected (sslmode=disable)", host)
	}
}
