package mailproof_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/housetest"
)

func TestNobodysMailboxIsFilledByAskingAgainAndAgain(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	ask := func(n int) *housetest.Page {
		return b.Get("/profile").Submit("main form.sheet", "emails", "ada@example.org", "emails", fmt.Sprintf("victim+%d@example.org", n))
	}
	asked := func() int { return len(g.Audit.All("mail_change_requested")) }
	for n := range 10 {
		if page := ask(n); !page.Says("We have sent a link to") {
			t.Fatalf("link %d: status %d: %s", n+1, page.Status, page.Text("main"))
		}
	}
	if page := ask(10); !page.Says("too many mails") || asked() != 10 {
		t.Errorf("the eleventh: status %d, %d links sent: %s", page.Status, asked(), page.Text("main"))
	}
	g.Clock.Advance(5 * time.Minute)
	if page := ask(11); !page.Says("We have sent a link to") || asked() != 11 {
		t.Errorf("a while later: status %d, %d links sent: %s", page.Status, asked(), page.Text("main"))
	}
}
