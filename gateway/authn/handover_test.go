package authn_test

import (
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestAHandoverOpensForAWhileAndOnlyIfOurs(t *testing.T) {
	t.Parallel()
	c, keyring := newClock(), webtest.Keyring(t)
	h := authn.Handover{ID: "id-jane", DN: "uid=jane", Login: "jane", Reason: authn.ReasonMust, Remember: true}
	sealed, err := authn.SealHandover(keyring, h, c.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := authn.OpenHandover(keyring, sealed, c.Now()); err != nil || got != h || got.Ref().DN != "uid=jane" {
		t.Errorf("opened %+v, %v", got, err)
	}
	foreign, err := keyring.Seal("continue", nil, []byte(`{"i":"id-jane","u":99999999999}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "x", sealed[1:], foreign} {
		if _, err := authn.OpenHandover(keyring, bad, c.Now()); !fault.Is(err, fault.Invalid) {
			t.Errorf("%.10q: %v", bad, err)
		}
	}
	c.Advance(authn.HandoverLasts + time.Second)
	if _, err := authn.OpenHandover(keyring, sealed, c.Now()); !fault.Is(err, fault.Invalid) {
		t.Errorf("too old: %v", err)
	}
}
