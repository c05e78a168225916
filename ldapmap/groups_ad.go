package ldapmap

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// What is particular about groups in Active Directory: they contain groups, and memberOf tells neither those nor the primary group.

// inChain is the matching rule that follows groups of groups (MS-ADTS 3.1.1.3.4.4.3).
const inChain = "1.2.840.113556.1.4.1941"

// primaryGroupID is the attribute of a person with the last part of the primary group's SID. Nothing in the group can be compared with it.
const primaryGroupID = "primaryGroupID"

// listing finds the groups that list the value, or that contain one that does.
func (g *groupMapping) listing(value string) Filter {
	if g.nested() {
		return Matching{Attribute: g.spec.Member, Rule: inChain, Value: value}
	}
	return Equal{g.spec.Member, value}
}

func (g *groupMapping) nested() bool { return g.spec.Nested == nestedInChain }

const nestedInChain = "in_chain"

// primary finds the group that the person's entry names, and what contains it.
func (g *groupMapping) primary(e *Entry) []Filter {
	p := g.spec.Primary
	if p == "" || e == nil {
		return nil
	}
	var found []Filter
	if !strings.EqualFold(p, primaryGroupID) {
		for _, v := range e.Values(p) {
			found = append(found, Equal{p, v})
		}
		return found
	}
	sid, ok := neighbour(e.Value("objectSid"), e.Value(p))
	if !ok {
		return nil
	}
	raw, err := encodeSID(sid)
	if err != nil {
		return nil
	}
	found = append(found, Equal{"objectSid", raw})
	if g.nested() {
		found = append(found, g.listing("<SID="+sid+">"))
	}
	return found
}

// neighbour is the SID in the same domain that ends in rid, as text.
func neighbour(raw, rid string) (string, bool) {
	sid, err := decodeSID(raw)
	if _, bad := strconv.ParseUint(rid, 10, 32); err != nil || bad != nil {
		return "", false
	}
	return sid[:strings.LastIndexByte(sid, '-')+1] + rid, true
}

// decodeSID takes the bytes of a security identifier (MS-DTYP 2.4.2.2): its text is such as S-1-5-21-3623811015-3361044348-30300820-1013.
func decodeSID(raw string) (string, error) {
	bad := badValue("a security identifier")
	if len(raw) < 12 || raw[0] != 1 || len(raw) != 8+4*int(raw[1]) {
		return "", bad
	}
	var authority uint64
	for _, b := range []byte(raw[2:8]) {
		authority = authority<<8 | uint64(b)
	}
	text := "S-1-" + strconv.FormatUint(authority, 10)
	for b := []byte(raw[8:]); len(b) > 0; b = b[4:] {
		text += "-" + strconv.FormatUint(uint64(binary.LittleEndian.Uint32(b)), 10)
	}
	return text, nil
}

// encodeSID is for comparisons: servers write these values themselves.
func encodeSID(text string) (string, error) {
	bad := badValue("a security identifier such as S-1-5-32-545")
	parts := strings.Split(text, "-")
	if len(parts) < 4 || len(parts) > 3+15 || parts[0] != "S" || parts[1] != "1" {
		return "", bad
	}
	authority, err := strconv.ParseUint(parts[2], 10, 48)
	if err != nil {
		return "", bad
	}
	raw := binary.BigEndian.AppendUint64(nil, authority)
	raw[0], raw[1] = 1, byte(len(parts)-3)
	for _, p := range parts[3:] {
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			return "", bad
		}
		raw = binary.LittleEndian.AppendUint32(raw, uint32(n))
	}
	return string(raw), nil
}
