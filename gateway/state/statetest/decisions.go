package statetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
)

// Decisions goes the way of a sign-on, with several replicas at every step that must happen once.
func Decisions(t *testing.T, store state.Store) {
	t.Helper()
	ctx := t.Context()
	clock := time.Now().UTC().Truncate(time.Second)
	now := func() time.Time { return clock }
	replicas := make([]*state.Records, 8)
	for i := range replicas {
		replicas[i] = state.NewRecords(store, now)
	}
	each := func(do func(i int, r *state.Records) error) (won int, lost []error) {
		var mu sync.Mutex
		var wg sync.WaitGroup
		for i, r := range replicas {
			wg.Go(func() {
				err := do(i, r)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					lost = append(lost, err)
					return
				}
				won++
			})
		}
		wg.Wait()
		return won, lost
	}
	person := func() *state.Person {
		t.Helper()
		p, err := replicas[0].Person(ctx, "ada")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}

	won, lost := each(func(i int, r *state.Records) error {
		p, err := r.Person(ctx, "ada")
		if err != nil {
			return err
		}
		return r.StartSession(ctx, p, &state.Session{ID: fmt.Sprintf("%032x", i), Made: clock, Expires: clock.Add(time.Hour), Device: "Firefox, Köln"}, "")
	})
	if won != len(replicas) || len(person().Sessions) != len(replicas) {
		t.Fatalf("%d of %d first sign-ins: %v", won, len(replicas), lost)
	}
	won, lost = each(func(_ int, r *state.Records) error {
		p, err := r.Person(ctx, "ada")
		if err != nil {
			return err
		}
		_, err = r.PutConsent(ctx, p, state.Consent{Client: "shop", Scopes: []string{"openid", "Email"}})
		return err
	})
	if won != len(replicas) {
		t.Fatalf("consent: %v", lost)
	}
	for round := range 10 {
		st, ok := person().Standing("shop")
		if !ok {
			t.Fatal("no consent stands")
		}
		code := state.Code{ID: state.Digest("code", fmt.Sprint(round)), Expires: clock.Add(time.Minute), Standing: st, Refresh: true,
			Grant: state.Grant{Made: clock, Expires: clock.Add(time.Hour), Scopes: []string{"openid"}, Extra: `{"Nonce":"AbC"}`}}
		won, lost = each(func(_ int, r *state.Records) error { _, err := r.Redeem(ctx, "ada", code); return err })
		for _, err := range lost {
			if !errors.Is(err, state.ErrReplayed) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Fatalf("%d redeemed one code", won)
		}
		if _, alive := person().Grant(code.ID, clock); alive {
			t.Fatal("the grant of a replayed code is alive")
		}
		code.ID = state.Digest("good code", fmt.Sprint(round))
		ref, err := replicas[0].Redeem(ctx, "ada", code)
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		fresh := 0
		won, lost = each(func(_ int, r *state.Records) error {
			rot, err := r.Rotate(ctx, "ada", ref)
			mu.Lock()
			defer mu.Unlock()
			if err == nil && !rot.Again {
				fresh++
			}
			return err
		})
		if fresh != 1 || won != len(replicas) {
			t.Fatalf("%d rotated, %d answered: %v", fresh, won, lost)
		}
		clock = clock.Add(time.Second)
	}
	link := state.Digest("link")
	won, lost = each(func(_ int, r *state.Records) error {
		return r.Use(ctx, state.PersonPath("ada"), link, clock.Truncate(time.Hour).Add(2*time.Hour))
	})
	if won != 1 || !errors.Is(errors.Join(lost...), state.ErrUsed) {
		t.Fatalf("%d used a link: %v", won, lost)
	}
	p := person()
	if err := replicas[0].RevokeAll(ctx, p); err != nil {
		t.Fatal(err)
	}
	p = person()
	if len(p.Sessions)+len(p.Grants)+len(p.Rotations) != 0 || len(p.Unknown) != 0 {
		t.Errorf("after signing out everywhere: %+v", p)
	}
	clock = clock.Add(24 * time.Hour)
	if err := replicas[0].Tidy(ctx, p); err != nil || len(p.Used) != 0 {
		t.Errorf("tidying left %d used values: %v", len(p.Used), err)
	}
}
