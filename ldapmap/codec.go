package ldapmap

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// codec translates between one raw value of an LDAP syntax and a canonical value of a field. Both directions are strict and total: what
// is not of the syntax is an error, never a guess, and encode(decode(v)) means the same as v.
type codec struct {
	types  []Type // the field types whose canonical values it speaks; the first is its own
	decode func(raw string) (string, error)
	encode func(canonical string) (string, error)
	// binary values have no equality rule that can be relied on: they are replaced, never deleted by value.
	binary bool
	// exact values are compared byte by byte; others without case, as most directories do.
	exact bool
}

// errNever is returned by decode for a value that stands for "none", such as an accountExpires of 0.
var errNever = errors.New("stands for no value")

// Codecs returns the names of the syntaxes that a rule may choose.
func Codecs() []string { return slices.Sorted(maps.Keys(codecs())) }

func codecs() map[string]codec {
	texts := []Type{TypeText, TypeMail, TypePhone, TypeURL, TypeZone, TypeLines, TypeLanguage}
	return map[string]codec{
		"text":             {types: texts, decode: decodeText, encode: encodeText},
		"exact":            {types: append(texts, TypeSSHKey), decode: decodeText, encode: encodeText, exact: true},
		"postal_address":   {types: []Type{TypeLines}, decode: decodePostal, encode: encodePostal},
		"boolean":          {types: []Type{TypeBool}, decode: decodeBool, encode: encodeBool},
		"integer":          {types: []Type{TypeNumber}, decode: decodeInteger, encode: decodeInteger},
		"generalized_time": {types: []Type{TypeTime}, decode: decodeGeneralizedTime, encode: encodeGeneralizedTime},
		"generalized_date": {types: []Type{TypeDate}, decode: decodeGeneralizedDate, encode: encodeGeneralizedDate},
		"date":             {types: []Type{TypeDate}, decode: decodeDate, encode: decodeDate},
		"compact_date":     {types: []Type{TypeDate}, decode: decodeCompactDate, encode: encodeCompactDate},
		"filetime":         {types: []Type{TypeTime}, decode: decodeFiletime, encode: encodeFiletime},
		"days":             {types: []Type{TypeDate}, decode: decodeDays, encode: encodeDays},
		"seconds":          {types: []Type{TypeTime}, decode: decodeSeconds, encode: encodeSeconds},
		"sid":              {types: []Type{TypeText}, decode: decodeSID, encode: encodeSID, exact: true},
		"guid":             {types: []Type{TypeText}, decode: decodeGUID, encode: encodeGUID},
		"dn":               {types: []Type{TypePerson}, decode: decodeDN, encode: decodeDN},
		"jpeg":             {types: []Type{TypePhoto}, decode: decodeBytes, encode: encodeJPEG, binary: true, exact: true},
		"labeled_uri":      {types: []Type{TypeURL}, decode: decodeLabeledURI, encode: encodeText, exact: true},
		"language":         {types: []Type{TypeLanguage}, decode: decodeLanguage, encode: encodeLanguage},
	}
}

// codecOfAttribute knows the attributes whose syntax is not the plain one of the field's type.
func codecOfAttribute(attribute string, t Type) string {
	switch strings.ToLower(base(attribute)) {
	case "jpegphoto", "thumbnailphoto":
		return "jpeg"
	case "postaladdress", "homepostaladdress", "registeredaddress":
		return "postal_address"
	case "labeleduri":
		return "labeled_uri"
	case "objectguid":
		return "guid"
	case "objectsid":
		return "sid"
	case "accountexpires", "pwdlastset", "lastlogon", "lastlogontimestamp", "lockouttime", "badpasswordtime":
		return "filetime"
	case "shadowexpire", "shadowlastchange":
		return "days"
	case "sambapwdlastset", "sambakickofftime", "sambalogontime":
		return "seconds"
	case "schacdateofbirth":
		return "compact_date"
	}
	switch t {
	case TypeBool:
		return "boolean"
	case TypeNumber:
		return "integer"
	case TypeTime:
		return "generalized_time"
	case TypeDate:
		return "date"
	case TypePerson:
		return "dn"
	case TypePhoto:
		return "jpeg"
	case TypeSSHKey:
		return "exact"
	case TypeLanguage:
		return "language"
	default:
		return "text"
	}
}

// base is the attribute description without its options: "cn" of "cn;lang-fr".
func base(attribute string) string {
	name, _, _ := strings.Cut(attribute, ";")
	return name
}

func badValue(want string) error { return fmt.Errorf("not %s", want) }
