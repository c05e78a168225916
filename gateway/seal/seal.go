// Package seal keeps secrets that leave the process: cookies, links, codes, tokens, and the keys and second factors that lie
// in the directory. Everything that Wicketgate hides or signs with its master secret goes through one Keyring, so there is one format to judge.
//
// Each use has a purpose of its own ("session cookie", "authorization code"), and each purpose a key of its own: HKDF-SHA256 (RFC 5869)
// of the master secret. What was sealed for one purpose cannot be opened for another. The associated data binds a sealed text to its
// place, such as the path of the record it lies in, so that it cannot be moved to another.
//
// The form is base64url without padding of
//
//	1 byte    version, 1
//	12 bytes  salt: the key of this one text is HKDF-Expand(key of the purpose, salt)
//	12 bytes  nonce
//	n bytes   AES-256-GCM ciphertext
//	16 bytes  tag
//
// A key for each text lifts the limit of 2^32 texts that random 96-bit nonces put on one AES-GCM key (NIST SP 800-38D 8.3), which a
// busy token endpoint would reach within weeks.
//
// Secrets rotate: the first of a Keyring seals, all of them open. The package imports only the standard library and ldapmap/fault.
package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Bounds. A text over MaxPlain is not sealed, and nothing longer than what that makes is even decoded.
const (
	MinSecret  = 32       // bytes of a master secret
	MaxSecrets = 8        // one that seals, and those it replaced
	MaxPlain   = 44 << 10 // bytes; a sealed text then still fits into one value of a record

	version   = 1
	saltSize  = 12
	nonceSize = 12
	tagSize   = 16
	header    = 1 + saltSize + nonceSize
)

// ErrOpen is the answer to everything that was not sealed by this Keyring for this purpose and place. It does not say what is
// wrong, because who sent it might learn from that. Its code is Invalid.
var ErrOpen error = fault.New(fault.Invalid, "this was not sealed here for this purpose")

// Keyring seals and opens. It is safe for use by many goroutines.
type Keyring struct {
	secrets [][]byte

	mu   sync.RWMutex
	keys map[string][][]byte // by purpose, one key for each secret
}

// New returns a Keyring of master secrets, each of at least MinSecret random bytes: the first seals, all open. Secrets that
// stand twice are an error, since whoever wrote them down meant something else.
func New(secrets ...[]byte) (*Keyring, error) {
	if len(secrets) == 0 || len(secrets) > MaxSecrets {
		return nil, fault.New(fault.Invalid, "a keyring needs 1 to %d secrets, not %d", MaxSecrets, len(secrets))
	}
	k := &Keyring{keys: map[string][][]byte{}}
	for i, s := range secrets {
		if len(s) < MinSecret {
			return nil, fault.New(fault.Invalid, "secret %d has %d bytes; it needs %d or more", i+1, len(s), MinSecret)
		}
		for _, other := range k.secrets {
			if bytes.Equal(s, other) {
				return nil, fault.New(fault.Invalid, "secret %d is the same as an earlier one", i+1)
			}
		}
		k.secrets = append(k.secrets, bytes.Clone(s))
	}
	return k, nil
}

// Seal hides plain for a purpose, bound to the associated data ad, which is not part of the result. Errors: plain is over MaxPlain.
func (k *Keyring) Seal(purpose string, ad, plain []byte) (string, error) {
	if len(plain) > MaxPlain {
		return "", fault.New(fault.Invalid, "sealing %d bytes: the limit is %d", len(plain), MaxPlain)
	}
	out := make([]byte, header, header+len(plain)+tagSize)
	out[0] = version
	rand.Read(out[1:header]) // never fails (Go 1.24); not injected, because a repeated nonce gives the text away
	aead, err := textKey(k.derived(purpose)[0], out[1:1+saltSize])
	if err != nil {
		return "", err
	}
	out = aead.Seal(out, out[1+saltSize:header], plain, bind(out[0], ad))
	return base64.RawURLEncoding.EncodeToString(out), nil
}

// Open returns what was sealed for the purpose and associated data, by any of the secrets. Errors: ErrOpen, for whatever reason.
func (k *Keyring) Open(purpose string, ad []byte, sealed string) ([]byte, error) {
	raw, err := decode(sealed)
	if err != nil {
		return nil, err
	}
	return open(k.derived(purpose), ad, raw)
}

func decode(sealed string) ([]byte, error) {
	if len(sealed) > base64.RawURLEncoding.EncodedLen(header+MaxPlain+tagSize) ||
		strings.ContainsAny(sealed, "\r\n") { // which the decoder would skip: there is one spelling only
		return nil, ErrOpen
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil || len(raw) < header+tagSize || raw[0] != version {
		return nil, ErrOpen
	}
	return raw, nil
}

// Fresh tells whether the secret in use has sealed this, for the purpose and associated data. What another one of the Keyring has sealed opens, and should be sealed
// anew if it is to outlive that secret.
func (k *Keyring) Fresh(purpose string, ad []byte, sealed string) bool {
	raw, err := decode(sealed)
	if err == nil {
		_, err = open(k.derived(purpose)[:1], ad, raw)
	}
	return err == nil
}

// open tries the keys in turn.
func open(keys [][]byte, ad, raw []byte) ([]byte, error) {
	for _, key := range keys {
		aead, err := textKey(key, raw[1:1+saltSize])
		if err != nil {
			return nil, err
		}
		if plain, err := aead.Open(nil, raw[1+saltSize:header], raw[header:], bind(raw[0], ad)); err == nil {
			return plain, nil
		}
	}
	return nil, ErrOpen
}

// Key returns 32 bytes for a MAC or a keyed digest, from the secret that seals. It has nothing in common with the key that seals for the same purpose.
func (k *Keyring) Key(purpose string) []byte { return k.Keys(purpose)[0] }

// Keys returns Key for every secret, the one that seals first: verify with all of them while secrets rotate.
func (k *Keyring) Keys(purpose string) [][]byte {
	keys := make([][]byte, len(k.secrets))
	for i, s := range k.secrets {
		keys[i] = derive(s, "wicketgate mac 1\x00"+purpose)
	}
	return keys
}

// derived returns the keys of a purpose. Purposes are written in the program, so there are few and they are kept.
func (k *Keyring) derived(purpose string) [][]byte {
	k.mu.RLock()
	keys, ok := k.keys[purpose]
	k.mu.RUnlock()
	if ok {
		return keys
	}
	for _, s := range k.secrets {
		keys = append(keys, derive(s, "wicketgate seal 1\x00"+purpose))
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.keys) < 256 { // if somebody makes purposes up as he goes, memory does not grow with them
		k.keys[purpose] = keys
	}
	return keys
}

func derive(secret []byte, info string) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, info, 32)
	if err != nil { // only for more than 255 hashes of output
		panic(fmt.Sprintf("seal: %v", err))
	}
	return key
}

func textKey(purposeKey, salt []byte) (cipher.AEAD, error) {
	key, err := hkdf.Expand(sha256.New, purposeKey, string(salt), 32)
	if err != nil {
		return nil, fmt.Errorf("deriving a key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("deriving a key: %w", err)
	}
	return cipher.NewGCM(block)
}

// bind puts the version under the tag too, so that a later version cannot be talked down.
func bind(version byte, ad []byte) []byte { return append([]byte{version}, ad...) }
