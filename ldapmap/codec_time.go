package ldapmap

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// parseGeneralizedTime takes a GeneralizedTime (RFC 4517 3.3.13): YYYYMMDDHH[MM[SS]][(.|,)fraction](Z|(+|-)HH[MM]).
func parseGeneralizedTime(raw string) (time.Time, error) {
	bad := badValue("a generalizedTime such as 20260314150926Z")
	if len(raw) > 64 {
		return time.Time{}, bad
	}
	digits := 0
	for digits < len(raw) && raw[digits] >= '0' && raw[digits] <= '9' {
		digits++
	}
	var layout string
	unit := time.Second
	switch digits {
	case 10:
		layout, unit = "2006010215", time.Hour
	case 12:
		layout, unit = "200601021504", time.Minute
	case 14:
		layout = "20060102150405"
	default:
		return time.Time{}, bad
	}
	text, rest := raw[:digits], raw[digits:]
	if layout == "20060102150405" && strings.HasSuffix(text, "60") { // a leap second
		text = text[:12] + "59"
	}
	t, err := time.Parse(layout, text)
	if err != nil {
		return time.Time{}, bad
	}
	if rest != "" && (rest[0] == '.' || rest[0] == ',') {
		n := 1
		for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
		if n == 1 {
			return time.Time{}, bad
		}
		f, err := strconv.ParseFloat("0."+rest[1:n], 64)
		if err != nil {
			return time.Time{}, bad
		}
		t = t.Add(time.Duration(math.Round(f * float64(unit))))
		rest = rest[n:]
	}
	if rest == "Z" {
		return t, nil
	}
	zone, err := parseOffset(rest)
	if err != nil {
		return time.Time{}, bad
	}
	return t.Add(-zone), nil
}

func parseOffset(s string) (time.Duration, error) {
	if (len(s) != 3 && len(s) != 5) || (s[0] != '+' && s[0] != '-') {
		return 0, badValue("an offset")
	}
	h, err := strconv.ParseUint(s[1:3], 10, 8)
	if err != nil || h > 23 {
		return 0, badValue("an offset")
	}
	var m uint64
	if len(s) == 5 {
		if m, err = strconv.ParseUint(s[3:], 10, 8); err != nil || m > 59 {
			return 0, badValue("an offset")
		}
	}
	d := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if s[0] == '-' {
		d = -d
	}
	return d, nil
}

func formatGeneralizedTime(t time.Time) string {
	return t.UTC().Format("20060102150405.999999999") + "Z"
}

// canonicalTime is the canonical text of a time; years that RFC 3339 cannot write are refused.
func canonicalTime(t time.Time) (string, error) {
	t = t.UTC()
	if t.Year() < 0 || t.Year() > 9999 {
		return "", badValue("a time between the years 0 and 9999")
	}
	return t.Format(time.RFC3339Nano), nil
}

func parseCanonicalTime(v string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, v)
	if err != nil || t.UTC().Year() < 0 || t.UTC().Year() > 9999 {
		return time.Time{}, badValue("a time such as 2026-03-14T15:09:26Z")
	}
	return t.UTC(), nil
}

func parseCanonicalDate(v string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, v)
	if err != nil {
		return time.Time{}, badValue("a date such as 2026-03-14")
	}
	return t, nil
}

func decodeGeneralizedTime(raw string) (string, error) {
	t, err := parseGeneralizedTime(raw)
	if err != nil {
		return "", err
	}
	return canonicalTime(t)
}

func encodeGeneralizedTime(v string) (string, error) {
	t, err := parseCanonicalTime(v)
	if err != nil {
		return "", err
	}
	return formatGeneralizedTime(t), nil
}

func decodeGeneralizedDate(raw string) (string, error) {
	t, err := parseGeneralizedTime(raw)
	if err != nil {
		return "", err
	}
	text, err := canonicalTime(t)
	if err != nil {
		return "", err
	}
	return text[:len(time.DateOnly)], nil
}

func encodeGeneralizedDate(v string) (string, error) {
	t, err := parseCanonicalDate(v)
	if err != nil {
		return "", err
	}
	return formatGeneralizedTime(t), nil
}

