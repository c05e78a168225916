package keys

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// replica is one process with its own idea of the keys.
func replica(t *testing.T, store state.Store, now *time.Time) *Set {
	t.Helper()
	return &Set{store: store, ring: webtest.Keyring(t), clock: func() time.Time { return *now }, created: func(*signingKey) {}}
}

func TestReplicasThatStartTogetherAgreeOnTheKeys(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	var store statetest.Memory
	sets := make([]jose.JSONWebKeySet, 4)
	var wg sync.WaitGroup
	for i := range sets {
		one := replica(t, &store, &now)
		wg.Go(func() {
			var err error
			if sets[i], err = one.Public(t.Context()); err != nil {
				t.Error(err)
			}
			if _, err := one.Sign(t.Context(), jose.RS256, "", map[string]any{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, set := range sets {
		if len(set.Keys) != len(Algorithms()) {
			t.Fatalf("%d keys", len(set.Keys))
		}
		for i, k := range set.Keys {
			if k.KeyID != sets[0].Keys[i].KeyID || !k.IsPublic() {
				t.Errorf("key %d is %s here and %s there", i, k.KeyID, sets[0].Keys[i].KeyID)
			}
		}
	}
}

func TestKeysLieSealedInTheDirectory(t *testing.T) {
	t.Parallel()
	now := time.Now()
	var store statetest.Memory
	if _, err := replica(t, &store, &now).All(t.Context()); err != nil {
		t.Fatal(err)
	}
	var records []state.Record
	_ = store.List(t.Context(), state.Keys, func(r state.Record) bool { records = append(records, r); return true })
	for _, r := range records {
		if strings.Contains(r.Values[0], "{") || strings.Contains(r.Values[0], `"d"`) {
			t.Errorf("%s can be read: %s", r.Path, r.Values[0])
		}
	}
	// A key that is moved to another place, cut, or sealed by another secret is an error and never replaced by a new one.
	for name, spoil := range map[string]func(*state.Record){
		"moved":       func(r *state.Record) { r.ID = "rs256-2" },
		"cut":         func(r *state.Record) { r.Values[0] = r.Values[0][:100] },
		"odd":         func(r *state.Record) { r.Values[0] = "x" },
		"odd times":   func(r *state.Record) { r.Values[0] = "k a b c" },
		"another alg": func(r *state.Record) { r.ID = "es256-1" },
		"no number":   func(r *state.Record) { r.ID = "rs256" },
	} {
		var other statetest.Memory
		for _, r := range records {
			if r.ID == "rs256-1" {
				r.Values = []string{r.Values[0]}
				spoil(&r)
				if err := other.Create(t.Context(), r); err != nil {
					t.Fatal(err)
				}
			}
		}
		if keys, err := replica(t, &other, &now).All(t.Context()); err == nil || fault.CodeOf(err) != fault.Internal {
			t.Errorf("%s: %v, %v", name, keys, err)
		}
	}
}

func TestARotationBreaksNobody(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	var store statetest.Memory
	one := replica(t, &store, &now)
	old, err := one.Sign(t.Context(), jose.ES256, "JWT", map[string]any{"sub": "old"})
	if err != nil {
		t.Fatal(err)
	}
	next, err := newKey(jose.ES256, 2, now)
	if err != nil {
		t.Fatal(err)
	}
	next.signsFrom = now.Add(time.Hour)
	r, err := next.record(one.ring)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Create(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	kid := func() string {
		t.Helper()
		token, err := one.Sign(t.Context(), jose.ES256, "", map[string]any{})
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := jose.ParseSignedCompact(token, Algorithms())
		if err != nil {
			t.Fatal(err)
		}
		return parsed.Signatures[0].Header.KeyID
	}
	now = now.Add(2 * time.Minute)
	if set, err := one.Public(t.Context()); err != nil || len(set.Keys) != 4 || set.Keys[1].KeyID != next.jwk.KeyID {
		t.Fatalf("the next key is not published ahead: %v %v", set, err)
	}
	if kid() == next.jwk.KeyID {
		t.Error("a key signs before applications have had time to fetch it")
	}
	now = now.Add(time.Hour)
	if kid() != next.jwk.KeyID {
		t.Error("the next key is not used in its time")
	}
	var claims map[string]any
	if err := one.Verify(t.Context(), "JWT", old, &claims); err != nil || claims["sub"] != "old" {
		t.Errorf("what the old key signed is not good any more: %v", err)
	}
	if err := one.Verify(t.Context(), "at+jwt", old, &claims); err == nil {
		t.Error("what was signed for one purpose serves another")
	}
}

func TestKnownKeysServeWhileTheDirectoryIsAway(t *testing.T) {
	t.Parallel()
	now := time.Now()
	spy := &statetest.Spy{Store: &statetest.Memory{}}
	one := replica(t, spy, &now)
	away := fault.Wrap(fault.Unavailable, errors.New("no directory"))
	spy.Before = func(string, state.Path) error { return away }
	if _, err := one.All(t.Context()); !errors.Is(err, away) {
		t.Errorf("with no key ever read: %v", err)
	}
	spy.Before = nil
	if _, err := one.All(t.Context()); err != nil {
		t.Fatalf("the directory is back: %v", err)
	}
	spy.Before = func(string, state.Path) error { return away }
	now = now.Add(2 * keyRefresh)
	spy.Counts()
	for range 5 {
		if _, err := one.Sign(t.Context(), jose.EdDSA, "", map[string]any{}); err != nil {
			t.Errorf("away again: %v", err)
		}
	}
	spy.Expect(t, "five signatures while it is away", statetest.Counts{List: 1})
	if _, err := one.Sign(t.Context(), "HS256", "", nil); err == nil {
		t.Error("an algorithm without a key signs")
	}
	if _, err := newKey("HS256", 1, now); err == nil {
		t.Error("a key for a shared secret was made")
	}
	if err := one.Verify(context.Background(), "JWT", "x.y.z", nil); err == nil {
		t.Error("what is no token verifies")
	}
}

func TestASlowDirectoryHoldsUpOneRequestAndNotAll(t *testing.T) {
	t.Parallel()
	now := time.Now()
	spy := &statetest.Spy{Store: &statetest.Memory{}}
	one := replica(t, spy, &now)
	if _, err := one.All(t.Context()); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * keyRefresh)
	asked, goOn, done := make(chan struct{}), make(chan struct{}), make(chan error)
	spy.Before = func(string, state.Path) error { close(asked); <-goOn; return nil }
	go func() {
		_, err := one.All(t.Context())
		done <- err
	}()
	<-asked
	if _, err := one.Sign(t.Context(), jose.EdDSA, "", map[string]any{}); err != nil { // would wait for ever
		t.Error(err)
	}
	close(goOn)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
