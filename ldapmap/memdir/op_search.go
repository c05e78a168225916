package memdir

import (
	"encoding/binary"
	"slices"
	"strconv"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
)

type searchRequest struct {
	base      dn
	scope     Scope
	sizeLimit int
	timeLimit int // seconds
	typesOnly bool
	filter    *filter
	sel       selection
	print     uint64
}

// hit is an entry as it goes to the client, taken under the lock and encoded after it.
type hit struct {
	name  string
	attrs []attribute
}

func (d *directory) parseSearch(op *ber.Packet) (*searchRequest, error) {
	base, err := parseName(op, 8, 8)
	if err != nil {
		return nil, err
	}
	c := op.Children
	scope, ok1 := integer(c[1], ber.TagEnumerated)
	_, ok2 := integer(c[2], ber.TagEnumerated) // there are no aliases to dereference
	size, ok3 := integer(c[3], ber.TagInteger)
	seconds, ok4 := integer(c[4], ber.TagInteger)
	typesOnly, ok5 := boolean(c[5])
	names, ok6 := parseStrings(c[7])
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 || size < 0 || seconds < 0 {
		return nil, malformed("search request")
	}
	if scope < 0 || scope > 3 {
		return nil, fail(ProtocolError, "unknown search scope %d", scope)
	}
	req := &searchRequest{scope: Scope(scope), sizeLimit: int(min(size, 1<<31-1)), timeLimit: int(min(seconds, 1<<31-1)),
		typesOnly: typesOnly, sel: d.selectAttributes(names)}
	if req.filter, err = d.parseFilter(c[6], 0); err != nil {
		return nil, err
	}
	if req.base, err = d.schema.parseDN(base); err != nil {
		return nil, err
	}
	req.print = fingerprint(req.base.key, strconv.Itoa(int(scope)), string(c[6].Bytes()))
	return req, nil
}

// search collects what emit then sends. On sizeLimitExceeded and timeLimitExceeded the entries found so far go out first.
func (d *directory) search(r *request, op *ber.Packet, emit func(*ber.Packet) error) error {
	req, err := d.parseSearch(op)
	if err != nil {
		return err
	}
	d.mu.RLock()
	hits, result := d.collect(r, req)
	d.mu.RUnlock()
	for _, h := range hits {
		body := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tagSearchEntry, nil, "")
		encodeEntry(body, h.name, h.attrs, req.typesOnly)
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if err := emit(body); err != nil {
			return err
		}
	}
	return result
}

func (d *directory) collect(r *request, req *searchRequest) ([]hit, error) {
	s := r.session
	base, err := d.searchBase(s, req)
	if err != nil {
		return nil, err
	}
	if base == d.dse || base == d.subentry {
		open := *s
		open.admin = true // both are for everybody to read
		if req.scope == ScopeBase || base == d.subentry && req.scope == ScopeSubtree {
			if d.matches(&open, base, req.filter) == matchTrue {
				return []hit{{base.e.dn.text, d.project(&open, base, &req.sel)}}, nil
			}
		}
		return nil, nil
	}
	if s.mustChange {
		return nil, d.withPolicy(r, policyChangeAfterReset, errMustChange())
	}
	if err := d.checkAssertion(r, base); err != nil {
		return nil, err
	}
	nodes := d.inReach(base, req)
	if r.paged != nil {
		return d.page(r, req, nodes)
	}
	hits, _, err := d.scan(r, req, nodes, d.entryLimit(s, req), 0)
	return hits, err
}

func (d *directory) searchBase(s *session, req *searchRequest) (*node, error) {
	switch req.base.key {
	case "":
		if req.scope == ScopeBase {
			return d.dse, nil
		}
		return nil, &Result{Code: NoSuchObject}
	case d.subentry.e.dn.key:
		return d.subentry, nil
	}
	n, err := d.find(req.base)
	if err != nil {
		return nil, err
	}
	if !d.allowed(s, n.e, "entry", Search) {
		return nil, &Result{Code: NoSuchObject}
	}
	return n, nil
}

