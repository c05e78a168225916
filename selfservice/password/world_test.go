package password_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/authn/passwords"
	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/ldapstate"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/gateway/web/worldtest"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/selfservice/password"
	"github.com/wicketgate/wicketgate/selfservice/signin"
)

// fresh is a good password that nobody in the seed has.
const fresh = "seven green umbrellas"

func store(t testing.TB, d *directory.Directory) state.Store {
	t.Helper()
	s := ldapstate.New(d, ldapstate.Config{Base: ldaptest.StateBase})
	if err := s.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// open mounts the flow, and the sign-in page that it works with.
func open(t *testing.T, o worldtest.Options, change ...func(*password.Flow)) *worldtest.World {
	t.Helper()
	o.Store = store
	w := worldtest.New(t, o)
	f := &password.Flow{
		Kit: w.Kit, Door: w.Door, People: w.People, Auth: w.Auth, Sessions: w.Sessions, Tickets: w.Tickets,
		Rules: passwords.New(passwords.Config{}), Mail: w.Mail, Sealer: w.Keyring, Audit: w.Audit, Floor: -1,
	}
	for _, c := range change {
		c(f)
	}
	f.Mount(w.Mux)
	(&signin.Flow{
		Kit: w.Kit, Auth: w.Auth, Sessions: w.Sessions, Sealer: w.Keyring, Audit: w.Audit, Forgot: w.Mail.Enabled(), OfferStay: true,
	}).Mount(w.Mux)
	return w
}

// signIn goes through both pages and returns where that leads.
func signIn(w *worldtest.World, b *webtest.Browser, login, pass string) *webtest.Page {
	return b.Get("/signin?continue=/somewhere").Submit("main form", "login", login).Submit("main form", "password", pass)
}

// works tells whether somebody can sign in with the password.
func works(t *testing.T, w *worldtest.World, login, pass string) bool {
	t.Helper()
	b := w.Browser(t)
	page := signIn(w, b, login, pass)
	return page.URL.Path == "/somewhere" && w.SignedIn(b) == login
}

// mailTo waits for a mail to the address with the subject.
func mailTo(t *testing.T, w *worldtest.World, address, subject string) inbox.Message {
	t.Helper()
	return w.Inbox.Wait(t, func(m inbox.Message) bool { return slices.Contains(m.To, address) && m.Subject == subject })
}

// delivered waits for all mails that were sent before, by one more that goes to nobody else.
func delivered(t *testing.T, w *worldtest.World) []string {
	t.Helper()
	if err := w.Mail.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range w.Inbox.Messages() {
		all = append(all, fmt.Sprint(m.To, " ", m.Subject))
	}
	slices.Sort(all)
	return all
}

// linkFor asks for a link as somebody who forgot, and takes it out of the mail.
func linkFor(t *testing.T, w *worldtest.World, login, address string) string {
	t.Helper()
	before := w.Inbox.Count()
	if page := w.Browser(t).Get("/password/forgot").Submit("main form", "login", login); page.Status != 200 {
		t.Fatalf("asking for a link: status %d, %q", page.Status, page.Text("main"))
	}
	m := w.Inbox.Wait(t, func(m inbox.Message) bool {
		return m.ID > before && slices.Contains(m.To, address) && m.Link("/password/") != ""
	})
	return m.Link("/password/")
}
