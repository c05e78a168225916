package state_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// redeemed returns a world in which the person has a refresh token of generation 0.
func redeemed(t *testing.T, opts ...state.Option) (*world, state.Refresh) {
	t.Helper()
	w := newWorld(t, opts...)
	w.consent("shop", "openid")
	ref, err := w.Redeem(w.ctx(), who, w.code("a", "shop", "openid"))
	w.ok(err)
	w.spy.Counts()
	return w, ref
}

func TestARefreshIsOneWriteAndNoRead(t *testing.T) {
	t.Parallel()
	w, ref := redeemed(t)
	for i := range 5 {
		w.later(time.Hour)
		text, err := json.Marshal(ref)
		w.ok(err)
		ref = state.Refresh{}
		w.ok(json.Unmarshal(text, &ref))
		rot, err := w.Rotate(w.ctx(), who, ref)
		w.ok(err)
		w.spy.Expect(t, "a refresh", statetest.Counts{Change: 1})
		if rot.Again || rot.Next.Generation != int64(i+1) {
			t.Fatalf("refresh %d: %+v", i, rot)
		}
		ref = rot.Next
		w.count("r", 1)
	}
}

func TestAClientThatLostTheAnswerGetsItAgainForAMoment(t *testing.T) {
	t.Parallel()
	w, ref := redeemed(t, state.WithGrace(10*time.Second))
	first, err := w.Rotate(w.ctx(), who, ref)
	w.ok(err)
	w.later(10 * time.Second)
	w.spy.Counts()
	again, err := w.Rotate(w.ctx(), who, ref)
	w.ok(err)
	w.spy.Expect(t, "within the grace window", statetest.Counts{Change: 1, Get: 1})
	if !again.Again || again.Next != first.Next {
		t.Fatalf("again %+v, first %+v", again, first)
	}
	w.later(time.Second)
	_, err = w.Rotate(w.ctx(), who, ref)
	w.is(err, state.ErrReused)
	w.count("g", 0)
	w.count("r", 0)
	_, err = w.Rotate(w.ctx(), who, first.Next)
	w.is(err, state.ErrRevoked)
}

func TestAnOlderRefreshTokenRevokesTheGrantAtOnce(t *testing.T) {
	t.Parallel()
	w, ref := redeemed(t)
	one, err := w.Rotate(w.ctx(), who, ref)
	w.ok(err)
	_, err = w.Rotate(w.ctx(), who, one.Next)
	w.ok(err)
	w.spy.Counts()
	_, err = w.Rotate(w.ctx(), who, ref)
	w.is(err, state.ErrReused)
	w.spy.Expect(t, "a reuse", statetest.Counts{Change: 2, Get: 1})
	w.count("g", 0)
}

func TestWithoutGraceEverySecondUseIsAReuse(t *testing.T) {
	t.Parallel()
	w, ref := redeemed(t, state.WithGrace(0))
	_, err := w.Rotate(w.ctx(), who, ref)
	w.ok(err)
	_, err = w.Rotate(w.ctx(), who, ref)
	w.is(err, state.ErrReused)
}

func TestOfManyWhoRefreshAtOnceOneRotatesAndAllAgree(t *testing.T) {
	t.Parallel()
	for range 50 {
		w, ref := redeemed(t)
		fresh := race(16, func(int) error {
			rot, err := w.Rotate(w.ctx(), who, ref)
			switch {
			case err != nil:
				t.Error(err)
			case rot.Next.Generation != 1:
				t.Errorf("generation %d", rot.Next.Generation)
			case rot.Again:
				return errors.New("again")
			}
			return err
		}, func(error) {})
		if fresh != 1 {
			t.Fatalf("%d rotated it", fresh)
		}
		w.count("r", 1)
		w.count("g", 1)
	}
}

func TestARefreshTokenDiesWithItsGrant(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*world, state.Refresh){
		"grant revoked":         func(w *world, r state.Refresh) { w.ok(w.RevokeGrant(w.ctx(), w.person(), r.Grant)) },
		"application revoked":   func(w *world, _ state.Refresh) { w.ok(w.RevokeClient(w.ctx(), w.person(), "shop")) },
		"signed out everywhere": func(w *world, _ state.Refresh) { w.ok(w.RevokeAll(w.ctx(), w.person())) },
		"record deleted":        func(w *world, _ state.Refresh) { w.ok(w.Store().Delete(w.ctx(), state.PersonPath(who))) },
		"consent given anew": func(w *world, _ state.Refresh) {
			w.ok(w.RevokeClient(w.ctx(), w.person(), "shop"))
			w.consent("shop", "openid")
		},
	} {
		w, ref := redeemed(t)
		end(w, ref)
		if _, err := w.Rotate(w.ctx(), who, ref); !errors.Is(err, state.ErrRevoked) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w, ref := redeemed(t)
	w.later(24 * time.Hour)
	_, err := w.Rotate(w.ctx(), who, ref)
	w.is(err, state.ErrExpired)
	w.spy.Expect(t, "an expired grant", statetest.Counts{})
}

func TestADirectoryPutBackToYesterdayRefusesTodaysTokens(t *testing.T) {
	t.Parallel()
	w, ref := redeemed(t)
	ref.Generation = 7
	_, err := w.Rotate(w.ctx(), who, ref)
	w.is(err, state.ErrRevoked)
	w.count("g", 1)
}

func TestRefreshTokensThatNobodyMadeAreRefusedUnread(t *testing.T) {
	t.Parallel()
	w, ref := redeemed(t)
	for name, spoil := range map[string]func(*state.Refresh){
		"no grant":            func(r *state.Refresh) { r.Grant = "" },
		"no consent":          func(r *state.Refresh) { r.Standing.Consent = "" },
		"negative generation": func(r *state.Refresh) { r.Generation = -1 },
	} {
		bad := ref
		spoil(&bad)
		if _, err := w.Rotate(w.ctx(), who, bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.spy.Expect(t, "bad tokens", statetest.Counts{})
}

func TestAReuseThatCannotBeRevokedSaysBoth(t *testing.T) {
	t.Parallel()
	w, ref := redeemed(t, state.WithGrace(0))
	_, err := w.Rotate(w.ctx(), who, ref)
	w.ok(err)
	changes := 0
	down := errors.New("cable cut")
	w.spy.Before = func(verb string, _ state.Path) error {
		if verb == "change" {
			if changes++; changes > 1 {
				return down
			}
		}
		return nil
	}
	_, err = w.Rotate(w.ctx(), who, ref)
	w.is(err, state.ErrReused)
	w.is(err, down)
}
