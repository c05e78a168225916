package ldapmap

import (
	"encoding/base64"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"golang.org/x/text/unicode/norm"
)

// Clean checks one value that somebody typed or sent, and returns its canonical form: spaces at the ends go, Unicode is composed
// (NFC), languages and times get their usual spelling. An empty value is canonical: it means none. Errors are Invalid, name the
// field, and carry words for the person.
func (f Field) Clean(value string) (string, error) {
	if f.Type == TypePhoto {
		return f.cleanPhoto(value)
	}
	if len(value) > 4*f.MaxLength || !utf8.ValidString(value) {
		return "", f.tooLong()
	}
	value = norm.NFC.String(strings.TrimSpace(value))
	if value == "" {
		return "", nil
	}
	if utf8.RuneCountInString(value) > f.MaxLength {
		return "", f.tooLong()
	}
	for _, r := range value {
		if unicode.IsControl(r) && !(f.Type == TypeLines && (r == '\n' || r == '\r')) || r == utf8.RuneError {
			return "", f.refuse("This contains characters that cannot be kept. Please type it again.")
		}
	}
	if len(f.Choices) > 0 && !slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Value == value }) {
		return "", f.refuse("Please choose one of the answers offered.")
	}
	return f.cleanType(value)
}

// CleanAll cleans several values, drops empty and repeated ones, and checks that there are neither too many nor none of a required field.
func (f Field) CleanAll(values []string) ([]string, error) {
	const most = 50
	var clean []string
	for _, v := range values {
		v, err := f.Clean(v)
		if err != nil {
			return nil, err
		}
		same := func(o string) bool { return o == v || f.Type != TypeSSHKey && strings.EqualFold(o, v) }
		if v != "" && !slices.ContainsFunc(clean, same) {
			clean = append(clean, v)
		}
	}
	switch {
	case len(clean) == 0 && f.Required:
		return nil, f.refuse("This is needed.")
	case len(clean) > 1 && !f.Many:
		return nil, f.refuse("Only one value can be kept here.")
	case len(clean) > most:
		return nil, f.refuse("These are too many values: at most %d can be kept.", most)
	}
	return clean, nil
}

func (f Field) cleanType(v string) (string, error) {
	switch f.Type {
	case TypeMail:
		if !isMail(v) {
			return "", f.refuse("This does not look like a mail address. One looks like name@example.org.")
		}
	case TypePhone:
		digits := 0
		for _, r := range v {
			switch {
			case r >= '0' && r <= '9':
				digits++
			case !strings.ContainsRune("+-./() #*,;extEXT\u00a0\u2011", r):
				return "", f.refuse("This does not look like a phone number. One looks like +33 5 56 00 00 00.")
			}
		}
		if digits < 2 || digits > 25 {
			return "", f.refuse("This does not look like a phone number. One looks like +33 5 56 00 00 00.")
		}
	case TypeURL:
		u, err := url.Parse(v)
		if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || strings.ContainsAny(v, " <>\"") {
			return "", f.refuse("This does not look like a web address. One looks like https://example.org.")
		}
	case TypeDate:
		if _, err := decodeDate(v); err != nil {
			return "", f.refuse("This is not a date. One looks like 2001-12-31.")
		}
	case TypeTime:
		t, err := parseCanonicalTime(v)
		if err != nil {
			return "", f.refuse("This is not a date and time.")
		}
		return canonicalTime(t)
	case TypeBool:
		if v != "true" && v != "false" {
			return "", f.refuse("This is neither yes nor no.")
		}
	case TypeNumber:
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return "", f.refuse("This is not a whole number.")
		}
		return strconv.FormatInt(n, 10), nil
	case TypeLanguage:
		tag, err := encodeLanguage(v)
		if err != nil {
			return "", f.refuse("This is not a language that we know.")
		}
		return tag, nil
	case TypeZone:
		if _, err := time.LoadLocation(v); err != nil || v == "Local" {
			return "", f.refuse("This is not a time zone. One looks like Europe/Paris.")
		}
	case TypeSSHKey:
		if !isSSHKey(v) {
			return "", f.refuse("This is not a public SSH key: it starts with a word such as ssh-ed25519.")
		}
	case TypePerson:
		if _, err := ParseDN(v); err != nil {
			return "", f.refuse("This is nobody we know.")
		}
	case TypeLines:
		return strings.ReplaceAll(v, "\r\n", "\n"), nil
	}
	return v, nil
}

// isMail tells whether a mail can be sent to v: an addr-spec without quotes or comments (RFC 5322 3.4.1), within the lengths of
// RFC 5321 4.5.3.1, and nothing that a header could be smuggled in with.
func isMail(v string) bool {
	a, err := mail.ParseAddress(v)
	if err != nil || a.Address != v || a.Name != "" || strings.ContainsAny(v, " \t\r\n\"<>(),;:[]\\") {
		return false
	}
	at := strings.LastIndexByte(v, '@')
	return at > 0 && at <= 64 && at < len(v)-1 && len(v) <= 254
}

// isSSHKey checks one line of authorized_keys without options: type, base64 that repeats the type, comment (RFC 4253 6.6).
func isSSHKey(v string) bool {
	words := strings.Fields(v)
	if len(words) < 2 {
		return false
	}
	blob, err := base64.StdEncoding.DecodeString(words[1])
	n := len(words[0])
	return err == nil && len(blob) > 4+n && blob[0] == 0 && blob[1] == 0 && blob[2] == 0 && int(blob[3]) == n && string(blob[4:4+n]) == words[0]
}

func (f Field) cleanPhoto(v string) (string, error) {
	switch {
	case v == "":
		return "", nil
	case len(v) > f.MaxLength:
		return "", f.tooLong()
	}
	if _, err := encodeJPEG(v); err != nil {
		return "", f.refuse("This is not a photo that can be kept.")
	}
	return v, nil
}

func (f Field) tooLong() error { return f.refuse("This is too long.") }

func (f Field) refuse(words string, args ...any) error {
	return fault.Say(fault.Invalid, f.Name, words, args...)
}
