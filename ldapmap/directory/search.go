package directory

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Scope is how far below its base a search looks (RFC 4511 4.5.1.2).
type Scope int

// The scopes. The zero value is the whole tree, which most searches want.
const (
	Subtree Scope = iota
	OneLevel
	Base
)

// Search is what to look for.
type Search struct {
	Base       string
	Scope      Scope
	Filter     ldapmap.Filter // nil for every entry
	Attributes []string       // none for all user attributes; "1.1" for no attribute (RFC 4511 4.5.1.8)
	Limit      int            // the most entries to give; 0 for no limit
	PageSize   int            // 0 for the configured one
	TypesOnly  bool
}

// anything is the filter that every entry passes.
const anything = "(objectClass=*)"

// Read returns one entry by its DN. attrs are the attributes to fetch, all user attributes if none is named; operational attributes such as
// entryUUID have to be named. Errors: NotFound, Unavailable, Denied.
func (d *Directory) Read(ctx context.Context, dn string, attrs ...string) (*ldapmap.Entry, error) {
	var found *ldapmap.Entry
	err := d.attempt(ctx, &task{op: OpSearch, what: quote(dn), do: func(c *conn) error {
		found = nil
		page, err := c.page(ctx, d.request(Search{Base: dn, Scope: Base, Attributes: attrs}, 0, nil))
		if err == nil && len(page.entries) > 0 {
			found = page.entries[0]
			err = d.complete(ctx, c, found)
		}
		return err
	}})
	if err != nil {
		return nil, err
	}
	if found == nil {
		// The entry is there but its access rules hide it, or it is a reference to another server.
		return nil, fault.New(fault.NotFound, "search %q: the server gave no entry", dn)
	}
	return found, nil
}

// Search calls yield for each entry found, page after page (RFC 2696), until yield returns false or Limit is reached. It holds a connection
// meanwhile; operations within yield use others. References to other servers are skipped. A base that does not exist is
// NotFound. Other errors: Unavailable, Denied, Internal (the server gives no more entries than its own limit; a filter that
// cannot be sent).
func (d *Directory) Search(ctx context.Context, q Search, yield func(*ldapmap.Entry) bool) error {
	t := &task{op: OpSearch, what: "below " + quote(q.Base)}
	if q.Scope == Base {
		t.what = quote(q.Base)
	}
	t.do = func(c *conn) error { return d.searchOn(ctx, c, q, t, yield) }
	return d.attempt(ctx, t)
}

