package authn

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

// WhoParam is the name of the parameter that carries a typed login, sealed, from page to page. Addresses end up in histories and
// proxies' logs, where who signs in is nobody's business.
const WhoParam = "who"

const (
	typedPurpose = "typed login"
	typedLasts   = time.Hour
)

// SealLogin makes the parameter. An empty login makes none.
func SealLogin(s Sealer, login string, now time.Time) (string, error) {
	if login == "" || len(login) > MaxLogin {
		return "", nil
	}
	plain := binary.BigEndian.AppendUint64(nil, uint64(now.Add(typedLasts).Unix()))
	return s.Seal(typedPurpose, nil, append(plain, login...))
}

// OpenLogin returns the login, or "" if the parameter is not ours or too old: it is asked for again then.
func OpenLogin(s Sealer, sealed string, now time.Time) string {
	if sealed == "" || len(sealed) > 4*MaxLogin {
		return ""
	}
	plain, err := s.Open(typedPurpose, nil, sealed)
	if err != nil || len(plain) < 8 || uint64(now.Unix()) > binary.BigEndian.Uint64(plain) {
		return ""
	}
	return string(plain[8:])
}

// LoginProblem says what is wrong with a typed login before anybody is asked; zero if nothing is.
func LoginProblem(login string) i18n.Message {
	switch {
	case login == "":
		return i18n.M("Type your user name or mail address.")
	case len(login) > MaxLogin:
		return i18n.M("That is too long for a user name or mail address.")
	case strings.ContainsFunc(login, func(c rune) bool { return c < ' ' || c == 0x7f }):
		return i18n.M("That has a character in it that no user name has.")
	}
	return i18n.Message{}
}
