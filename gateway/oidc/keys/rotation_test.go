package keys

import (
	"errors"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

func kidOf(t *testing.T, token string) string {
	t.Helper()
	parsed, err := jose.ParseSignedCompact(token, Algorithms())
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Signatures[0].Header.KeyID
}

func TestKeysRotateOnScheduleAndNobodyMeetsAKeyTheyCannotKnow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	var store statetest.Memory
	day := 24 * time.Hour
	plan := Plan{Every: 30 * day, Token: time.Hour, Hint: 10 * day}
	one, two := replica(t, &store, &now), replica(t, &store, &now)
	one.plan, two.plan = plan, plan
	sign := func(s *Set) string {
		t.Helper()
		token, err := s.Sign(t.Context(), jose.EdDSA, "JWT", map[string]any{"sub": "x"})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	published := map[string]time.Time{}
	first := sign(one)
	old := kidOf(t, first)
	kids := map[string]bool{}
	for end := now.Add(75 * day); now.Before(end); now = now.Add(20 * time.Minute) {
		for _, s := range []*Set{one, two} {
			set, err := s.Public(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range set.Keys {
				if _, ok := published[k.KeyID]; !ok {
					published[k.KeyID] = now
				}
			}
			// All algorithms have turns at once; EdDSA stands for them, since signing with it costs nothing.
			kid := kidOf(t, sign(s))
			if since, ok := published[kid]; !ok || !kids[kid] && len(kids) > 0 && now.Sub(since) < 50*time.Minute {
				t.Fatalf("%s signs after having been published for %s", kid, now.Sub(since))
			}
			kids[kid] = true
		}
	}
	if len(kids) != 3 {
		t.Errorf("%d keys have signed in 75 days, want 3", len(kids))
	}
	set, err := one.Public(t.Context())
	if err != nil || len(set.Key(old)) != 0 {
		t.Errorf("the first key is still published 45 days after its end: %v", err)
	}
	var claims map[string]any
	if err := one.Verify(t.Context(), "JWT", first, &claims); err == nil {
		t.Error("the first key still counts long after anybody could have a hint of it")
	}
	if _, err := store.Get(t.Context(), state.Path{Kind: state.Keys, ID: "eddsa-1"}); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("its record is there: %v", err)
	}
}

func TestAHintOutlivesThePublicationOfItsKey(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	var store statetest.Memory
	one := replica(t, &store, &now)
	one.plan = Plan{Token: time.Hour, Hint: 10 * 24 * time.Hour}
	hint, err := one.Sign(t.Context(), jose.ES256, "JWT", map[string]any{"sub": "x"})
	if err != nil {
		t.Fatal(err)
	}
	made, err := Rotate(t.Context(), &store, webtest.Keyring(t), now)
	if err != nil || len(made) != 3 {
		t.Fatalf("%d keys made, %v", len(made), err)
	}
	if again, err := Rotate(t.Context(), &store, webtest.Keyring(t), now.Add(time.Minute)); err != nil || len(again) != 0 {
		t.Errorf("a second rotation while the first waits makes %d keys, %v", len(again), err)
	}
	for _, c := range []struct {
		after            time.Duration
		published, valid bool
	}{{2 * time.Minute, true, true}, {2 * time.Hour, true, true}, {4 * time.Hour, false, true}, {9 * 24 * time.Hour, false, true}, {11 * 24 * time.Hour, false, false}} {
		now = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC).Add(c.after)
		set, err := one.Public(t.Context())
		if err != nil || len(set.Key(kidOf(t, hint))) == 1 != c.published {
			t.Errorf("after %s it is published: %v, %v", c.after, !c.published, err)
		}
		var claims map[string]any
		if err := one.Verify(t.Context(), "JWT", hint, &claims); err == nil != c.valid {
			t.Errorf("after %s: %v", c.after, err)
		}
	}
}

func TestReplicasThatRotateTogetherMakeOneKey(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	var store statetest.Memory
	if _, err := replica(t, &store, &now).All(t.Context()); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	made := 0
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			keys, err := Rotate(t.Context(), &store, webtest.Keyring(t), now)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			made += len(keys)
			mu.Unlock()
		})
	}
	wg.Wait()
	keys, err := List(t.Context(), &store, webtest.Keyring(t))
	if err != nil || made != 3 || len(keys) != 6 {
		t.Fatalf("%d made, %d there, %v", made, len(keys), err)
	}
	states := map[string]int{}
	for _, k := range keys {
		states[k.State(now)]++
		states["later "+k.State(now.Add(2*time.Hour))]++
	}
	if states["next"] != 3 || states["signing"] != 3 || states["later signing"] != 3 || states["later retired"] != 3 {
		t.Errorf("%v", states)
	}
}
