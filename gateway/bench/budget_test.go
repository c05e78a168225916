package bench

import (
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// TestWhatIsMeasuredIsAWholeSignInAndCostsWhatItMay goes each measured way once and counts, on slapd, what it costs.
func TestWhatIsMeasuredIsAWholeSignInAndCostsWhatItMay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.welcome(t, 2)
	costs := func(what string, reads, binds, writes int, act func() error) {
		t.Helper()
		before := w.slapd.Counts()
		if err := act(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if spent := w.slapd.Counts().Minus(before); spent.Search > reads || spent.Bind > binds || spent.Writes() > writes || spent.Search+spent.Bind == 0 {
			t.Errorf("%s costs %d searches, %d binds, %d writes; it may cost %d, %d, %d", what, spent.Search, spent.Bind, spent.Writes(), reads, binds, writes)
		}
	}
	b := newBrowser(w.url, line(1))
	var have tokens
	var err error
	costs("a complete sign-in", 2+3+2+2, 1, 2, func() error { have, err = b.whole(login(0)); return err })
	var code string
	costs("authorize", 3, 0, 0, func() error { code, err = codeOf(b.authorize()); return err })
	costs("a code for tokens", 2, 0, 1, func() error { _, err = b.exchange(code); return err })
	costs("a refresh", 2, 0, 1, func() error { have, err = b.refresh(have.Refresh); return err })
	costs("userinfo", 2, 0, 0, func() error { return b.userinfo(have.Access, login(0)) })
	if _, err := b.exchange(code); err == nil {
		t.Error("a code was exchanged twice: the budget is of something else")
	}
	if s := w.slapd.Counts(); s.Writes() == 0 {
		t.Error("slapd counted nothing: " + ldaptest.StateBase)
	}
}
