package keys

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

const (
	// purposeSalt is the keyring purpose of the salt at rest; the record's path is the associated data.
	purposeSalt = "oidc/pairwise-salt"
	saltID      = "pairwise-salt"
	saltSize    = 32
	saltValue   = "p "
)

// Salt is the secret that pairwise subjects are made with (OpenID Connect Core 8.1). It is random, made when it is first needed, lies sealed beside the signing keys,
// and never changes: with another salt everybody would be a stranger to every application. That is why it is not derived from the master secret, which
// can be replaced; see docs/adr/0005-pairwise-subjects.md. It is safe for concurrent use.
type Salt struct {
	store state.Store
	ring  Keyring

	mu  sync.Mutex
	key []byte
}

// NewSalt returns the salt of a state tree. It does no I/O.
func NewSalt(store state.Store, ring Keyring) *Salt { return &Salt{store: store, ring: ring} }

func saltPath() state.Path { return state.Path{Kind: state.Keys, ID: saltID} }

// Key returns the salt: with one read, and the first time of all with one write, and from then on without any. Errors: Unavailable; Internal if it cannot be opened,
// which is never a reason to make another.
func (s *Salt) Key(ctx context.Context) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key != nil {
		return s.key, nil
	}
	r, err := s.store.Get(ctx, saltPath())
	if errors.Is(err, state.ErrNotFound) {
		if r, err = s.create(ctx); errors.Is(err, state.ErrExists) { // another replica was faster
			r, err = s.store.Get(ctx, saltPath())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("reading the salt of pairwise subjects: %w", err)
	}
	key, err := s.open(r)
	if err != nil {
		return nil, err
	}
	s.key = key
	return key, nil
}

// Renew seals the salt anew, if there is one and an older master secret has sealed it: whoever takes the old one out of the configuration after a start loses nothing. One
// read, and a change if there is something to do.
func (s *Salt) Renew(ctx context.Context) error {
	r, err := s.store.Get(ctx, saltPath())
	switch {
	case errors.Is(err, state.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("reading the salt of pairwise subjects: %w", err)
	}
	key, err := s.open(r)
	if err != nil || s.ring.Fresh(purposeSalt, []byte(r.Path.String()), r.Values[0][len(saltValue):]) {
		return err
	}
	value, err := s.value(key)
	if err == nil {
		err = s.store.Change(ctx, r.Path, r.Values, []string{value})
	}
	if err != nil && !errors.Is(err, state.ErrConflict) { // a conflict is another replica, which has done it
		return fmt.Errorf("sealing %s anew: %w", r.Path, err)
	}
	return nil
}

func (s *Salt) create(ctx context.Context) (state.Record, error) {
	key := make([]byte, saltSize)
	rand.Read(key) // never fails (Go 1.24)
	value, err := s.value(key)
	if err != nil {
		return state.Record{}, err
	}
	r := state.Record{Path: saltPath(), Values: []string{value}}
	return r, s.store.Create(ctx, r)
}

func (s *Salt) value(key []byte) (string, error) {
	sealed, err := s.ring.Seal(purposeSalt, []byte(saltPath().String()), key)
	return saltValue + sealed, err
}

func (s *Salt) open(r state.Record) ([]byte, error) {
	if len(r.Values) != 1 || !strings.HasPrefix(r.Values[0], saltValue) {
		return nil, fault.New(fault.Internal, "the record %s is not as this version writes it", r.Path)
	}
	key, err := s.ring.Open(purposeSalt, []byte(r.Path.String()), r.Values[0][len(saltValue):])
	if err != nil || len(key) != saltSize {
		return nil, fault.Wrap(fault.Internal, fmt.Errorf("opening %s (was the master secret changed?): %w", r.Path, err))
	}
	return key, nil
}
