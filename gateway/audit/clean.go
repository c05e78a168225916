package audit

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a line, in bytes of each value: a stranger decides about what is typed at a sign-in, not about the size of our logs.
const (
	maxName   = 256
	maxDetail = 1024
	maxFields = 64
)

// Clean makes text from outside fit for one line of a log that a person may read on a terminal: invalid UTF-8, control and
// format characters (line ends, escape sequences, direction marks) become U+FFFD, and what is longer than bound bytes is cut and marked "…".
func Clean(text string, bound int) string {
	clean := true
	for _, r := range text {
		if bad(r) {
			clean = false
			break
		}
	}
	if clean && len(text) <= bound {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if bad(r) {
			r = utf8.RuneError
		}
		if b.Len()+utf8.RuneLen(r) > bound {
			b.WriteString("…")
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// bad is true for what could forge or hide a part of a line. Ranging over a string yields RuneError for each invalid byte.
func bad(r rune) bool {
	return r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

// MaskMail keeps enough of a mail address to recognise it and too little to write to it: "j…e@example.org". What is not an
// address becomes "…".
func MaskMail(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return "…"
	}
	local := []rune(address[:at])
	if len(local) < 3 {
		return "…" + address[at:]
	}
	return string(local[0]) + "…" + string(local[len(local)-1]) + address[at:]
}

// MaskLogin leaves of a login that names nobody what an administrator needs to help somebody who mistyped it, and too little to be of use if it was a
// password: the mail domain, or else the first two characters, and none of those of a short one.
func MaskLogin(login string) string {
	switch runes := []rune(login); {
	case login == "":
		return ""
	case strings.Contains(login, "@"):
		return MaskMail(login)
	case len(runes) < 6:
		return "…"
	default:
		return string(runes[:2]) + "…"
	}
}
