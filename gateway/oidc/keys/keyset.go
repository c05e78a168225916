package keys

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// keyRefresh is how long a replica uses the keys it has read before it looks for new ones.
const keyRefresh = time.Minute

// Set is the signing keys as this replica knows them. They are read when first needed and once a minute after that; when the store
// cannot be reached, those already known go on serving.
type Set struct {
	store   state.Store
	ring    Keyring
	clock   func() time.Time
	created func(*signingKey)
	plan    Plan
	fixed   []*signingKey

	loading sync.Mutex // held by whoever reads the store

	mu   sync.Mutex // guards what follows, and is never held while the store is asked
	keys []*signingKey
	read time.Time
}

// New returns the set of the keys in a store, and of those that are brought along: for each algorithm the first of these signs, and the others, with what was made
// before, are published. created is called for each key that this replica makes, with its record and the kid that applications see.
func New(store state.Store, ring Keyring, clock func() time.Time, plan Plan, fixed []Fixed, created func(path state.Path, kid string)) *Set {
	return &Set{store: store, ring: ring, clock: clock, plan: plan, fixed: place(fixed), created: func(k *signingKey) { created(k.path(), k.jwk.KeyID) }}
}

// All returns the keys, newest first within an algorithm. Whoever finds them old reads them anew; the others go on with what is there, so that a slow
// directory holds up one request and not all. Errors: Unavailable while none could be read yet.
func (s *Set) All(ctx context.Context) ([]*signingKey, error) {
	keys, fresh := s.known()
	if fresh {
		return keys, nil
	}
	if keys == nil {
		s.loading.Lock()
	} else if !s.loading.TryLock() {
		return keys, nil
	}
	defer s.loading.Unlock()
	if keys, fresh = s.known(); fresh { // somebody else has read them meanwhile
		return keys, nil
	}
	now := s.clock()
	got, err := loadKeys(ctx, s.store, s.ring, now, s.fixed, s.created)
	if err == nil {
		got, err = s.plan.tend(ctx, s.store, s.ring, got, s.fixed, now, s.created)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil:
		s.keys, s.read = sorted(append(slices.Clone(s.fixed), got...)), now
	case s.keys == nil:
		return nil, err
	default:
		s.read = now.Add(-keyRefresh / 2) // not at every request while the store is away
	}
	return s.keys, nil
}

func (s *Set) known() (keys []*signingKey, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys, s.keys != nil && s.clock().Sub(s.read) < keyRefresh
}

// Sign makes a compact JWS of the claims with the newest key for alg that is in use (RFC 7515, RFC 7519). typ goes into the header unless empty.
func (s *Set) Sign(ctx context.Context, alg jose.SignatureAlgorithm, typ string, claims any) (string, error) {
	keys, err := s.All(ctx)
	if err != nil {
		return "", err
	}
	key := current(keys, alg, s.clock())
	if key == nil {
		return "", fault.New(fault.Internal, "there is no key for %s", alg)
	}
	opts := new(jose.SignerOptions)
	if typ != "" {
		opts.WithType(jose.ContentType(typ))
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key.jwk}, opts)
	if err != nil {
		return "", fmt.Errorf("preparing to sign with %s: %w", alg, err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("writing claims: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("signing with %s: %w", alg, err)
	}
	return signed.CompactSerialize()
}

// current is the newest key for alg that may sign already.
func current(keys []*signingKey, alg jose.SignatureAlgorithm, now time.Time) *signingKey {
	for _, k := range keys {
		if k.alg == alg && !k.signsFrom.After(now) {
			return k
		}
	}
	return nil
}

// Verify checks a JWS of our own against every key that is still kept and returns its claims. typ has to be the one it was signed with: what was made
// for one purpose must not serve another (RFC 8725 3.11). Expiry is the caller's business: an id_token_hint may have expired (OpenID Connect Core
// 3.1.2.1). The claims are only read after the signature was found good. Errors: Invalid, which means the token, and what the store says while no key could be
// read yet.
func (s *Set) Verify(ctx context.Context, typ, token string, claims any) error {
	parsed, err := jose.ParseSignedCompact(token, Algorithms())
	if err != nil {
		return fault.Wrap(fault.Invalid, fmt.Errorf("reading a token: %w", err))
	}
	if got, _ := parsed.Signatures[0].Protected.ExtraHeaders[jose.HeaderType].(string); got != typ {
		return fault.New(fault.Invalid, "the token is not of the type %s", typ)
	}
	keys, err := s.All(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.jwk.KeyID != parsed.Signatures[0].Header.KeyID {
			continue
		}
		payload, err := parsed.Verify(k.jwk.Public())
		if err != nil {
			return fault.Wrap(fault.Invalid, fmt.Errorf("checking a token's signature: %w", err))
		}
		return fault.Wrap(fault.Invalid, json.Unmarshal(payload, claims))
	}
	return fault.New(fault.Invalid, "the token was signed with a key that is not ours or has been withdrawn")
}

// Public is the JSON Web Key Set that applications fetch (RFC 7517 5).
func (s *Set) Public(ctx context.Context) (jose.JSONWebKeySet, error) {
	keys, err := s.All(ctx)
	if err != nil {
		return jose.JSONWebKeySet{}, err
	}
	set := jose.JSONWebKeySet{Keys: make([]jose.JSONWebKey, 0, len(keys))}
	now := s.clock()
	for _, k := range keys {
		if s.plan.published(k, keys, now) {
			set.Keys = append(set.Keys, k.jwk.Public())
		}
	}
	return set, nil
}
