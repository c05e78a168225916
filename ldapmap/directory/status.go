package directory

import (
	"context"
	"time"
)

// ServerStatus tells an administrator how a server is.
type ServerStatus struct {
	URL    string
	Up     bool
	Since  time.Time // of the last change; zero if there was none
	Error  string    // why it is not up
	Open   int       // connections of the pool, in use or at rest
	Idle   int       // those at rest
	Pinned bool      // state records go here
}

// Servers tells how each server is, as far as operations have shown; it asks nobody.
func (d *Directory) Servers() []ServerStatus {
	d.pinMu.Lock()
	pin := d.pin
	d.pinMu.Unlock()
	all := make([]ServerStatus, len(d.servers))
	for i, s := range d.servers {
		s.mu.Lock()
		all[i] = ServerStatus{URL: s.url, Up: s.health == well, Since: s.since, Open: len(s.slots) + len(s.idle), Idle: len(s.idle), Pinned: i == pin}
		if s.lastErr != nil {
			all[i].Error = s.lastErr.Error()
		}
		s.mu.Unlock()
	}
	return all
}

// Health asks one server, the best that is well, whether it answers the service account; the error says which server failed and
// why: for administrators only.
func (d *Directory) Health(ctx context.Context) error {
	return d.attempt(ctx, &task{op: OpValidate, what: "the root DSE", do: func(c *conn) error { return c.validate(ctx) }})
}
