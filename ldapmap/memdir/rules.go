package memdir

import (
	"errors"
	"math/big"
	"strings"
	"unicode/utf8"
)

// rule is a matching rule (RFC 4517 4.2): two values match when their normal forms are equal. Normal forms are
// kept beside the values, so that a search normalises only what the client asks for.
type rule struct {
	name, oid string
	normal    func(value string) (string, error)
	// compare orders two normal forms; nil means by bytes.
	compare func(a, b string) int
	// piece normalises a part of a substring assertion; nil means like a whole value.
	piece func(value string) string
	dn    bool // values are DNs, normalised with the schema at hand
}

var errNotInSyntax = errors.New("value is not in the syntax of the rule")

func asIs(v string) (string, error) { return v, nil }

// squeeze does the insignificant-space handling of RFC 4518 2.6.1: none at the ends, runs become one.
func squeeze(v string) string {
	space := true // as if one stood before the value
	for i := 0; i < len(v); i++ {
		if v[i] < ' ' || v[i] >= utf8.RuneSelf || v[i] == ' ' && space {
			return strings.Join(strings.Fields(v), " ")
		}
		space = v[i] == ' '
	}
	return strings.TrimSuffix(v, " ")
}

func foldText(v string) (string, error) {
	if !utf8.ValidString(v) {
		return "", errNotInSyntax
	}
	return fold(squeeze(v)), nil
}

// fold maps case so that two strings equal under Unicode simple folding become equal.
func fold(v string) string {
	ascii := true
	for i := 0; i < len(v); i++ {
		if v[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		return strings.ToLower(v)
	}
	// Upper before lower: "ſ", "ς" and the like only meet their relatives in upper case.
	return strings.ToLower(strings.ToUpper(v))
}

func exactText(v string) (string, error) {
	if !utf8.ValidString(v) {
		return "", errNotInSyntax
	}
	return squeeze(v), nil
}

func integerForm(v string) (string, error) {
	if len(v) > 1000 || !integerPattern.MatchString(v) {
		return "", errNotInSyntax
	}
	return v, nil
}

func compareIntegers(a, b string) int {
	x, ok1 := new(big.Int).SetString(a, 10)
	y, ok2 := new(big.Int).SetString(b, 10)
	if !ok1 || !ok2 {
		return strings.Compare(a, b)
	}
	return x.Cmp(y)
}

func booleanForm(v string) (string, error) {
	u := strings.ToUpper(v)
	if u != "TRUE" && u != "FALSE" {
		return "", errNotInSyntax
	}
	return u, nil
}

func without(cut string) func(string) string {
	return func(v string) string {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(cut, r) {
				return -1
			}
			return r
		}, v)
	}
}

func numericForm(v string) (string, error) { return without(" ")(v), nil }

func telephoneForm(v string) (string, error) { return fold(without(" -")(v)), nil }

func timeForm(v string) (string, error) {
	t, err := parseGeneralizedTime(v)
	if err != nil {
		return "", err
	}
	return t.UTC().Format("20060102150405.000000000"), nil
}

func uuidForm(v string) (string, error) {
	v = strings.ToLower(v)
	if !isUUID(v) {
		return "", errNotInSyntax
	}
	return v, nil
}

// firstComponent takes the OID out of "( oid NAME ..." (RFC 4517 4.2.18), or an OID or name as it is.
func firstComponent(v string) (string, error) {
	v = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(v), "("))
	first, _, _ := strings.Cut(v, " ")
	return strings.ToLower(first), nil
}

func foldPiece(v string) string  { return fold(squeezePiece(v)) }
func exactPiece(v string) string { return squeezePiece(v) }

// squeezePiece keeps one space at the ends of a substring piece, where it can separate words.
func squeezePiece(v string) string {
	out := squeeze(v)
	if out == "" {
		if v != "" {
			return " "
		}
		return ""
	}
	if strings.HasPrefix(v, " ") {
		out = " " + out
	}
	if strings.HasSuffix(v, " ") {
		out += " "
	}
	return out
}

