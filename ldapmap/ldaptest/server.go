package ldaptest

import (
	"testing"
)

// Server is a directory that runs for the time of a test.
type Server struct {
	Kind   Kind   // what it is and can
	URL    string // ldap://127.0.0.1:port, with StartTLS
	TLSURL string // ldaps://127.0.0.1:port; empty without TLS
	CAFile string // the authority of its certificate, PEM; empty without TLS

	counts func() Counts
	stop   func(testing.TB)
	start  func(testing.TB)
}

// Counts are the operations a directory has served.
type Counts struct {
	Bind, Search, Compare, Add, Modify, Delete, Rename, Extended int
	Connections                                                  int // that were opened
}

// Writes are those that change something.
func (c Counts) Writes() int { return c.Add + c.Modify + c.Delete + c.Rename }

// Minus is what happened since before.
func (c Counts) Minus(before Counts) Counts {
	return Counts{
		Bind: c.Bind - before.Bind, Search: c.Search - before.Search, Compare: c.Compare - before.Compare,
		Add: c.Add - before.Add, Modify: c.Modify - before.Modify, Delete: c.Delete - before.Delete, Rename: c.Rename - before.Rename,
		Extended: c.Extended - before.Extended, Connections: c.Connections - before.Connections,
	}
}

// Counts returns the operations served so far. An operation counts when it arrives, so that it is there before its answer is.
func (s *Server) Counts() Counts { return s.counts() }

// Stop ends the server as an administrator would; Start starts it again with the same data and addresses. Both return when it is done.
func (s *Server) Stop(t testing.TB) { t.Helper(); s.stop(t) }

// Start starts the server again after Stop.
func (s *Server) Start(t testing.TB) { t.Helper(); s.start(t) }
