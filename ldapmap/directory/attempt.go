package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// task is an operation of the service account as attempt sees it.
type task struct {
	op    OpName
	what  string // for the error's text: the entry or base
	write bool
	spent bool // set once entries have been handed on, so that it cannot be tried again
	do    func(*conn) error
}

// attempt carries out a task. What could not be sent is tried on every server in turn. A read whose exchange broke, or to which the
// server said that it is busy or going down, is tried once more, if possible on another server. A write that was sent is never
// sent again.
func (d *Directory) attempt(ctx context.Context, t *task) error {
	var refused []error
	again, unsent := false, 0
	order := d.order()
	for i := 0; i < len(order); {
		s := order[i]
		c, err := s.take(ctx)
		if err != nil {
			if _, is := errors.AsType[*busy](err); is || ctx.Err() != nil {
				if !is {
					s.trouble(ctx, err)
				}
				return explain(t.op, t.what, s.url, false, err)
			}
			s.markDown(err)
			refused = append(refused, fmt.Errorf("%s: %w", s.url, err))
			i++
			continue
		}
		gen := c.gen // afterwards the connection may be somebody else's
		err = s.lend(c, t.do)
		next := d.afterwards(ctx, s, gen, t, err)
		switch {
		case next == stay && unsent < 2:
			unsent++
		case next == elsewhere && !again:
			again = true
			if i+1 < len(order) && !d.pinned {
				i++
			} else if isTimeout(err) || isResult(err) {
				return explain(t.op, t.what, s.url, t.write, err) // nowhere else to go
			}
		default:
			return explain(t.op, t.what, s.url, t.write, err)
		}
	}
	return unreachable(t.op, t.what, refused)
}

// unreachable is the error when no server could even be asked.
func unreachable(op OpName, what string, refused []error) error {
	if len(refused) == 1 {
		return explain(op, what, "the directory", false, refused[0])
	}
	return explain(op, what, "the directory", false, fmt.Errorf("no server can be used: %w", errors.Join(refused...)))
}

// lend calls f with the connection and puts it back, come what may: f may call into the caller's own code.
func (s *server) lend(c *conn, f func(*conn) error) error {
	done := false
	defer func() {
		if !done {
			c.dead = true
		}
		s.give(c)
	}()
	err := f(c)
	done = true
	return err
}

// next is what to do after an attempt.
type next int

const (
	finish    next = iota // the result stands
	stay                  // nothing was sent: try a fresh connection
	elsewhere             // may be tried once more
)

// afterwards notes what an attempt says about the server and decides what comes next.
func (d *Directory) afterwards(ctx context.Context, s *server, gen uint64, t *task, err error) next {
	if r, ok := errors.AsType[*ResultError](err); ok {
		if r.Code == CodeUnavailable {
			s.trouble(ctx, err)
		}
		if !t.write && !t.spent && (r.Code == CodeUnavailable || r.Code == CodeBusy) {
			return elsewhere
		}
		return finish
	}
	b, ok := errors.AsType[*broken](err)
	if !ok {
		if err == nil {
			s.markWell(gen)
		}
		return finish
	}
	if b.sent || b.gone == nil {
		s.trouble(ctx, err)
	}
	switch {
	case b.gone != nil || errors.Is(err, errTooMuch):
		return finish
	case !b.sent && !b.timeout && !t.spent:
		return stay
	case !t.write && !t.spent:
		return elsewhere
	default:
		return finish
	}
}

// trouble has the server looked at, unless it was only the caller who went away.
func (s *server) trouble(ctx context.Context, err error) {
	if errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	s.markSuspect(err)
	s.probeIfDue()
}

func isTimeout(err error) bool {
	b, ok := errors.AsType[*broken](err)
	return ok && b.timeout
}

func isResult(err error) bool {
	_, ok := errors.AsType[*ResultError](err)
	return ok
}

// order returns the servers in the order in which to try them, and has those looked at that are due.
func (d *Directory) order() []*server {
	for _, s := range d.servers {
		s.probeIfDue()
	}
	if len(d.servers) == 1 {
		return d.servers
	}
	type ranked struct {
		*server
		health
	}
	all := make([]ranked, len(d.servers))
	for i, s := range d.servers {
		h, _ := s.state()
		if d.pinned && h == suspect {
			h = well // one broken connection is no reason to move
		}
		all[i] = ranked{s, h}
	}
	first := -1
	if d.pinned {
		first = d.pinnedServer()
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		if first >= 0 && a.server != b.server {
			if a.server == d.servers[first] {
				return -1
			}
			if b.server == d.servers[first] {
				return 1
			}
		}
		return int(a.health) - int(b.health)
	})
	out := make([]*server, len(all))
	for i := range all {
		out[i] = all[i].server
	}
	return out
}

// pinnedServer returns the server for pinned operations, moving the pin if that has to be.
func (d *Directory) pinnedServer() int {
	d.pinMu.Lock()
	defer d.pinMu.Unlock()
	now := d.clock()
	current, _ := d.servers[d.pin].state()
	for i, s := range d.servers {
		h, since := s.state()
		if current == down && h != down || i < d.pin && h == well && now.Sub(since) >= d.cfg.ReturnAfter {
			if i != d.pin {
				d.log.Info("records are kept on another directory server from now on", "server", s.url, "before", d.servers[d.pin].url)
				d.pin = i
			}
			break
		}
	}
	return d.pin
}
