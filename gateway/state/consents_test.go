package state_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestConsentIsWrittenOnceAndGrows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.person()
	w.spy.Counts()
	first, err := w.PutConsent(w.ctx(), p, state.Consent{Client: "shop", Scopes: []string{"openid", "Email"}, Claims: []string{"email"}})
	w.ok(err)
	w.spy.Expect(t, "the first consent", statetest.Counts{Create: 1})
	same, err := w.PutConsent(w.ctx(), p, state.Consent{Client: "shop", Scopes: []string{"openid"}})
	w.ok(err)
	w.spy.Expect(t, "the same again", statetest.Counts{})
	if same.Value() != first.Value() {
		t.Errorf("%q became %q", first.Value(), same.Value())
	}
	grown, err := w.PutConsent(w.ctx(), p, state.Consent{Client: "shop", Scopes: []string{"email"}})
	w.ok(err)
	w.spy.Expect(t, "more", statetest.Counts{Change: 1})
	if grown.ID != first.ID || !slices.Equal(grown.Scopes, []string{"openid", "Email", "email"}) || !grown.Covers(nil, []string{"email"}) {
		t.Errorf("grown: %+v", grown)
	}
	w.count("c", 1)
	trusted, err := w.PutConsent(w.ctx(), p, state.Consent{Client: "shop", Trusted: true})
	w.ok(err)
	if !trusted.Trusted || !trusted.Covers([]string{"Email"}, nil) {
		t.Errorf("trusted: %+v", trusted)
	}
}

func TestTwoBrowsersThatConsentAtOnceEndWithOneConsentOfBoth(t *testing.T) {
	t.Parallel()
	for range 50 {
		w := newWorld(t)
		race(4, func(i int) error {
			p, err := w.Person(w.ctx(), who)
			if err != nil {
				return err
			}
			c, err := w.PutConsent(w.ctx(), p, state.Consent{Client: "shop", Scopes: []string{fmt.Sprint("s", i)}})
			if err == nil && !c.Covers([]string{fmt.Sprint("s", i)}, nil) {
				t.Errorf("browser %d got %v", i, c.Scopes)
			}
			return err
		}, func(err error) { t.Error(err) })
		w.consent("shop", "s4")
		c, _ := w.person().Consent("shop")
		if !c.Covers([]string{"s0", "s1", "s2", "s3", "s4"}, nil) {
			t.Fatalf("something given was lost: %v", c.Scopes)
		}
		w.count("c", 1)
	}
}

func TestRevokingAnApplicationLeavesTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.consent("shop", "openid")
	w.consent("wiki", "openid")
	for _, client := range []string{"shop", "wiki"} {
		_, err := w.Redeem(w.ctx(), who, w.code(client, client, "openid"))
		w.ok(err)
	}
	p := w.person()
	w.spy.Counts()
	w.ok(w.RevokeClient(w.ctx(), p, "shop"))
	w.spy.Expect(t, "revoking an application", statetest.Counts{Change: 1})
	w.ok(w.RevokeClient(w.ctx(), p, "shop"))
	w.ok(w.RevokeGrant(w.ctx(), p, "nothing"))
	w.spy.Expect(t, "revoking what is gone", statetest.Counts{})
	for _, kind := range []string{"c", "g", "r"} {
		w.count(kind, 1)
	}
	if _, ok := w.person().Consent("wiki"); !ok {
		t.Error("the wrong one went")
	}
}

func TestBadAndTooManyConsentsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []state.Consent{{}, {Client: "Shop"}, {Client: "a b"}, {Client: "shop", Scopes: make([]string, state.MaxList+1)}} {
		if _, err := w.PutConsent(w.ctx(), w.person(), c); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	p := w.person()
	for i := range state.MaxConsents {
		_, err := w.PutConsent(w.ctx(), p, state.Consent{Client: fmt.Sprint("client", i)})
		w.ok(err)
	}
	_, err := w.PutConsent(w.ctx(), p, state.Consent{Client: "one-more"})
	w.is(err, state.ErrFull)
	var many, more []string
	for i := range state.MaxList {
		many, more = append(many, fmt.Sprint("a", i)), append(more, fmt.Sprint("b", i))
	}
	_, err = w.PutConsent(w.ctx(), p, state.Consent{Client: "client1", Scopes: many})
	w.ok(err)
	_, err = w.PutConsent(w.ctx(), p, state.Consent{Client: "client1", Scopes: more})
	w.is(err, state.ErrFull)
}

func TestARecordThatKeepsChangingIsSaidToBeBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.consent("shop", "openid")
	w.spy.Before = func(verb string, _ state.Path) error {
		if verb == "change" {
			return state.ErrGone
		}
		return nil
	}
	_, err := w.PutConsent(w.ctx(), w.person(), state.Consent{Client: "wiki"})
	w.is(err, state.ErrBusy)
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("code %s", fault.CodeOf(err))
	}
	w.spy.Before = nil
	c := w.code("a", "shop")
	w.spy.Before = func(verb string, _ state.Path) error {
		if verb == "change" {
			return state.ErrPresent
		}
		return nil
	}
	_, err = w.Redeem(w.ctx(), who, c)
	w.is(err, state.ErrBusy)
	w.spy.Before = func(string, state.Path) error { return state.ErrNotFound }
	if err := w.Use(w.ctx(), state.PersonPath(who), state.Digest("x"), c.Expires); !errors.Is(err, state.ErrBusy) {
		t.Error(err)
	}
}
