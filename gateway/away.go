package gateway

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/state/sqlstate"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// errAway is what every page says while no server answers.
var errAway = fault.Wrap(fault.Unavailable, errors.New("no directory server answers, or the database of the records does not"))

// errNotYet stands until the background has looked for the first time.
var errNotYet = fault.Wrap(fault.Unavailable, errors.New("the records are being prepared"))

// unlessAway answers with the page that says "try again" while every directory server, or the database of the records, is known to be down, so that nobody types a
// password in vain. It asks nobody: the background probes the servers, and pages are back with the first that answers. Addresses that need no
// directory are served all the same.
func (g *Gateway) unlessAway(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && !withoutDirectory(r.URL.Path) && g.away() {
			g.kit.Fail(w, r, errAway)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// A posted form is let through even then: the server may be back, and if it is not, the page keeps what was typed.
func withoutDirectory(path string) bool {
	return strings.HasPrefix(path, "/static/") || strings.HasPrefix(path, "/.well-known/") || path == "/healthz" || path == "/readyz"
}

func (g *Gateway) away() bool {
	if db, ok := g.store.(*sqlstate.Store); ok && !db.Status().Up {
		return true
	}
	return !slices.ContainsFunc(g.directory.Servers(), func(s directory.ServerStatus) bool { return s.Up })
}