// entryLimit is the smaller of the client's and the server's limit; the root DN has only its own.
func (d *directory) entryLimit(s *session, req *searchRequest) int {
	limit := d.opts.Limits.SearchEntries
	if s.admin {
		limit = 1<<31 - 1
	}
	if req.sizeLimit > 0 {
		limit = min(limit, req.sizeLimit)
	}
	return limit
}

// inReach lists the nodes of the scope that may match, in order of creation.
func (d *directory) inReach(base *node, req *searchRequest) []*node {
	if req.scope == ScopeBase {
		return []*node{base}
	}
	found, ok := d.candidates(req.filter)
	if req.scope == ScopeOne && (!ok || len(base.children) < found.size) {
		list := make([]*node, 0, len(base.children))
		for _, c := range base.children {
			list = append(list, c)
		}
		found, ok = postings{lists: [][]*node{list}}, true
	}
	if !ok {
		found.lists = [][]*node{base.subtree()}
	}
	var out []*node
	for _, list := range found.lists {
		for _, n := range list {
			if inScope(n.e.dn, base.e.dn, req.scope) {
				out = append(out, n)
			}
		}
	}
	sortNodes(out)
	return slices.Compact(out)
}

// scan matches nodes after the given id and says which one was the last hit.
func (d *directory) scan(r *request, req *searchRequest, nodes []*node, limit int, after uint64) (hits []hit, last uint64, err error) {
	limits := d.opts.Limits.SearchTime
	if t := time.Duration(req.timeLimit) * time.Second; t > 0 && t < limits {
		limits = t
	}
	deadline := d.now().Add(limits)
	for i, n := range nodes {
		if n.id <= after {
			continue
		}
		if i%128 == 127 {
			if r.ctx.Err() != nil {
				return nil, 0, r.ctx.Err()
			}
			if !d.now().Before(deadline) {
				return hits, last, fail(TimeLimitExceeded, "")
			}
		}
		if d.matches(r.session, n, req.filter) != matchTrue || !d.allowed(r.session, n.e, "entry", Read) {
			continue
		}
		if len(hits) >= limit {
			return hits, last, fail(SizeLimitExceeded, "")
		}
		hits, last = append(hits, hit{n.e.dn.text, d.project(r.session, n, &req.sel)}), n.id
	}
	return hits, last, nil
}

// page answers one page of RFC 2696. The cookie names the last entry sent and the search it belongs to, so that the
// server remembers nothing, and changes between two pages neither repeat nor lose other entries.
func (d *directory) page(r *request, req *searchRequest, nodes []*node) ([]hit, error) {
	var after uint64
	if c := r.paged.cookie; c != "" {
		if len(c) != 16 || binary.BigEndian.Uint64([]byte(c[8:])) != req.print {
			return nil, fail(ProtocolError, "paged results cookie is invalid")
		}
		after = binary.BigEndian.Uint64([]byte(c[:8]))
	}
	answer := func(cookie string) {
		body := ber.NewSequence("")
		body.AppendChild(newInteger(0)) // no estimate
		body.AppendChild(newOctets(cookie))
		r.answers = append(r.answers, control{oid: oidPaged, value: string(body.Bytes()), hasValue: true})
	}
	if r.paged.size == 0 { // the client wants to know the size, or to give up
		answer("")
		return nil, nil
	}
	size := min(r.paged.size, d.opts.Limits.SearchEntries)
	limit := size
	if req.sizeLimit > 0 && req.sizeLimit < size {
		limit = req.sizeLimit
	}
	hits, last, err := d.scan(r, req, nodes, limit, after)
	if res, ok := err.(*Result); ok && res.Code == SizeLimitExceeded && limit == size {
		cookie := binary.BigEndian.AppendUint64(nil, last)
		answer(string(binary.BigEndian.AppendUint64(cookie, req.print)))
		return hits, nil
	}
	answer("")
	return hits, err
}
