package memdir

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	ber "github.com/go-asn1-ber/asn1-ber"
)

const (
	// maxBERDepth is how deep elements may nest in one message. A filter of maxFilterDepth levels inside a
	// search request stays well below it.
	maxBERDepth = 120
	// maxBERElements bounds the memory a message can cost: the BER library spends some 200 bytes on an
	// element that takes two on the wire.
	maxBERElements = 400_000
	// maxBERCopies bounds another cost: each level of the library's packets holds a copy of all that is below. The
	// values of a Modify are seven levels deep.
	maxBERCopies = 10
)

var errMessageTooLarge = errors.New("message is larger than the server accepts")

// readFrame reads one LDAPMessage, a SEQUENCE of definite length (RFC 4511 5.1), of at most limit bytes.
// Memory grows with what arrives, not with what the length promises.
func readFrame(r *bufio.Reader, limit int) ([]byte, error) {
	head := make([]byte, 0, 6)
	first, err := r.ReadByte()
	if err != nil {
		return nil, err
	}
	if first != 0x30 {
		return nil, fmt.Errorf("message starts with 0x%02x, not with a sequence", first)
	}
	head = append(head, first)
	b, err := r.ReadByte()
	if err != nil {
		return nil, unexpected(err)
	}
	head = append(head, b)
	length := int(b)
	if b >= 0x80 {
		n := int(b & 0x7f)
		if n == 0 || n > 4 {
			return nil, fmt.Errorf("length of %d octets is not accepted", n)
		}
		length = 0
		for range n {
			if b, err = r.ReadByte(); err != nil {
				return nil, unexpected(err)
			}
			head = append(head, b)
			length = length<<8 | int(b)
		}
	}
	if length > limit {
		return nil, fmt.Errorf("%w: %d bytes announced, %d allowed", errMessageTooLarge, length, limit)
	}
	buf := bytes.NewBuffer(head)
	if _, err := io.CopyN(buf, r, int64(length)); err != nil {
		return nil, unexpected(err)
	}
	return buf.Bytes(), nil
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// checkShape walks the elements of b without building them, so that neither deep nesting nor millions of
// tiny elements reach the BER library, which recurses and copies at each level.
func checkShape(b []byte) error {
	ends := make([]int, 0, 16) // where the open constructed elements end
	elements, copied := 0, 0
	for pos := 0; pos < len(b) || len(ends) > 0; {
		for len(ends) > 0 && pos == ends[len(ends)-1] {
			ends = ends[:len(ends)-1]
		}
		if len(ends) == 0 && pos == len(b) {
			return nil
		}
		end := len(b)
		if len(ends) > 0 {
			end = ends[len(ends)-1]
		}
		if elements++; elements > maxBERElements {
			return fmt.Errorf("message has more than %d elements", maxBERElements)
		}
		id := b[pos]
		if id&0x1f == 0x1f {
			return errors.New("LDAP has no tags above 30")
		}
		size, header, err := elementLength(b[pos:end])
		if err != nil {
			return err
		}
		pos += header
		if size > end-pos {
			return errors.New("element is longer than what holds it")
		}
		if id&0x20 == 0 {
			pos += size
			continue
		}
		if copied += size; len(ends) >= maxBERDepth || copied > maxBERCopies*len(b)+1<<20 {
			return errors.New("elements nest too deeply")
		}
		ends = append(ends, pos+size)
	}
	return nil
}

// elementLength returns the content length and the header length of the element that b starts with.
func elementLength(b []byte) (size, header int, err error) {
	if len(b) < 2 {
		return 0, 0, io.ErrUnexpectedEOF
	}
	if b[1] < 0x80 {
		return int(b[1]), 2, nil
	}
	n := int(b[1] & 0x7f)
	if n == 0 {
		return 0, 0, errors.New("indefinite lengths are not allowed in LDAP")
	}
	if n > 4 || len(b) < 2+n {
		return 0, 0, errors.New("length is not readable")
	}
	for _, c := range b[2 : 2+n] {
		size = size<<8 | int(c)
	}
	return size, 2 + n, nil
}

// decodeBER turns bytes from outside into a packet, after checkShape.
func decodeBER(b []byte) (*ber.Packet, error) {
	if err := checkShape(b); err != nil {
		return nil, err
	}
	p, err := ber.DecodePacketErr(b)
	if err != nil {
		return nil, fmt.Errorf("decoding BER: %w", err)
	}
	return p, nil
}

// The accessors below never trust the library's Value, which is nil for context tags and for
// strings that claim to be constructed.

func isUniversal(p *ber.Packet, t ber.Type, tag ber.Tag) bool {
	return p.ClassType == ber.ClassUniversal && p.TagType == t && p.Tag == tag
}

func isContext(p *ber.Packet, tag ber.Tag) bool {
	return p.ClassType == ber.ClassContext && p.Tag == tag
}

// raw returns the content octets of a primitive element.
func raw(p *ber.Packet) (string, bool) {
	if p.TagType != ber.TypePrimitive {
		return "", false
	}
	return p.Data.String(), true
}

func octets(p *ber.Packet) (string, bool) {
	if !isUniversal(p, ber.TypePrimitive, ber.TagOctetString) {
		return "", false
	}
	return p.Data.String(), true
}

// integer reads an INTEGER or ENUMERATED of at most 8 octets.
func integer(p *ber.Packet, tag ber.Tag) (int64, bool) {
	if !isUniversal(p, ber.TypePrimitive, tag) || p.Data.Len() == 0 {
		return 0, false
	}
	n, err := ber.ParseInt64(p.Data.Bytes())
	return n, err == nil
}

// boolean takes any octet but 0 as true, as BER does: some clients send 0x01 where RFC 4511 5.1 wants 0xFF.
func boolean(p *ber.Packet) (value, ok bool) {
	if p.TagType != ber.TypePrimitive || p.Data.Len() != 1 {
		return false, false
	}
	return p.Data.Bytes()[0] != 0, true
}

func sequence(p *ber.Packet) ([]*ber.Packet, bool) {
	return p.Children, isUniversal(p, ber.TypeConstructed, ber.TagSequence)
}

func newOctets(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

func newInteger(n int64) *ber.Packet {
	return ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, n, "")
}

func newEnum(n int64) *ber.Packet {
	return ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, n, "")
}

func newContext(tag ber.Tag, s string) *ber.Packet {
	return ber.NewString(ber.ClassContext, ber.TypePrimitive, tag, s, "")
}

func newSet(values []string) *ber.Packet {
	set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
	for _, v := range values {
		set.AppendChild(newOctets(v))
	}
	return set
}
