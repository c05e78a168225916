package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// healthz says that the process lives. It looks at nothing: a directory that is down is no reason to restart the gateway.
func healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// readyz says whether people can be signed in. Strangers learn only that; detail is added on the second address.
func (g *Gateway) readyz(detailed bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		checks := g.checks(r)
		ready := true
		answer := map[string]any{}
		for _, c := range checks {
			if c.State == templates.CheckFailing && c.Name.ID != mailCheck {
				ready = false
			}
			if detailed {
				one := map[string]any{"state": c.State, "detail": c.Detail}
				if c.LastError != "" {
					one["last_error"] = c.LastError
				}
				if !c.Since.IsZero() {
					one["since"] = c.Since.UTC().Format(time.RFC3339)
				}
				if c.Queue >= 0 {
					one["queue"] = c.Queue
				}
				answer[strings.ToLower(c.Name.ID)] = one
			}
		}
		answer["ready"] = ready
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if !ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(answer)
	}
}

// The names of the checks, as message ids.
const (
	directoryCheck = "Directory"
	recordsCheck   = "Records"
	mailCheck      = "Mail"
)

// checks says how the parts are: the directory is asked, the rest is known.
func (g *Gateway) checks(r *http.Request) []templates.Check {
	began := time.Now()
	err := g.directory.Health(r.Context())
	took := time.Since(began).Round(time.Millisecond)

	dir := templates.Check{Name: i18n.M(directoryCheck), State: templates.CheckOK, Queue: -1}
	var servers []string
	for _, s := range g.directory.Servers() {
		word := "up"
		if !s.Up {
			word, dir.LastError, dir.Since = "down", s.Error, s.Since
			if dir.State == templates.CheckOK {
				dir.State = templates.CheckDegraded
			}
		}
		servers = append(servers, s.URL+" "+word)
	}
	dir.Detail = fmt.Sprintf("%s (%s)", strings.Join(servers, ", "), took)
	if err != nil {
		dir.State, dir.LastError = templates.CheckFailing, err.Error()
	}
	return []templates.Check{dir, g.recordsCheck(r.Context()), g.mailCheck()}
}

func (g *Gateway) recordsCheck(ctx context.Context) templates.Check {
	err := g.store.Health(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	c := templates.Check{Name: i18n.M(recordsCheck), State: templates.CheckOK, Detail: g.store.Where(), Queue: -1, Since: g.troubleSince}
	switch {
	case err != nil:
		c.State, c.LastError = templates.CheckFailing, err.Error()
	case g.trouble != nil:
		c.State, c.LastError = templates.CheckFailing, g.trouble.Error()
		if fault.Is(g.trouble, fault.Unavailable) {
			c.State = templates.CheckDegraded // the directory's own check says it already
		}
	}
	return c
}

func (g *Gateway) mailCheck() templates.Check {
	s := g.mailer.Status()
	c := templates.Check{Name: i18n.M(mailCheck), State: templates.CheckOK, Detail: s.Server, LastError: s.LastError, Queue: s.Queued, Since: s.FailingSince}
	switch {
	case s.Server == "":
		c.State, c.Queue = templates.CheckOff, -1
	case !s.Healthy():
		c.State = templates.CheckFailing
	case s.Dropped > 0:
		c.State, c.Detail = templates.CheckDegraded, fmt.Sprintf("%s; given up: %d", s.Server, s.Dropped)
	}
	return c
}
