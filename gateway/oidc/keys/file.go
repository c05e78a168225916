package keys

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math"
	"strings"

	jose "github.com/go-jose/go-jose/v4"
)

// Fixed is a private key that somebody brings along, from a file say, instead of having one made.
type Fixed struct{ key *signingKey }

// Alg is what the key signs with.
func (f Fixed) Alg() string { return string(f.key.alg) }

// ParseFixed reads a private key: PEM (PKCS #8, or the older forms of RSA and EC) or a JSON Web Key (RFC 7517). It signs RS256 if it is RSA of 2048 to 8192 bits, ES256 if it is of
// P-256, and EdDSA if it is Ed25519. Errors never have the key in them.
func ParseFixed(text string) (Fixed, error) {
	private, err := parsePrivate(text)
	if err != nil {
		return Fixed{}, err
	}
	k := &signingKey{jwk: jose.JSONWebKey{Key: private, Use: "sig"}, fixed: true}
	switch key := private.(type) {
	case *rsa.PrivateKey:
		if bits := key.N.BitLen(); bits < 2048 || bits > 8192 {
			return Fixed{}, fmt.Errorf("an RSA key of %d bits: 2048 to 8192 are taken", bits)
		}
		k.alg = jose.RS256
	case *ecdsa.PrivateKey:
		if key.Curve != elliptic.P256() {
			return Fixed{}, fmt.Errorf("a key of the curve %s: P-256 is taken", key.Curve.Params().Name)
		}
		k.alg = jose.ES256
	case ed25519.PrivateKey:
		k.alg = jose.EdDSA
	default:
		return Fixed{}, errors.New("neither an RSA, nor a P-256, nor an Ed25519 private key")
	}
	k.jwk.Algorithm = string(k.alg)
	return Fixed{k}, k.name()
}

func parsePrivate(text string) (any, error) {
	if text = strings.TrimSpace(text); strings.HasPrefix(text, "{") {
		var k jose.JSONWebKey
		if err := json.Unmarshal([]byte(text), &k); err != nil || !k.Valid() || k.IsPublic() {
			return nil, errors.New("this is no JSON Web Key of a private key")
		}
		return k.Key, nil
	}
	block, rest := pem.Decode([]byte(text))
	switch {
	case block == nil:
		return nil, errors.New("neither PEM nor a JSON Web Key")
	case strings.TrimSpace(string(rest)) != "":
		return nil, errors.New("more than one thing in the file: one key is taken")
	}
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		return nil, errors.New("the key is encrypted: write it without a passphrase, and let only the service read the file")
	default:
		return nil, fmt.Errorf("the PEM block is a %q and not a private key", block.Type)
	}
	if err != nil {
		return nil, errors.New("the private key in the PEM block cannot be read")
	}
	return key, nil
}

// place gives fixed keys their order: before all that are made, the first of each algorithm first.
func place(fixed []Fixed) []*signingKey {
	var list []*signingKey
	for i, f := range fixed {
		k := *f.key
		k.number = math.MaxInt - i
		list = append(list, &k)
	}
	return list
}

// brought tells whether a key for alg is brought along, so that none has to be made and none is replaced.
func brought(fixed []*signingKey, alg jose.SignatureAlgorithm) bool {
	for _, k := range fixed {
		if k.alg == alg {
			return true
		}
	}
	return false
}
