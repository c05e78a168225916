package authn_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

func TestATypedLoginTravelsUnreadable(t *testing.T) {
	t.Parallel()
	c, keyring := newClock(), webtest.Keyring(t)
	sealed, err := authn.SealLogin(keyring, "jane@example.org", c.Now())
	if err != nil || strings.Contains(sealed, "jane") {
		t.Fatalf("sealed as %q, %v", sealed, err)
	}
	if got := authn.OpenLogin(keyring, sealed, c.Now()); got != "jane@example.org" {
		t.Errorf("opened as %q", got)
	}
	for _, bad := range []string{"", "jane", sealed[1:], strings.Repeat("A", 5000)} {
		if got := authn.OpenLogin(keyring, bad, c.Now()); got != "" {
			t.Errorf("%.10q opens as %q", bad, got)
		}
	}
	for _, none := range []string{"", strings.Repeat("j", 300)} {
		if got, err := authn.SealLogin(keyring, none, c.Now()); got != "" || err != nil {
			t.Errorf("%.10q is sealed as %q, %v", none, got, err)
		}
	}
	c.Advance(2 * time.Hour)
	if got := authn.OpenLogin(keyring, sealed, c.Now()); got != "" {
		t.Errorf("after two hours it opens as %q", got)
	}
}
