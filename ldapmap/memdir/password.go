package memdir

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-crypt/crypt"
)

// schemeOf splits "{SSHA}abc" into "{SSHA}" and "abc". A value without a scheme is a clear password.
func schemeOf(value string) (scheme, rest string) {
	if !strings.HasPrefix(value, "{") {
		return "", value
	}
	end := strings.IndexByte(value, '}')
	if end < 2 || strings.Trim(value[1:end], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_/.") != "" {
		return "", value
	}
	scheme = strings.ToUpper(value[:end+1])
	if _, ok := digestSizes[scheme]; ok || scheme == "{CLEARTEXT}" || scheme == "{CRYPT}" || scheme == "{ARGON2}" ||
		strings.HasPrefix(scheme, "{PBKDF2") {
		return scheme, value[end+1:]
	}
	return "", value
}

// digestSizes lists the salted and plain digests of RFC 2307 and slapd's pw-sha2, which go-crypt does not read.
var digestSizes = map[string]int{"{MD5}": md5.Size, "{SMD5}": md5.Size, "{SHA}": sha1.Size, "{SSHA}": sha1.Size,
	"{SHA256}": sha256.Size, "{SSHA256}": sha256.Size, "{SHA384}": sha512.Size384, "{SSHA384}": sha512.Size384,
	"{SHA512}": sha512.Size, "{SSHA512}": sha512.Size}

func digest(scheme string, data []byte) []byte {
	switch digestSizes[scheme] {
	case md5.Size:
		sum := md5.Sum(data)
		return sum[:]
	case sha1.Size:
		sum := sha1.Sum(data)
		return sum[:]
	case sha256.Size:
		sum := sha256.Sum256(data)
		return sum[:]
	case sha512.Size384:
		sum := sha512.Sum384(data)
		return sum[:]
	default:
		sum := sha512.Sum512(data)
		return sum[:]
	}
}

// hashPassword makes a stored value out of a clear password.
func hashPassword(scheme, password string, random io.Reader) (string, error) {
	if scheme == "{CLEARTEXT}" {
		return password, nil
	}
	salt := make([]byte, 16)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("reading a salt: %w", err)
	}
	sum := digest(scheme, append([]byte(password), salt...))
	return scheme + base64.StdEncoding.EncodeToString(append(sum, salt...)), nil
}

// verifyAny returns the index of the stored value that the password fits, or -1.
func verifyAny(stored []string, password string) int {
	for i, v := range stored {
		if verifyPassword(v, password) {
			return i
		}
	}
	return -1
}

func verifyPassword(stored, password string) bool {
	scheme, rest := schemeOf(stored)
	size, isDigest := digestSizes[scheme]
	switch {
	case scheme == "" || scheme == "{CLEARTEXT}":
		return subtle.ConstantTimeCompare([]byte(rest), []byte(password)) == 1
	case isDigest:
		blob, err := base64.StdEncoding.DecodeString(strings.TrimRight(rest, "\x00"))
		if err != nil || len(blob) < size {
			return false
		}
		sum := digest(scheme, append([]byte(password), blob[size:]...))
		return subtle.ConstantTimeCompare(sum, blob[:size]) == 1
	}
	// slapd's argon2 module stores trailing NUL bytes.
	stored = scheme + strings.TrimRight(rest, "\x00")
	if !affordable(stored) {
		return false
	}
	decoder, err := crypt.NewDecoderAll()
	if err != nil {
		return false
	}
	parsed, err := decoder.Decode(stored)
	if err != nil {
		return false
	}
	ok, err := parsed.MatchAdvanced(password)
	return err == nil && ok
}

// costPatterns find the cost parameters in stored hashes, and costLimits say what is too much: whoever may write a
// password could otherwise store a hash that takes all memory, or days, to verify.
var (
	costPatterns = regexp.MustCompile(`(?:[$,](m|t|p|r|ln|rounds)=|\$2[abxy]?\$|^\{PBKDF2[^}]*\}|\$(?:pbkdf2[^$]*|sha1)\$|\$7\$|\$y\$)([0-9]+|j.)?`)
	costLimits   = map[string]int{"m": 256 << 10, "t": 64, "p": 16, "r": 32, "ln": 18, "rounds": 1_000_000, "": 5_000_000}
)

func affordable(stored string) bool {
	for _, found := range costPatterns.FindAllStringSubmatch(stored, -1) {
		prefix, name, number := found[0], found[1], found[2]
		limit := costLimits[name]
		switch {
		case strings.HasPrefix(prefix, "$7$"):
			return false // scrypt in a spelling no directory uses
		case strings.HasPrefix(prefix, "$y$"):
			if number < "j5" || number > "jB" { // 2^N blocks; libcrypt makes j9 if not told otherwise
				return false
			}
			continue
		case strings.HasPrefix(prefix, "$2"):
			limit = 14
		}
		if n, err := strconv.Atoi(number); err != nil || n > limit {
			return false
		}
	}
	return true
}

const passwordAlphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789" // nothing to confuse: no l, I, O, 0, 1, o

// generatePassword makes the server-chosen password of RFC 3062.
func generatePassword(random io.Reader) (string, error) {
	out := make([]byte, 0, 16)
	var b [1]byte
	for len(out) < cap(out) {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", fmt.Errorf("making a password: %w", err)
		}
		if limit := 256 / len(passwordAlphabet) * len(passwordAlphabet); int(b[0]) < limit {
			out = append(out, passwordAlphabet[int(b[0])%len(passwordAlphabet)])
		}
	}
	return string(out), nil
}
