package state_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestACodeIsRedeemedWithOneWriteAndNoRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.consent("shop", "openid", "offline_access")
	c := w.code("a", "shop", "openid")
	w.spy.Counts()
	ref, err := w.Redeem(w.ctx(), who, c)
	w.ok(err)
	w.spy.Expect(t, "redeeming", statetest.Counts{Change: 1})
	p := w.person()
	g, ok := p.Grant(c.ID, w.now())
	if !ok || g.Client != "shop" || g.SID != "sid1" || ref.Grant != g.ID || ref.Generation != 0 || !ref.Until.Equal(g.Expires) {
		t.Fatalf("grant %+v, refresh %+v", g, ref)
	}
	w.count("u", 1)
	w.count("r", 1)
	w.count("c", 1)
	w.count("n", 1)
}

func TestACodeSurvivesBeingSealedAsJSON(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.consent("shop", "openid")
	c := w.code("a", "shop", "openid")
	text, err := json.Marshal(c)
	w.ok(err)
	if len(text) > 700 {
		t.Errorf("a plain code takes %d bytes of JSON: too long for a URL", len(text))
	}
	var back state.Code
	w.ok(json.Unmarshal(text, &back))
	_, err = w.Redeem(w.ctx(), who, back)
	w.ok(err)
	_, err = w.Redeem(w.ctx(), who, c)
	w.is(err, state.ErrReplayed)
}

func TestAReplayedCodeRevokesItsGrantAndStaysDead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.consent("shop", "openid")
	c := w.code("a", "shop", "openid")
	ref, err := w.Redeem(w.ctx(), who, c)
	w.ok(err)
	w.spy.Counts()
	_, err = w.Redeem(w.ctx(), who, c)
	w.is(err, state.ErrReplayed)
	w.spy.Expect(t, "a replay", statetest.Counts{Change: 2, Get: 1})
	w.count("g", 0)
	w.count("r", 0)
	_, err = w.Rotate(w.ctx(), who, ref)
	w.is(err, state.ErrRevoked)

	// The grant is gone, but the code must not make it again.
	w.later(30 * time.Second)
	_, err = w.Redeem(w.ctx(), who, c)
	w.is(err, state.ErrReplayed)
	w.count("g", 0)

	w.later(time.Minute)
	w.spy.Counts()
	_, err = w.Redeem(w.ctx(), who, c)
	w.is(err, state.ErrExpired)
	w.spy.Expect(t, "an expired code", statetest.Counts{})
}

func TestAReplayAfterRevocationIsStillToldAsAReplay(t *testing.T) {
	t.Parallel()
	for name, revoke := range map[string]func(*world) error{
		"application revoked":   func(w *world) error { return w.RevokeClient(w.ctx(), w.person(), "shop") },
		"signed out everywhere": func(w *world) error { return w.RevokeAll(w.ctx(), w.person()) },
	} {
		w := newWorld(t)
		w.consent("shop", "openid")
		c := w.code("a", "shop", "openid")
		_, err := w.Redeem(w.ctx(), who, c)
		w.ok(err)
		w.ok(revoke(w))
		if _, err := w.Redeem(w.ctx(), who, c); !errors.Is(err, state.ErrReplayed) {
			t.Errorf("%s: %v", name, err)
		}
		w.count("g", 0)
	}
}

