package ldapmap

import (
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// decodeText takes a Directory String (RFC 4517 3.3.6): UTF-8, not empty.
func decodeText(raw string) (string, error) {
	if raw == "" || !utf8.ValidString(raw) || strings.ContainsRune(raw, 0) {
		return "", badValue("a text in UTF-8")
	}
	return raw, nil
}

func encodeText(v string) (string, error) { return decodeText(v) }

// decodeLabeledURI takes the address of a labeledURI (RFC 2079), which a space and a label may follow.
func decodeLabeledURI(raw string) (string, error) {
	if _, err := decodeText(raw); err != nil {
		return "", err
	}
	address, _, _ := strings.Cut(raw, " ")
	if address == "" {
		return "", badValue("an address with a label")
	}
	return address, nil
}

func decodeBytes(raw string) (string, error) {
	if raw == "" {
		return "", badValue("binary data")
	}
	return raw, nil
}

func encodeJPEG(v string) (string, error) {
	if !strings.HasPrefix(v, "\xff\xd8\xff") {
		return "", badValue("a JPEG image")
	}
	return v, nil
}

// decodeBool takes a Boolean (RFC 4517 3.3.3), in any case, since 389-DS keeps what was written.
func decodeBool(raw string) (string, error) {
	switch strings.ToUpper(raw) {
	case "TRUE":
		return "true", nil
	case "FALSE":
		return "false", nil
	}
	return "", badValue("TRUE or FALSE")
}

func encodeBool(v string) (string, error) {
	switch v {
	case "true":
		return "TRUE", nil
	case "false":
		return "FALSE", nil
	}
	return "", badValue("true or false")
}

// decodeInteger takes an INTEGER (RFC 4517 3.3.16) that fits 64 bits.
func decodeInteger(raw string) (string, error) {
	n, err := strconv.ParseInt(raw, 10, 64)
	if err != nil || raw[0] == '+' {
		return "", badValue("a whole number")
	}
	return strconv.FormatInt(n, 10), nil
}

// decodePostal takes a Postal Address (RFC 4517 3.3.28): lines separated by "$", with "$" and "\" in hex.
func decodePostal(raw string) (string, error) {
	if _, err := decodeText(raw); err != nil {
		return "", err
	}
	raw = strings.NewReplacer("\r\n", "$", "\n", "$", "\r", "$").Replace(raw)
	lines := strings.Split(raw, "$")
	for i, l := range lines {
		var b strings.Builder
		for j := 0; j < len(l); j++ {
			if l[j] == '\\' && j+2 < len(l) {
				switch strings.ToUpper(l[j+1 : j+3]) {
				case "24":
					b.WriteByte('$')
					j += 2
					continue
				case "5C":
					b.WriteByte('\\')
					j += 2
					continue
				}
			}
			b.WriteByte(l[j]) // lenient with a lone backslash, which other software writes
		}
		lines[i] = strings.TrimSpace(b.String())
	}
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	if text == "" {
		return "", errNever
	}
	return text, nil
}

func encodePostal(v string) (string, error) {
	if _, err := decodeText(v); err != nil {
		return "", err
	}
	v = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimSpace(v))
	v = strings.ReplaceAll(v, `\`, `\5C`)
	v = strings.ReplaceAll(v, "$", `\24`)
	return strings.ReplaceAll(v, "\n", "$"), nil
}

// decodeGUID takes Active Directory's 16 bytes, whose first three fields are little-endian (MS-DTYP 2.3.4.2).
func decodeGUID(raw string) (string, error) {
	if len(raw) != 16 {
		return "", badValue("a GUID of 16 bytes")
	}
	b := []byte(raw)
	swapGUID(b)
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}

func encodeGUID(v string) (string, error) {
	if len(v) != 36 || v[8] != '-' || v[13] != '-' || v[18] != '-' || v[23] != '-' {
		return "", badValue("a GUID such as 3f2504e0-4f89-11d3-9a0c-0305e82c3301")
	}
	b, err := hex.DecodeString(v[:8] + v[9:13] + v[14:18] + v[19:23] + v[24:])
	if err != nil {
		return "", badValue("a GUID such as 3f2504e0-4f89-11d3-9a0c-0305e82c3301")
	}
	swapGUID(b)
	return string(b), nil
}

func swapGUID(b []byte) {
	b[0], b[1], b[2], b[3] = b[3], b[2], b[1], b[0]
	b[4], b[5] = b[5], b[4]
	b[6], b[7] = b[7], b[6]
}

// decodeLanguage takes preferredLanguage, which RFC 2798 2.7 defines as the value of an Accept-Language header: the language with
// the highest weight counts.
func decodeLanguage(raw string) (string, error) {
	if len(raw) > 256 {
		return "", badValue("a language")
	}
	raw = strings.ReplaceAll(raw, "_", "-")
	if tag, err := language.Parse(raw); err == nil && tag != language.Und {
		return tag.String(), nil
	}
	tags, _, err := language.ParseAcceptLanguage(raw)
	if err != nil || len(tags) == 0 || tags[0] == language.Und {
		return "", badValue("a language")
	}
	return tags[0].String(), nil
}

func encodeLanguage(v string) (string, error) {
	tag, err := language.Parse(v)
	if err != nil || tag == language.Und {
		return "", badValue("a language such as en or fr-CA")
	}
	return tag.String(), nil
}

func decodeDN(raw string) (string, error) {
	if _, err := ParseDN(raw); err != nil {
		return "", err
	}
	return raw, nil
}
