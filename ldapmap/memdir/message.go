package memdir

import (
	"errors"
	"fmt"
	"math"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Application tags of RFC 4511 4.2 to 4.14.
const (
	tagBindRequest       ber.Tag = 0
	tagBindResponse      ber.Tag = 1
	tagUnbindRequest     ber.Tag = 2
	tagSearchRequest     ber.Tag = 3
	tagSearchEntry       ber.Tag = 4
	tagSearchDone        ber.Tag = 5
	tagModifyRequest     ber.Tag = 6
	tagModifyResponse    ber.Tag = 7
	tagAddRequest        ber.Tag = 8
	tagAddResponse       ber.Tag = 9
	tagDeleteRequest     ber.Tag = 10
	tagDeleteResponse    ber.Tag = 11
	tagModifyDNRequest   ber.Tag = 12
	tagModifyDNResponse  ber.Tag = 13
	tagCompareRequest    ber.Tag = 14
	tagCompareResponse   ber.Tag = 15
	tagAbandonRequest    ber.Tag = 16
	tagExtendedRequest   ber.Tag = 23
	tagExtendedResponse  ber.Tag = 24
	maxControls                  = 32
	maxRequestAttributes         = 2000
)

// message is one LDAPMessage from a client.
type message struct {
	id       int64
	op       *ber.Packet
	controls []control
}

var errMalformed = errors.New("malformed LDAP message")

func malformed(what string) error { return fmt.Errorf("%w: %s", errMalformed, what) }

// parseMessage decodes the envelope of RFC 4511 4.1.1; the operation inside stays a packet.
func parseMessage(frame []byte) (*message, error) {
	p, err := decodeBER(frame)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errMalformed, err)
	}
	parts, ok := sequence(p)
	if !ok || len(parts) < 2 || len(parts) > 3 {
		return nil, malformed("envelope")
	}
	id, ok := integer(parts[0], ber.TagInteger)
	if !ok || id < 0 || id > math.MaxInt32 {
		return nil, malformed("message ID")
	}
	m := &message{id: id, op: parts[1]}
	if m.op.ClassType != ber.ClassApplication {
		return nil, malformed("operation")
	}
	if len(parts) == 3 {
		if m.controls, err = parseControls(parts[2]); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// parseControls reads Controls (RFC 4511 4.1.11).
func parseControls(p *ber.Packet) ([]control, error) {
	if !isContext(p, 0) || p.TagType != ber.TypeConstructed || len(p.Children) > maxControls {
		return nil, malformed("controls")
	}
	var out []control
	for _, c := range p.Children {
		parts, ok := sequence(c)
		if !ok || len(parts) < 1 || len(parts) > 3 {
			return nil, malformed("control")
		}
		var ctl control
		if ctl.oid, ok = octets(parts[0]); !ok || ctl.oid == "" {
			return nil, malformed("control type")
		}
		for _, part := range parts[1:] {
			if isUniversal(part, ber.TypePrimitive, ber.TagBoolean) {
				if ctl.critical, ok = boolean(part); !ok {
					return nil, malformed("criticality")
				}
			} else if v, ok := octets(part); ok {
				ctl.value, ctl.hasValue = v, true
			} else {
				return nil, malformed("control value")
			}
		}
		out = append(out, ctl)
	}
	return out, nil
}

// response builds the LDAPMessage with an LDAPResult and what follows it.
func response(id int64, tag ber.Tag, r *Result, controls []control, extra ...*ber.Packet) *ber.Packet {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	r.appendTo(op)
	for _, e := range extra {
		op.AppendChild(e)
	}
	return envelope(id, op, controls)
}

func envelope(id int64, op *ber.Packet, controls []control) *ber.Packet {
	m := ber.NewSequence("")
	m.AppendChild(newInteger(id))
	m.AppendChild(op)
	if len(controls) > 0 {
		list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
		for _, c := range controls {
			ctl := ber.NewSequence("")
			ctl.AppendChild(newOctets(c.oid))
			if c.hasValue {
				ctl.AppendChild(newOctets(c.value))
			}
			list.AppendChild(ctl)
		}
		m.AppendChild(list)
	}
	return m
}

// attributeValues is PartialAttribute (RFC 4511 4.1.7).
type attributeValues struct {
	desc   string
	values []string
}

func parseAttribute(p *ber.Packet) (attributeValues, error) {
	parts, ok := sequence(p)
	if !ok || len(parts) != 2 {
		return attributeValues{}, malformed("attribute")
	}
	var a attributeValues
	if a.desc, ok = octets(parts[0]); !ok {
		return a, malformed("attribute description")
	}
	if !isUniversal(parts[1], ber.TypeConstructed, ber.TagSet) {
		return a, malformed("attribute values")
	}
	a.values = make([]string, 0, len(parts[1].Children))
	for _, v := range parts[1].Children {
		s, ok := octets(v)
		if !ok {
			return a, malformed("attribute value")
		}
		a.values = append(a.values, s)
	}
	return a, nil
}

func parseAttributes(p *ber.Packet) ([]attributeValues, error) {
	list, ok := sequence(p)
	if !ok || len(list) > maxRequestAttributes {
		return nil, malformed("attribute list")
	}
	out := make([]attributeValues, 0, len(list))
	for _, c := range list {
		a, err := parseAttribute(c)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// parseName reads the first octet string of a request and checks its number of parts.
func parseName(op *ber.Packet, least, most int) (string, error) {
	if op.TagType != ber.TypeConstructed || len(op.Children) < least || len(op.Children) > most {
		return "", malformed("request")
	}
	name, ok := octets(op.Children[0])
	if !ok {
		return "", malformed("name")
	}
	return name, nil
}
