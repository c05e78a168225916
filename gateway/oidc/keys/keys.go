package keys

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Keyring seals keys at rest; *seal.Keyring is one.
type Keyring interface {
	Seal(purpose string, ad, plain []byte) (string, error)
	Open(purpose string, ad []byte, sealed string) ([]byte, error)
	// Fresh tells whether the master secret that seals now has sealed this.
	Fresh(purpose string, ad []byte, sealed string) bool
}

// purposeKey is the keyring purpose of signing keys at rest; the record's path is the associated data.
const purposeKey = "oidc/signing-key"

// signingKey is one key of the set. Its record is keys/<algorithm>-<number>: the number gives two replicas that start at once the same
// id to create, so that only one of them does. The kid that applications see is the RFC 7638 thumbprint, which no record id could
// be, because directories compare without case.
type signingKey struct {
	alg       jose.SignatureAlgorithm
	number    int
	created   time.Time
	signsFrom time.Time // later than created when keys rotate, so that applications have fetched it before it is used
	jwk       jose.JSONWebKey
	fixed     bool // brought along: it has no record, and is never replaced by time
}

// Algorithms are those that ID tokens can be signed with; every provider has a key for each from its first start. RS256 must be
// there (OpenID Connect Core 15.1); the others are cheaper by a factor of thirty.
func Algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.EdDSA}
}

// newKey makes a key pair. It takes its randomness from the system alone: crypto/rsa and crypto/ecdsa ignore any other reader.
func newKey(alg jose.SignatureAlgorithm, number int, now time.Time) (*signingKey, error) {
	var private crypto.Signer
	var err error
	switch alg {
	case jose.RS256:
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	case jose.ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jose.EdDSA:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	default:
		return nil, fmt.Errorf("no key can be made for %q", alg)
	}
	if err != nil {
		return nil, fmt.Errorf("making a key for %s: %w", alg, err)
	}
	k := &signingKey{alg: alg, number: number, created: now, signsFrom: now}
	k.jwk = jose.JSONWebKey{Key: private, Algorithm: string(alg), Use: "sig"}
	return k, k.name()
}

// name sets the kid to the key's thumbprint (RFC 7638).
func (k *signingKey) name() error {
	sum, err := k.jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return fmt.Errorf("naming a signing key: %w", err)
	}
	k.jwk.KeyID = base64.RawURLEncoding.EncodeToString(sum)
	return nil
}

func (k *signingKey) path() state.Path {
	return state.Path{Kind: state.Keys, ID: strings.ToLower(string(k.alg)) + "-" + strconv.Itoa(k.number)}
}

// record is the key as it is stored: one value "k <created> <signs from> <sealed JWK>".
func (k *signingKey) record(ring Keyring) (state.Record, error) {
	plain, err := k.jwk.MarshalJSON()
	if err != nil {
		return state.Record{}, fmt.Errorf("writing a signing key: %w", err)
	}
	sealed, err := ring.Seal(purposeKey, []byte(k.path().String()), plain)
	if err != nil {
		return state.Record{}, fmt.Errorf("sealing a signing key: %w", err)
	}
	return state.Record{Path: k.path(), Values: []string{
		fmt.Sprintf("k %d %d %s", k.created.Unix(), k.signsFrom.Unix(), sealed),
	}}, nil
}

// parseKey reads a record that signingKey.record wrote.
func parseKey(r state.Record, ring Keyring) (*signingKey, error) {
	alg, number, ok := strings.Cut(r.ID, "-")
	k := &signingKey{alg: jose.SignatureAlgorithm(alg)}
	for _, a := range Algorithms() {
		if strings.EqualFold(string(a), alg) {
			k.alg = a
		}
	}
	var err error
	if k.number, err = strconv.Atoi(number); !ok || err != nil || len(r.Values) != 1 {
		return nil, fault.New(fault.Internal, "the record %s is no signing key", r.Path)
	}
	part := strings.SplitN(r.Values[0], " ", 4)
	if len(part) != 4 || part[0] != "k" {
		return nil, fault.New(fault.Internal, "the signing key %s is not as this version writes it", r.Path)
	}
	created, err1 := strconv.ParseInt(part[1], 10, 64)
	from, err2 := strconv.ParseInt(part[2], 10, 64)
	plain, err3 := ring.Open(purposeKey, []byte(r.Path.String()), part[3])
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, fault.Wrap(fault.Internal, fmt.Errorf("opening the signing key %s (was the master secret changed?): %w", r.Path, err))
	}
	k.created, k.signsFrom = time.Unix(created, 0), time.Unix(from, 0)
	if err := json.Unmarshal(plain, &k.jwk); err != nil {
		return nil, fault.Wrap(fault.Internal, fmt.Errorf("reading the signing key %s: %w", r.Path, err))
	}
	if k.jwk.Algorithm != string(k.alg) || k.jwk.IsPublic() || !k.jwk.Valid() {
		return nil, fault.New(fault.Internal, "the signing key %s is not a private key for %s", r.Path, k.alg)
	}
	return k, nil
}

// loadKeys reads all signing keys and makes those that are missing: at the first start, or when a version brings a new algorithm. Of several
// replicas that do so at once, one creates each key and the others read it. A key that cannot be opened is an error, and never a reason to
// make another: applications would be left with tokens that nobody can check.
func loadKeys(ctx context.Context, store state.Store, ring Keyring, now time.Time, fixed []*signingKey, created func(*signingKey)) ([]*signingKey, error) {
	keys, err := listKeys(ctx, store, ring)
	if err != nil {
		return nil, err
	}
	again := false
	for _, alg := range Algorithms() {
		if brought(fixed, alg) || slices.ContainsFunc(keys, func(k *signingKey) bool { return k.alg == alg }) {
			continue
		}
		k, err := newKey(alg, 1, now)
		if err != nil {
			return nil, err
		}
		r, err := k.record(ring)
		if err != nil {
			return nil, err
		}
		switch err := store.Create(ctx, r); {
		case errors.Is(err, state.ErrExists):
			again = true
		case err != nil:
			return nil, fmt.Errorf("storing a new signing key: %w", err)
		default:
			keys = append(keys, k)
			created(k)
		}
	}
	if again {
		return listKeys(ctx, store, ring)
	}
	return sorted(keys), nil
}

func listKeys(ctx context.Context, store state.Store, ring Keyring) ([]*signingKey, error) {
	var keys []*signingKey
	var bad error
	err := store.List(ctx, state.Keys, func(r state.Record) bool {
		if r.ID == saltID {
			return true
		}
		k, err := parseKey(r, ring)
		if err != nil {
			bad = err
			return false
		}
		keys = append(keys, k)
		return true
	})
	if err = errors.Join(err, bad); err != nil {
		return nil, fmt.Errorf("reading the signing keys: %w", err)
	}
	return sorted(keys), nil
}

// sorted puts the newest key of each algorithm first.
func sorted(keys []*signingKey) []*signingKey {
	slices.SortFunc(keys, func(a, b *signingKey) int {
		if a.alg != b.alg {
			return slices.Index(Algorithms(), a.alg) - slices.Index(Algorithms(), b.alg)
		}
		return b.number - a.number
	})
	return keys
}