func TestACodeOnItsWayDiesWithWhatItStandsOn(t *testing.T) {
	t.Parallel()
	for name, revoke := range map[string]func(*world){
		"application revoked":          func(w *world) { w.ok(w.RevokeClient(w.ctx(), w.person(), "shop")) },
		"revoked and given again":      func(w *world) { w.ok(w.RevokeClient(w.ctx(), w.person(), "shop")); w.consent("shop", "openid") },
		"signed out everywhere":        func(w *world) { w.ok(w.RevokeAll(w.ctx(), w.person())) },
		"signed out twice in a moment": func(w *world) { w.ok(w.RevokeAll(w.ctx(), w.person())); w.ok(w.RevokeAll(w.ctx(), w.person())) },
		"the record deleted":           func(w *world) { w.ok(w.Store().Delete(w.ctx(), state.PersonPath(who))) },
		"the record deleted, and anew": func(w *world) { w.ok(w.Store().Delete(w.ctx(), state.PersonPath(who))); w.consent("shop", "openid") },
		"consent edited to less by hand": func(w *world) {
			c, _ := w.person().Consent("shop")
			raw := c.Value()
			c.Scopes = nil
			w.ok(w.Store().Change(w.ctx(), state.PersonPath(who), []string{raw}, []string{c.Value()}))
		},
	} {
		w := newWorld(t)
		w.consent("shop", "openid")
		w.consent("other", "openid")
		c := w.code("a", "shop", "openid")
		revoke(w)
		if _, err := w.Redeem(w.ctx(), who, c); !errors.Is(err, state.ErrRevoked) {
			t.Errorf("%s: %v", name, err)
		}
		w.count("g", 0)
	}
}

func TestACodeSurvivesThatConsentGrewInAnotherTab(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.consent("shop", "openid")
	c := w.code("a", "shop", "openid")
	w.consent("shop", "profile")
	w.spy.Counts()
	ref, err := w.Redeem(w.ctx(), who, c)
	w.ok(err)
	w.spy.Expect(t, "redeeming after the consent grew", statetest.Counts{Change: 2, Get: 1})
	w.spy.Counts()
	_, err = w.Rotate(w.ctx(), who, ref)
	w.ok(err)
	w.spy.Expect(t, "the refresh after it", statetest.Counts{Change: 1})
}

func TestOfManyWhoRedeemACodeAtOnceOneSucceedsAndNothingIsLeft(t *testing.T) {
	t.Parallel()
	for range 50 {
		w := newWorld(t)
		w.consent("shop", "openid")
		c := w.code("a", "shop", "openid")
		won := race(16, func(int) error { _, err := w.Redeem(w.ctx(), who, c); return err }, func(err error) {
			if !errors.Is(err, state.ErrReplayed) {
				t.Error(err)
			}
		})
		if won != 1 {
			t.Fatalf("%d redeemed it", won)
		}
		w.count("g", 0)
		w.count("r", 0)
	}
}

func TestRevocationBeatsARedemptionThatRunsAtTheSameTime(t *testing.T) {
	t.Parallel()
	for name, revoke := range map[string]func(*world) error{
		"application": func(w *world) error { return w.RevokeClient(w.ctx(), w.person(), "shop") },
		"everywhere":  func(w *world) error { return w.RevokeAll(w.ctx(), w.person()) },
	} {
		for range 100 {
			w := newWorld(t)
			w.consent("shop", "openid")
			c := w.code("a", "shop", "openid")
			var ref state.Refresh
			race(2, func(i int) (err error) {
				if i == 0 {
					return revoke(w)
				}
				ref, err = w.Redeem(w.ctx(), who, c)
				return err
			}, func(err error) {
				if !errors.Is(err, state.ErrRevoked) {
					t.Error(err)
				}
			})
			if _, alive := w.person().Grant(c.ID, w.now()); alive {
				t.Fatalf("%s: the grant outlived the revocation", name)
			}
			if ref.Grant == "" {
				continue
			}
			if _, err := w.Rotate(w.ctx(), who, ref); !errors.Is(err, state.ErrRevoked) {
				t.Fatalf("%s: the refresh token outlived the revocation: %v", name, err)
			}
		}
	}
}

