package profile_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

func TestOfTwoWhoPressTheButtonAtOnceOneConfirms(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s, Replicas: 2})
		ask(g.SignIn(t, "ada"), "ada@example.org", "countess@example.org", "new@example.org")
		l := link(t, g, "new@example.org")
		var all sync.WaitGroup
		var mu sync.Mutex
		got := map[int]int{}
		var pages []*housetest.Page
		for range 8 {
			pages = append(pages, g.Browser(t).Get(l))
		}
		for _, page := range pages {
			all.Go(func() {
				status := page.Submit("main form").Status
				mu.Lock()
				defer mu.Unlock()
				got[status]++
			})
		}
		all.Wait()
		if got[200] != 1 || got[http.StatusGone] != 7 {
			t.Errorf("the answers are %v", got)
		}
		if n := len(g.Audit.All("mail_changed")); n != 1 {
			t.Errorf("%d changes in the audit log", n)
		}
	})
}

func TestWithoutAMailServerNewAddressesAreRefusedInWords(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Config: "mail: {}\n"})
	b := g.SignIn(t, "ada")
	page := ask(b, "ada@example.org", "countess@example.org", "new@example.org")
	if page.Status != http.StatusUnprocessableEntity || !page.Says("no mails are sent from here") {
		t.Errorf("status %d: %s", page.Status, page.Text("main .error"))
	}
	if page := ask(b, "countess@example.org"); page.Status != 200 {
		t.Errorf("taking one away: status %d", page.Status)
	}
	if got := values(t, g.Directory, "ada", "mail"); !slices.Equal(got, []string{"countess@example.org"}) {
		t.Errorf("the addresses are %q", got)
	}
}

func TestAMailServerThatIsDownDoesNotHoldThePage(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	g.Inbox.Fail(inbox.Connect, inbox.Fault{Hang: true}, -1)
	page := ask(g.SignIn(t, "ada"), "ada@example.org", "countess@example.org", "new@example.org")
	if page.Status != 200 || !page.Says("new@example.org waits") {
		t.Errorf("status %d: %s", page.Status, page.Text("main"))
	}
}

func TestAConfirmationThatTheDirectoryCouldNotTakeCanBeRepeated(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	ask(g.SignIn(t, "ada"), "ada@example.org", "countess@example.org", "new@example.org")
	page := g.Browser(t).Get(link(t, g, "new@example.org"))
	dn, _ := ldaptest.Person(t, "ada")
	g.Memory.Intercept(func(op memdir.Op) memdir.Verdict {
		if op.Kind == memdir.KindModify && strings.EqualFold(op.DN, dn) {
			return memdir.Verdict{Result: &memdir.Result{Code: memdir.Busy}}
		}
		return memdir.Verdict{}
	})
	failed := page.Submit("main form")
	if failed.Status != http.StatusServiceUnavailable {
		t.Fatalf("status %d: %s", failed.Status, failed.Text("main"))
	}
	g.Memory.Intercept(nil)
	if page = failed.Submit("main form"); page.Status != 200 || !page.Says("confirmed") {
		t.Errorf("trying again: status %d: %s", page.Status, page.Text("main"))
	}
	if got := values(t, g.Directory, "ada", "mail"); len(got) != 3 {
		t.Errorf("the addresses are %q", got)
	}
}

func TestAConfirmationForSomebodyWhoIsGoneIsRefused(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	ask(g.SignIn(t, "lee"), "family@example.org", "new@example.org")
	l := link(t, g, "new@example.org")
	dn, _ := ldaptest.Person(t, "lee")
	if err := admin(t, g.Directory).Delete(t.Context(), dn); err != nil {
		t.Fatal(err)
	}
	if page := g.Browser(t).Get(l); page.Status != http.StatusGone || !page.Says("no longer needed") {
		t.Errorf("status %d: %s", page.Status, page.Text("main"))
	}
}

func TestAnAddressThatIsNoLongerReadAsMailIsSaidBesideTheConfirmation(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	set(t, g.Directory, "lee", "mail", "family@example.org", "not an address")
	ask(g.SignIn(t, "lee"), "family@example.org", "not an address", "new@example.org")
	page := g.Browser(t).Get(link(t, g, "new@example.org")).Submit("main form")
	if page.Status != 200 || !page.Says("could not send a notice to your other address not an address") {
		t.Errorf("status %d: %s", page.Status, page.Text("main"))
	}
}