var rules = []*rule{
	{name: "caseIgnoreMatch", oid: "2.5.13.2", normal: foldText, piece: foldPiece},
	{name: "caseIgnoreOrderingMatch", oid: "2.5.13.3", normal: foldText},
	{name: "caseIgnoreSubstringsMatch", oid: "2.5.13.4", normal: foldText, piece: foldPiece},
	{name: "caseExactMatch", oid: "2.5.13.5", normal: exactText, piece: exactPiece},
	{name: "caseExactOrderingMatch", oid: "2.5.13.6", normal: exactText},
	{name: "caseExactSubstringsMatch", oid: "2.5.13.7", normal: exactText, piece: exactPiece},
	{name: "caseIgnoreIA5Match", oid: "1.3.6.1.4.1.1466.109.114.2", normal: foldText, piece: foldPiece},
	{name: "caseIgnoreIA5SubstringsMatch", oid: "1.3.6.1.4.1.1466.109.114.3", normal: foldText, piece: foldPiece},
	{name: "caseExactIA5Match", oid: "1.3.6.1.4.1.1466.109.114.1", normal: exactText, piece: exactPiece},
	{name: "caseExactIA5SubstringsMatch", oid: "1.3.6.1.4.1.4203.1.2.1", normal: exactText, piece: exactPiece},
	{name: "caseIgnoreListMatch", oid: "2.5.13.11", normal: foldText, piece: foldPiece},
	{name: "caseIgnoreListSubstringsMatch", oid: "2.5.13.12", normal: foldText, piece: foldPiece},
	{name: "numericStringMatch", oid: "2.5.13.8", normal: numericForm, piece: without(" ")},
	{name: "numericStringOrderingMatch", oid: "2.5.13.9", normal: numericForm},
	{name: "numericStringSubstringsMatch", oid: "2.5.13.10", normal: numericForm, piece: without(" ")},
	{name: "booleanMatch", oid: "2.5.13.13", normal: booleanForm},
	{name: "integerMatch", oid: "2.5.13.14", normal: integerForm, compare: compareIntegers},
	{name: "integerOrderingMatch", oid: "2.5.13.15", normal: integerForm, compare: compareIntegers},
	{name: "bitStringMatch", oid: "2.5.13.16", normal: asIs},
	{name: "octetStringMatch", oid: "2.5.13.17", normal: asIs},
	{name: "octetStringOrderingMatch", oid: "2.5.13.18", normal: asIs},
	{name: "octetStringSubstringsMatch", oid: "2.5.13.19", normal: asIs},
	{name: "telephoneNumberMatch", oid: "2.5.13.20", normal: telephoneForm,
		piece: func(v string) string { return fold(without(" -")(v)) }},
	{name: "telephoneNumberSubstringsMatch", oid: "2.5.13.21", normal: telephoneForm,
		piece: func(v string) string { return fold(without(" -")(v)) }},
	{name: "uniqueMemberMatch", oid: "2.5.13.23", dn: true},
	{name: "distinguishedNameMatch", oid: "2.5.13.1", dn: true},
	{name: "rdnMatch", oid: "1.2.36.79672281.1.13.3", dn: true},
	{name: "generalizedTimeMatch", oid: "2.5.13.27", normal: timeForm},
	{name: "generalizedTimeOrderingMatch", oid: "2.5.13.28", normal: timeForm},
	{name: "integerFirstComponentMatch", oid: "2.5.13.29", normal: firstComponent},
	{name: "objectIdentifierFirstComponentMatch", oid: "2.5.13.30", normal: firstComponent},
	{name: "objectIdentifierMatch", oid: "2.5.13.0", normal: foldText},
	{name: "UUIDMatch", oid: "1.3.6.1.1.16.2", normal: uuidForm},
	{name: "UUIDOrderingMatch", oid: "1.3.6.1.1.16.3", normal: uuidForm},
	{name: "CSNMatch", oid: "1.3.6.1.4.1.4203.666.11.2.2", normal: asIs},
	{name: "CSNOrderingMatch", oid: "1.3.6.1.4.1.4203.666.11.2.3", normal: asIs},
	{name: "certificateExactMatch", oid: "2.5.13.34", normal: asIs},
	{name: "certificateListExactMatch", oid: "2.5.13.38", normal: asIs},
}

// ruleByName finds a rule by name or OID; nil if memdir does not know it.
func ruleByName(name string) *rule {
	for _, r := range rules {
		if r.oid == name || strings.EqualFold(r.name, name) {
			return r
		}
	}
	return nil
}
