package directory

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// DN is a parsed distinguished name, the lowest RDN first.
type DN = ldap.DN

// maxDN bounds what is parsed as a name.
const maxDN = 8192

// ParseDN reads the text form of a name (RFC 4514).
func ParseDN(dn string) (*DN, error) {
	if len(dn) > maxDN {
		return nil, fmt.Errorf("a DN of %d bytes is too long", len(dn))
	}
	return ldap.ParseDN(dn)
}

// EqualDN tells whether two texts name the same entry, whatever their case, spaces and escapes. Texts that are no names equal only themselves.
func EqualDN(a, b string) bool {
	if a == b {
		return true
	}
	x, err := ParseDN(a)
	if err != nil {
		return false
	}
	y, err := ParseDN(b)
	return err == nil && x.EqualFold(y)
}

// Below tells whether dn is base or lies below it.
func Below(dn, base string) bool {
	if EqualDN(dn, base) {
		return true
	}
	x, err := ParseDN(dn)
	if err != nil {
		return false
	}
	y, err := ParseDN(base)
	return err == nil && (len(y.RDNs) == 0 || y.AncestorOfFold(x))
}

// RDN returns attribute and raw value of the first part of the lowest RDN; empty if dn is no name.
func RDN(dn string) (attr, value string) {
	x, err := ParseDN(dn)
	if err != nil || len(x.RDNs) == 0 || len(x.RDNs[0].Attributes) == 0 {
		return "", ""
	}
	a := x.RDNs[0].Attributes[0]
	return a.Type, a.Value
}

// Parent returns the DN of the entry above, cut from the text as it stands; empty for a suffix of one RDN or none.
func Parent(dn string) string {
	quoted := false
	for i := 0; i < len(dn); i++ {
		switch dn[i] {
		case '\\':
			i++
		case '"': // RFC 2253's older form
			quoted = !quoted
		case ',', ';':
			if !quoted {
				return strings.TrimLeft(dn[i+1:], " ")
			}
		}
	}
	return ""
}

// EscapeRDN writes attr=value with the value escaped as RFC 4514 2.4 asks. Everything that is not printable is written in hexadecimal.
func EscapeRDN(attr, value string) string {
	var b strings.Builder
	b.WriteString(attr + "=")
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case c < 0x20 || c == 0x7f:
			b.WriteString(`\` + hex.EncodeToString([]byte{c}))
		case strings.IndexByte(`,+"\<>;=`, c) >= 0,
			i == 0 && (c == '#' || c == ' '),
			i == len(value)-1 && c == ' ':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
