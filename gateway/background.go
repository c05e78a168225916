package gateway

import (
	"context"
	"errors"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// How often the background looks again.
const (
	glanceEvery  = 2 * time.Second  // at what is known; the directory is asked while no server answers or the records cannot be prepared
	checkEvery   = 30 * time.Second // the directory, while all is well
	probeTimeout = 5 * time.Second
)

// start runs what goes on beside the requests until background ends.
func (g *Gateway) start(background context.Context) {
	g.running.Go(func() { g.watch(background) })
	g.running.Go(func() {
		janitor := state.Janitor{Records: g.records, Log: g.log, Retire: g.provider.Retire}
		_ = janitor.Run(background) // it ends with its context alone
	})
}

// watch prepares the state tree once the directory lets it, and keeps looking whether a server answers, so that a gateway that
// started before its directory, or outlived it, comes back without a request having to fail first.
func (g *Gateway) watch(background context.Context) {
	tick := time.NewTicker(glanceEvery)
	defer tick.Stop()
	prepared, well, checked := false, false, time.Time{}
	for {
		if !prepared || !well || g.away() || time.Since(checked) >= checkEvery {
			err := g.look(background, &prepared)
			well, checked = err == nil, time.Now()
			if background.Err() == nil {
				g.noteTrouble(err)
			}
		}
		select {
		case <-background.Done():
			return
		case <-tick.C:
		}
	}
}

// look asks whether a server answers, and prepares what is not prepared yet.
func (g *Gateway) look(background context.Context, prepared *bool) error {
	ctx, cancel := context.WithTimeout(background, probeTimeout)
	defer cancel()
	if err := g.directory.Health(ctx); err != nil {
		return err
	}
	if *prepared {
		return inRecords(g.store.Health(ctx))
	}
	err := inRecords(g.prepare(ctx))
	*prepared = err == nil
	return err
}

// recordsTrouble is an error of the store, told apart from one of the directory with people in it.
type recordsTrouble struct{ error }

func (r recordsTrouble) Unwrap() error { return r.error }

func inRecords(err error) error {
	if err == nil {
		return nil
	}
	return recordsTrouble{err}
}

// prepare makes the branches of the state tree and the first signing keys, so that no sign-on has to wait for them.
func (g *Gateway) prepare(ctx context.Context) error {
	if err := g.store.Prepare(ctx); err != nil {
		return err
	}
	return g.provider.Ready(ctx)
}

// noteTrouble keeps the last trouble for the status page and logs it when it is news.
func (g *Gateway) noteTrouble(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	news := (err == nil) != (g.trouble == nil) || err != nil && err.Error() != g.trouble.Error()
	if news {
		g.troubleSince = g.clock()
	}
	g.trouble = err
	if err == nil {
		g.once.Do(func() { close(g.prepared) })
	}
	_, ofRecords := errors.AsType[recordsTrouble](err)
	switch {
	case !news:
	case err == nil:
		g.log.Info("the directory answers and the records are prepared", "records", g.store.Where())
	case fault.Is(err, fault.Unavailable) && g.cfg.State.InSQL() && ofRecords:
		g.log.Warn("the database of the records does not answer; trying again", "error", err)
	case fault.Is(err, fault.Unavailable):
		g.log.Warn("the directory does not answer; trying again", "error", err)
	default:
		g.log.Error("the records cannot be prepared; nobody can sign in until that is mended", "error", err)
	}
}
