package keys

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func ringOf(t *testing.T, secrets ...string) *seal.Keyring {
	t.Helper()
	var raw [][]byte
	for _, s := range secrets {
		raw = append(raw, []byte(strings.Repeat(s, seal.MinSecret)))
	}
	ring, err := seal.New(raw...)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestTheSaltIsTheSameOnEveryReplicaAndAfterTheMasterSecretWasReplaced(t *testing.T) {
	t.Parallel()
	var store statetest.Memory
	var mu sync.Mutex
	var seen [][]byte
	read := func(secrets ...string) {
		t.Helper()
		salt := NewSalt(&store, ringOf(t, secrets...))
		err := salt.Renew(t.Context()) // as at each start
		key, err2 := salt.Key(t.Context())
		if err = errors.Join(err, err2); err != nil {
			t.Errorf("with %v: %v", secrets, err)
		}
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, key)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { read("old") })
	}
	wg.Wait()
	read("old", "new")
	read("new", "old")
	read("new", "old")
	read("new") // the old one was taken out of the file
	for _, key := range seen {
		if len(key) != saltSize || !bytes.Equal(key, seen[0]) {
			t.Fatalf("%x and %x", key, seen[0])
		}
	}
	if _, err := NewSalt(&store, ringOf(t, "old")).Key(t.Context()); !fault.Is(err, fault.Internal) {
		t.Errorf("the old secret opens it still: %v", err)
	}
}

func TestASaltThatCannotBeOpenedIsNeverReplaced(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]string{"of another secret": "", "no salt at all": "k 1 2 3", "cut": "p AAAA"} {
		var store statetest.Memory
		if _, err := NewSalt(&store, ringOf(t, "a")).Key(t.Context()); err != nil {
			t.Fatal(err)
		}
		before, err := store.Get(t.Context(), saltPath())
		if err != nil {
			t.Fatal(err)
		}
		if spoil != "" {
			if err := store.Change(t.Context(), saltPath(), before.Values, []string{spoil}); err != nil {
				t.Fatal(err)
			}
			before.Values = []string{spoil}
		}
		salt := NewSalt(&store, ringOf(t, "b"))
		for range 2 {
			if _, err := salt.Key(t.Context()); !fault.Is(err, fault.Internal) || !fault.Is(salt.Renew(t.Context()), fault.Internal) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if after, _ := store.Get(t.Context(), saltPath()); after.Values[0] != before.Values[0] {
			t.Errorf("%s: the record was changed", name)
		}
	}
}

func TestTheSaltCostsOneReadAndSignsNothing(t *testing.T) {
	t.Parallel()
	now := time.Now()
	spy := &statetest.Spy{Store: &statetest.Memory{}}
	set, salt := replica(t, spy, &now), NewSalt(spy, webtest.Keyring(t))
	if _, err := salt.Key(t.Context()); err != nil {
		t.Fatal(err)
	}
	keys, err := set.All(t.Context())
	if err != nil || len(keys) != len(Algorithms()) {
		t.Fatalf("%d keys beside the salt: %v", len(keys), err)
	}
	spy.Counts()
	for range 3 {
		if _, err := salt.Key(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	spy.Expect(t, "the salt again", statetest.Counts{})
	again := NewSalt(spy, webtest.Keyring(t))
	away := errors.New("away")
	spy.Before = func(string, state.Path) error { return away }
	if _, err := again.Key(t.Context()); !errors.Is(err, away) {
		t.Errorf("while the store is away: %v", err)
	}
	spy.Before = nil
	if _, err := again.Key(t.Context()); err != nil {
		t.Fatal(err)
	}
	spy.Expect(t, "another replica", statetest.Counts{Get: 2})
}