func decodeDate(raw string) (string, error) {
	if _, err := parseCanonicalDate(raw); err != nil {
		return "", err
	}
	return raw, nil
}

func decodeCompactDate(raw string) (string, error) {
	t, err := time.Parse("20060102", raw)
	if err != nil {
		return "", badValue("a date such as 20260314")
	}
	return t.Format(time.DateOnly), nil
}

func encodeCompactDate(v string) (string, error) {
	t, err := parseCanonicalDate(v)
	if err != nil {
		return "", err
	}
	return t.Format("20060102"), nil
}

// A FILETIME counts 100 ns since 1601 (MS-DTYP 2.3.3); this is how many of them had passed in 1970.
const filetimeEpoch = 116444736000000000

// parseFiletime takes the decimal text of a FILETIME. 0 and the largest integer mean never: errNever.
func parseFiletime(raw string) (time.Time, error) {
	n, err := strconv.ParseInt(raw, 10, 64)
	switch {
	case err != nil || raw[0] == '+' || n < 0:
		return time.Time{}, badValue("a FILETIME, counted in 100 ns since 1601")
	case n == 0 || n == math.MaxInt64:
		return time.Time{}, errNever
	}
	n -= filetimeEpoch
	seconds, rest := n/1e7, n%1e7
	return time.Unix(seconds, rest*100).UTC(), nil
}

func decodeFiletime(raw string) (string, error) {
	t, err := parseFiletime(raw)
	if err != nil {
		return "", err
	}
	return canonicalTime(t)
}

func encodeFiletime(v string) (string, error) {
	t, err := parseCanonicalTime(v)
	if err != nil {
		return "", err
	}
	n := t.Unix()*1e7 + int64(t.Nanosecond())/100 + filetimeEpoch
	if n <= 0 {
		return "", badValue("a time after 1601")
	}
	return strconv.FormatInt(n, 10), nil
}

const lastDay = 2932896 // 9999-12-31

// parseDays takes days since 1970, as shadowAccount has them (RFC 2307). -1 means never: errNever.
func parseDays(raw string) (time.Time, error) {
	n, err := strconv.ParseInt(raw, 10, 64)
	switch {
	case err == nil && n == -1:
		return time.Time{}, errNever
	case err != nil || raw[0] == '+' || n < 0 || n > lastDay:
		return time.Time{}, badValue("a number of days since 1970")
	}
	return time.Unix(n*86400, 0).UTC(), nil
}

func decodeDays(raw string) (string, error) {
	t, err := parseDays(raw)
	if err != nil {
		return "", err
	}
	return t.Format(time.DateOnly), nil
}

func encodeDays(v string) (string, error) {
	t, err := parseCanonicalDate(v)
	if err != nil {
		return "", err
	}
	if t.Unix() < 0 {
		return "", badValue("a date after 1970")
	}
	return strconv.FormatInt(t.Unix()/86400, 10), nil
}

const lastSecond = 253402300799 // 9999-12-31T23:59:59Z

// parseSeconds takes seconds since 1970, as sambaSamAccount has them. Samba writes never as 2147483647 or the largest integer: errNever.
func parseSeconds(raw string) (time.Time, error) {
	n, err := strconv.ParseInt(raw, 10, 64)
	switch {
	case err == nil && (n == math.MaxInt32 || n == math.MaxInt64):
		return time.Time{}, errNever
	case err != nil || raw[0] == '+' || n < 0 || n > lastSecond:
		return time.Time{}, badValue("a number of seconds since 1970")
	}
	return time.Unix(n, 0).UTC(), nil
}

func decodeSeconds(raw string) (string, error) {
	t, err := parseSeconds(raw)
	if err != nil {
		return "", err
	}
	return canonicalTime(t)
}

func encodeSeconds(v string) (string, error) {
	t, err := parseCanonicalTime(v)
	if err != nil {
		return "", err
	}
	if t.Unix() < 0 || t.Unix() == math.MaxInt32 {
		return "", badValue("a time after 1970")
	}
	return strconv.FormatInt(t.Unix(), 10), nil
}
