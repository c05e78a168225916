package memdir

import (
	"context"
	"hash/fnv"
	"math"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Controls memdir knows.
const (
	oidPaged          = "1.2.840.113556.1.4.319"    // RFC 2696
	oidAssertion      = "1.3.6.1.1.12"              // RFC 4528
	oidPreRead        = "1.3.6.1.1.13.1"            // RFC 4527
	oidPostRead       = "1.3.6.1.1.13.2"            // RFC 4527
	oidManageDsaIT    = "2.16.840.1.113730.3.4.2"   // RFC 3296: there are no referral entries here, so nothing to do
	oidPasswordPolicy = "1.3.6.1.4.1.42.2.27.8.5.1" // draft-behera-ldap-password-policy-10
)

type control struct {
	oid      string
	critical bool
	value    string
	hasValue bool
}

// session is what a connection carries from one operation to the next.
type session struct {
	dn         dn   // the bound name; root for anonymous
	admin      bool // bound as the root DN
	mustChange bool // only the password may be changed (draft-behera 6.1)
	tls        bool
}

// request is one operation on its way through the directory.
type request struct {
	ctx      context.Context
	session  *session
	paged    *pagedControl
	assert   *filter
	preRead  *selection
	postRead *selection
	policy   bool // the client asked for the password policy control
	// oldPassword: the client has proven that it knows the password it changes.
	oldPassword bool
	// clearPassword: the new password is clear text, whatever it looks like (RFC 3062).
	clearPassword bool
	// freed: the change lifts the session's mustChange once it is in the tree.
	freed   bool
	answers []control // controls of the response
}

type pagedControl struct {
	size   int
	cookie string
}

// usable says which operations a control applies to.
var usable = map[string][]ber.Tag{
	oidPaged:     {tagSearchRequest},
	oidAssertion: {tagSearchRequest, tagModifyRequest, tagAddRequest, tagDeleteRequest, tagModifyDNRequest, tagCompareRequest, tagExtendedRequest},
	oidPreRead:   {tagModifyRequest, tagDeleteRequest, tagModifyDNRequest},
	oidPostRead:  {tagModifyRequest, tagAddRequest, tagModifyDNRequest},
	oidManageDsaIT: {tagSearchRequest, tagModifyRequest, tagAddRequest, tagDeleteRequest, tagModifyDNRequest,
		tagCompareRequest, tagExtendedRequest},
	oidPasswordPolicy: {tagBindRequest, tagSearchRequest, tagModifyRequest, tagAddRequest, tagDeleteRequest,
		tagModifyDNRequest, tagCompareRequest, tagExtendedRequest},
}

// readControls fills r. A control that is unknown, or of no use for the operation, is ignored unless it is critical
// (RFC 4511 4.1.11).
func (d *directory) readControls(r *request, tag ber.Tag, controls []control) error {
	for i, c := range controls {
		for _, other := range controls[:i] {
			if other.oid == c.oid {
				return fail(ProtocolError, "control %.60s specified multiple times", c.oid)
			}
		}
		fits := false
		for _, t := range usable[c.oid] {
			fits = fits || t == tag
		}
		if c.oid == oidPasswordPolicy && d.policy.Load() == nil {
			fits = false
		}
		if !fits {
			if c.critical {
				return fail(UnavailableCriticalExtension, "critical extension is not recognized")
			}
			continue
		}
		if err := d.readControl(r, c); err != nil {
			return err
		}
	}
	return nil
}

func (d *directory) readControl(r *request, c control) error {
	bad := fail(ProtocolError, "control %s: value is not readable", c.oid)
	switch c.oid {
	case oidPasswordPolicy:
		r.policy = true
	case oidPaged:
		p, err := decodeBER([]byte(c.value))
		if err != nil {
			return bad
		}
		parts, ok := sequence(p)
		if !ok || len(parts) != 2 {
			return bad
		}
		size, ok1 := integer(parts[0], ber.TagInteger)
		cookie, ok2 := octets(parts[1])
		if !ok1 || !ok2 || size < 0 || size > math.MaxInt32 || len(cookie) > 64 {
			return bad
		}
		r.paged = &pagedControl{int(size), cookie}
	case oidAssertion:
		p, err := decodeBER([]byte(c.value))
		if err != nil {
			return bad
		}
		f, err := d.parseFilter(p, 0)
		if err != nil {
			return bad
		}
		r.assert = f
	case oidPreRead, oidPostRead:
		p, err := decodeBER([]byte(c.value))
		if err != nil {
			return bad
		}
		list, ok := parseStrings(p)
		if !ok {
			return bad
		}
		sel := d.selectAttributes(list)
		if c.oid == oidPreRead {
			r.preRead = &sel
		} else {
			r.postRead = &sel
		}
	}
	return nil
}

// checkAssertion holds the assertion control against the target entry (RFC 4528).
func (d *directory) checkAssertion(r *request, n *node) error {
	if r.assert != nil && d.matches(r.session, n, r.assert) != matchTrue {
		return fail(AssertionFailed, "assertion failed")
	}
	return nil
}

// readBack answers a pre-read or post-read control with the entry as the client may see it.
func (d *directory) readBack(r *request, oid string, sel *selection, n *node) {
	if sel == nil {
		return
	}
	body := ber.NewSequence("")
	d.appendEntry(body, r.session, n, *sel, false)
	r.answers = append(r.answers, control{oid: oid, value: string(body.Bytes()), hasValue: true})
}

// parseStrings reads a SEQUENCE OF LDAPString.
func parseStrings(p *ber.Packet) ([]string, bool) {
	list, ok := sequence(p)
	if !ok || len(list) > maxRequestAttributes {
		return nil, false
	}
	out := make([]string, 0, len(list))
	for _, c := range list {
		s, ok := octets(c)
		if !ok {
			return nil, false
		}
		out = append(out, s)
	}
	return out, true
}

// fingerprint ties a paging cookie to the search it came from.
func fingerprint(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return h.Sum64()
}