// Find returns what Search finds, and is for searches with a Limit, or with a filter that bounds them.
func (d *Directory) Find(ctx context.Context, q Search) ([]*ldapmap.Entry, error) {
	var all []*ldapmap.Entry
	err := d.Search(ctx, q, func(e *ldapmap.Entry) bool {
		all = append(all, e)
		return true
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// searchOn does all pages of a search on one connection.
func (d *Directory) searchOn(ctx context.Context, c *conn, q Search, t *task, yield func(*ldapmap.Entry) bool) error {
	size := q.PageSize
	if size <= 0 {
		size = d.cfg.PageSize
	}
	var cookie []byte
	given := 0
	for {
		ask := size
		if q.Limit > 0 {
			ask = min(size, q.Limit-given)
		}
		page, err := c.page(ctx, d.request(q, ask, cookie))
		if r, ok := errors.AsType[*ResultError](err); ok && r.Code == CodeSizeLimitExceeded &&
			q.Limit > 0 && given+len(page.entries) >= q.Limit {
			err = nil // it is our own limit that was reached
		}
		if err != nil && (page == nil || len(page.entries) == 0 || !isResult(err)) {
			return err
		}
		for _, e := range page.entries {
			if q.Limit > 0 && given == q.Limit {
				break
			}
			if err := d.complete(ctx, c, e); err != nil {
				return err
			}
			given++
			t.spent = true
			if !yield(e) {
				c.abandonPages(ctx, d.request(q, 0, page.cookie), page.cookie)
				return nil
			}
		}
		if err != nil {
			return err
		}
		if len(page.cookie) == 0 {
			return nil
		}
		if q.Limit > 0 && given >= q.Limit {
			c.abandonPages(ctx, d.request(q, 0, page.cookie), page.cookie)
			return nil
		}
		if string(page.cookie) == string(cookie) && len(page.entries) == 0 {
			return &broken{sent: true, err: errors.New("the server gives the same empty page again and again")}
		}
		cookie = page.cookie
	}
}

// request makes the request for one page of size entries; a size of 0 with no cookie asks without paging.
func (d *Directory) request(q Search, size int, cookie []byte) *ldap.SearchRequest {
	filter := anything
	if q.Filter != nil {
		filter = q.Filter.String()
	}
	scope := map[Scope]int{Base: ldap.ScopeBaseObject, OneLevel: ldap.ScopeSingleLevel, Subtree: ldap.ScopeWholeSubtree}[q.Scope]
	r := ldap.NewSearchRequest(q.Base, scope, ldap.NeverDerefAliases, 0, 0, q.TypesOnly, filter, q.Attributes, nil)
	paged := q.Scope != Base && (q.Limit == 0 || q.Limit > size || cookie != nil)
	switch {
	case paged:
		// Not critical: a server that cannot page answers all at once, which MaxAnswer bounds.
		p := ldap.NewControlPaging(uint32(size))
		p.SetCookie(cookie)
		r.Controls = []ldap.Control{p}
	case q.Scope != Base:
		r.SizeLimit = q.Limit
	}
	return r
}

// page is the answer to one search request.
type page struct {
	entries []*ldapmap.Entry
	cookie  []byte // of the next page; empty if this was the last
}

// page does one exchange. With a ResultError it still returns the entries that came before.
func (c *conn) page(ctx context.Context, r *ldap.SearchRequest) (*page, error) {
	var res *ldap.SearchResult
	err := c.run(ctx, OpSearch, func(l *ldap.Conn) (err error) {
		res, err = l.Search(r)
		return err
	})
	if err != nil && !isResult(err) || res == nil {
		return &page{}, err
	}
	p := &page{entries: make([]*ldapmap.Entry, 0, len(res.Entries))}
	for _, e := range res.Entries {
		entry, bad := c.entry(e)
		if bad != nil {
			return &page{}, bad
		}
		p.entries = append(p.entries, entry)
	}
	if k, ok := ldap.FindControl(res.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging); ok && k != nil {
		p.cookie = k.Cookie
	}
	return p, err
}

// entry copies an entry, within bounds.
func (c *conn) entry(e *ldap.Entry) (*ldapmap.Entry, error) {
	out := &ldapmap.Entry{DN: e.DN, Attributes: make([]ldapmap.Attribute, 0, len(e.Attributes))}
	values := 0
	for _, a := range e.Attributes {
		if values += len(a.Values) + 1; values > c.srv.cfg.MaxValues {
			return nil, fault.New(fault.Internal, "the entry %q has more than %d values", clean(e.DN), c.srv.cfg.MaxValues)
		}
		// Values holds the same bytes as ByteValues, and shares nothing with them.
		out.Attributes = append(out.Attributes, ldapmap.Attribute{Name: a.Name, Values: a.Values})
	}
	return out, nil
}

// abandonPages tells the server that no more pages will be asked for (RFC 2696 3: a page of size 0), so that it can drop what it
// keeps for them. A failure costs nothing but the connection.
func (c *conn) abandonPages(ctx context.Context, r *ldap.SearchRequest, cookie []byte) {
	if len(cookie) == 0 || !c.usable() {
		return
	}
	if err := c.run(ctx, OpSearch, func(l *ldap.Conn) error {
		_, err := l.Search(r)
		return err
	}); err != nil {
		c.dead = true // it may still hold our cookie: let the end of the connection free it
	}
}

func quote(dn string) string { return fmt.Sprintf("%q", clean(dn)) }
