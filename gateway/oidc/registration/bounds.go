package registration

import (
	"context"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// countFresh is how long a count of the applications serves. Replicas count for themselves, so a few more than Config.Most can get in within it.
const countFresh = time.Minute

// count is how many applications have registered themselves: one listing, at most once a minute.
func (o *Office) count(ctx context.Context) (int, error) {
	now := o.Clock()
	o.mu.Lock()
	n, fresh := o.known, !o.counted.IsZero() && now.Sub(o.counted) < countFresh
	o.mu.Unlock()
	if fresh {
		return n, nil
	}
	n, err := o.Registry.CountSelf(ctx)
	if err != nil {
		return 0, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.known, o.counted = n, now
	return n, nil
}

// one notes that there is one more, or one less.
func (o *Office) one(more int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.known += more
}

// Retire deletes an application that registered itself if nobody has let it in and Config.Unused has passed: for the janitor, which knows whether somebody lets it in. It
// tells whether the record is gone.
func (o *Office) Retire(ctx context.Context, r state.Record, letIn bool) (bool, error) {
	if letIn || o.Unused <= 0 {
		return false, nil
	}
	self := rp.SelfOf(r)
	if self == nil || o.Clock().Before(self.Made().Add(o.Unused)) {
		return false, nil
	}
	err := o.Registry.Remove(ctx, r.ID)
	if fault.Is(err, fault.NotFound) { // another replica was faster
		return true, nil
	}
	if err != nil {
		return false, err
	}
	o.one(-1)
	o.Audit.Event(ctx, audit.Event{Action: audit.ClientDeleted, Client: r.ID, Detail: "it registered itself, and nobody has let it in since"})
	return true, nil
}
