package fields

import (
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"
	"golang.org/x/text/language"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Check says what is wrong with one value of a field, in words for the person who typed it; zero if nothing is.
func Check(f ldapmap.Field, v string) i18n.Message {
	if f.MaxLength > 0 && utf8.RuneCountInString(v) > f.MaxLength {
		return i18n.M("This is too long: no more than %d characters, please.", f.MaxLength)
	}
	if strings.ContainsFunc(v, func(r rune) bool {
		return unicode.IsControl(r) && !(f.Type == ldapmap.TypeLines && r == '\n') || r == utf8.RuneError
	}) {
		return i18n.M("This contains characters that cannot be kept. Please type it again.")
	}
	if len(f.Choices) > 0 {
		for _, c := range f.Choices {
			if c.Value == v {
				return i18n.Message{}
			}
		}
		return i18n.M("Please choose one of the answers offered.")
	}
	return checkType(f.Type, v)
}

func checkType(t ldapmap.Type, v string) i18n.Message {
	ok, words := true, i18n.Message{}
	switch t {
	case ldapmap.TypeMail:
		ok, words = Mail(v), i18n.M("This does not look like a mail address. One looks like name@example.org.")
	case ldapmap.TypePhone:
		ok, words = phone(v), i18n.M("This does not look like a phone number. One looks like +33 5 56 00 00 00.")
	case ldapmap.TypeURL:
		ok, words = webAddress(v), i18n.M("This does not look like a web address. One looks like https://example.org.")
	case ldapmap.TypeDate:
		_, err := time.Parse(time.DateOnly, v)
		ok, words = err == nil, i18n.M("This is not a date. One looks like 2001-12-31.")
	case ldapmap.TypeTime:
		_, err := time.Parse(time.RFC3339, v)
		ok, words = err == nil, i18n.M("This is not a date and time. One looks like 2001-12-31T12:00:00Z.")
	case ldapmap.TypeNumber:
		_, err := strconv.ParseInt(v, 10, 64)
		ok, words = err == nil, i18n.M("This is not a whole number.")
	case ldapmap.TypeLanguage:
		_, err := language.Parse(v)
		ok, words = err == nil, i18n.M("This is not a language that we know.")
	case ldapmap.TypeZone:
		_, err := time.LoadLocation(v)
		ok, words = err == nil && v != "Local", i18n.M("This is not a time zone. One looks like Europe/Paris.")
	case ldapmap.TypeSSHKey:
		_, _, options, rest, err := ssh.ParseAuthorizedKey([]byte(v))
		ok, words = err == nil && len(rest) == 0 && len(options) == 0, i18n.M("This is not an SSH public key. One begins with ssh-ed25519, ecdsa or ssh-rsa.")
	}
	if ok {
		return i18n.Message{}
	}
	return words
}

// Mail tells whether v is a bare mail address that a mail can be sent to: RFC 5322 addr-spec, as parsed by net/mail, with a domain of at
// least one dot or the name of this host's network, and nothing that a header could be smuggled in with.
func Mail(v string) bool {
	a, err := mail.ParseAddress(v)
	if err != nil || a.Address != v || a.Name != "" || strings.ContainsAny(v, " \t\r\n\"<>(),;:[]\\") {
		return false
	}
	at := strings.LastIndexByte(v, '@')
	return at > 0 && at < len(v)-1 && at <= 64 && len(v) <= 254
}

func phone(v string) bool {
	digits := 0
	for i, r := range v {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '+' && i == 0, strings.ContainsRune(" .-/()\u00a0\u202f#*", r):
		default:
			return false
		}
	}
	return digits >= 3 && digits <= 20
}

func webAddress(v string) bool {
	u, err := url.Parse(v)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil && !strings.ContainsAny(v, " <>\"")
}
