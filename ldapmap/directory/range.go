package directory

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// complete fetches what Active Directory left out of an entry: of an attribute with more than 1,500 values it gives the first as
// "member;range=0-1499", and the rest on request ([MS-ADTS] 3.1.1.3.1.3.3). The attribute then stands in the entry under its own name,
// as if it had come at once.
func (d *Directory) complete(ctx context.Context, c *conn, e *ldapmap.Entry) error {
	for i := 0; i < len(e.Attributes); i++ {
		name, last, ok := rangeOf(e.Attributes[i].Name)
		if !ok {
			continue
		}
		values := e.Attributes[i].Values
		for last >= 0 {
			ask := fmt.Sprintf("%s;range=%d-*", name, last+1)
			page, err := c.page(ctx, d.request(Search{Base: e.DN, Scope: Base, Attributes: []string{ask}}, 0, nil))
			if err != nil {
				return err
			}
			more, next, ok := nextRange(page, name)
			if !ok || next >= 0 && next <= last {
				return fault.New(fault.Internal, "the server gave values up to %d of %s of %q and then no more", last, name, clean(e.DN))
			}
			if values = append(values, more...); len(values) > c.srv.cfg.MaxValues {
				return fault.New(fault.Internal, "%s of %q has more than %d values", name, clean(e.DN), c.srv.cfg.MaxValues)
			}
			last = next
		}
		e.Attributes[i] = ldapmap.Attribute{Name: name, Values: values}
		e.Attributes = withoutEmpty(e.Attributes, name, &i)
	}
	return nil
}

// nextRange finds the attribute's next piece; last is -1 if it is the last one.
func nextRange(p *page, name string) (values []string, last int, ok bool) {
	if len(p.entries) == 0 {
		return nil, 0, false
	}
	for _, a := range p.entries[0].Attributes {
		if n, last, ok := rangeOf(a.Name); ok && strings.EqualFold(n, name) {
			return a.Values, last, true
		}
	}
	return nil, 0, false
}

// rangeOf reads "name;range=0-1499"; last is -1 for "name;range=1500-*".
func rangeOf(description string) (name string, last int, ok bool) {
	at := strings.Index(strings.ToLower(description), ";range=")
	if at < 0 {
		return "", 0, false
	}
	_, end, ok := strings.Cut(description[at+len(";range="):], "-")
	if end == "*" {
		return description[:at], -1, ok
	}
	last, err := strconv.Atoi(end)
	return description[:at], last, ok && err == nil && last >= 0
}

// withoutEmpty takes out the same attribute without values, which the server sends beside the first piece.
func withoutEmpty(all []ldapmap.Attribute, name string, at *int) []ldapmap.Attribute {
	out := all[:0]
	for i, a := range all {
		if len(a.Values) == 0 && strings.EqualFold(a.Name, name) {
			if i < *at {
				*at--
			}
			continue
		}
		out = append(out, a)
	}
	return out
}