func TestARevocationBetweenReadAndWriteOfAReplicaHoldsToo(t *testing.T) {
	t.Parallel()
	for name, revoke := range map[string]func(*world, *state.Person) error{
		"everywhere":  func(w *world, stale *state.Person) error { return w.RevokeAll(w.ctx(), stale) },
		"application": func(w *world, stale *state.Person) error { return w.RevokeClient(w.ctx(), stale, "shop") },
		"application, and consent given anew": func(w *world, stale *state.Person) error {
			err := w.RevokeClient(w.ctx(), stale, "shop")
			w.consent("shop", "openid")
			return err
		},
	} {
		w := newWorld(t)
		w.consent("shop", "openid")
		c := w.code("a", "shop", "openid")
		stale := w.person() // this replica has read the record, and then sleeps
		ref, err := w.Redeem(w.ctx(), who, c)
		w.ok(err)
		w.ok(revoke(w, stale))
		if _, alive := w.person().Grant(c.ID, w.now()); alive {
			t.Errorf("%s: the grant is alive", name)
		}
		if _, err = w.Rotate(w.ctx(), who, ref); !errors.Is(err, state.ErrRevoked) {
			t.Errorf("%s: refreshing: %v", name, err)
		}
		for i := range 8 { // what is left of it goes with the other rubbish
			w.fill(state.Used{ID: state.Digest(name, string(rune(i))), Expires: w.now().Add(-time.Hour)}.Value())
		}
		w.ok(w.Tidy(w.ctx(), w.person()))
		w.count("g", 0)
		w.count("r", 0)
	}
}

func TestCodesThatNobodyMadeAreRefusedUnread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.consent("shop", "openid")
	good := w.code("a", "shop", "openid")
	w.spy.Counts()
	for name, spoil := range map[string]func(*state.Code){
		"no id":            func(c *state.Code) { c.ID = "" },
		"an id with space": func(c *state.Code) { c.ID = "a b" },
		"no consent":       func(c *state.Code) { c.Standing.Consent = "" },
		"no epoch":         func(c *state.Code) { c.Standing.NotBefore = "s0" },
		"negative epoch":   func(c *state.Code) { c.Standing.NotBefore = "n-1" },
		"too much extra":   func(c *state.Code) { c.Grant.Extra = strings.Repeat("x", state.MaxExtra+1) },
		"too many scopes":  func(c *state.Code) { c.Grant.Scopes = make([]string, state.MaxList+1) },
	} {
		c := good
		spoil(&c)
		if _, err := w.Redeem(w.ctx(), who, c); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.spy.Expect(t, "bad codes", statetest.Counts{})
}

func TestAStoreThatFailsIsNeverTakenForARefusal(t *testing.T) {
	t.Parallel()
	down := fault.New(fault.Unavailable, "the directory does not answer")
	for name, do := range map[string]func(*world, state.Code, state.Refresh) error{
		"redeem": func(w *world, c state.Code, _ state.Refresh) error { _, err := w.Redeem(w.ctx(), who, c); return err },
		"rotate": func(w *world, _ state.Code, r state.Refresh) error { _, err := w.Rotate(w.ctx(), who, r); return err },
		"use": func(w *world, c state.Code, _ state.Refresh) error {
			return w.Use(w.ctx(), state.PersonPath(who), c.ID, c.Expires)
		},
	} {
		for _, verb := range []string{"change", "get", "create"} {
			w := newWorld(t)
			w.consent("shop", "openid")
			c := w.code("a", "shop", "openid")
			ref, err := w.Redeem(w.ctx(), who, c)
			w.ok(err)
			_, err = w.Rotate(w.ctx(), who, ref)
			w.ok(err)
			w.spy.Before = func(v string, _ state.Path) error {
				if v == verb {
					return down
				}
				return nil
			}
			err = do(w, c, ref)
			reached := verb == "change" || verb == "get" && name != "use"
			if reached && !fault.Is(err, fault.Unavailable) {
				t.Errorf("%s with %s failing: %v", name, verb, err)
			}
		}
	}
}

// race runs n calls at once and returns how many succeeded; the errors of the others go to lost.
func race(n int, call func(int) error, lost func(error)) int {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		won   int
		start = make(chan struct{})
	)
	for i := range n {
		wg.Go(func() {
			<-start
			err := call(i)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
				return
			}
			lost(err)
		})
	}
	close(start)
	wg.Wait()
	return won
}
