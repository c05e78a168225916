package memdir

import "sync/atomic"

// Kind names an operation.
type Kind string

// The kinds of operations, as Op.Kind and Counts tell them apart.
const (
	KindBind     Kind = "bind"
	KindUnbind   Kind = "unbind"
	KindSearch   Kind = "search"
	KindModify   Kind = "modify"
	KindAdd      Kind = "add"
	KindDelete   Kind = "delete"
	KindModDN    Kind = "moddn"
	KindCompare  Kind = "compare"
	KindAbandon  Kind = "abandon"
	KindExtended Kind = "extended"
)

// Counts are the operations that arrived since the start or the last ResetCounts, whatever became of them.
// Connections counts those accepted, not those open.
type Counts struct {
	Connections, Binds, Unbinds, Searches, Adds, Modifies, Deletes, ModDNs, Compares, Extended, Abandons int64
}

// Writes are the operations that may change an entry, without password changes through Extended.
func (c Counts) Writes() int64 { return c.Adds + c.Modifies + c.Deletes + c.ModDNs }

// Operations are all that have an answer.
func (c Counts) Operations() int64 {
	return c.Binds + c.Searches + c.Writes() + c.Compares + c.Extended
}

type counters struct {
	connections, binds, unbinds, searches, adds, modifies, deletes, modDNs, compares, extended, abandons atomic.Int64
}

func (c *counters) of(kind Kind) *atomic.Int64 {
	switch kind {
	case KindBind:
		return &c.binds
	case KindUnbind:
		return &c.unbinds
	case KindSearch:
		return &c.searches
	case KindModify:
		return &c.modifies
	case KindAdd:
		return &c.adds
	case KindDelete:
		return &c.deletes
	case KindModDN:
		return &c.modDNs
	case KindCompare:
		return &c.compares
	case KindAbandon:
		return &c.abandons
	default:
		return &c.extended
	}
}

// take reads the counters, and sets them to zero if asked; a count is never lost in between.
func (c *counters) take(reset bool) Counts {
	read := func(v *atomic.Int64) int64 {
		if reset {
			return v.Swap(0)
		}
		return v.Load()
	}
	return Counts{
		Connections: read(&c.connections), Binds: read(&c.binds), Unbinds: read(&c.unbinds), Searches: read(&c.searches),
		Adds: read(&c.adds), Modifies: read(&c.modifies), Deletes: read(&c.deletes), ModDNs: read(&c.modDNs),
		Compares: read(&c.compares), Extended: read(&c.extended), Abandons: read(&c.abandons),
	}
}

// Counts tells how many operations have arrived since the start or the last ResetCounts.
func (s *Server) Counts() Counts { return s.counters.take(false) }

// ResetCounts starts counting from zero and returns what there was.
func (s *Server) ResetCounts() Counts { return s.counters.take(true) }
