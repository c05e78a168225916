package mail

import (
	"errors"
	"net/mail"
	"strings"

	"golang.org/x/net/idna"
)

// Bounds of RFC 5321 4.5.3.1, in octets.
const (
	maxLocal   = 64
	maxAddress = 254 // the path, less its angle brackets
)

// Address checks one mail address from the directory or from a form, and returns it as it is put on the wire: the domain in its ASCII
// form (RFC 5890), the local part untouched. It takes addr-spec only (RFC 5322 3.4.1): no name, no list, no group, no comment and no
// quoted local part, which no mail service hands out and which hide line ends from the careless.
func Address(text string) (string, error) {
	if len(text) > maxAddress {
		return "", errors.New("the address is too long")
	}
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Name != "" || parsed.Address != text {
		return "", errors.New("not a single plain mail address")
	}
	at := strings.LastIndexByte(text, '@')
	local, domain := text[:at], text[at+1:]
	if len(local) > maxLocal {
		return "", errors.New("the part before the @ is too long")
	}
	if strings.ContainsAny(local, "\"\\ \t\r\n<>,;:()[]") {
		return "", errors.New("the part before the @ has characters that are not accepted")
	}
	if strings.HasPrefix(domain, "[") {
		return "", errors.New("an address literal is not accepted")
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return "", errors.New("the domain is not valid")
	}
	if len(local)+1+len(ascii) > maxAddress {
		return "", errors.New("the address is too long")
	}
	return local + "@" + ascii, nil
}
