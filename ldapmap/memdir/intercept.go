package memdir

import (
	ber "github.com/go-asn1-ber/asn1-ber"
)

// Op describes an operation that is about to run.
type Op struct {
	Kind       Kind
	DN         string   // as the client wrote it: target entry, search base, name of a bind
	BoundDN    string   // who asks; "" for anonymous
	OID        string   // of an extended operation
	Attributes []string // named by an add, a modify (in order of its changes) or a search (those asked for)
	N          int      // the how many-eth operation of its kind since Intercept was called, from 1
	Connection uint64   // the number of the connection, from 1
	TLS        bool
}

// Verdict says what shall happen to an operation. The zero value lets it pass. Parts combine: wait, then answer or
// drop.
type Verdict struct {
	// Wait holds the operation, and those behind it on the connection, until the channel closes. If the client or
	// the server goes away first, or the client abandons it, the operation does not run.
	Wait <-chan struct{}
	// Result is answered instead of running the operation.
	Result *Result
	// DropBefore closes the connection without running the operation.
	DropBefore bool
	// DropAfter runs the operation and closes the connection without an answer: the client cannot know.
	DropAfter bool
}

// Intercept shows every operation but unbind and abandon to decide before it runs, and counts Op.N from 1 again. It
// takes the place of the one before; nil takes it away. decide may be called from several connections at once.
func (s *Server) Intercept(decide func(Op) Verdict) {
	if decide == nil {
		s.interceptor.Store(nil)
		return
	}
	s.interceptor.Store(&interceptor{decide: decide})
}

type interceptor struct {
	decide func(Op) Verdict
	counts counters
}

func (i *interceptor) verdict(op Op) Verdict {
	op.N = int(i.counts.of(op.Kind).Add(1))
	return i.decide(op)
}

var kinds = map[ber.Tag]Kind{
	tagBindRequest: KindBind, tagUnbindRequest: KindUnbind, tagSearchRequest: KindSearch, tagModifyRequest: KindModify,
	tagAddRequest: KindAdd, tagDeleteRequest: KindDelete, tagModifyDNRequest: KindModDN, tagCompareRequest: KindCompare,
	tagAbandonRequest: KindAbandon, tagExtendedRequest: KindExtended,
}

// describeOp reads what an interceptor may want to know; a malformed request shows as little as it holds.
func describeOp(m *message) Op {
	op := Op{Kind: kinds[m.op.Tag]}
	children := m.op.Children
	text := func(i int) string {
		if i >= len(children) {
			return ""
		}
		s, _ := raw(children[i])
		return s
	}
	switch op.Kind {
	case KindBind:
		op.DN = text(1)
	case KindDelete:
		op.DN, _ = raw(m.op)
	case KindExtended:
		op.OID = text(0)
	default:
		op.DN = text(0)
	}
	switch {
	case op.Kind == KindAdd && len(children) == 2:
		if list, err := parseAttributes(children[1]); err == nil {
			for _, a := range list {
				op.Attributes = append(op.Attributes, a.desc)
			}
		}
	case op.Kind == KindModify:
		if _, changes, err := parseModify(m.op); err == nil {
			for _, c := range changes {
				op.Attributes = append(op.Attributes, c.desc)
			}
		}
	case op.Kind == KindSearch && len(children) == 8:
		op.Attributes, _ = parseStrings(children[7])
	}
	return op
}
