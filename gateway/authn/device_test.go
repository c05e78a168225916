package authn_test

import (
	"errors"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestGuessesOfOthersDoNotKeepThePersonOut(t *testing.T) {
	t.Parallel()
	b, keyring := open(t), webtest.Keyring(t)
	user, err := b.people.FindByLogin(t.Context(), "jane")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := authn.SealDevice(keyring, user, b.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	device := authn.OpenDevice(keyring, sealed, b.clock.Now())
	if device.Person != "id-jane" || device.Nonce == "" {
		t.Fatalf("opened as %+v", device)
	}
	guess := func(password string, from authn.From) error {
		_, err := b.SignIn(t.Context(), "jane", password, from)
		return err
	}
	stranger, home := from("192.0.2.66"), from("192.0.2.1")
	home.Device = device
	for range 6 {
		err = guess("wrong", stranger)
	}
	if !fault.Is(err, fault.Throttled) {
		t.Fatalf("the stranger need not wait: %v", err)
	}
	if err := guess("right horse", home); err != nil {
		t.Errorf("the person is kept out of their own browser: %v", err)
	}
	if err := guess("right horse", stranger); !fault.Is(err, fault.Throttled) {
		t.Errorf("the person's sign-in freed the stranger: %v", err)
	}
	thief := stranger
	thief.Device = device
	for range 5 {
		if err := guess("wrong", thief); !errors.Is(err, authn.ErrRefused) {
			t.Fatal(err)
		}
	}
	if err := guess("wrong", thief); !fault.Is(err, fault.Throttled) {
		t.Errorf("a stolen cookie may guess for ever: %v", err)
	}
	other := from("192.0.2.2")
	other.Device = authn.Device{Person: "id-somebody", Nonce: device.Nonce}
	if err := guess("right horse", other); !fault.Is(err, fault.Throttled) {
		t.Errorf("the cookie of somebody else helps: %v", err)
	}
	for _, bad := range []string{"", "x", sealed[1:]} {
		if got := authn.OpenDevice(keyring, bad, b.clock.Now()); got != (authn.Device{}) {
			t.Errorf("%.10q opens as %+v", bad, got)
		}
	}
	b.clock.Advance(authn.DeviceLasts + time.Second)
	if got := authn.OpenDevice(keyring, sealed, b.clock.Now()); got != (authn.Device{}) {
		t.Errorf("after a year it opens as %+v", got)
	}
}
