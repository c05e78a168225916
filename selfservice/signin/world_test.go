package signin_test

import (
	"testing"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/ldapstate"
	"github.com/wicketgate/wicketgate/gateway/web/worldtest"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/selfservice/password"
	"github.com/wicketgate/wicketgate/selfservice/signin"

	"github.com/wicketgate/wicketgate/gateway/authn/passwords"
)

func store(t testing.TB, d *directory.Directory) state.Store {
	t.Helper()
	s := ldapstate.New(d, ldapstate.Config{Base: ldaptest.StateBase})
	if err := s.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// open mounts the flow and the change page, to which it hands over.
func open(t *testing.T, s *ldaptest.Server, change ...func(*signin.Flow)) *worldtest.World {
	t.Helper()
	w := worldtest.New(t, worldtest.Options{Server: s, Store: store})
	f := &signin.Flow{
		Kit: w.Kit, Auth: w.Auth, Sessions: w.Sessions, Sealer: w.Keyring, Audit: w.Audit, Forgot: true, OfferStay: true,
	}
	for _, c := range change {
		c(f)
	}
	f.Mount(w.Mux)
	(&password.Flow{
		Kit: w.Kit, Door: w.Door, People: w.People, Auth: w.Auth, Sessions: w.Sessions, Tickets: w.Tickets,
		Rules: passwords.New(passwords.Config{}), Mail: w.Mail, Sealer: w.Keyring, Audit: w.Audit, Floor: -1,
	}).Mount(w.Mux)
	return w
}
