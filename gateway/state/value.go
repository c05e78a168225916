package state

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A value of a person's record is a letter for its kind, an id, and fields, separated by single spaces:
//
//	s5f0c… 1764000000 1763900000 … pwd,otp ~
//
// All of it is lower-case ASCII without two spaces in a row: capital letters are written ^a, an empty field ~, and everything else that is not
// printable ASCII ~ and two hex digits. Two values that differ therefore still differ for a directory, which compares without
// case, squeezes spaces and (Active Directory) ignores accents. Fields that a later version appends are ignored by an earlier one.
type fields struct {
	b strings.Builder
}

func value(kind byte, id string) *fields {
	f := &fields{}
	f.b.WriteByte(kind)
	f.b.WriteString(id)
	return f
}

func (f *fields) String() string { return f.b.String() }

func (f *fields) text(s string) *fields {
	f.b.WriteByte(' ')
	if s == "" {
		f.b.WriteByte('~')
		return f
	}
	escapeTo(&f.b, s)
	return f
}

// list writes words separated by commas; empty words are dropped.
func (f *fields) list(words []string) *fields {
	f.b.WriteByte(' ')
	n := 0
	for _, w := range words {
		if w == "" {
			continue
		}
		if n > 0 {
			f.b.WriteByte(',')
		}
		escapeTo(&f.b, w)
		n++
	}
	if n == 0 {
		f.b.WriteByte('~')
	}
	return f
}

func (f *fields) number(n int64) *fields {
	f.b.WriteByte(' ')
	f.b.WriteString(strconv.FormatInt(n, 10))
	return f
}

// time writes whole seconds since 1970, and 0 for the zero time.
func (f *fields) time(t time.Time) *fields { return f.number(seconds(t)) }

func (f *fields) flag(b bool) *fields {
	if b {
		return f.number(1)
	}
	return f.number(0)
}

func escapeTo(b *strings.Builder, s string) {
	const hexDigits = "0123456789abcdef"
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z':
			b.WriteByte('^')
			b.WriteByte(c | 0x20)
		case c <= ' ' || c >= 0x7f || c == '^' || c == '~' || c == ',':
			b.WriteByte('~')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		default:
			b.WriteByte(c)
		}
	}
}

func unescape(s string) (string, error) {
	if s == "~" {
		return "", nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '^' && i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z':
			i++
			b.WriteByte(s[i] &^ 0x20)
		case s[i] == '~' && i+2 < len(s):
			c, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if err != nil {
				return "", fmt.Errorf("a bad escape %q", s[i:i+3])
			}
			b.WriteByte(byte(c))
			i += 2
		case s[i] == '^' || s[i] == '~':
			return "", fmt.Errorf("a bad escape at the end of %q", s)
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), nil
}

// reader takes a value apart; the first error sticks.
type reader struct {
	rest string
	id   string
	err  error
}

func read(kind byte, v string) *reader {
	r := &reader{}
	if v == "" || v[0] != kind {
		r.err = fmt.Errorf("a value of kind %q expected", kind)
		return r
	}
	r.id, r.rest, _ = strings.Cut(v[1:], " ")
	r.err = CheckID(r.id)
	return r
}

func (r *reader) next() string {
	if r.err == nil && r.rest == "" {
		r.err = fmt.Errorf("the value ends too early")
	}
	if r.err != nil {
		return ""
	}
	var s string
	s, r.rest, _ = strings.Cut(r.rest, " ")
	return s
}

func (r *reader) text() string {
	s := r.next()
	if r.err != nil {
		return ""
	}
	s, r.err = unescape(s)
	return s
}

func (r *reader) list() []string {
	s := r.next()
	if r.err != nil || s == "~" {
		return nil
	}
	words := strings.Split(s, ",")
	for i := range words {
		if words[i], r.err = unescape(words[i]); r.err != nil {
			return nil
		}
	}
	return words
}

func (r *reader) number() int64 {
	s := r.next()
	if r.err != nil {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		r.err = fmt.Errorf("%q is not a number", s)
	}
	return n
}

func (r *reader) time() time.Time { return fromSeconds(r.number()) }
func (r *reader) flag() bool      { return r.number() == 1 }

func (r *reader) done() error {
	if r.err != nil {
		return fmt.Errorf("reading a value of a record: %w", r.err)
	}
	return nil
}

func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func fromSeconds(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// Digest names something by the SHA-256 of its parts, in lower-case hex. Parts are set apart by their length, so that "ab","c" and "a","bc" differ.
// It is how anything that must not be readable in the directory stands there.
func Digest(parts ...string) string {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Fold gives what a directory compares: without case, with spaces squeezed and trimmed. Stores that compare by themselves compare this.
func Fold(v string) string { return strings.Join(strings.Fields(strings.ToLower(v)), " ") }
