package memdir

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// syntax checks values (RFC 4517 3.3).
type syntax struct {
	oid   string
	valid func(v string) bool
	dn    bool // checked with the schema at hand
}

const syntaxArc = "1.3.6.1.4.1.1466.115.121.1."

var (
	oidPattern       = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*|[0-9]+(\.[0-9]+)+)$`)
	integerPattern   = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)
	printablePattern = regexp.MustCompile(`^[A-Za-z0-9'()+,./:? =-]+$`)
	bitPattern       = regexp.MustCompile(`^'[01]*'B$`)
	uuidPattern      = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

func isUUID(v string) bool { return uuidPattern.MatchString(v) }

func anyOctets(string) bool { return true }

func isDirectoryString(v string) bool { return v != "" && utf8.ValidString(v) }

func isIA5(v string) bool {
	for i := 0; i < len(v); i++ {
		if v[i] >= 0x80 {
			return false
		}
	}
	return true
}

func isNumeric(v string) bool { return v != "" && strings.Trim(v, "0123456789 ") == "" }

var syntaxes = map[string]*syntax{
	"6":  {valid: bitPattern.MatchString},
	"7":  {valid: func(v string) bool { return v == "TRUE" || v == "FALSE" }},
	"11": {valid: func(v string) bool { return len(v) == 2 && printablePattern.MatchString(v) }},
	"12": {dn: true},
	"14": {valid: isDirectoryString},
	"15": {valid: isDirectoryString},
	"22": {valid: isDirectoryString},
	"24": {valid: func(v string) bool { _, err := parseGeneralizedTime(v); return err == nil }},
	"26": {valid: isIA5},
	"27": {valid: func(v string) bool { return len(v) <= 1000 && integerPattern.MatchString(v) }},
	"34": {dn: true},
	"36": {valid: isNumeric},
	"38": {valid: oidPattern.MatchString},
	"39": {valid: isIA5},
	"41": {valid: isDirectoryString},
	"44": {valid: printablePattern.MatchString},
	"50": {valid: func(v string) bool { return printablePattern.MatchString(v) }},
}

// syntaxByOID never fails: a syntax unknown to memdir takes any octets.
func syntaxByOID(oid string) *syntax {
	if short, ok := strings.CutPrefix(oid, syntaxArc); ok {
		if s, ok := syntaxes[short]; ok {
			return &syntax{oid: oid, valid: s.valid, dn: s.dn}
		}
	}
	if oid == "1.3.6.1.1.16.1" {
		return &syntax{oid: oid, valid: isUUID}
	}
	return &syntax{oid: oid, valid: anyOctets}
}

// parseGeneralizedTime reads RFC 4517 3.3.13: minutes, seconds and a fraction of the last unit are optional, the zone is not.
func parseGeneralizedTime(v string) (time.Time, error) {
	bad := fmt.Errorf("%.40q is not a generalizedTime", v)
	body, zone := v, ""
	if i := strings.IndexAny(v, "Z+-"); i >= 0 {
		body, zone = v[:i], v[i:]
	}
	offset := time.Duration(0)
	switch {
	case zone == "Z":
	case len(zone) == 3 || len(zone) == 5:
		t, err := time.Parse("1504", (zone[1:] + "00")[:4])
		if err != nil {
			return time.Time{}, bad
		}
		offset = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
		if zone[0] == '-' {
			offset = -offset
		}
	default:
		return time.Time{}, bad
	}
	whole, fraction, hasFraction := strings.Cut(strings.Replace(body, ",", ".", 1), ".")
	units := map[int]time.Duration{10: time.Hour, 12: time.Minute, 14: time.Second}
	unit, ok := units[len(whole)]
	if !ok || (hasFraction && (fraction == "" || len(fraction) > 9 || strings.Trim(fraction, "0123456789") != "")) {
		return time.Time{}, bad
	}
	t, err := time.Parse("20060102150405"[:len(whole)], whole)
	if err != nil {
		return time.Time{}, bad
	}
	if hasFraction {
		scale := time.Duration(1)
		var n time.Duration
		for _, c := range fraction {
			n, scale = n*10+time.Duration(c-'0'), scale*10
		}
		t = t.Add(unit / scale * n)
		if unit%scale != 0 {
			t = t.Add(unit % scale * n / scale)
		}
	}
	return t.Add(-offset), nil
}

func formatTime(t time.Time) string { return t.UTC().Format("20060102150405Z") }

// formatTimeMicro is how slapd writes pwdFailureTime, so that failures within a second are told apart.
func formatTimeMicro(t time.Time) string { return t.UTC().Format("20060102150405.000000Z") }
